"""Cases of modules/packages, on a host of the lab."""

from tests.contract.case import Case

INSTALLED = "dpkg-query -W -f '${db:Status-Abbrev} ${Package} ${Version}\\n'; apt-mark showmanual"

CASES = [
    Case("apt", "installs with all that comes along", {"name": "docker.io", "state": "present"}, snapshot=INSTALLED,
         lab=True, undo={"name": ["docker.io", "containerd", "runc"], "state": "absent", "purge": True}),
    Case("apt", "leaves alone what is installed", {"name": ["bash", "coreutils"]}, snapshot=INSTALLED, same=True,
         lab=True),
    Case("apt", "leaves alone what is not installed", {"name": "nosuchpackage", "state": "absent"},
         snapshot=INSTALLED, same=True, lab=True),
    Case("package", "removes", {"name": "runc", "state": "absent"}, snapshot=INSTALLED, lab=True,
         arrange="apt-get -qy install runc >/dev/null"),
]  # fmt: skip
