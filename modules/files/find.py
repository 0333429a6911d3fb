"""List the files of folders that fit: by name, kind, age, size, permissions or content."""

import fnmatch
import os
import re
import stat
import time

from modules.files import _mode, _status
from modules.kit import Arg, ModuleFailed, Path, Query, Raw
from modules.kit.filesystem import digest

ALGORITHMS = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512")
SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
BYTES = {"": 1, "b": 1, "k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40}
KINDS = {"file": stat.S_ISREG, "directory": stat.S_ISDIR, "link": stat.S_ISLNK, "any": lambda mode: True}


class Find(Query):
    paths = Arg(list, "The folders to search", of=Path, aliases=("path", "name"))
    patterns = Arg(
        list, "Names to look for: shell patterns, or regular expressions with `use_regex`; without any, all names",
        default=(), of=str, aliases=("pattern",),
    )  # fmt: skip
    excludes = Arg(list, "Names to leave out, written as `patterns` are", default=(), of=str, aliases=("exclude",))
    use_regex = Arg(bool, "Whether names are regular expressions, which match from the beginning", default=False)
    contains = Arg(str, "A regular expression that a file's line, from its beginning, must match", default=None)
    read_whole_file = Arg(
        bool, "Whether `contains` is searched for in the whole content instead of line by line", default=False
    )
    encoding = Arg(str, "The encoding of the files that `contains` looks into", default=None)
    file_type = Arg(str, "The kind of what is looked for", default="file", choices=tuple(KINDS))
    age = Arg(str, "At least this old, as 3600, 2h, 7d or 4w; with - in front: at most", default=None)
    age_stamp = Arg(str, "Which time the age is counted from", default="mtime", choices=("atime", "ctime", "mtime"))
    size = Arg(str, "At least this large, as 100, 10k or 2m; with - in front: at most", default=None)
    mode = Arg(Raw, "The permission bits a file must have", default=None)
    exact_mode = Arg(bool, "Whether exactly the bits of `mode` are meant, instead of any of them", default=True)
    recurse = Arg(bool, "Whether folders in the folders are searched too", default=False)
    depth = Arg(int, "With `recurse`: how many levels deep", default=None)
    hidden = Arg(bool, "Whether names that begin with a dot are found", default=False)
    follow = Arg(bool, "With `recurse`: whether links to folders are followed", default=False)
    get_checksum = Arg(bool, "Whether the checksums of the files are computed", default=False)
    checksum_algorithm = Arg(
        str, "How they are computed", default="sha1", choices=ALGORITHMS, aliases=("checksum", "checksum_algo")
    )
    limit = Arg(int, "Stop after this many", default=None)

    def check_arguments(self):
        if self.limit is not None and self.limit < 1:
            raise ModuleFailed("limit: should be at least 1, got %d" % self.limit, hint="leave it out for no limit")
        self.oldest = _measure("age", self.age, SECONDS)
        self.smallest = _measure("size", self.size, BYTES)
        self.bits = None if self.mode is None else _mode.parse(self.mode, 0)
        self.line = _compiled("contains", self.contains)
        self.names = self._matchers("patterns", self.patterns)
        self.left_out = self._matchers("excludes", self.excludes)

    def _matchers(self, argument, patterns):
        texts = patterns if self.use_regex else [fnmatch.translate(os.path.normcase(text)) for text in patterns]
        return [_compiled(argument, text) for text in texts]

    def read(self):
        self.now = time.time()
        self.skipped = {}
        self.examined = 0
        found = []
        for path in self.paths:
            top = os.path.expanduser(os.path.expandvars(path))
            if not os.path.isdir(top):
                self._skip(path, "'%s' is not a directory" % path)
                continue
            for entry in self._below(top):
                if self.limit is not None and len(found) >= self.limit:
                    break
                found.append(entry)
        message = "All paths examined"
        if self.limit is not None and len(found) >= self.limit:
            message = "Limit of matches reached"
        if self.skipped:
            message = "Not all paths examined, check warnings for details"
        result = {"files": found, "matched": len(found), "examined": self.examined}
        return dict(result, msg=message, skipped_paths=self.skipped, changed=False)

    def _skip(self, path, why):
        self.skipped[path] = why
        self.warn("Skipped '%s' path due to this access issue: %s\n" % (path, why))

    def _below(self, top):
        def failed(error):
            self._skip(error.filename, str(error))

        for folder, folders, files in os.walk(top, onerror=failed, followlinks=self.follow):
            self.examined += len(files) + len(folders)
            if self.depth and _level(top, folder) > self.depth:
                del folders[:]
                continue
            for name in files + folders:
                if self.hidden or not name.startswith("."):
                    entry = self._entry(os.path.normpath(os.path.join(folder, name)), name)
                    if entry:
                        yield entry
            if not self.recurse:
                return

    def _entry(self, path, name):
        try:
            now = os.lstat(path)
        except OSError as error:
            self._skip(path, str(error))
            return None
        regular = stat.S_ISREG(now.st_mode)
        if not KINDS[self.file_type](now.st_mode) or not self._fits(name, now):
            return None
        if regular and self.file_type in ("file", "any") and not self._fits_in_size(now):
            return None
        if regular and self.file_type == "file" and not self._holds(path):
            return None
        entry = {"path": path}
        for values in (_status.permissions(now.st_mode), _status.kinds(now.st_mode), _status.names(now)):
            entry.update(values)
        numbers = _status.numbers(now)
        entry.update((key, numbers[key]) for key in NUMBERS)
        if regular and self.get_checksum:
            entry["checksum"] = digest(path, self.checksum_algorithm)
        return entry

    def _fits(self, name, now):
        name = name if self.use_regex else os.path.normcase(name)
        if self.names and not any(pattern.match(name) for pattern in self.names):
            return False
        if any(pattern.match(name) for pattern in self.left_out):
            return False
        if self.bits is not None:
            bits = stat.S_IMODE(now.st_mode)
            if not (bits == self.bits if self.exact_mode else bits & self.bits):
                return False
        return self._reaches(self.oldest, self.now - getattr(now, "st_" + self.age_stamp))

    def _fits_in_size(self, now):
        return self._reaches(self.smallest, now.st_size)

    def _reaches(self, least, value):
        if least is None:
            return True
        return value >= least if least >= 0 else value <= -least

    def _holds(self, path):
        if self.line is None:
            return True
        try:
            with open(path, encoding=self.encoding, errors=None if self.encoding else "surrogateescape") as file:
                if self.read_whole_file:
                    return bool(self.line.search(file.read()))
                return any(self.line.match(line) for line in file)
        except LookupError:
            raise ModuleFailed("encoding: there is no encoding `%s`" % self.encoding)
        except (OSError, UnicodeDecodeError) as error:
            self._skip(path, "Failed to read the file %s due to %s" % (path, error))
            return False


NUMBERS = ("uid", "gid", "size", "inode", "dev", "nlink", "atime", "mtime", "ctime")


def _level(top, folder):
    inside = os.path.relpath(folder, top)
    return 1 if inside == "." else inside.count(os.sep) + 2


def _measure(argument, text, units):
    """A number with a unit; raises ModuleFailed for anything else. The sign stays."""
    if text is None:
        return None
    match = re.match(r"^(-?\d+)([a-z]?)$", text.strip().lower())
    if not match or match.group(2) not in units:
        raise ModuleFailed("%s: should be a number with one of the units %s, got `%s`"
                           % (argument, " ".join(sorted(filter(None, units))), text))  # fmt: skip
    return int(match.group(1)) * units[match.group(2)]


def _compiled(argument, text):
    if text is None:
        return None
    try:
        return re.compile(text)
    except re.error as error:
        raise ModuleFailed("%s: `%s` is not a regular expression: %s" % (argument, text, error))
