"""Tell all about a file: kind, permissions, owner, times, checksum."""

import os
import re

from modules.files import _status
from modules.kit import Arg, Path, Query
from modules.kit.filesystem import digest
from modules.kit.process import find_command, run

ALGORITHMS = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512")
FLAGS = {
    "A": "noatime", "a": "append", "c": "compressed", "C": "nocow", "d": "nodump", "D": "dirsync", "e": "extents",
    "E": "encrypted", "h": "blocksize", "i": "immutable", "I": "indexed", "j": "journalled", "N": "inline",
    "s": "zero", "S": "synchronous", "t": "notail", "T": "blockroot", "u": "undelete", "X": "compressedraw",
    "Z": "compresseddirty",
}  # fmt: skip


class Stat(Query):
    path = Arg(Path, "The file to look at", aliases=("dest", "name"))
    follow = Arg(bool, "Whether a link is followed to what it points to", default=False)
    get_checksum = Arg(bool, "Whether the checksum of a file's content is computed", default=True)
    checksum_algorithm = Arg(
        str, "How the checksum is computed", default="sha1", choices=ALGORITHMS, aliases=("checksum", "checksum_algo")
    )
    get_mime = Arg(
        bool, "Whether the program `file` is asked for MIME type and character set, where it is installed",
        default=True, aliases=("mime", "mime_type", "mime-type"),
    )  # fmt: skip
    get_attributes = Arg(
        bool, "Whether lsattr is asked for the file's flags, where it is installed", default=True,
        aliases=("attr", "attributes"),
    )  # fmt: skip

    def read(self):
        try:
            found = os.stat(self.path) if self.follow else os.lstat(self.path)
        except (FileNotFoundError, NotADirectoryError):
            return {"stat": {"exists": False}}
        result = {"exists": True, "path": self.path}
        result.update(_status.kinds(found.st_mode), **_status.permissions(found.st_mode))
        result.update(_status.numbers(found), **_status.names(found))
        for name, right in (("readable", os.R_OK), ("writeable", os.W_OK), ("executable", os.X_OK)):
            result[name] = os.access(self.path, right)
        if result["islnk"]:
            result["lnk_source"] = os.path.realpath(self.path)
            result["lnk_target"] = os.readlink(self.path)
        if self.get_checksum and result["isreg"] and result["readable"]:
            result["checksum"] = digest(self.path, self.checksum_algorithm)
        if self.get_mime:
            result.update(self._mime())
        if self.get_attributes:
            result.update(self._flags())
        return {"stat": result}

    def _mime(self):
        result = {"mimetype": "unknown", "charset": "unknown"}
        program = find_command("file")
        if program:
            said = run([program, "--brief", "--mime-type", "--mime-encoding", self.path], check=False)
            match = re.match(r"([^;]+);\s*charset=(\S+)", said.stdout)
            if said and match:
                result = {"mimetype": match.group(1).strip(), "charset": match.group(2)}
        return result

    def _flags(self):
        result = {"version": None, "attributes": [], "attr_flags": ""}
        program = find_command("lsattr")
        words = run([program, "-vd", self.path], check=False).stdout.split() if program else []
        if len(words) >= 3:
            letters = words[1].replace("-", "")
            names = [FLAGS[letter] for letter in letters if letter in FLAGS]
            result = {"version": words[0], "attributes": names, "attr_flags": letters}
        return result
