"""Make sure that a disk has a partition, or has it no more; let one grow to where it shall end."""

import os
import re

from modules.kit import Arg, Module, ModuleFailed, run
from modules.kit.process import find_command
from modules.storage._devices import program, refuse_in_use, signature
from modules.storage._partitions import Disk, can_fix, parted, place_of

UNITS = ("s", "B", "KB", "KiB", "MB", "MiB", "GB", "GiB", "TB", "TiB", "%", "cyl", "chs", "compact")
LABELS = ("aix", "amiga", "bsd", "dvh", "gpt", "loop", "mac", "msdos", "pc98", "sun")
NEAR = 1 << 20
"""How far from the wanted end a partition may end, in bytes: parted keeps to boundaries."""


class Parted(Module):
    collection = "community.general"

    device = Arg(str, "The disk, or a file that holds the image of one")
    state = Arg(
        str, "Whether the partition is to be there; info only tells", default="info",
        choices=("absent", "present", "info"),
    )  # fmt: skip
    number = Arg(int, "The partition's number", default=None, needed_if={"state": ("present", "absent")})
    label = Arg(str, "The kind of partition table; a disk without partitions gets it", default="msdos", choices=LABELS)
    part_type = Arg(
        str, "The kind of partition in an msdos table", default="primary", choices=("extended", "logical", "primary")
    )
    part_start = Arg(str, "Where a new partition begins: 10GiB, 15%, or -1GiB from the disk's end", default="0%")
    part_end = Arg(str, "Where it ends", default="100%")
    fs_type = Arg(str, "What a new partition is marked for: ext4, linux-swap, fat32", default=None)
    name = Arg(str, "The partition's name, in a gpt table", default=None)
    flags = Arg(list, "The flags it has, and no others: boot, lvm, esp", default=None, of=str)
    resize = Arg(bool, "Whether a partition that is there is made to end at `part_end`", default=False)
    align = Arg(
        str, "The boundaries new partitions keep to", default="optimal",
        choices=("cylinder", "minimal", "none", "optimal", "undefined"),
    )  # fmt: skip
    unit = Arg(str, "The unit of results, and of numbers without one", default="KiB", choices=UNITS)

    def subject(self):
        return self.device

    def check_arguments(self):
        self.script, self.disk = [], None
        if self.number is not None and self.number < 1:
            raise ModuleFailed("The partition number must be greater then 0.")
        if self.flags and "esp" in self.flags and "boot" not in self.flags:
            self.flags = [*self.flags, "boot"]  # parted shows the one flag of a gpt table as both

    # -- what is there

    def current(self):
        there = self.needs("path", self.device, os.path.exists(self.device), "Device %s not found." % self.device)
        if program(self, "parted", "parted") == "parted" or not there:
            return None if self.state == "absent" else {}
        self.disk = Disk(self.device, "B")
        found = self.disk.partition(self.number)
        if self.state == "info":
            return {}
        if self.state == "absent":
            return None if found is None else {"number": self.number, "begin": found["begin"], "end": found["end"]}
        state = {"table": self.disk.disk["table"], "number": found and self.number}
        if found:
            state.update(end=int(found["end"]), name=found["name"], flags=sorted(found["flags"]))
        return state

    # -- what is asked for

    def wanted(self):
        if self.state == "info":
            self.script = ["unit", self.unit, "print"]
            return {}
        if self.state == "absent":
            if self.before is not None:
                refuse_in_use(self._device_of_partition(), "it cannot be removed")
            return None
        state = {"table": self.label, "number": self.number}
        if self.disk is not None:
            self._check_table()
            self.end = place_of("part_end", self.part_end, self.unit, self.disk)
            place_of("part_start", self.part_start, self.unit, self.disk)
            if self.resize and self.before["number"] is not None:
                state["end"] = self.end
        if self.name is not None:
            state["name"] = self.name
        if self.flags:
            state["flags"] = sorted(self.flags)
        return state

    def _check_table(self):
        """A table is replaced where no partition, and no file system on the whole disk, goes with it."""
        if self.disk.disk["table"] == self.label:
            return
        held = signature(self.device)
        lost = len(self.disk.partitions)
        if held.get("TYPE"):
            raise ModuleFailed(
                "%s holds a %s, not partitions" % (self.device, held["TYPE"]),
                hint="the module `filesystem` with state: absent wipes it, if you will",
            )
        if lost:
            raise ModuleFailed(
                "%s has a table of type %s with %d partition%s, not %s"
                % (self.device, self.disk.disk["table"], lost, "s" if lost > 1 else "", self.label),
                hint="is `label` right? To begin anew, remove the partitions first",
            )
        refuse_in_use(self.device, "it gets no partition table")

    def same(self, key, now, wanted):
        if key != "end" or now == wanted:
            return now == wanted
        near = abs(now - wanted) <= NEAR
        found = self.disk.partition(self.number)
        full = wanted > now and self.disk.room_behind(found) <= NEAR
        return near or full

    # -- how to get there

    def apply(self, change):
        if change.removes:
            self._run(["rm", str(self.number)])
            return
        words = ["unit", self.unit]
        if "table" in change:
            words += ["mklabel", self.label]
        if "number" in change:
            words += [
                "mkpart",
                self.part_type,
                *([self.fs_type] if self.fs_type else []),
                self.part_start,
                self.part_end,
            ]
        elif "end" in change:
            words += ["resizepart", str(self.number), self.part_end]
        if len(words) > 2:
            self._run(words)
        self._dress()

    def _dress(self):
        """Name and flags, which a new partition may have already."""
        found = Disk(self.device, "B").partition(self.number)
        if found is None:
            raise ModuleFailed(
                "%s has a new partition now, but none with the number %d" % (self.device, self.number),
                hint="new partitions get the first number that is free", changed=True,
            )  # fmt: skip
        words = []
        if self.name is not None and found["name"] != self.name:
            words += ["name", str(self.number), '"%s"' % self.name]
        if self.flags:
            for flag in sorted(set(self.flags) - set(found["flags"])):
                words += ["set", str(self.number), flag, "on"]
            for flag in sorted(set(found["flags"]) - set(self.flags)):
                words += ["set", str(self.number), flag, "off"]
        if words:
            self._run(["unit", self.unit, *words])

    def _run(self, words):
        options = ["-f"] if can_fix() else []
        options += [] if self.align == "undefined" else ["-a", self.align]
        parted(self.device, *words, options=options)
        self.script += words
        settle = find_command("udevadm")
        if settle:
            run([settle, "settle", "--timeout=10"], check=False)

    def _device_of_partition(self):
        real = os.path.realpath(self.device)
        name = "%s%s%d" % (real, "p" if re.search(r"\d$", real) else "", self.number)
        return name if os.path.exists(name) else real

    def brings(self, change):
        if change.removes:
            return []
        middle = "p" if re.search(r"\d$", self.device) else ""
        return [("path", "%s%s%d" % (self.device, middle, self.number))]

    def returns(self, change, state):
        if self.disk is None:
            return {"script": self.script}
        found = Disk(self.device, self.unit)
        return {"disk": found.disk, "partitions": found.partitions, "script": self.script}
