"""
Cases of modules/storage, in hosts of the lab: on files, and on loop devices where a program wants a device.

LVM is told to leave the kernel alone (activation = 0), since not every kernel has its device mapper: volumes are made,
resized and removed in the metadata on the devices, but have no device of their own.
"""

from tests.contract.case import Case

TOOLS = (
    "command -v parted mkfs.xfs mkfs.btrfs mkfs.vfat mkfs.f2fs pvs > /dev/null || { apt-get -qq update; apt-get -qq"
    " install parted xfsprogs btrfs-progs dosfstools f2fs-tools lvm2; } > /dev/null 2>&1; "
)
IMAGE = TOOLS + "truncate -s 300M {folder}/img; "
# Something that ends with the host holds each device open, and so its file is let go when that ends.
LOOPS = TOOLS + (
    "xargs -r kill < /run/holders 2> /dev/null; rm -f /run/holders; for n in 1 2; do truncate -s 300M {folder}/img$n;"
    " d=$(losetup -P -f --show {folder}/img$n); ln -s $d {folder}/disk$n;"
    " setsid sleep 1800 < $d > /dev/null 2>&1 & echo $! >> /run/holders; losetup -d $d; done; "
    "devices=$(readlink {folder}/disk1 {folder}/disk2 | sed 's/.*/\"a|^&$|\",/' | tr -d '\\n');"
    ' echo "global { activation = 0 } devices { filter = [ $devices \\"r|.*|\\" ] }" > /etc/lvm/lvmlocal.conf; '
)
FS = {"dev": "{folder}/img", "fstype": "ext4"}
LOOK = "blkid -p -s TYPE -s UUID -s PTTYPE {folder}/img; true"
VG = {"vg": "trial", "pvs": ["{folder}/disk1"]}
LV = {"vg": "trial", "lv": "data", "size": "40m"}
PVS = "pvs --noheadings -o pv_name,vg_name,pv_size,vg_uuid 2> /dev/null; vgs 2> /dev/null; true"
LVS = "lvs --noheadings -o lv_name,lv_size,origin 2> /dev/null; true"
MADE = LOOPS + "pvcreate -q $(readlink {folder}/disk1) > /dev/null 2>&1; "
GROUP = MADE + "vgcreate -q trial $(readlink {folder}/disk1) > /dev/null 2>&1; "
VOLUME = GROUP + "lvcreate -q -y -n data -L 40m trial > /dev/null 2>&1; "
PART = {"device": "{folder}/img", "number": 1, "state": "present", "label": "gpt"}
PARTS = "parted -s -m {folder}/img unit B print 2>&1; true"
TABLE = IMAGE + "parted -s {folder}/img mklabel gpt mkpart primary 1MiB 50% mkpart primary 50% 90%; "

