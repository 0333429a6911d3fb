"""Set a limit that holds from the next login on: a line of limits.conf(5)."""

import os
import re

from modules.kit import Arg, Content, Module, ModuleFailed, Path
from modules.kit.filesystem import keep_copy, read, write

ITEMS = (
    "core", "data", "fsize", "memlock", "nofile", "rss", "stack", "cpu", "nproc", "as", "maxlogins", "maxsyslogins",
    "priority", "locks", "sigpending", "msgqueue", "nice", "rtprio", "chroot",
)  # fmt: skip
RANKS = ("nice", "priority")
UNLIMITED = ("unlimited", "infinity", "-1")


class PamLimits(Module):
    collection = "community.general"

    domain = Arg(str, "Whom it concerns: a user, @group, *, or a range of numbers")
    limit_type = Arg(
        str, "Whether a user may go beyond it (soft) or not (hard); - for both", choices=("hard", "soft", "-")
    )
    limit_item = Arg(str, "What is limited", choices=ITEMS)
    value = Arg(str, "The limit: a number; unlimited, infinity or -1; for nice and priority from -20 to 19")
    use_min = Arg(bool, "Whether a value that is there and lower is kept", default=False)
    use_max = Arg(bool, "Whether a value that is there and greater is kept", default=False)
    backup = Arg(bool, "Whether the file is kept beside itself before a change, the time in its name", default=False)
    dest = Arg(Path, "The file", default="/etc/security/limits.conf")
    comment = Arg(str, "A comment at the end of the line", default="")

    def check_arguments(self):
        self.backup_file = None
        if self.use_min and self.use_max:
            raise ModuleFailed("Cannot use use_min and use_max at the same time.")
        if self.limit_item in RANKS:
            valid = re.match(r"[+-]?\d+$", self.value) and -20 <= int(self.value) <= 19
            expected = "a number from -20 to 19"
        else:
            valid = self.value in UNLIMITED or self.value.isdigit()
            expected = "a number, unlimited, infinity or -1"
        if not valid:
            raise ModuleFailed("value: should be %s for %s, got %r" % (expected, self.limit_item, self.value))
        folder = os.path.dirname(self.dest) or "."
        self.needs("path", folder, os.path.isdir(folder), hint="make it first, with the module `file`")

    def subject(self):
        return self.dest

    def current(self):
        data = read(self.dest)
        self.lines = (data or b"").decode("utf-8", "surrogateescape").splitlines()
        return None if data is None else {"limits": Content(data, path=self.dest)}

    def wanted(self):
        lines = []
        self.line = None
        for line in self.lines:
            found = self._found(line)
            if found is not None:
                line = self._with(line, found)
                self.line = line
            lines.append(line)
        if self.line is None:
            self.line = self._written(self.value, self.comment)
            lines.append(self.line)
        if lines == self.lines and self.before is not None:
            return {}
        text = "".join(line + "\n" for line in lines)
        return {"limits": Content(text.encode("utf-8", "surrogateescape"), path=self.dest)}

    def _found(self, line):
        """The value of a line that sets this very limit; None for any other."""
        words = line.partition("#")[0].split()
        mine = [self.domain, self.limit_type, self.limit_item]
        return words[3] if len(words) == 4 and words[:3] == mine else None

    def _with(self, line, found):
        """The line with the value that shall hold."""
        value = self.value
        if (self.use_max or self.use_min) and found != value:
            value = (max if self.use_max else min)((found, value), key=self._size)
        if value == found:
            return line
        return self._written(value, self.comment or line.partition("#")[2].strip())

    def _size(self, value):
        if value in UNLIMITED and self.limit_item not in RANKS:
            return float("inf")
        try:
            return int(value)
        except ValueError:
            raise ModuleFailed("%s: %r is no limit for %s" % (self.dest, value, self.limit_item))

    def _written(self, value, comment):
        words = [self.domain, self.limit_type, self.limit_item, value] + (["#" + comment] if comment else [])
        return "\t".join(words)

    def apply(self, change):
        if self.backup and os.path.exists(self.dest):
            self.backup_file = keep_copy(self.dest)
        write(self.dest, change.wanted["limits"].data)

    def brings(self, change):
        return [("path", self.dest)]

    def returns(self, change, state):
        result = {"msg": self.line}
        if self.backup_file:
            result["backup_file"] = self.backup_file
        return result
