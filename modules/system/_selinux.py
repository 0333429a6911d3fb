"""What the kernel and the configuration say of SELinux."""

import os
import re

from modules.kit.filesystem import read

ROOT = "/sys/fs/selinux"
FOLDER = "/etc/selinux"


def mode():
    """enforcing or permissive; disabled where SELinux does not run."""
    said = read(os.path.join(ROOT, "enforce"))
    if said is None:
        return "disabled"
    return "enforcing" if said.strip() == b"1" else "permissive"


def lines(path):
    return (read(path) or b"").decode("utf-8", "surrogateescape").splitlines()


def setting(path, name):
    """What a configuration file says last of SELINUX or SELINUXTYPE; None where it says nothing."""
    found = [re.match(r"^%s=\s*(\S*)" % name, line) for line in lines(path)]
    values = [match.group(1) for match in found if match]
    return values[-1] if values else None


def policy():
    """The name of the host's policy, such as targeted; None where there is none."""
    return setting(os.path.join(FOLDER, "config"), "SELINUXTYPE")
