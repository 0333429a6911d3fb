"""Tell which packages are installed, in which versions."""

import os

from modules.kit import Arg, ModuleFailed, Query
from modules.kit.process import find_command, run

STATUS = "/var/lib/dpkg/status"
RPM_FORMAT = "%{name}\\t%{version}\\t%{release}\\t%{epoch}\\t%{arch}\\n"
MANAGERS = {"apt": "apt", "rpm": "rpm", "yum": "rpm", "dnf": "rpm", "dnf5": "rpm", "zypper": "rpm", "apk": "apk"}


class PackageFacts(Query):
    manager = Arg(
        list, "Whose packages: apt, rpm (also yum, dnf, dnf5, zypper) or apk; auto finds out", default=("auto",), of=str
    )
    strategy = Arg(
        str, "With several managers: the first that is there, or all of them", default="first", choices=("first", "all")
    )

    def read(self):
        wanted = [name.strip().lower() for name in self.manager]
        unknown = [name for name in wanted if name != "auto" and name not in MANAGERS]
        if unknown:
            raise ModuleFailed("Unsupported package managers requested: %s" % ", ".join(unknown),
                               hint="there are: auto, %s" % ", ".join(MANAGERS))  # fmt: skip
        names = ["apt", "rpm", "apk"] if "auto" in wanted else list(dict.fromkeys(MANAGERS[name] for name in wanted))
        found, seen = {}, False
        for name in names:
            listed = READERS[name]()
            if listed is None:
                continue
            seen = True
            for package in listed:
                found.setdefault(package["name"], []).append(dict(package, source=name))
            if self.strategy == "first":
                break
        if not seen:
            raise ModuleFailed("Could not detect a supported package manager from the following list: %s" % names)
        return {"ansible_facts": {"packages": found}}


def _apt():
    """What dpkg has noted (deb-control(5)); None on a system without it."""
    if not os.path.exists(STATUS):
        return None
    with open(STATUS, encoding="utf-8", errors="replace") as file:
        blocks = file.read().split("\n\n")
    found = []
    for block in blocks:
        fields = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line and not line.startswith(" "))
        if fields.get("Status", "").endswith(" installed"):
            found.append({
                "name": fields["Package"], "version": fields.get("Version", ""), "arch": fields.get("Architecture", ""),
                "category": fields.get("Section", ""), "origin": fields.get("Origin", ""),
            })  # fmt: skip
    return found


def _rpm():
    program = find_command("rpm")
    if program is None:
        return None
    found = []
    for line in run([program, "-qa", "--qf", RPM_FORMAT]).stdout.splitlines():
        name, version, release, epoch, arch = line.split("\t")
        epoch = None if epoch == "(none)" else int(epoch)
        arch = None if arch == "(none)" else arch
        found.append({"name": name, "version": version, "release": release, "epoch": epoch, "arch": arch})
    return found


def _apk():
    program = find_command("apk")
    if program is None:
        return None
    found = []
    for line in run([program, "info", "-v"]).stdout.splitlines():
        name, version, release = line.strip().rsplit("-", 2)
        found.append({"name": name, "version": version, "release": release})
    return found


READERS = {"apt": _apt, "rpm": _rpm, "apk": _apk}
