"""What this host runs in: a container, a virtual machine, or nothing."""

import os
import re

from modules.system._facts.basics import text

PRODUCTS = (
    (r"KVM|Standard PC|OpenStack|Bochs", "kvm"),
    (r"VMware", "VMware"),
    (r"VirtualBox", "virtualbox"),
    (r"Virtual Machine", "VirtualPC"),
    (r"HVM domU", "xen"),
    (r"Parallels", "parallels"),
    (r"BHYVE", "bhyve"),
)
VENDORS = (
    (r"^QEMU", "kvm"), (r"^Amazon EC2", "kvm"), (r"^Google", "kvm"), (r"DigitalOcean", "kvm"), (r"^Xen", "xen"),
    (r"^Alibaba", "kvm"), (r"^Tencent", "kvm"), (r"^Red Hat|^oVirt", "RHEV"),
    (r"^Nutanix", "kvm"), (r"^Hetzner", "kvm"),
)  # fmt: skip


def virtual_facts():
    """virtualization_type, virtualization_role and all that apply as virtualization_tech_guest and ..._host."""
    guest = _containers() + [kind for kind in [_machine()] if kind]
    host = ["kvm"] if os.path.exists("/dev/kvm") and os.path.isdir("/sys/module/kvm") else []
    if os.path.isdir("/sys/module/vboxdrv"):
        host.append("virtualbox")
    if guest:
        kind, role = guest[0], "guest"
    elif host:
        kind, role = host[0], "host"
    else:
        kind, role = "NA", "NA"
    return {
        "virtualization_type": kind,
        "virtualization_role": role,
        "virtualization_tech_guest": guest,
        "virtualization_tech_host": host,
    }


def _containers():
    found = []
    groups = text("/proc/1/cgroup")
    environment = text("/proc/1/environ")
    if os.path.exists("/.dockerenv") or re.search(r"/docker[-/]|kubepods", groups):
        found.append("docker")
    if os.path.exists("/run/.containerenv"):
        found.append("podman")
    named = re.search(r"(?:^|\0)container=([^\0]+)", environment)
    name = named.group(1) if named else text("/run/systemd/container")
    if name and name not in found and name not in ("oci",):
        found.append(name)
    if found and "container" not in found:
        found.append("container")
    return found


def _machine():
    product, vendor = text("/sys/class/dmi/id/product_name"), text("/sys/class/dmi/id/sys_vendor")
    for pattern, kind in PRODUCTS:
        if re.search(pattern, product):
            return kind
    for pattern, kind in VENDORS:
        if re.search(pattern, vendor):
            return kind
    if text("/sys/hypervisor/type") == "xen":
        return "xen"
    return "kvm" if re.search(r"^flags\s*:.*\bhypervisor\b", text("/proc/cpuinfo"), re.M) else None
