"""Make sure that a volume group exists on certain physical volumes, or that it does not."""

import os

from modules.kit import Arg, Module, ModuleFailed
from modules.storage._devices import program, refuse_in_use, signature
from modules.storage._lvm import PACKAGE, group, lvm, physical_volumes, report

BOOT = ("vg_name", "vg_autoactivation")


class Lvg(Module):
    collection = "community.general"

    vg = Arg(str, "The name of the volume group")
    pvs = Arg(list, "The devices it is to be on; those that are no physical volumes become some", default=None, of=str)
    state = Arg(
        str, "Whether it is to be there; active and inactive are meant for its logical volumes, too",
        default="present", choices=("absent", "present", "active", "inactive"),
    )  # fmt: skip
    pesize = Arg(str, "The size of its extents, in megabytes unless with a unit; for a new one only", default="4")
    pv_options = Arg(str, "Further words for pvcreate", default="")
    vg_options = Arg(str, "Further words for vgcreate", default="")
    pvresize = Arg(bool, "Whether its physical volumes grow to the size of their devices", default=False)
    remove_extra_pvs = Arg(bool, "Whether it leaves devices that are not in `pvs`", default=True)
    force = Arg(bool, "Whether one with logical volumes may be removed, with them", default=False)
    reset_vg_uuid = Arg(bool, "Whether it gets a new UUID each time", default=False)
    reset_pv_uuid = Arg(bool, "Whether its physical volumes get new UUIDs each time", default=False)

    def subject(self):
        return self.vg

    def check_arguments(self):
        self.devices = [os.path.realpath(device) for device in self.pvs or []]
        self.renewed = False
        if self.reset_pv_uuid and not self.devices:
            raise ModuleFailed("pvs: needed with reset_pv_uuid")

    # -- what is there

    def current(self):
        self.ready = program(self, "vgs", PACKAGE) != "vgs"
        found = group(self.vg) if self.ready else None
        if found is None:
            return None
        self.volumes = int(found["lv_count"])
        mine = {path: one for path, one in physical_volumes().items() if one["vg_name"] == self.vg}
        state = {"pvs": sorted(mine), "room left": {}, "uuid renewed": self.renewed}
        for path, one in mine.items():
            left = int(one["dev_size"]) - int(one["pe_start"]) - int(one["pv_size"])
            if self.pvresize and left > int(one["vg_extent_size"]):
                state["room left"][path] = left
        if self.state in ("active", "inactive"):
            state.update(self._activity())
        return state

    def _activity(self):
        """Which logical volumes are active, and whether all are activated at boot where LVM knows of that."""
        fields = ("lv_name", "lv_attr")
        found = {one["lv_name"]: one["lv_attr"][4:5] for one in report("lvs", fields, self.vg)}
        known = report("vgs", BOOT, self.vg, check=False)
        state = {"inactive": sorted(name for name in found if found[name] == "-")}
        state["active"] = sorted(name for name in found if found[name] == "a")
        if known:
            state["activated at boot"] = known[0]["vg_autoactivation"] == "enabled"
        return state

    # -- what is asked for

    def wanted(self):
        if self.state == "absent":
            if self.before is not None and self.volumes and not self.force:
                raise ModuleFailed("Refuse to remove non-empty volume group %s without force=true" % self.vg)
            return None
        if self.before is None and not self.devices:
            raise ModuleFailed("No physical volumes given.")
        there = [] if self.before is None else self.before["pvs"]
        for device in self.devices:
            if device not in there:
                self._check_new(device)
        state = {"room left": {}}
        if self.devices:
            state["pvs"] = sorted(set(self.devices) | (set() if self.remove_extra_pvs else set(there)))
        if (self.reset_vg_uuid or self.reset_pv_uuid) and self.before is not None:
            state["uuid renewed"] = True
        if self.state in ("active", "inactive"):
            state.update(self._wanted_activity())
        return state

    def _check_new(self, device):
        """A device that shall join has to be there, empty or an unused physical volume, and in use nowhere."""
        if not self.needs("path", device, os.path.exists(device), "Device %s not found." % device) or not self.ready:
            return
        owner = physical_volumes().get(device, {}).get("vg_name")
        if owner:
            raise ModuleFailed("Device %s is already in %s volume group." % (device, owner))
        refuse_in_use(device, "it cannot become a physical volume")
        held = signature(device)
        kind = held.get("TYPE") or ("PTTYPE" in held and "partition table (%s)" % held["PTTYPE"])
        if kind and kind != "LVM2_member":
            raise ModuleFailed(
                "%s holds a %s" % (device, kind),
                hint="the module `filesystem` with state: absent wipes it, if you will",
            )

    def _wanted_activity(self):
        if self.before is None:
            return {"activated at boot": self.state == "active"} if self._knows_boot() else {}
        state = {"inactive" if self.state == "active" else "active": []}
        if "activated at boot" in self.before:
            state["activated at boot"] = self.state == "active"
        return state

    def _knows_boot(self):
        """Whether this LVM knows of activation at boot (since 2.03.12)."""
        return self.ready and bool(lvm("vgs", "-o", BOOT[1], check=False))

    # -- how to get there

    def apply(self, change):
        if change.removes:
            lvm("vgremove", "--force", self.vg)
        elif change.creates:
            self._add(self.devices)
            lvm("vgcreate", *self._options(), "-s", self.pesize, self.vg, *self.devices)
        else:
            self._resize(change)
            self._activate(change)
            self._renew()

    def _add(self, devices):
        known = physical_volumes()
        for device in devices:
            if device not in known:
                lvm("pvcreate", *self.pv_options.split(), "-f", "-y", device)

    def _options(self):
        words = self.vg_options.split()
        known = self.state in ("active", "inactive") and self._knows_boot()
        if known and "--setautoactivation" not in words:
            words += ["--setautoactivation", "y" if self.state == "active" else "n"]
        return words

    def _resize(self, change):
        for device in change.before["room left"]:
            lvm("pvresize", device)
        if "pvs" in change:
            new = [device for device in change.wanted["pvs"] if device not in change.before["pvs"]]
            old = [device for device in change.before["pvs"] if device not in change.wanted["pvs"]]
            if new:
                self._add(new)
                lvm("vgextend", self.vg, *new)
            if old:
                lvm("vgreduce", self.vg, *old)

    def _activate(self, change):
        flag = "y" if self.state == "active" else "n"
        if "activated at boot" in change:
            lvm("vgchange", "--setautoactivation", flag, self.vg)
        if {"active", "inactive"} & change.keys:
            lvm("vgchange", "--activate", flag, self.vg)

    def _renew(self):
        if self.reset_vg_uuid:
            lvm("vgchange", "-u", self.vg)
        if self.reset_pv_uuid:
            for device in self.devices:
                lvm("pvchange", "-u", device)
        self.renewed = True

    def brings(self, change):
        return [] if change.removes else [("path", "/dev/%s" % self.vg)]
