"""File systems by their kind: what makes them, lets them grow, and tells their size."""

import os
import re

from modules.kit import ModuleFailed, run
from modules.kit.process import find_command
from modules.storage._devices import used_as

EXT_FIELD = re.compile(r"^([A-Z][^:\n]*):[ \t]*(\d+)$", re.M)

PAGE = os.sysconf("SC_PAGESIZE")
SEGMENT = 2 << 20
"""What f2fs takes of a device at a time, in bytes."""


class Kind:
    """
    One kind of file system.

    blkid: its type in the words of blkid(8). make, grow: the command lines, to which the device (with `mounted` the
    place it is mounted at) is added; grow is None for what cannot grow. package: where the programs come from.
    uuid: (option of `make`, command line that changes it), each None where there is none.
    """

    mounted = False

    def __init__(self, blkid, package, make, grow=None, uuid=(None, None)):
        self.blkid = blkid
        self.package = package
        self.make = make
        self.grow = grow
        self.uuid = uuid

    def free(self, device, size):
        """
        (the bytes of the file system, the bytes of the device that it could take besides); `size` is the device's.
        """
        raise ModuleFailed("a file system of type %s cannot be resized" % self.blkid)

    def target(self, device):
        """What the command that lets it grow is to be called with."""
        if not self.mounted:
            return device
        place = used_as(device)
        if place is None:
            raise ModuleFailed("%s needs to be mounted to let %s grow" % (device, self.blkid))
        return place

    def _asked(self, *words):
        return run([find_command(words[0]) or words[0], *words[1:]], hint="install %s" % self.package).stdout


class Ext(Kind):
    def free(self, device, size):
        found = {name: int(value) for name, value in EXT_FIELD.findall(self._asked("tune2fs", "-l", device))}
        block = found["Block size"]
        blocks = size // max(block, PAGE) * max(block, PAGE) // block  # resize2fs takes whole pages
        # A last group that has hardly room for its own tables is not begun (libext2fs, ext2fs_initialize).
        rest = (blocks - found["First block"]) % found["Blocks per group"]
        tables = 53 + found["Inode blocks per group"] + found.get("Reserved GDT blocks", 0)
        tables += -(-blocks // found["Blocks per group"]) * 64 // block + 1
        usable = blocks - rest if rest < tables else blocks
        used = found["Block count"]
        return used * block, max(usable - used, 0) * block


class Xfs(Kind):
    mounted = True

    def free(self, device, size):
        said = self._asked("xfs_info", used_as(device) or device)
        found = re.search(r"^data\s+=\s*bsize=(\d+)\s+blocks=(\d+)", said, re.M)
        block = int(found.group(1))
        used = block * int(found.group(2))
        # A new group of blocks needs at least 64 of them.
        return used, size - used if size - used >= 64 * block else 0


class Btrfs(Kind):
    mounted = True

    def free(self, device, size):
        said = self._asked("btrfs", "inspect-internal", "dump-super", device)
        used = int(re.search(r"^dev_item\.total_bytes\s+(\d+)", said, re.M).group(1))
        sector = int(re.search(r"^sectorsize\s+(\d+)", said, re.M).group(1))
        return used, max(size // sector * sector - used, 0)


class F2fs(Kind):
    """It takes whole segments of the device only."""

    def free(self, device, size):
        said = self._asked("dump.f2fs", device)
        sector = re.search(r"sector size = (\d+)", said)
        used = (int(sector.group(1)) if sector else 512) * int(re.search(r"total FS sectors = (\d+)", said).group(1))
        return used, max(size // SEGMENT * SEGMENT - used, 0)


class Lvm(Kind):
    def free(self, device, size):
        fields = "pv_size,pe_start,vg_extent_size"
        said = self._asked("pvs", "--noheadings", "--units", "b", "--nosuffix", "-o", fields, device).split()
        used, start = int(said[0]), int(said[1])
        extent = int(said[2]) if len(said) > 2 and int(said[2]) else 4 << 20
        left = size - start - used
        return used, left // extent * extent if left >= extent else 0


def _ext(kind):
    return Ext(kind, "e2fsprogs", ["mkfs." + kind, "-F"], ["resize2fs"], (["-U"], ["tune2fs", "-U"]))


KINDS = {
    "ext2": _ext("ext2"),
    "ext3": _ext("ext3"),
    "ext4": _ext("ext4"),
    "xfs": Xfs("xfs", "xfsprogs", ["mkfs.xfs", "-f"], ["xfs_growfs"], (None, ["xfs_admin", "-U"])),
    "btrfs": Btrfs("btrfs", "btrfs-progs", ["mkfs.btrfs", "-f"], ["btrfs", "filesystem", "resize", "max"]),
    "vfat": Kind("vfat", "dosfstools", ["mkfs.vfat"]),
    "f2fs": F2fs("f2fs", "f2fs-tools", ["mkfs.f2fs", "-f"], ["resize.f2fs"]),
    "swap": Kind("swap", "util-linux", ["mkswap", "-f"]),
    "lvm": Lvm("LVM2_member", "lvm2", ["pvcreate", "-ff", "-y"], ["pvresize"],
               (["--norestorefile", "--uuid"], ["pvchange", "-u"])),
}  # fmt: skip
