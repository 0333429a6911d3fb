"""What `lineinfile`, `blockinfile` and `replace` share: a file of the host whose text is changed in place."""

import os
import re

from modules.files import _entries
from modules.files._attributes import owner_name
from modules.files._placed import _Placed
from modules.kit import Arg, ModuleFailed, Path
from modules.kit.filesystem import current_umask


class _Edited(_Placed):
    """Subclasses turn the old bytes into the new ones in `edited`, and say in `self.message` what that means."""

    path = Arg(Path, "The file", aliases=("dest", "destfile", "name"))

    force = True
    follow = True
    through_nothing = True
    _manifest = None
    create = False
    makes_empty = False
    """Whether a file that is not there is made even when there is nothing to write into it."""
    message = ""
    missing = "Path %s does not exist !"

    @property
    def dest(self):
        return self.path

    def edited(self, old):
        """The new bytes of the file for its old ones."""
        raise TypeError("%s does not say what becomes of the text" % type(self).__name__)

    def find_entries(self):
        if os.path.isdir(self.path):
            raise ModuleFailed("Path %s is a directory !" % self.path, rc=256)
        if os.path.exists(self.path):
            with open(self.path, "rb") as file:
                return "", False, _entries.of_text(self.edited(file.read()))
        if self.create:
            new = self.edited(b"")
            return "", False, _entries.of_text(new) if new or self.makes_empty else []
        if self.context.bringer("path", self.path) is None:
            raise ModuleFailed(self.missing % self.path, rc=257)
        self.needs("path", self.path, False)
        self.unknown_until = self.context.bringer("path", self.path)
        return "", False, []

    def _check_places(self):
        if not self.create:
            super()._check_places()

    def returns(self, change, state):
        parts = [self.message] if self.message else []
        if self._attributes_changed(change):
            parts.append("ownership, perms or SE linux context changed")
        result = {"msg": " and ".join(parts), "path": self.path}
        if self.backup_file:
            result["backup"] = result["backup_file"] = self.backup_file
        return result

    def _attributes_changed(self, change):
        asked = ((change.wanted if change else None) or {}).get("attributes", {}).get(self.root, {})
        new = {"mode": "%04o" % (0o666 & ~current_umask()), "owner": owner_name(os.geteuid())}
        before = self.before["attributes"].get(self.root, new)
        return any(before.get(key, value) != value for key, value in asked.items() if key != "state")


def encoded(text):
    """The bytes of an argument."""
    return text.encode("utf-8", "surrogateescape")


def compiled(pattern, argument, flags=0):
    """A regular expression over bytes; raises ModuleFailed that names the argument."""
    try:
        return re.compile(encoded(pattern), flags)
    except re.error as error:
        raise ModuleFailed("%s: `%s` is not a regular expression: %s" % (argument, pattern, error))


def lines_of(data):
    """The lines of a file, each with its end; only a line feed ends one."""
    parts = data.split(b"\n")
    found = [part + b"\n" for part in parts[:-1]]
    return found + [parts[-1]] if parts[-1] else found
