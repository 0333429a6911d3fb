"""Make sure that a device holds a file system of a certain kind, or none; let it grow to the device's size."""

import os
import re

from modules.kit import Arg, Module, ModuleFailed, Path, run
from modules.storage._devices import program, refuse_in_use, signature, size_of
from modules.storage._filesystems import KINDS

UUID = re.compile(r"^[0-9A-Za-z]{4,}(-[0-9A-Za-z]{4,})+$")


class Filesystem(Module):
    collection = "community.general"

    dev = Arg(Path, "The block device, or a file that holds the image of one", aliases=("device",))
    fstype = Arg(
        str, "The kind of file system", default=None, choices=tuple(KINDS), aliases=("type",),
        needed_if={"state": "present"},
    )  # fmt: skip
    state = Arg(str, "Whether there is to be one", default="present", choices=("present", "absent"))
    force = Arg(bool, "Whether it is made anew each time, whatever the device holds", default=False)
    resizefs = Arg(bool, "Whether one that is smaller than the device grows", default=False)
    opts = Arg(str, "Further words for the program that makes it", default=None)
    uuid = Arg(str, "Its UUID, or a word that the program knows (random, generate), which renews it", default=None)

    exclusive = (("resizefs", "uuid"),)

    def subject(self):
        return self.dev

    def check_arguments(self):
        self.kind = KINDS.get(self.fstype)
        self.device = os.path.realpath(self.dev)  # LVM knows no links outside of /dev
        self.made, self.renewed, self.grown, self.message = False, False, False, None
        if self.uuid is not None and self.state == "present" and self.kind.uuid == (None, None):
            raise ModuleFailed("uuid: cannot be set for %s" % self.fstype)
        if self.resizefs and self.state == "present" and self.kind.grow is None:
            raise ModuleFailed("resizefs: a file system of type %s cannot be resized" % self.fstype)
        self.named = self.uuid is not None and self.fstype != "lvm" and UUID.match(self.uuid) is not None

    # -- what is there

    def current(self):
        if not os.path.exists(self.device):
            return None
        found = signature(self.device)
        self.found = found
        if self.state == "absent":
            return {"type": found["TYPE"]} if "TYPE" in found else None
        state = {"type": found.get("TYPE"), "made anew": self.made, "renewed": self.renewed}
        if self.named:
            state["uuid"] = (found.get("UUID") or "").lower()
        if self.resizefs and found.get("TYPE") == self.kind.blkid:
            state["size"], state["free"] = self.kind.free(self.device, size_of(self.device))
        return state

    # -- what is asked for

    def wanted(self):
        if self.state == "absent":
            if self.before is not None:
                refuse_in_use(self.device, "its file system cannot be removed")
            return None
        message = "Device %s not found." % self.dev
        if self.before is None:
            self.needs("path", self.device, False, message)
            return {"type": self.kind.blkid}
        same = self.before["type"] == self.kind.blkid
        state = {"type": self.kind.blkid}
        if same and self.force and not self.resizefs:
            state["made anew"] = True
        if not same or "made anew" in state:
            self._check_new()
        elif self.resizefs:
            self._check_growth(state)
        if self.named:
            state["uuid"] = self.uuid.lower()
        elif self.uuid is not None and same:
            state["renewed"] = True
        return state

    def _check_new(self):
        """Refuse to overwrite anything unless forced, and what is in use in any case."""
        if not self.force:
            held = self.found.get("TYPE") or self.found.get("PTTYPE") or self.found.get("ambiguous")
            if held:
                held = "a partition table (%s)" % held if "TYPE" not in self.found and "PTTYPE" in self.found else held
                held = "several file systems at once" if "ambiguous" in self.found else held
                raise ModuleFailed("'%s' is already used as %s, use force=true to overwrite" % (self.device, held))
        refuse_in_use(self.device, "no file system can be made on it")
        program(self, self.kind.make[0], self.kind.package)

    def _check_growth(self, state):
        if not self.before["free"]:
            self.message = "%s filesystem is using the whole device %s" % (self.fstype, self.device)
            return
        self.kind.target(self.device)
        program(self, self.kind.grow[0], self.kind.package)
        state["free"] = 0

    def same(self, key, now, wanted):
        # What the program leaves of the device because it is too little for it is nobody's fault.
        return now == wanted or (key == "free" and self.grown)

    # -- how to get there

    def apply(self, change):
        if change.removes:
            run([program(self, "wipefs", "util-linux"), "--all", self.device])
        elif {"type", "made anew"} & change.keys:
            self._make()
        elif "free" in change:
            grow = self.kind.grow
            target = self.kind.target(self.device)
            self.message = run([program(self, grow[0], self.kind.package), *grow[1:], target]).stdout
            self.grown = True
        else:
            self._change_uuid()

    def _make(self):
        words = list(self.kind.make)
        further = self.opts.split() if self.opts else []
        own = self.uuid if self.uuid is not None and self.kind.uuid[0] else None
        if own and not {"-U", "-u", "--uuid"} & set(further):
            further += [*self.kind.uuid[0], own]
        run([program(self, words[0], self.kind.package), *words[1:], *further, self.device])
        if self.uuid is not None and not self.kind.uuid[0]:
            self._change_uuid()
        self.made = True

    def _change_uuid(self):
        words = self.kind.uuid[1]
        value = [] if self.fstype == "lvm" else [self.uuid]
        self.message = run([program(self, words[0], self.kind.package), *words[1:], *value, self.device]).stdout
        self.renewed = True

    def returns(self, change, state):
        if self.state == "absent" and not os.path.exists(self.device):
            return {"msg": "Device %s not found." % self.dev}
        return {"msg": self.message} if self.message else {}
