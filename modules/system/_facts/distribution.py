"""Which distribution this is, and what manages its packages and services."""

import os
import re
import shlex

from modules.kit.process import find_command, run
from modules.system import _services
from modules.system._facts.basics import text

NAMES = {
    "debian": "Debian", "ubuntu": "Ubuntu", "rhel": "RedHat", "centos": "CentOS", "fedora": "Fedora", "rocky": "Rocky",
    "almalinux": "AlmaLinux", "ol": "OracleLinux", "amzn": "Amazon", "alpine": "Alpine", "arch": "Archlinux",
    "opensuse-leap": "openSUSE Leap", "opensuse-tumbleweed": "openSUSE Tumbleweed", "sles": "SLES", "gentoo": "Gentoo",
    "raspbian": "Debian", "linuxmint": "Linux Mint", "kali": "Kali", "openeuler": "openEuler", "anolis": "Anolis",
    "openkylin": "openKylin", "uos": "Uos", "deepin": "Deepin", "kylin": "Kylin Linux Advanced Server",
    "devuan": "Devuan", "pop": "Pop!_OS", "manjaro": "Manjaro", "void": "Void", "flatcar": "Flatcar",
}  # fmt: skip
FAMILIES = {
    "Debian": ("debian", "ubuntu", "raspbian", "linuxmint", "kali", "devuan", "pop", "uos", "deepin"),
    "RedHat": ("rhel", "centos", "fedora", "rocky", "almalinux", "ol", "amzn", "openeuler", "anolis", "kylin"),
    "Suse": ("opensuse-leap", "opensuse-tumbleweed", "sles", "suse"),
    "Alpine": ("alpine",),
    "Archlinux": ("arch", "manjaro"),
    "Gentoo": ("gentoo",),
}
MANAGERS = (("dnf5", "dnf5"), ("yum", "yum"), ("apt-get", "apt"), ("zypper", "zypper"),
            ("apk", "apk"), ("pacman", "pacman"), ("emerge", "portage"), ("xbps-install", "xbps"))  # fmt: skip


def os_release():
    """/etc/os-release as a dict."""
    found = {}
    for line in (text("/etc/os-release") or text("/usr/lib/os-release")).splitlines():
        key, separator, value = line.partition("=")
        if separator and not line.startswith("#"):
            words = shlex.split(value)
            found[key.strip()] = words[0] if words else ""
    return found


def distribution_facts():
    """distribution, distribution_version, distribution_release, os_family, ..."""
    release = os_release()
    own = release.get("ID", "").lower()
    name = NAMES.get(own) or release.get("NAME") or "NA"
    version = release.get("VERSION_ID", "NA")
    precise = _precise(own, version)
    found = {
        "distribution": name,
        "distribution_version": precise,
        "distribution_major_version": precise.split(".")[0],
        "distribution_release": release.get("VERSION_CODENAME") or _codename(release),
        "distribution_file_path": "/etc/os-release",
        "distribution_file_variety": name,
        "distribution_file_parsed": True,
        "os_family": family(own, release.get("ID_LIKE", ""), name),
    }
    if own == "debian":
        found["distribution_minor_version"] = text("/etc/debian_version").partition(".")[2]
    return found


def _precise(own, version):
    """The version with its point release, which os-release of Debian and of RHEL's kin leaves out."""
    if own == "debian":
        found = re.match(r"\d+(?:\.\d+)*", text("/etc/debian_version"))
        return found.group(0) if found else version
    if own in ("centos", "rocky", "almalinux", "rhel", "ol"):
        found = re.search(r"release (\d+(?:\.\d+)?)", text("/etc/redhat-release"))
        return found.group(1) if found else version
    if own == "alpine":
        return text("/etc/alpine-release") or version
    return version


def _codename(release):
    found = re.search(r"\(([^)]+)\)", release.get("VERSION", ""))
    return found.group(1) if found else "NA"


def family(own, like, name):
    """The family of a distribution, from its own ID or those it says it is like."""
    for word in [own] + like.split():
        for found, members in FAMILIES.items():
            if word in members:
                return found
    return name


def lsb_facts():
    """lsb: as lsb_release says; from /etc/lsb-release where that program is missing."""
    found = {}
    program = find_command("lsb_release")
    if program:
        words = {"Distributor ID": "id", "Description": "description", "Release": "release", "Codename": "codename"}
        for line in run([program, "-a"], check=False).stdout.splitlines():
            key, _, value = line.partition(":")
            if key in words:
                found[words[key]] = value.strip()
    else:
        for key, value in re.findall(r"^DISTRIB_(\w+)=\"?([^\"\n]*)", text("/etc/lsb-release"), re.M):
            found[key.lower()] = value
    if "release" in found:
        found["major_release"] = found["release"].split(".")[0]
    return {"lsb": found}


def pkg_mgr_facts():
    """pkg_mgr: what manages packages."""
    own = os_release()
    if family(own.get("ID", ""), own.get("ID_LIKE", ""), "") == "Debian":
        return {"pkg_mgr": "apt"}
    program = find_command("dnf") or find_command("microdnf")
    if program:
        # The name says nothing: it may lead to dnf 4 or to dnf 5.
        return {"pkg_mgr": "dnf5" if os.path.basename(os.path.realpath(program)) == "dnf5" else "dnf"}
    return {"pkg_mgr": next((name for command, name in MANAGERS if find_command(command)), "unknown")}


def service_mgr_facts():
    """service_mgr: what runs services."""
    if _services.systemd_runs():
        return {"service_mgr": "systemd"}
    if os.path.isdir("/run/openrc"):
        return {"service_mgr": "openrc"}
    first = text("/proc/1/comm")
    known = {"runit-init": "runit", "runit": "runit", "s6-svscan": "s6", "init": "sysvinit"}
    if first in known:
        return {"service_mgr": known[first]}
    return {"service_mgr": "sysvinit" if os.path.isdir("/etc/init.d") and not first else first or "service"}
