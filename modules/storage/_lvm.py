"""What the modules for logical volumes ask of LVM."""

import os
import re

from modules.kit import ModuleFailed, run
from modules.kit.process import find_command

UNITS = {letter: 1024**power for power, letter in enumerate("kmgtpe", 1)}
UNITS.update(b=1, s=512)
PACKAGE = "lvm2"


def lvm(*words, check=True):
    """Run a command of LVM; all warnings that are no errors stay on its stderr."""
    program = find_command(words[0]) or words[0]
    return run([program, *words[1:]], check=check, hint="is %s installed, and the device one of LVM's?" % PACKAGE)


def report(command, fields, *words, check=True):
    """What pvs, vgs or lvs tell: a list of {field: text}, sizes in bytes; empty where the command fails and may."""
    options = ["--noheadings", "--units", "b", "--nosuffix", "--separator", ";", "-o", ",".join(fields)]
    said = lvm(command, *options, *words, check=check)
    lines = said.stdout.splitlines() if said else []
    return [dict(zip(fields, line.strip().split(";"))) for line in lines if line.strip()]


def group(name):
    """The volume group as {vg_name, lv_count, vg_extent_size, vg_extent_count, vg_free_count}; None for no such."""
    fields = ("vg_name", "lv_count", "vg_extent_size", "vg_extent_count", "vg_free_count")
    found = report("vgs", fields, "--select", "vg_name=%s" % name)
    return found[0] if found else None


def physical_volumes():
    """{real path: {pv_name, vg_name, pv_size, dev_size, pe_start, vg_extent_size, pv_pe_count, pv_pe_alloc_count}}."""
    fields = (
        "pv_name", "vg_name", "pv_size", "dev_size", "pe_start", "vg_extent_size", "pv_pe_count", "pv_pe_alloc_count",
    )  # fmt: skip
    return {os.path.realpath(one["pv_name"]): one for one in report("pvs", fields)}


def bytes_of(argument, text):
    """The bytes of a size such as 512, 10g or 1.5T: units of 1024 in either case, megabytes without one."""
    match = re.match(r"^(\d+(?:\.\d+)?)([bskmgtpe]?)$", text.strip(), re.I)
    if not match:
        raise ModuleFailed("%s: should be a number with a unit of bskmgtpe, got %r" % (argument, text))
    return int(float(match.group(1)) * UNITS[match.group(2).lower() or "m"])
