"""Cases of mount and mount_facts; what is mounted is so in a host of the lab."""

from tests.contract.case import Case

FSTAB = (
    "printf '%s\\n' '# mine' 'LABEL=a / ext4 defaults 0 1' 'tmpfs /mnt/demo tmpfs size=1m' "
    "'/dev/sdb1 none swap sw 0 0 # swap' > {folder}/fstab; "
)
FREE = "umount /mnt/demo 2>/dev/null; umount /mnt/demo 2>/dev/null; rm -rf /mnt/demo /srv/demo; " + FSTAB
MOUNTED = FREE + "mkdir /mnt/demo; mount -T {folder}/fstab /mnt/demo; "
BOUND = FREE + "mkdir /mnt/demo /srv/demo; touch /srv/demo/here; mount --bind /srv/demo /mnt/demo; "
SEEN = (
    "cat {folder}/fstab; ls {folder} | wc -l; ls -d /mnt/*; findmnt -rn -o TARGET,SOURCE,FSTYPE,OPTIONS --mountpoint "
    "/mnt/demo; true"
)
DEMO = {"path": "/mnt/demo", "src": "tmpfs", "fstype": "tmpfs", "opts": "size=1m", "fstab": "{folder}/fstab"}
GONE = {"path": "/mnt/demo", "state": "unmounted"}


def entry(title, arrange=FSTAB, /, **args):
    """A case of a file in place of fstab."""
    known = {key: args.pop(key) for key in ("undo", "same", "expect") if key in args}
    given = {"path": "/mnt/x", "src": "/dev/sdc", "fstype": "ext4", "fstab": "{folder}/fstab", "state": "present"}
    return Case("mount", title, {**given, **args}, arrange=arrange, **known)


ENTRIES = [
    entry("adds a line", path="/mnt/a b", undo={
          "path": "/mnt/a b", "fstab": "{folder}/fstab", "state": "absent_from_fstab"}, expect={
          "name": "/mnt/a b", "src": "/dev/sdc", "fstype": "ext4", "opts": "defaults", "boot": "yes", "dump": "0",
          "passno": "0"}),
    entry("makes fstab", "true", opts="ro", boot=False, passno=2, expect={"opts": "ro,noauto", "boot": "no"}),
    entry("changes a line", path="/mnt/demo", src="tmpfs", fstype="tmpfs", opts="size=2m", backup=True),
    entry("leaves a line alone", path="/mnt/demo", src="tmpfs", fstype="tmpfs", opts="size=1m", same=True),
    entry("leaves swap alone", path="none", src="/dev/sdb1", fstype="swap", opts="sw", same=True),
    entry("adds another swap", path="none", src="/dev/sdc1", fstype="swap", opts="sw", undo={
          "path": "none", "src": "/dev/sdc1", "fstab": "{folder}/fstab", "state": "absent_from_fstab"}),
    entry("hides the options", opts="password=secret,ro", opts_no_log=True, expect={"opts": "********"}),
    entry("removes a line", path="/mnt/demo", src=None, fstype=None, state="absent_from_fstab"),
    entry("finds no line", src=None, fstype=None, state="absent", same=True),
]  # fmt: skip


def mounted(title, arrange=FREE, /, **args):
    """A case of something mounted."""
    known = {key: args.pop(key) for key in ("undo", "same", "expect", "repeats") if key in args}
    return Case("mount", title, {**DEMO, **args}, arrange=arrange, snapshot=SEEN, lab=True, **known)


MOUNTS = [
    mounted("mounts", state="mounted", undo=GONE),
    mounted("mounts with a line of its own", state="mounted", fstab="{folder}/new/fstab",
            undo={"path": "/mnt/demo", "state": "absent", "fstab": "{folder}/new/fstab"}),
    mounted("mounts again with other options", MOUNTED, state="mounted", opts="size=2m"),
    mounted("mounts another thing", BOUND, state="mounted", opts="size=2m"),
    mounted("leaves what is mounted alone", MOUNTED, state="mounted", same=True),
    mounted("binds a folder", FREE + "mkdir /srv/demo; touch /srv/demo/here; ", state="mounted", src="/srv/demo",
            fstype="none", opts="bind,ro", undo={**DEMO, "state": "absent_mount"}),
    mounted("unmounts", MOUNTED, state="unmounted"),
    mounted("finds nothing to unmount", state="unmounted", same=True),
    mounted("removes all of it", MOUNTED, state="absent"),
    mounted("removes all but the folder", MOUNTED, state="absent_mount"),
    mounted("leaves alone what fstab does not know", MOUNTED + "sed -i /demo/d {folder}/fstab", state="absent",
            same=True),
    mounted("remounts", MOUNTED, state="remounted", src=None, fstype=None, opts="ro", repeats=True),
    mounted("remounts as fstab says", MOUNTED + "sed -i s/1m/2m/ {folder}/fstab", state="remounted", opts=None,
            repeats=True),
    mounted("mounts for now", state="ephemeral", fstab=None, repeats=True, undo=GONE),
    mounted("mounts a folder again for now", BOUND, state="ephemeral", src="/srv/demo", fstype="none", opts="bind,ro",
            repeats=True),
]  # fmt: skip

FACTS = [
    Case("mount_facts", "looks everywhere", {"include_aggregate_mounts": True, "timeout": 20}, kind="query"),
    Case("mount_facts", "asks the program", {"sources": ["mount"], "include_aggregate_mounts": False}, kind="query"),
    Case("mount_facts", "reads a file", {"sources": ["{folder}/fstab"], "fstypes": ["nfs*"], "devices": ["nosuch:*"]},
         kind="query", arrange="echo 'nosuch:/a /mnt/a nfs ro 0 2' > {folder}/fstab"),
]  # fmt: skip

CASES = [*ENTRIES, *MOUNTS, *FACTS]
