"""Make sure that a logical volume exists with a certain size, or that it does not; snapshots and thin pools, too."""

import os
import re
import shlex

from modules.kit import Arg, Module, ModuleFailed, Unknown
from modules.storage._devices import program
from modules.storage._lvm import PACKAGE, bytes_of, group, lvm, physical_volumes, report

PERCENT = re.compile(r"^(\d+)%(VG|PVS|FREE|ORIGIN)$")


class Lvol(Module):
    collection = "community.general"

    vg = Arg(str, "The volume group it is in")
    lv = Arg(str, "Its name; with `snapshot`, the volume that the snapshot is of", default=None)
    size = Arg(
        str,
        "Its size: in megabytes, with one of the units bskmgtpe (of 1024), or as a percentage of VG, PVS, FREE or "
        "ORIGIN; with + or - in front, what it grows or shrinks by each time",
        default=None,
    )
    state = Arg(str, "Whether it is to be there", default="present", choices=("present", "absent"))
    active = Arg(bool, "Whether it is active, and so has a device", default=True)
    force = Arg(bool, "Whether it may shrink or be removed", default=False)
    shrink = Arg(bool, "Whether it shrinks where it is larger", default=True)
    resizefs = Arg(bool, "Whether the file system in it is resized with it", default=False)
    opts = Arg(str, "Further words for lvcreate", default=None)
    snapshot = Arg(str, "The name of a snapshot of `lv`", default=None)
    thinpool = Arg(str, "A thin pool: the one that is meant without `lv`, else the one that `lv` is in", default=None)
    pvs = Arg(list, "The physical volumes it may use", default=(), of=str)

    one_of = (("lv", "thinpool"),)

    def subject(self):
        return "%s/%s" % (self.vg, self.name)

    def check_arguments(self):
        self.name = (self.snapshot or self.lv or self.thinpool).rpartition("/")[2]
        self.devices = [os.path.realpath(device) for device in self.pvs]
        self.operator = self.size[0] if self.size and self.size[0] in "+-" else ""
        self.amount = (self.size or "").lstrip("+-").strip()
        self.percent = PERCENT.match(self.amount)
        self.group, self.unknown_until, self.made = None, None, False
        if "%" in self.amount and not self.percent:
            raise ModuleFailed("Specify extents as a percentage of VG|PVS|FREE|ORIGIN", hint="as in 50%FREE")
        if self.percent and int(self.percent.group(1)) > 100:
            raise ModuleFailed("Size percentage cannot be larger than 100%")
        if self.percent and self.percent.group(2) == "ORIGIN" and not self.snapshot:
            raise ModuleFailed("Percentage of ORIGIN supported only for snapshot volumes")
        if self.percent and self.thinpool and self.lv and not self.snapshot:
            raise ModuleFailed("Thin volume sizing with percentage not supported.")
        if self.amount and not self.percent:
            bytes_of("size", self.amount)

    # -- what is there

    def current(self):
        if program(self, "vgs", PACKAGE) == "vgs":
            self.unknown_until = self.context.bringer("command", "vgs")
            return None
        self.group = group(self.vg)
        if self.group is None:
            return None
        self.extent = int(self.group["vg_extent_size"])
        fields = ("lv_name", "lv_size", "lv_attr")
        found = report("lvs", fields, "-a", self.vg)
        self.volumes = {one["lv_name"].strip("[]"): one for one in found}
        mine = self.volumes.get(self.name)
        if mine is None:
            return None
        state = {"extents": int(mine["lv_size"]) // self.extent}
        sign = mine["lv_attr"][4:5]
        if sign in ("a", "-"):
            state["active"] = sign == "a"
        return state

    # -- what is asked for

    def wanted(self):
        if self.state == "absent":
            if self.before is not None and not self.force:
                raise ModuleFailed("Sorry, no removal of logical volume %s without force=true." % self.name)
            return None
        message = "Volume group %s does not exist." % self.vg
        if not self.needs("path", "/dev/%s" % self.vg, self.group is not None, message):
            self.unknown_until = self.context.bringer("path", "/dev/%s" % self.vg)
        if self.unknown_until:
            return {"extents": Unknown(self.unknown_until)}
        return self._wanted_new() if self.before is None else self._wanted_old()

    def _wanted_new(self):
        self._check_parts()
        if self.operator == "-":
            raise ModuleFailed("Bad size specification of '%s' for creating LV" % self.size)
        thin = self.snapshot and self._sign(self.lv) == "V"
        if not self.size and not thin:
            raise ModuleFailed("No size given.")
        state = {} if thin or self._is_thin() else {"extents": self._extents(0)}
        return dict(state, active=self.active) if self._asks_kernel() else state

    def _check_parts(self):
        if self.snapshot:
            if self.lv not in self.volumes:
                raise ModuleFailed("Snapshot origin LV %s does not exist in volume group %s." % (self.lv, self.vg))
            if self._sign(self.lv) == "t" or self.thinpool:
                raise ModuleFailed("Snapshots of thin pool LVs are not supported.")
        elif self.thinpool and self.lv and self.thinpool not in self.volumes:
            raise ModuleFailed("Thin pool LV %s does not exist in volume group %s." % (self.thinpool, self.vg))

    def _sign(self, name):
        """The first letter of the attributes of a volume: what it is (see lvs(8))."""
        return self.volumes.get(name, {}).get("lv_attr", "-")[:1]

    def _is_thin(self):
        return bool(self.thinpool and self.lv)

    def _asks_kernel(self):
        """Whether LVM may talk to the kernel; where it may not, nothing is ever active."""
        return "=1" in lvm("lvmconfig", "--type", "full", "global/activation").stdout

    def _wanted_old(self):
        state = {"active": self.active} if "active" in self.before else {}
        if not self.size:
            return state
        now = self.before["extents"]
        wanted = self._extents(now)
        spare = 1 if self.percent else 0
        if wanted > now:
            free = int(self.group["vg_free_count"])
            if self.percent and wanted - now > free:
                raise ModuleFailed("%s needs %d more extents, and there are %d" % (self.name, wanted - now, free))
            state["extents"] = wanted
        elif wanted + spare < now and (self.shrink or self.operator == "-"):
            if wanted < 1:
                raise ModuleFailed("Sorry, no shrinking of %s to 0 permitted." % self.name)
            if not self.force:
                raise ModuleFailed("Sorry, no shrinking of %s without force=true." % self.name)
            state["extents"] = wanted
        return state

    def _extents(self, now):
        """How many extents the size means, for a volume that has `now`; sizes are rounded up, percentages down."""
        if self.percent:
            amount = int(self.percent.group(1)) * self._whole(self.percent.group(2)) // 100
        else:
            amount = -(-bytes_of("size", self.amount) // self.extent)
        return {"": amount, "+": now + amount, "-": now - amount}[self.operator]

    def _whole(self, name):
        if name == "FREE":
            return int(self.group["vg_free_count"])
        if name == "ORIGIN":
            return -(-int(self.volumes[self.lv]["lv_size"]) // self.extent)
        if name == "PVS" and self.pvs:
            known = physical_volumes()
            return sum(
                int(known[os.path.realpath(pv)]["pv_pe_count"]) for pv in self.pvs if os.path.realpath(pv) in known
            )
        return int(self.group["vg_extent_count"])

    def same(self, key, now, wanted):
        # Stripes and mirrors round up further than whole extents.
        return now == wanted or (key == "extents" and self.made and now > wanted)

    # -- how to get there

    def apply(self, change):
        if change.removes:
            lvm("lvremove", "--force", "--yes", self.subject())
        elif change.creates:
            self._create()
        else:
            self._resize(change)
            if "active" in change:
                lvm("lvchange", "-ay" if self.active else "-an", self.subject())

    def _create(self):
        size = ["-l" if self.percent else "-L", self._shown_amount()] if self.size else []
        options = shlex.split(self.opts or "")
        if self.snapshot:
            words = size + ["-s", "-n", self.snapshot, *options, "%s/%s" % (self.vg, self.lv)]
        elif self._is_thin():
            words = ["-n", self.lv, "-V", self._shown_amount(), *options, "-T", "%s/%s" % (self.vg, self.thinpool)]
        elif self.thinpool:
            words = size + [*options, "-T", "%s/%s" % (self.vg, self.thinpool)]
        else:
            words = ["-n", self.lv, *size, *options, self.vg, *self.devices]
        lvm("lvcreate", "--yes", *words)
        self.made = True
        if not self.active and self._asks_kernel():
            lvm("lvchange", "-an", self.subject())

    def _shown_amount(self):
        """The size with its unit, as LVM takes it."""
        return self.amount if self.percent or self.amount[-1].isalpha() else self.amount + "m"

    def _resize(self, change):
        if "extents" not in change:
            return
        grows = change.wanted["extents"] > change.before["extents"]
        words = ["lvextend"] if grows else ["lvreduce", "--force"]
        words += ["--resizefs"] if self.resizefs else []
        lvm(*words, "-l", str(change.wanted["extents"]), self.subject(), *self.devices)

    def brings(self, change):
        device = "/dev/mapper/%s-%s" % (self.vg.replace("-", "--"), self.name.replace("-", "--"))
        return [] if change.removes else [("path", "/dev/%s" % self.subject()), ("path", device)]

    def returns(self, change, state):
        if state is None or self.unknown_until:
            return {}
        size = state.get("extents", 0) * self.extent
        unit = self.amount[-1:].lower() if self.amount[-1:].isalpha() and not self.percent else "m"
        return {"vg": self.vg, "lv": self.name, "size": size / bytes_of("size", "1" + unit)}
