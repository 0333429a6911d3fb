"""Make sure that a file exists and has a certain size: a swap file, the image of a disk."""

import math
import os
import re

from modules.files._attributes import _Attributes, described
from modules.kit import Arg, ModuleFailed, Path, Raw
from modules.kit.filesystem import CHUNK

LETTERS = "KMGTPEZY"
DIVISORS = (1024, 1000, 512, 256, 128, 100, 64, 32, 16, 10, 8, 4, 2, 1)


class FileSize(_Attributes):
    collection = "community.general"

    path = Arg(Path, "The file")
    size = Arg(Raw, "Its size: with a unit (10MB of 1000, 10MiB or 10M of 1024), or as a number of blocks")
    blocksize = Arg(Raw, "The size of a block; the file system's own otherwise", default=None)
    source = Arg(Path, "Where the bytes come from that the file grows by", default="/dev/zero")
    sparse = Arg(bool, "Whether the file grows by a hole instead, which takes no place on the disk", default=False)
    force = Arg(bool, "Whether the file is written anew each time, from its beginning", default=False)

    def check_arguments(self):
        super().check_arguments()
        if self.sparse and self.force:
            raise ModuleFailed("parameters values are mutually exclusive: force=true|sparse=true")
        self.path = os.path.realpath(self.path) if os.path.islink(self.path) else self.path
        self.written = False
        self.measured = None

    def current(self):
        if self.measured is None:
            self._measure()
        if not os.path.lexists(self.path):
            return None
        if not os.path.isfile(self.path):
            raise ModuleFailed("%s exists but is not a regular file" % self.path)
        state = dict(self.read_attributes(self.path), size=os.path.getsize(self.path))
        return dict(state, written=self.written) if self.force else state

    def wanted(self):
        state = dict(self.wanted_attributes(self.path), size=self.measured["bytes"])
        return dict(state, written=True) if self.force else state

    def _measure(self):
        folder = os.path.dirname(os.path.abspath(self.path))
        message = "parent directory of the file must exist prior to run this module"
        there = self.needs("path", folder, os.path.isdir(folder), message)
        own = os.statvfs(folder if there else "/").f_frsize
        block = own if self.blocksize is None else _bytes("blocksize", self.blocksize)[0]
        if not block:
            raise ModuleFailed("block size cannot be equal to zero")
        wanted, unit, whole = _bytes("size", self.size)
        if unit is None:
            wanted = math.ceil(whole) * block
        elif wanted % block:
            block = _block_of(wanted, unit, whole, block)
        self.measured = {
            "blocks": wanted // block,
            "blocksize": block,
            "bytes": wanted,
            "iec": _shown(wanted, 1024, "%siB"),
            "si": _shown(wanted, 1000, "%sB"),
        }

    # -- how to get there

    def apply(self, change):
        size = self.measured["bytes"]
        if "size" in change or self.force:
            self._resize(0 if self.before is None or self.force else self.before["size"], size)
        self.written = True
        attributes = ("mode", "owner", "group", "secontext")
        self.set_attributes(self.path, {key: change.wanted[key] for key in attributes if key in change.wanted})

    def _resize(self, old, new):
        """Cut the file off, or let it grow; where that fails, it has its old size again."""
        handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | (os.O_TRUNC if self.force else 0), 0o666)
        with open(handle, "wb") as file:
            try:
                if self.sparse or new <= old:
                    file.truncate(new)
                else:
                    file.seek(old)
                    self._grow(file, new - old)
                os.fsync(file.fileno())
            except (OSError, ModuleFailed):
                file.truncate(old)
                raise

    def _grow(self, file, left):
        with open(self.source, "rb") as source:
            while left:
                piece = source.read(min(left, CHUNK))
                if not piece:
                    raise ModuleFailed("source: %s ends %d bytes too early" % (self.source, left))
                file.write(piece)
                left -= len(piece)
        file.flush()

    def brings(self, change):
        return [("path", self.path)]

    def returns(self, change, state):
        before = self.before["size"] if self.before else 0
        result = dict(described(self.path), path=self.path, filesize=self.measured)
        return dict(result, size_diff=self.measured["bytes"] - before)


def _bytes(argument, value):
    """(bytes, unit or None, the number itself) of a size."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise ModuleFailed("%s: should be a number or a text such as 10MiB, got %r" % (argument, value))
    match = re.match(r"^\s*(\d+(?:\.\d+)?)\s*([A-Za-z]*)\s*$", str(value))
    unit = match.group(2) if match else ""
    factor = _factor(unit) if match else None
    if factor is None:
        raise ModuleFailed(
            "%s: should be a number with a unit such as B, kB, KiB, MB, MiB or M, got %r" % (argument, value)
        )
    number = float(match.group(1))
    if argument == "blocksize" and factor == 1 and number != int(number):
        raise ModuleFailed("invalid blocksize value: bytes require an integer value")
    return round(number * factor), unit or None, number


def _factor(unit):
    if unit in ("", "B"):
        return 1
    match = re.match(r"^([%s%s])(iB|B|)$" % (LETTERS, LETTERS.lower()), unit)
    if not match:
        return None
    return (1000 if match.group(2) == "B" else 1024) ** (LETTERS.index(match.group(1).upper()) + 1)


def _block_of(wanted, unit, whole, block):
    """A size of blocks that divides the wanted size."""
    if whole == int(whole):
        factor = _factor(unit)
        return (2**20 if factor % 5 else 10**6) if factor > 2**20 else factor
    if 0 < wanted < block:
        return wanted
    return next(divisor for divisor in DIVISORS if wanted % divisor == 0)


def _shown(size, base, layout):
    power = 0
    while size >= base ** (power + 1) and power < len(LETTERS):
        power += 1
    if not power:
        return "%d B" % size
    letter = LETTERS[power - 1]
    return "%s %s" % (round(size / base**power, 2), layout % ("k" if letter == "K" and base == 1000 else letter))
