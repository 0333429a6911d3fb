"""Make sure a user account exists as described, or does not exist."""

import datetime
import os
import re
import shutil
import socket

from modules.kit import Arg, Module, ModuleFailed, Path, run
from modules.system import _accounts
from modules.system._user_key import _UserKey

ASKED = "the one asked for"
NEVER = "never"
HASH = re.compile(r"^!?\$[0-9a-z]+\$[^:*!\s]+$")
LENGTHS = {"1": 22, "5": 43, "6": 86, "y": 43}
WITHOUT_PASSWORD = ("*", "!", "!!", "*************")
AGES = {
    "password_expire_min": ("minimum", "-m"),
    "password_expire_max": ("maximum", "-M"),
    "password_expire_warn": ("warning", "-W"),
    "password_expire_account_disable": ("inactive", "-I"),
}


class User(Module):
    name = Arg(str, "The login name", aliases=("user",))
    state = Arg(str, "Whether it should exist", default="present", choices=("present", "absent"))
    uid = Arg(int, "Its number", default=None)
    non_unique = Arg(bool, "Whether another user may have the same uid", default=False)
    group = Arg(str, "Its primary group, by name or number", default=None)
    groups = Arg(list, "Its further groups, by name or number; an empty list means none", default=None, of=str)
    append = Arg(bool, "Whether the groups that it is in and that are not named stay", default=False)
    comment = Arg(str, "Its full name or description (GECOS)", default=None)
    home = Arg(Path, "Its home folder", default=None)
    create_home = Arg(bool, "Whether a home folder that is missing is made", default=True, aliases=("createhome",))
    move_home = Arg(bool, "Whether the old home folder is moved when `home` changes", default=False)
    skeleton = Arg(str, "The folder whose files a new home folder gets; else /etc/skel", default=None)
    umask = Arg(str, "The umask that a new home folder is made with, such as 077", default=None)
    shell = Arg(Path, "Its login shell", default=None)
    system = Arg(bool, "Whether a new account is a system account, with a low uid", default=False)
    password = Arg(str, "The hash of its password, see crypt(5); * or ! for none", default=None, secret=True)
    update_password = Arg(
        str, "Whether the password of an account that exists is changed", default="always",
        choices=("always", "on_create"),
    )  # fmt: skip
    password_lock = Arg(bool, "Whether logging in with the password is refused", default=None)
    password_expire_min = Arg(int, "Days for which a new password cannot be changed again", default=None)
    password_expire_max = Arg(int, "Days after which a password has to be changed", default=None)
    password_expire_warn = Arg(int, "Days before that on which the user is warned", default=None)
    password_expire_account_disable = Arg(int, "Days after that until the account is disabled", default=None)
    expires = Arg(float, "When the account ends, in seconds since 1970 (UTC); negative for never", default=None)
    remove = Arg(bool, "Whether removing the account removes its home folder and mail, too", default=False)
    force = Arg(
        bool, "Whether an account in use is removed all the same, and an SSH key that exists is replaced", default=False
    )
    local = Arg(bool, "Whether only the host's own files are looked at, not a directory service", default=False)
    uid_min = Arg(int, "The lowest uid that a new account may be given", default=None)
    uid_max = Arg(int, "The highest uid that a new account may be given", default=None)
    seuser = Arg(str, "The SELinux user of a new account", default=None)
    generate_ssh_key = Arg(bool, "Whether an SSH key is made for it, if there is none", default=None)
    ssh_key_file = Arg(Path, "Where, from the home folder; else .ssh/id_TYPE", default=None)
    ssh_key_type = Arg(str, "The type of the key, such as ed25519", default="rsa")
    ssh_key_bits = Arg(int, "The length of the key in bits; 0 for what ssh-keygen prefers", default=0)
    ssh_key_comment = Arg(str, "The key's comment; else `ansible-generated on` and the host's name", default=None)
    ssh_key_passphrase = Arg(str, "What the key is protected with", default=None, secret=True)
    login_class = Arg(str, "Accepted for BSD, and without effect on Linux", default=None)
    hidden = Arg(bool, "Accepted for macOS, and without effect on Linux", default=None)
    profile = Arg(str, "Accepted for illumos, and without effect on Linux", default=None)
    authorization = Arg(str, "Accepted for illumos, and without effect on Linux", default=None)
    role = Arg(str, "Accepted for illumos, and without effect on Linux", default=None)

    def check_arguments(self):
        self.key_made = self.passwordless = False
        if self.append and self.groups is None:
            self.warn("append has no effect without groups")
        if self.password is not None:
            self._check_password()
        for name in ("umask", "uid_min", "uid_max"):
            if self.local and getattr(self, name) is not None:
                raise ModuleFailed("%s: cannot be combined with `local`" % name)
        try:
            self.end = None if self.expires is None else _date_of_seconds(self.expires)
        except (OverflowError, ValueError, OSError):
            raise ModuleFailed("expires: should be seconds since 1970, got %s" % self.expires)

    def _check_password(self):
        if any(letter in self.password for letter in ":\n"):
            raise ModuleFailed("password: a hash has neither a colon nor a line break")
        parts = self.password.split("$")
        short = len(parts) > 3 and len(parts[-1]) != LENGTHS.get(parts[1], len(parts[-1]))
        if self.password and self.password not in WITHOUT_PASSWORD and (short or not HASH.match(self.password)):
            self.warn("password: this does not look like a hash; see the filter password_hash")

    def current(self):
        self.entry = entry = _accounts.find_user(self.name, self.local)
        if entry is None:
            return None
        state = {"uid": entry.pw_uid, "group": entry.pw_gid, "comment": entry.pw_gecos, "shell": entry.pw_shell}
        state.update(home=entry.pw_dir, groups=self._memberships(entry))
        state["home_folder"] = os.path.isdir(self.home or entry.pw_dir)
        if self.generate_ssh_key:
            state["ssh_key"] = self._key().exists and (self.key_made or not self.force)
        state.update(self._shadow_state())
        return state

    def _memberships(self, entry):
        groups = _accounts.all_groups(self.local)
        return sorted({g.gr_name for g in groups if self.name in g.gr_mem and g.gr_gid != entry.pw_gid})

    def _shadow_state(self):
        shadow = _accounts.shadow_entry(self.name)
        if shadow is None:
            return {}
        bare = shadow["password"].lstrip("!")
        self.passwordless = bare in ("", "*")
        state = {name: -1 if shadow[field] is None else shadow[field] for name, (field, _) in AGES.items()}
        state["expires"] = _date_of_days(shadow["expires"])
        state["password_lock"] = shadow["password"].startswith("!")
        if self.password is not None:
            state["password"] = ASKED if bare == self.password.lstrip("!") else "another one"
        return state

    def wanted(self):
        if self.state == "absent":
            return None
        names = ("uid", "comment", "home", "shell", "password_lock") + tuple(AGES)
        wanted = {name: getattr(self, name) for name in names if getattr(self, name) is not None}
        if self.group is not None:
            wanted["group"] = self._known_group(self.group, "gr_gid")
        if self.groups is not None:
            wanted["groups"] = self._wanted_groups(wanted.get("group", self.before and self.before["group"]))
        if self.expires is not None:
            wanted["expires"] = self.end
        if self.password is not None and (self.before is None or self.update_password == "always"):
            wanted["password"] = ASKED
        if self.create_home:
            wanted["home_folder"] = True
        if self.generate_ssh_key:
            wanted["ssh_key"] = True
        return wanted

    def _known_group(self, name, field):
        found = _accounts.find_group(name, self.local)
        hint = "make it first, with the module group"
        known = self.needs("group", name, found is not None, "group %s does not exist" % name, hint)
        return getattr(found, field) if known else name

    def _wanted_groups(self, primary):
        names = {self._known_group(name.strip(), "gr_name") for name in self.groups if name.strip()}
        own = _accounts.find_group(primary, self.local) if primary is not None else None
        names -= {own.gr_name} if own else set()
        return sorted(names.union(self.before["groups"]) if self.append and self.before else names)

    def same(self, key, now, wanted):
        if key == "password_lock" and wanted is False and self.passwordless:
            return True
        return now == wanted or (key == "home" and now.rstrip("/") == wanted.rstrip("/"))

    def apply(self, change):
        if change.removes:
            flags = (["-f"] if self.force else []) + (["-r"] if self.remove else [])
            run(["userdel"] + flags + ["--", self.name], hint=_accounts.TOOLS)
            return
        if change.creates:
            self._create(change.wanted)
        else:
            self._modify(change)
        if "password" in change:
            lock = "!" if self.password_lock and not self.password.startswith("!") else ""
            line = "%s:%s%s\n" % (self.name, lock, self.password)
            run(["chpasswd", "-e"], stdin=line, hint=_accounts.TOOLS)
        ages = [name for name in AGES if name in change]
        if ages:
            flags = [word for name in ages for word in (AGES[name][1], str(getattr(self, name)))]
            run(["chage"] + flags + ["--", self.name], hint=_accounts.TOOLS)
        self.entry = _accounts.find_user(self.name, self.local)
        if "home_folder" in change and not os.path.isdir(self.entry.pw_dir):
            self._make_home(self.entry)
        if "ssh_key" in change:
            self._key().make()
            self.key_made = True

    def _create(self, wanted):
        flags = self._common_flags(wanted)
        if self.group is None and _accounts.find_group(self.name):
            flags.append("-N")
        if self.groups:
            flags += ["-G", ",".join(wanted["groups"])]
        flags += ["-r"] if self.system else []
        flags += ["-Z", self.seuser] if self.seuser else []
        flags += ["-m"] if self.create_home else ["-M"]
        if self.create_home:
            flags += ["-k", self.skeleton] if self.skeleton is not None else []
            if self.home:
                os.makedirs(os.path.dirname(self.home.rstrip("/")) or "/", 0o755, exist_ok=True)
        for key, value in (("UMASK", self.umask), ("UID_MIN", self.uid_min), ("UID_MAX", self.uid_max)):
            flags += ["-K", "%s=%s" % (key, value)] if value is not None else []
        run(["useradd"] + flags + ["--", self.name], hint=_accounts.TOOLS)

    def _modify(self, change):
        wanted = {key: value for key, value in change.wanted.items() if key in change}
        flags = self._common_flags(wanted)
        flags += ["-m"] if "home" in wanted and self.move_home else []
        if "groups" in wanted:
            added = sorted(set(wanted["groups"]) - set(self.before["groups"]))
            flags += ["-a", "-G", ",".join(added)] if self.append else ["-G", ",".join(wanted["groups"])]
        if "password_lock" in wanted and "password" not in wanted:
            flags.append("-L" if self.password_lock else "-U")
        if flags:
            run(["usermod"] + flags + ["--", self.name], hint=_accounts.TOOLS)

    def _common_flags(self, wanted):
        flags = []
        for key, letter in (("uid", "-u"), ("group", "-g"), ("comment", "-c"), ("home", "-d"), ("shell", "-s")):
            flags += [letter, str(wanted[key])] if key in wanted else []
        flags += ["-o"] if "uid" in wanted and self.non_unique else []
        if "expires" in wanted:
            flags += ["-e", "" if self.end == NEVER else self.end]
        return flags

    def _make_home(self, entry):
        skeleton = self.skeleton or "/etc/skel"
        if os.path.isdir(skeleton):
            shutil.copytree(skeleton, entry.pw_dir, symlinks=True)
        elif self.skeleton:
            raise ModuleFailed("skeleton: there is no folder %s" % self.skeleton)
        else:
            os.makedirs(entry.pw_dir)
        mode = None if self.umask else _accounts.login_defs("HOME_MODE")
        umask = self.umask or _accounts.login_defs("UMASK") or "022"
        os.chmod(entry.pw_dir, int(mode, 8) if mode else 0o777 & ~int(umask, 8))
        for folder, folders, files in os.walk(entry.pw_dir):
            for path in [folder] + [os.path.join(folder, name) for name in folders + files]:
                os.chown(path, entry.pw_uid, entry.pw_gid, follow_symlinks=False)

    def _key(self):
        comment = self.ssh_key_comment
        comment = "ansible-generated on " + socket.gethostname() if comment is None else comment
        kind, bits = self.ssh_key_type, self.ssh_key_bits
        return _UserKey(self.entry, self.ssh_key_file, kind, bits, comment, self.ssh_key_passphrase)

    def brings(self, change):
        if change.removes:
            return []
        brought = [("user", self.name)] if change.creates else []
        if change.creates and self.group is None:
            brought.append(("group", self.name))
        if "home_folder" in change or "home" in change:
            brought.append(("path", self.home or "/home/" + self.name))
        return brought

    def returns(self, change, state):
        result = {"name": self.name, "state": self.state}
        if state is None:
            return dict(result, force=self.force, remove=self.remove) if change else result
        if self.before is None:
            result.update(system=self.system, create_home=self.create_home)
        else:
            result.update(append=self.append, move_home=self.move_home)
        for name in ("uid", "group", "comment", "home", "shell"):
            if name in state:
                result[name] = state[name]
        if self.groups is not None:
            result["groups"] = ",".join(self.groups)
        if self.password is not None:
            result["password"] = "NOT_LOGGING_PASSWORD"
        if self.generate_ssh_key and self.entry is not None:
            result.update(self._key().returns())
        return result


def _date_of_days(days):
    if days is None or days < 0:
        return NEVER
    return str(datetime.date(1970, 1, 1) + datetime.timedelta(days=days))


def _date_of_seconds(seconds):
    return _date_of_days(-1 if seconds < 0 else int(seconds // 86400))
