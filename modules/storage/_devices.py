"""What the modules for disks ask of a device, and how they run their programs."""

import os
import re
import stat

from modules.kit import CommandFailed, ModuleFailed, run
from modules.kit.filesystem import read
from modules.kit.process import find_command

ESCAPED = re.compile(r"\\(\d{3})")
MULTIPLES = {"": 1, "B": 1}
for _power, _letter in enumerate("KMGTPE", 1):
    MULTIPLES[_letter + "iB"] = 1024**_power
    MULTIPLES[_letter + "B"] = MULTIPLES[_letter.lower() + "B"] = 1000**_power


def program(module, name, package):
    """The path of a program; one that is missing is an error, unless an earlier task of a dry run would bring it."""
    found = find_command(name)
    message = "there is no command `%s` on this host" % name
    module.needs("command", name, found is not None, message, "the package %s has it" % package)
    return found or name


def size_of(device):
    """The bytes of a block device or of a file that holds the image of one."""
    found = os.stat(device)
    if stat.S_ISREG(found.st_mode):
        return found.st_size
    if not stat.S_ISBLK(found.st_mode):
        raise ModuleFailed("%s is neither a block device nor a file" % device)
    with open(device, "rb") as file:
        return file.seek(0, os.SEEK_END)


def signature(device):
    """
    What a device holds, as blkid(8) finds it there: {TYPE, UUID, PTTYPE, ...}; empty for nothing.

    {"ambiguous": "yes"} where there are signs of several file systems.
    """
    said = run([find_command("blkid") or "blkid", "-p", "-o", "export", device], check=False, hint="install util-linux")
    if said.code == 8:
        return {"ambiguous": "yes"}
    if said.code not in (0, 2):
        raise CommandFailed(said)
    pairs = (line.partition("=") for line in said.stdout.splitlines())
    return {name: value for name, equals, value in pairs if equals}


def used_as(device):
    """Where a device is mounted, `swap` for swap in use; None where it is not in use."""
    number = os.stat(device).st_rdev
    for line in (read("/proc/self/mounts") or b"").decode("utf-8", "replace").splitlines():
        source, place = line.split(" ")[:2]
        if _is(source, device, number):
            return ESCAPED.sub(lambda match: chr(int(match.group(1), 8)), place)
    swaps = (read("/proc/swaps") or b"").decode("utf-8", "replace").splitlines()[1:]
    return "swap" if any(_is(line.split()[0], device, number) for line in swaps) else None


def _is(source, device, number):
    try:
        return source.startswith("/") and (source == device or (number and os.stat(source).st_rdev == number))
    except OSError:
        return False


def refuse_in_use(device, what):
    """Raise ModuleFailed for a device that is mounted or swapped to."""
    place = used_as(device)
    if place:
        raise ModuleFailed(
            "%s is in use (%s), so %s" % (device, place, what), hint="unmount it first, or turn that swap off"
        )
