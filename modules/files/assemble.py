"""Put a file together out of the fragments in a folder, in the order of their names."""

import codecs
import hashlib
import os
import re

from modules.files import _entries
from modules.files._placed import _Placed
from modules.kit import Arg, ModuleFailed, Path
from modules.kit.filesystem import read


class Assemble(_Placed):
    src = Arg(Path, "The folder of fragments")
    remote_src = Arg(bool, "Whether it is on the host instead of on the controller", default=True)
    delimiter = Arg(str, "What stands between two fragments; \\n and \\t are understood", default=None)
    regexp = Arg(str, "Only fragments whose names match", default=None)
    ignore_hidden = Arg(bool, "Whether names that begin with a dot are left out", default=False)
    decrypt = Arg(bool, "Whether fragments kept in a vault are decrypted on the controller", default=True)

    force = True

    def check_arguments(self):
        try:
            self.names = re.compile(self.regexp) if self.regexp else None
        except re.error as error:
            raise ModuleFailed("regexp: `%s` is not a regular expression: %s" % (self.regexp, error))
        super().check_arguments()

    def find_entries(self):
        if self._manifest is not None:
            fragments = [
                (entry.path, self._content(entry)) for entry in _entries.of_manifest(self._manifest["entries"])
            ]
        elif self.needs("path", self.src, os.path.exists(self.src), "Source (%s) does not exist" % self.src):
            if not os.path.isdir(self.src):
                raise ModuleFailed("Source (%s) is not a directory" % self.src)
            fragments = [(name, os.path.join(self.src, name)) for name in os.listdir(self.src)]
            fragments = [(name, read(path)) for name, path in fragments if os.path.isfile(path)]
        else:
            self.unknown_until = self.context.bringer("path", self.src)
            return "", False, []
        return "", False, _entries.of_text(self._joined(sorted(fragments)))

    def returns(self, change, state):
        result = dict(super().returns(change, state), src=self.src)
        if self._manifest is None:
            result.update(msg="OK")
        if self.single is not None:
            result.update(md5sum=hashlib.md5(self.single.data).hexdigest())
        return result

    def _content(self, entry):
        return b"".join(entry.chunks(self.context.content))

    def _joined(self, fragments):
        delimiter = codecs.escape_decode(self.delimiter.encode())[0] if self.delimiter else b""
        data, first, ended = b"", True, True
        for name, content in fragments:
            if (self.names and not self.names.search(name)) or (self.ignore_hidden and name.startswith(".")):
                continue
            if not ended:
                data += b"\n"
            if delimiter and not first:
                data += delimiter if delimiter.endswith(b"\n") else delimiter + b"\n"
            data += content
            first, ended = False, content.endswith(b"\n")
        return data
