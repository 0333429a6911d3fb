"""What parted(8) says of a disk."""

import re

from modules.kit import CommandFailed, ModuleFailed, run
from modules.kit.process import find_command

NUMBER = re.compile(r"^(-?[\d.]+) *([A-Za-z%]*)$")
CHS = re.compile(r"^(\d+),(\d+),(\d+)$")
FACTORS = {"": 1, "B": 1}
for _power, _letter in enumerate("KMGT", 1):
    FACTORS[_letter + "iB"] = 1024**_power
    FACTORS[_letter + "B"] = 1000**_power
FACTORS["kB"] = 1000


def parted(device, *words, options=(), check=True):
    """Run a script of parted on a device; returns what it did."""
    program = find_command("parted") or "parted"
    return run([program, "-s", "-m", *options, device, "--", *words], check=check, hint="install parted")


def can_fix():
    """Whether parted moves a table's copy to the end of a disk that has grown, when asked to (since 3.4.64)."""
    said = run([find_command("parted") or "parted", "--version"]).stdout
    found = re.search(r"^parted.*\s(\d+)\.(\d+)(?:\.(\d+))?", said)
    return bool(found) and tuple(int(part or 0) for part in found.groups()) >= (3, 4, 64)


class Disk:
    """
    A disk and its partitions in one unit: `disk` and `partitions` as the results of Ansible's module have them, `free`
    as [(begin, end)] of the stretches that no partition has.
    """

    def __init__(self, device, unit):
        said = parted(device, "unit", unit, "print", "free", check=False)
        lines = [line.rstrip(";").split(":") for line in said.stdout.splitlines() if ":" in line]
        if not lines or (not said and "unrecognised disk label" not in said.stderr + said.stdout):
            raise CommandFailed(said)
        size, self.unit = _value(lines[0][1])
        self.unit = self.unit.lower() or unit.lower()
        self.disk = {
            "dev": lines[0][0],
            "size": size,
            "unit": self.unit,
            "table": lines[0][5],
            "model": lines[0][6],
            "logical_block": int(lines[0][3]),
            "physical_block": int(lines[0][4]),
        }
        if self.unit in ("cyl", "chs"):
            self._read_cylinders(lines.pop(1))
        self.partitions = [self._partition(line) for line in lines[1:] if line[-1] != "free"]
        self.free = [(_value(line[1])[0], _value(line[2])[0]) for line in lines[1:] if line[-1] == "free"]

    def _read_cylinders(self, line):
        size, unit = _value(line[3])
        self.disk["chs_info"] = {
            "cylinders": int(line[0]),
            "heads": int(line[1]),
            "sectors": int(line[2]),
            "cyl_size": size,
            "cyl_size_unit": unit.lower(),
        }

    def _partition(self, line):
        sized = self.unit != "chs"
        fstype, name, flags = line[4:7] if sized else line[3:6]
        return {
            "num": int(line[0]),
            "begin": _value(line[1])[0],
            "end": _value(line[2])[0],
            "size": _value(line[3])[0] if sized else "",
            "fstype": fstype,
            "name": name,
            "flags": [flag.strip() for flag in flags.split(",") if flag.strip()],
            "unit": self.unit,
        }

    def partition(self, number):
        """The partition with a number; None for no such."""
        return next((one for one in self.partitions if one["num"] == number), None)

    def room_behind(self, partition):
        """How much there is between a partition and the next one, or the end of the disk."""
        return sum(end - begin + 1 for begin, end in self.free if 0 < begin - partition["end"] <= 1)


def _value(text):
    """(number, unit) of what parted prints; of cylinders, heads and sectors a dict and `chs`."""
    found = CHS.match(text)
    if found:
        cylinder, head, sector = (int(part) for part in found.groups())
        return {"cylinder": cylinder, "head": head, "sector": sector}, "chs"
    found = NUMBER.match(text)
    if not found:
        raise ModuleFailed("parted said %r where a number was expected" % text)
    return float(found.group(1)), found.group(2)


def place_of(argument, text, unit, disk):
    """
    The byte that a place on a disk means: `10GiB`, `50%`, `-1GiB` (from the end). disk: a Disk in bytes.

    Raises ModuleFailed for anything else, and for units of old disks' geometry.
    """
    found = NUMBER.match(text)
    if not found:
        raise ModuleFailed("%s: should be a number with a unit such as MiB, GiB, s or %%, got %r" % (argument, text))
    number, unit = float(found.group(1)), found.group(2) or unit
    size = disk.disk["size"]
    factor = {"%": size / 100, "s": disk.disk["logical_block"]}.get(unit, FACTORS.get(unit))
    if factor is None:
        raise ModuleFailed("%s: the unit %s is not supported here" % (argument, unit), hint="MiB, GiB, s and % are")
    return int(number * factor + (size if number < 0 else 0))