CASES = [
    Case("filesystem", "makes an ext4", FS, arrange=IMAGE, snapshot=LOOK, lab=True,
         undo={"dev": "{folder}/img", "state": "absent"}),
    Case("filesystem", "makes an ext2 with a UUID and further words",
         {**FS, "fstype": "ext2", "opts": "-L label", "uuid": "6f7a1d4e-0000-4000-8000-0123456789ab"},
         arrange=IMAGE, snapshot=LOOK, lab=True),
    Case("filesystem", "makes an ext3", {**FS, "fstype": "ext3"}, arrange=IMAGE, snapshot=LOOK, lab=True),
    Case("filesystem", "makes an xfs", {**FS, "fstype": "xfs"}, arrange=IMAGE, snapshot=LOOK, lab=True),
    Case("filesystem", "makes a btrfs", {**FS, "fstype": "btrfs"}, arrange=IMAGE, snapshot=LOOK, lab=True),
    Case("filesystem", "makes a vfat", {**FS, "fstype": "vfat"}, arrange=IMAGE, snapshot=LOOK, lab=True),
    Case("filesystem", "makes an f2fs", {**FS, "fstype": "f2fs"}, arrange=IMAGE, snapshot=LOOK, lab=True),
    Case("filesystem", "makes swap", {**FS, "fstype": "swap"}, arrange=IMAGE, snapshot=LOOK, lab=True),
    Case("filesystem", "makes a physical volume of LVM", {"dev": "{folder}/disk1", "fstype": "lvm"},
         arrange=LOOPS, snapshot=PVS, lab=True),
    Case("filesystem", "leaves one alone", FS, arrange=IMAGE + "mkfs.ext4 -q {folder}/img", snapshot=LOOK,
         same=True, lab=True),
    Case("filesystem", "replaces another when forced", {**FS, "force": True},
         arrange=IMAGE + "mkfs.xfs -q {folder}/img", snapshot=LOOK, repeats=True, lab=True),
    Case("filesystem", "changes the UUID", {**FS, "uuid": "6F7A1D4E-0000-4000-8000-0123456789AB"},
         arrange=IMAGE + "mkfs.ext4 -q {folder}/img", snapshot=LOOK, lab=True),
    Case("filesystem", "renews the UUID", {**FS, "uuid": "random"},
         arrange=IMAGE + "mkfs.ext4 -q {folder}/img", snapshot=LOOK, repeats=True, lab=True),
    Case("filesystem", "lets an ext4 grow", {**FS, "resizefs": True},
         arrange=IMAGE + "mkfs.ext4 -q {folder}/img 100M", lab=True,
         snapshot="tune2fs -l {folder}/img | grep 'Block c'"),
    Case("filesystem", "lets an f2fs grow", {**FS, "fstype": "f2fs", "resizefs": True},
         arrange=IMAGE + "mkfs.f2fs -q {folder}/img > /dev/null; truncate -s 401M {folder}/img", lab=True,
         snapshot="dump.f2fs {folder}/img | grep 'total FS'"),
    Case("filesystem", "leaves an ext4 alone that has grown", {**FS, "resizefs": True},
         arrange=IMAGE + "truncate -s 262145K {folder}/img; mkfs.ext4 -q {folder}/img;"
         " resize2fs {folder}/img 262145 2>&1; truncate -s 262200K {folder}/img",
         lab=True, same=True, snapshot="tune2fs -l {folder}/img | grep 'Block c'"),
    Case("filesystem", "lets an xfs grow", {"dev": "{folder}/disk1", "fstype": "xfs", "resizefs": True},
         arrange=LOOPS + "umount -q /mnt/trial; mkdir -p /mnt/trial; mkfs.xfs -q -d size=300m {folder}/disk1;"
         " truncate -s 400M {folder}/img1; losetup -c $(readlink {folder}/disk1); mount {folder}/disk1 /mnt/trial",
         snapshot="xfs_info /mnt/trial | grep ^data", lab=True),
    Case("filesystem", "lets a btrfs grow", {"dev": "{folder}/disk1", "fstype": "btrfs", "resizefs": True},
         arrange="umount -q /mnt/trial; " + LOOPS + "mkdir -p /mnt/trial; mkfs.btrfs -q {folder}/disk1;"
         " truncate -s 400M {folder}/img1; losetup -c $(readlink {folder}/disk1); mount {folder}/disk1 /mnt/trial",
         snapshot="btrfs filesystem usage -b /mnt/trial | grep 'Device size'", lab=True),
    Case("filesystem", "lets a physical volume grow", {"dev": "{folder}/disk1", "fstype": "lvm", "resizefs": True},
         arrange="umount -q /mnt/trial; " + GROUP
         + "truncate -s 400M {folder}/img1; losetup -c $(readlink {folder}/disk1)", snapshot=PVS, lab=True),
    Case("filesystem", "removes one", {"dev": "{folder}/img", "state": "absent"},
         arrange=IMAGE + "mkfs.ext4 -q {folder}/img", snapshot=LOOK, lab=True),
    Case("filesystem", "has nothing to remove", {"dev": "{folder}/img", "state": "absent"}, arrange=IMAGE,
         snapshot=LOOK, same=True, lab=True),
    Case("lvg", "makes a volume group", VG, arrange=LOOPS, snapshot=PVS, lab=True,
         undo={"vg": "trial", "state": "absent"}),
    Case("lvg", "makes one that is not activated at boot",
         {**VG, "state": "inactive", "pesize": "8", "pv_options": "--metadatasize 2m"}, arrange=LOOPS, snapshot=PVS,
         lab=True),
    Case("lvg", "leaves one alone", {**VG, "pvresize": True}, arrange=GROUP, snapshot=PVS, same=True, lab=True),
    Case("lvg", "turns activation at boot off", {**VG, "state": "inactive"}, arrange=GROUP, lab=True,
         snapshot="vgs -o vg_name,vg_autoactivation 2> /dev/null", undo={**VG, "state": "active"}),
    Case("lvg", "takes a device in", {**VG, "pvs": ["{folder}/disk1", "{folder}/disk2"]}, arrange=GROUP, snapshot=PVS,
         lab=True, undo=VG),
    Case("lvg", "keeps devices that are not named", {**VG, "pvs": ["{folder}/disk2"], "remove_extra_pvs": False},
         arrange=GROUP, snapshot=PVS, lab=True),
    Case("lvg", "lets devices grow", {**VG, "pvresize": True},
         arrange=GROUP + "truncate -s 400M {folder}/img1; losetup -c $(readlink {folder}/disk1)", snapshot=PVS,
         lab=True),
    Case("lvg", "gives new UUIDs", {**VG, "reset_vg_uuid": True, "reset_pv_uuid": True}, arrange=GROUP, snapshot=PVS,
         repeats=True, lab=True),
    Case("lvg", "removes one", {"vg": "trial", "state": "absent"}, arrange=GROUP, snapshot=PVS, lab=True),
    Case("lvg", "removes one with its volumes when forced", {"vg": "trial", "state": "absent", "force": True},
         arrange=VOLUME, snapshot=PVS, lab=True),
    Case("lvg", "has nothing to remove", {"vg": "trial", "state": "absent"}, arrange=LOOPS, snapshot=PVS, same=True,
         lab=True),
    Case("lvol", "makes a volume", LV, arrange=GROUP, snapshot=LVS, lab=True,
         undo={"vg": "trial", "lv": "data", "state": "absent", "force": True}, expect={"size": 40.0}),
    Case("lvol", "makes a volume of what is free", {**LV, "size": "100%FREE", "shrink": False}, arrange=GROUP,
         snapshot=LVS, lab=True, expect={"size": 296.0}),
    Case("lvol", "makes a volume on one device",
         {**LV, "size": "50%PVS", "pvs": ["{folder}/disk1"], "opts": "--addtag 'tag'", "active": False},
         arrange=GROUP, snapshot=LVS, lab=True, expect={"size": 148.0}),
    Case("lvol", "leaves a volume alone", {**LV, "size": "37"}, arrange=VOLUME, snapshot=LVS, same=True, lab=True),
    Case("lvol", "lets a volume grow", {**LV, "size": "50%VG"}, arrange=VOLUME, snapshot=LVS, lab=True,
         expect={"size": 148.0}),
    Case("lvol", "lets a volume grow each time", {**LV, "size": "+8m"}, arrange=VOLUME, snapshot=LVS, lab=True,
         repeats=True, expect={"size": 48.0}),
    Case("lvol", "lets a volume shrink when forced", {**LV, "size": "10", "force": True}, arrange=VOLUME, snapshot=LVS,
         lab=True, expect={"size": 12.0}),
    Case("lvol", "does not shrink what need not be small", {**LV, "size": "10", "shrink": False}, arrange=VOLUME,
         snapshot=LVS, lab=True, same=True),
    Case("lvol", "removes a volume", {"vg": "trial", "lv": "data", "state": "absent", "force": True}, arrange=VOLUME,
         snapshot=LVS, lab=True),
    Case("lvol", "has no volume to remove", {"vg": "none", "lv": "data", "state": "absent"}, arrange=LOOPS,
         snapshot=LVS, same=True, lab=True),
    Case("parted", "tells of a disk", {"device": "{folder}/img", "unit": "MiB"}, arrange=TABLE, snapshot=PARTS,
         same=True, lab=True, expect={"script": ["unit", "MiB", "print"]}),
    Case("parted", "makes a table and a partition", {**PART, "name": "the data", "flags": ["lvm"], "part_end": "50%"},
         arrange=IMAGE, snapshot=PARTS, lab=True, undo={**PART, "state": "absent"}),
    Case("parted", "makes a partition in an msdos table",
         {**PART, "label": "msdos", "fs_type": "ext4", "flags": ["boot"], "part_start": "1MiB", "part_end": "-10MiB",
          "align": "minimal"}, arrange=IMAGE, snapshot=PARTS, lab=True),
    Case("parted", "makes a further partition", {**PART, "number": 3, "part_start": "90%"}, arrange=TABLE,
         snapshot=PARTS, lab=True),
    Case("parted", "leaves a partition alone", PART, arrange=TABLE, snapshot=PARTS, same=True, lab=True),
    Case("parted", "changes name and flags", {**PART, "name": "other", "flags": ["esp"]}, arrange=TABLE,
         snapshot=PARTS, lab=True),
    Case("parted", "lets the last partition grow", {**PART, "number": 2, "resize": True}, arrange=TABLE,
         snapshot=PARTS, lab=True),
    Case("parted", "lets the last partition grow on a disk that has grown", {**PART, "number": 2, "resize": True},
         arrange=TABLE + "truncate -s 500M {folder}/img", snapshot="parted -s -m {folder}/img print; true", lab=True),
    Case("parted", "lets no partition grow that has no room",
         {**PART, "resize": True, "part_end": "50%"}, arrange=TABLE, snapshot=PARTS, same=True, lab=True),
    Case("parted", "removes a partition", {**PART, "state": "absent"}, arrange=TABLE, snapshot=PARTS, lab=True),
    Case("parted", "has no partition to remove", {**PART, "number": 9, "state": "absent"}, arrange=TABLE,
         snapshot=PARTS, same=True, lab=True),
]  # fmt: skip
