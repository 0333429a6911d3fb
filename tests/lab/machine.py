"""What this machine can give the lab: capabilities, programs, free networks, package sources."""

import ipaddress
import json
import os
import shutil
from pathlib import Path

from tests.lab.command import ENVIRONMENT, run
from tests.lab.errors import LabError

# In the order of their numbers (linux/capability.h).
# fmt: off
CAPABILITIES = [
    "CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID", "SETPCAP",
    "LINUX_IMMUTABLE", "NET_BIND_SERVICE", "NET_BROADCAST", "NET_ADMIN", "NET_RAW", "IPC_LOCK", "IPC_OWNER",
    "SYS_MODULE", "SYS_RAWIO", "SYS_CHROOT", "SYS_PTRACE", "SYS_PACCT", "SYS_ADMIN", "SYS_BOOT", "SYS_NICE",
    "SYS_RESOURCE", "SYS_TIME", "SYS_TTY_CONFIG", "MKNOD", "LEASE", "AUDIT_WRITE", "AUDIT_CONTROL", "SETFCAP",
    "MAC_OVERRIDE", "MAC_ADMIN", "SYSLOG", "WAKE_ALARM", "BLOCK_SUSPEND", "AUDIT_READ", "PERFMON", "BPF",
    "CHECKPOINT_RESTORE",
]
# fmt: on
NEEDED_CAPABILITIES = {"SYS_ADMIN", "NET_ADMIN", "MKNOD", "SYS_CHROOT", "SETFCAP"}
NEEDED_NAMESPACES = ("cgroup", "ipc", "mnt", "net", "pid", "uts")

# Program -> Debian package. Newer releases have the client apart from docker.io, so it is looked for after it.
PROGRAMS = {
    "dockerd": "docker.io",
    "docker": "docker-cli",
    "iptables": "iptables",
    "ip": "iproute2",
    "mmdebstrap": "mmdebstrap",
    "ssh-keygen": "openssh-client",
}
# About 22 systemd hosts use up the kernel's default of 128.
INOTIFY_INSTANCES = 2048


def why_not() -> str | None:
    """Say why no lab can run on this machine, or None if one can."""
    if os.geteuid() != 0:
        return "the lab needs root"
    if missing := NEEDED_CAPABILITIES & missing_capabilities():
        return f"the lab needs the capabilities {', '.join(sorted(missing))}"
    if absent := [name for name in NEEDED_NAMESPACES if not Path("/proc/self/ns", name).exists()]:
        return f"the lab needs a kernel with namespaces for {', '.join(absent)}"
    if not _has_overlay():
        return "the lab needs a kernel with overlayfs"
    if not shutil.which("apt-get"):
        return "the lab is made of Debian packages and needs apt-get"
    return None


def _has_overlay() -> bool:
    def known() -> bool:
        return "\toverlay\n" in Path("/proc/filesystems").read_text()

    if not known() and shutil.which("modprobe", path=ENVIRONMENT["PATH"]):
        run(["modprobe", "overlay"], check=False)
    return known()


def missing_capabilities() -> set[str]:
    """Name the capabilities this process can never have (its bounding set lacks them)."""
    status = Path("/proc/self/status").read_text()
    bounding = next(int(line.split()[1], 16) for line in status.splitlines() if line.startswith("CapBnd:"))
    return {name for number, name in enumerate(CAPABILITIES) if not bounding >> number & 1}


def install_programs() -> None:
    """Install what the lab calls, from the distribution; does nothing where all of it is there."""
    updated = False
    for program, package in PROGRAMS.items():
        if shutil.which(program, path=ENVIRONMENT["PATH"]):
            continue
        if not updated:
            # Another repository of this machine may be out of order; only the installation has to succeed.
            run(["apt-get", "update"], timeout=300, check=False)
            updated = True
        options = ["--yes", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=120"]
        run(["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", *options, package], timeout=300)


def raise_inotify_limit() -> None:
    """Let more than a handful of systemds run on this kernel."""
    limit = Path("/proc/sys/fs/inotify/max_user_instances")
    if int(limit.read_text()) < INOTIFY_INSTANCES:
        limit.write_text(str(INOTIFY_INSTANCES))


def free_network() -> ipaddress.IPv4Network:
    """Choose a private network of 65,536 addresses that no route of this machine touches."""
    routes = json.loads(run(["ip", "-json", "-4", "route", "show", "table", "all"]))
    used = [ipaddress.IPv4Network(route["dst"]) for route in routes if route["dst"] != "default"]
    for second in range(213, 255):
        candidate = ipaddress.IPv4Network(f"10.{second}.0.0/16")
        if not any(candidate.overlaps(network) for network in used):
            return candidate
    raise LabError("every network from 10.213.0.0/16 to 10.254.0.0/16 overlaps with a route of this machine")


def debian_sources(suite: str) -> list[Path]:
    """List the apt source files of this machine that are about Debian's `suite`."""
    folder = Path("/etc/apt/sources.list.d")
    files = [Path("/etc/apt/sources.list"), *sorted(folder.glob("*.list")), *sorted(folder.glob("*.sources"))]
    return [file for file in files if file.is_file() and _is_about(file.read_text(), suite)]


def _is_about(sources: str, suite: str) -> bool:
    """Whether the text names the suite (or its security updates) and an archive of Debian itself."""
    words = {word for line in sources.splitlines() for word in line.split("#")[0].split()}
    has_suite = any(word == suite or word.startswith(f"{suite}-") for word in words)
    return has_suite and "main" in words and any("://" in word and "/debian" in word for word in words)
