"""Mode, owner and security context of a file: how they are asked for, read and set."""

import errno
import grp
import os
import pwd
import stat

from modules.files import _mode
from modules.kit import Arg, Module, ModuleFailed, Raw

SELINUX = "/sys/fs/selinux/enforce"
CONTEXT = "security.selinux"


def owner_name(uid):
    """The user's name, or the number as text where it has none."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def group_name(gid):
    """The group's name, or the number as text where it has none."""
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)


def context_of(path):
    """The SELinux context of a file as a list of its parts; None where SELinux is not in use."""
    if not os.path.exists(SELINUX):
        return None
    try:
        text = os.getxattr(path, CONTEXT, follow_symlinks=False).decode().rstrip("\0")
    except OSError as error:
        if error.errno in (errno.ENODATA, errno.ENOTSUP):
            return None
        raise
    return text.split(":", 3)


def kind_of(path, follow=False):
    """absent, link, directory, hard (a file with several names), file, or special for all else."""
    try:
        found = os.stat(path) if follow else os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return "absent"
    if stat.S_ISLNK(found.st_mode):
        return "link"
    if stat.S_ISDIR(found.st_mode):
        return "directory"
    if stat.S_ISREG(found.st_mode):
        return "hard" if found.st_nlink > 1 else "file"
    return "special"


def described(path):
    """
    What Ansible's results say of a file: uid, gid, owner, group, mode, state, size; of a link itself. Empty when there
    is none, or a link leads to nothing.
    """
    if not os.path.exists(path):
        return {}
    found = os.lstat(path)
    result = {
        "uid": found.st_uid,
        "gid": found.st_gid,
        "owner": owner_name(found.st_uid),
        "group": group_name(found.st_gid),
        "mode": _mode.shown(stat.S_IMODE(found.st_mode)),
        "state": {"special": "file"}.get(kind_of(path), kind_of(path)),
        "size": found.st_size,
    }
    context = context_of(path)
    if context:
        result["secontext"] = ":".join(context)
    return result


class _Attributes(Module):
    """A module that sets mode and owner of what it manages."""

    mode = Arg(
        Raw,
        "Permission bits: octal in quotes ('0644'), or symbols (u=rwX,g+s). Symbols change what is there",
        default=None,
    )
    owner = Arg(str, "The user, by name or number, that shall own it", default=None)
    group = Arg(str, "The group, by name or number, that shall own it", default=None)
    seuser = Arg(str, "The user part of the SELinux context; ignored where SELinux is not in use", default=None)
    serole = Arg(str, "The role part of the SELinux context; ignored where SELinux is not in use", default=None)
    setype = Arg(str, "The type part of the SELinux context; ignored where SELinux is not in use", default=None)
    selevel = Arg(str, "The level part of the SELinux context; ignored where SELinux is not in use", default=None)
    attributes = Arg(str, "Flags of chattr; refused, since they are not supported", default=None, aliases=("attr",))
    unsafe_writes = Arg(
        bool, "Whether a file that cannot be replaced (one bind-mounted into a container) is overwritten", default=False
    )

    def check_arguments(self):
        if self.attributes:
            raise ModuleFailed("attributes: flags of chattr are not supported", hint="run chattr with `command`")
        if "_default" in (self.seuser, self.serole, self.setype, self.selevel):
            raise ModuleFailed("the SELinux policy's `_default` is not supported", hint="name the user, role or type")
        if self.mode != "preserve":
            _mode.parse(self.mode)
        if isinstance(self.mode, int) and self.mode in (600, 640, 644, 660, 664, 700, 750, 755, 770, 775, 777):
            self.warn("mode %d is a decimal number, so the bits are %s: write '0%d' in quotes"
                      % (self.mode, _mode.shown(self.mode), self.mode))  # fmt: skip

    def wanted_owners(self):
        """{owner, group} as names; a missing one fails, unless an earlier task of a dry run would bring it."""
        found = {}
        if self.owner is not None:
            found["owner"] = self._known("user", self.owner, pwd.getpwnam, owner_name)
        if self.group is not None:
            found["group"] = self._known("group", self.group, grp.getgrnam, group_name)
        return found

    def _known(self, kind, name, lookup, name_of):
        try:
            return lookup(name)[0]
        except KeyError:
            pass
        if name.isdigit():
            return name_of(int(name))
        self.needs(kind, name, False, hint="create it first, with the module `%s`" % kind)
        return name

    def wanted_attributes(self, path, follow=True, new_mode=0o644, folder=False, mode=None):
        """
        The attributes asked for, of what is at the path or will be: {mode, owner, group, secontext}.

        new_mode: the bits that symbols change when nothing is there yet. mode: another mode than the argument's.
        """
        mode = self.mode if mode is None else mode
        found = self.wanted_owners()
        try:
            now = os.stat(path) if follow else os.lstat(path)
        except OSError:
            now = None
        if mode is not None and not (now and stat.S_ISLNK(now.st_mode)):
            bits = stat.S_IMODE(now.st_mode) if now else new_mode
            folder = stat.S_ISDIR(now.st_mode) if now else folder
            found["mode"] = _mode.shown(_mode.parse(mode, bits, folder))
        parts = (self.seuser, self.serole, self.setype, self.selevel)
        if any(parts) and os.path.exists(SELINUX):
            context = (context_of(path) if now else None) or ["system_u", "object_r", "default_t", "s0"]
            found["secontext"] = ":".join(part or there for part, there in zip(parts, context))
        return found

    def read_attributes(self, path, follow=True):
        """The attributes that a file has: {mode, owner, group, secontext}."""
        found = os.stat(path) if follow else os.lstat(path)
        result = {"owner": owner_name(found.st_uid), "group": group_name(found.st_gid)}
        if not stat.S_ISLNK(found.st_mode):
            result["mode"] = _mode.shown(stat.S_IMODE(found.st_mode))
        context = context_of(path)
        if context:
            result["secontext"] = ":".join(context)
        return result

    def set_attributes(self, path, wanted, follow=True):
        """Give a file the attributes in `wanted`; changing the owner clears setuid bits, so the mode comes after it."""
        uid, gid = ids(wanted)
        if uid != -1 or gid != -1:
            now = os.stat(path) if follow else os.lstat(path)
            mode = stat.S_IMODE(now.st_mode)
            if (uid, gid) != (now.st_uid, now.st_gid):
                os.chown(path, uid, gid, follow_symlinks=follow)
                if mode & 0o6000 and "mode" not in wanted and not stat.S_ISLNK(now.st_mode):
                    os.chmod(path, mode)
        if "mode" in wanted:
            os.chmod(path, int(wanted["mode"], 8))
        if "secontext" in wanted:
            os.setxattr(path, CONTEXT, wanted["secontext"].encode() + b"\0", follow_symlinks=follow)


def ids(wanted):
    """The numbers (uid, gid) of wanted owners; -1 for what is left alone."""
    return _number(wanted.get("owner"), pwd.getpwnam), _number(wanted.get("group"), grp.getgrnam)


def _number(name, lookup):
    if name is None:
        return -1
    try:
        return lookup(name)[2]
    except KeyError:
        return int(name)
