"""Gather facts about the host."""

import fnmatch

from modules.kit import Arg, ModuleFailed, Path, Query
from modules.kit.args import nearest
from modules.system._facts import basics, distribution, hardware, network, virtual

SUBSETS = {
    "platform": basics.platform_facts,
    "distribution": distribution.distribution_facts,
    "date_time": basics.date_time_facts,
    "user": basics.user_facts,
    "env": basics.env_facts,
    "python": basics.python_facts,
    "cmdline": basics.cmdline_facts,
    "dns": basics.dns_facts,
    "selinux": basics.security_facts,
    "lsb": distribution.lsb_facts,
    "pkg_mgr": distribution.pkg_mgr_facts,
    "service_mgr": distribution.service_mgr_facts,
    "virtual": virtual.virtual_facts,
    "network": network.network_facts,
    "hardware": hardware.hardware_facts,
    "ssh_pub_keys": basics.ssh_facts,
    "local": None,
}
SMALLEST = {
    "platform", "distribution", "date_time", "user", "env", "python", "cmdline", "dns", "selinux", "lsb", "pkg_mgr",
    "service_mgr", "local",
    "ssh_pub_keys",
}  # fmt: skip
OTHER_NAMES = {
    "apparmor": "selinux", "fips": "selinux", "system": "platform", "kernel": "platform", "architecture": "platform",
    "machine": "platform", "machine_id": "platform", "kernel_version": "platform", "python_version": "platform",
    "interfaces": "network", "default_ipv4": "network", "default_ipv6": "network", "all_ipv4_addresses": "network",
    "all_ipv6_addresses": "network", "mounts": "hardware", "devices": "hardware", "memory": "hardware",
    "processor": "hardware", "processor_count": "hardware", "processor_cores": "hardware", "loadavg": "hardware",
    "distribution_version": "distribution", "distribution_release": "distribution",
    "distribution_major_version": "distribution", "os_family": "distribution", "virtualization_type": "virtual",
    "virtualization_role": "virtual", "user_id": "user", "user_uid": "user",
}  # fmt: skip
WITHOUT_EFFECT = ("facter", "ohai", "caps", "chroot", "fibre_channel_wwn", "iscsi", "nvme", "systemd",
                  "ssh_host_pub_keys", "ssh_host_key_dsa_public")  # fmt: skip


class Setup(Query):
    aliases = ("gather_facts",)

    gather_subset = Arg(
        list,
        "Which facts: all, min, the name of a subset (hardware, network, virtual, ...), or one with ! to leave it out; "
        "!min leaves out even the smallest set",
        default=("all",),
        of=str,
    )
    filter = Arg(list, "Only facts whose name, with or without ansible_, fits such a pattern", default=(), of=str)
    gather_timeout = Arg(int, "Has no effect: nothing is asked that could hang", default=10)
    fact_path = Arg(Path, "The folder of the host's own facts, in files *.fact", default="/etc/ansible/facts.d")

    def read(self):
        facts = {}
        for name in SUBSETS:
            if name in self._meant():
                gather = SUBSETS[name]
                facts.update(gather() if gather else basics.local_facts(self.fact_path))
        facts = {"ansible_" + name: value for name, value in facts.items() if self._fits(name)}
        if not self.filter:
            facts.update(gather_subset=list(self.gather_subset), module_setup=True)
        return {"ansible_facts": facts}

    def _meant(self):
        words = [word.strip() for word in self.gather_subset]
        left_out = {self._known(word[1:]) for word in words if word.startswith("!")}
        named = {self._known(word) for word in words if not word.startswith("!")}
        found = set(SUBSETS) if "all" in named or not named else named & set(SUBSETS)
        if "all" in left_out:
            found = named & set(SUBSETS)
        if "min" not in left_out:
            found |= SMALLEST
        return found - (left_out - named)

    def _known(self, word):
        if word in ("all", "min") or word in SUBSETS or word in WITHOUT_EFFECT:
            return word
        if word in OTHER_NAMES:
            return OTHER_NAMES[word]
        raise ModuleFailed("Bad subset '%s' given to Ansible's gather_subset%s" % (word, nearest(word, list(SUBSETS))))

    def _fits(self, name):
        if not self.filter:
            return True
        return any(fnmatch.fnmatch(n, pattern) for pattern in self.filter for n in (name, "ansible_" + name))
