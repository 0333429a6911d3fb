"""Install or remove packages, whatever the host's package manager is."""

import os

from modules.kit import Arg, ModuleFailed
from modules.kit.process import find_command
from modules.packages.apt import Apt

OTHERS = ("dnf", "dnf5", "yum", "zypper", "apk", "pacman", "emerge")


class Package(Apt):
    use = Arg(str, "The package manager, when it is not to be found out", default="auto")

    def check_arguments(self):
        manager = self.use
        if manager == "auto":
            found = [name for name in OTHERS if find_command(name)]
            manager = "apt" if find_command("apt-get") and os.path.isdir("/var/lib/dpkg") else "".join(found[:1])
        if manager not in ("apt", "ansible.builtin.apt"):
            raise ModuleFailed(
                "the package manager %s is not supported" % manager if manager else "no package manager was found",
                hint="package works on Debian and its relatives; elsewhere, use `command`",
            )
        super().check_arguments()
