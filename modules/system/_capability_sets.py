"""Capabilities of files, as the kernel keeps them: the extended attribute security.capability (capabilities(7))."""

import errno
import os
import struct

ATTRIBUTE = "security.capability"
REVISION_2 = 0x02000000
EFFECTIVE = 1
NAMES = (
    "chown", "dac_override", "dac_read_search", "fowner", "fsetid", "kill", "setgid", "setuid", "setpcap",
    "linux_immutable", "net_bind_service", "net_broadcast", "net_admin", "net_raw", "ipc_lock", "ipc_owner",
    "sys_module", "sys_rawio", "sys_chroot", "sys_ptrace", "sys_pacct", "sys_admin", "sys_boot", "sys_nice",
    "sys_resource", "sys_time", "sys_tty_config", "mknod", "lease", "audit_write", "audit_control", "setfcap",
    "mac_override", "mac_admin", "syslog", "wake_alarm", "block_suspend", "audit_read", "perfmon", "bpf",
    "checkpoint_restore",
)  # fmt: skip
"""In the order of their numbers (linux/capability.h)."""


def read_capabilities(path):
    """{cap_NAME: flags} of a file, flags in the order e (effective), i (inheritable), p (permitted)."""
    try:
        data = os.getxattr(path, ATTRIBUTE)
    except OSError as error:
        if error.errno in (errno.ENODATA, errno.ENOTSUP):
            return {}
        raise
    magic, low_p, low_i = struct.unpack("<III", data[:12])
    high_p, high_i = struct.unpack("<II", data[12:20]) if len(data) >= 20 else (0, 0)
    permitted, inheritable = low_p | high_p << 32, low_i | high_i << 32
    found = {}
    for number in range(64):
        bit = 1 << number
        if (permitted | inheritable) & bit:
            name = "cap_" + NAMES[number] if number < len(NAMES) else "cap_%d" % number
            flags = ("e" if magic & EFFECTIVE else "", "i" if inheritable & bit else "", "p" if permitted & bit else "")
            found[name] = "".join(flags)
    return found


def write_capabilities(path, wanted):
    """Give a file exactly these capabilities; the effective flag is one for all of them."""
    if not wanted:
        os.removexattr(path, ATTRIBUTE)
        return
    permitted = sum(1 << number_of(name) for name, flags in wanted.items() if "p" in flags)
    inheritable = sum(1 << number_of(name) for name, flags in wanted.items() if "i" in flags)
    magic = REVISION_2 | (EFFECTIVE if any("e" in flags for flags in wanted.values()) else 0)
    low = 0xFFFFFFFF
    data = struct.pack("<IIIII", magic, permitted & low, inheritable & low, permitted >> 32, inheritable >> 32)
    os.setxattr(path, ATTRIBUTE, data)


def number_of(name):
    """The number of a capability; raises ValueError for an unknown name."""
    plain = name[len("cap_") :]
    return int(plain) if plain.isdigit() else NAMES.index(plain)
