"""What the account databases say: users, groups, and the fields of /etc/shadow (passwd(5), group(5), shadow(5))."""

import grp
import os
import pwd
import re

from modules.kit.filesystem import read

TOOLS = "these commands come with the package passwd (Debian), shadow-utils (RHEL) or shadow (Alpine, openSUSE)"
SHADOW_FIELDS = (
    "name", "password", "changed", "minimum", "maximum", "warning", "inactive", "expires", "reserved",
)  # fmt: skip


def find_user(name, local=False):
    """The entry of a user (pwd.struct_passwd); None when there is none. local: only /etc/passwd is asked."""
    if local:
        found = [fields for fields in _lines("/etc/passwd", 7) if fields[0] == name]
        return pwd.struct_passwd(_numbered(found[-1], 2, 3)) if found else None
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def find_group(name, local=False):
    """The entry of a group (grp.struct_group) by its number or its name; None when there is none."""
    if str(name).isdigit():
        try:
            if not local:
                return grp.getgrgid(int(name))
            found = [group for group in all_groups(local) if group.gr_gid == int(name)]
            if found:
                return found[0]
        except (KeyError, OverflowError):
            pass
    return find_group_named(str(name), local)


def find_group_named(name, local=False):
    """The entry of a group (grp.struct_group); None when there is none. local: only /etc/group is asked."""
    if local:
        found = [group for group in all_groups(local) if group.gr_name == name]
        return found[0] if found else None
    try:
        return grp.getgrnam(name)
    except KeyError:
        return None


def all_groups(local=False):
    """All groups that can be listed, as grp.struct_group. local: those of /etc/group."""
    if not local:
        return grp.getgrall()
    found = []
    for fields in _lines("/etc/group", 4):
        members = [name for name in fields[3].split(",") if name]
        found.append(grp.struct_group(_numbered(fields[:3] + [members], 2)))
    return found


def shadow_entry(name):
    """
    {field: text} of a user's line in /etc/shadow, which only root may read; None when there is none.

    Days are numbers, and None where the field is empty.
    """
    if not os.access("/etc/shadow", os.R_OK):
        return None
    for fields in _lines("/etc/shadow", 9):
        if fields[0] == name:
            entry = dict(zip(SHADOW_FIELDS, fields))
            for key in SHADOW_FIELDS[2:8]:
                entry[key] = int(entry[key]) if re.match(r"^-?\d+$", entry[key]) else None
            return entry
    return None


def login_defs(name):
    """A value of /etc/login.defs; None where it is not set."""
    text = (read("/etc/login.defs") or b"").decode("utf-8", "replace")
    found = re.findall(r"^\s*%s\s+(\S+)" % re.escape(name), text, re.M)
    return found[-1] if found else None


def _lines(path, fields):
    for line in (read(path) or b"").decode("utf-8", "surrogateescape").splitlines():
        parts = line.split(":")
        if len(parts) == fields:
            yield parts


def _numbered(fields, *places):
    return [int(field or -1) if place in places else field for place, field in enumerate(fields)]
