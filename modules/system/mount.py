"""Make sure a file system is mounted, and stands in fstab, or is not and does not."""

import os

from modules.kit import Arg, CommandFailed, Content, Module, ModuleFailed, Path
from modules.kit.filesystem import keep_copy, read, write
from modules.kit.process import run
from modules.system import _mounts

FSTAB = "/etc/fstab"
WRITES = ("present", "mounted", "absent", "absent_mount", "absent_from_fstab")
REMOVES = ("absent", "absent_mount", "absent_from_fstab")
MOUNTS = ("mounted", "ephemeral")


class Mount(Module):
    collection = "ansible.posix"

    path = Arg(Path, "Where it is mounted; none for swap", aliases=("name",))
    state = Arg(
        str, "present, absent_from_fstab: in fstab or not; mounted, absent_mount: and mounted or not; absent: and "
        "without its folder; ephemeral, unmounted: mounted or not, and fstab as it is; remounted: once more",
        choices=(
            "absent", "absent_from_fstab", "absent_mount", "mounted", "present", "unmounted", "remounted", "ephemeral",
        ),
    )  # fmt: skip
    src = Arg(
        Path, "What is mounted: a device, UUID=..., a folder (with opts: bind), a share", default=None,
        needed_if={"state": ("present", "mounted", "ephemeral")},
    )  # fmt: skip
    fstype = Arg(
        str, "The type of the file system", default=None, needed_if={"state": ("present", "mounted", "ephemeral")}
    )
    opts = Arg(str, "The options, separated by commas; else defaults", default=None, secret="opts_no_log")
    opts_no_log = Arg(bool, "Whether the options are a secret", default=False)
    dump = Arg(str, "Whether dump(8) saves it", default="0")
    passno = Arg(str, "When it is checked at boot: 0 never, 1 first, 2 afterwards", default="0")
    fstab = Arg(Path, "The file in place of /etc/fstab", default=None)
    boot = Arg(bool, "Whether it is mounted at boot; false adds noauto to the options", default=True)
    backup = Arg(bool, "Whether fstab is kept beside itself before a change, the time in its name", default=False)

    def check_arguments(self):
        self.file = self.fstab or FSTAB
        self.done = False
        self.backup_file = ""
        self.options = self.opts or "defaults"
        if not self.boot and self.state != "ephemeral" and "noauto" not in self.options.split(","):
            self.options += ",noauto"
        fields = (self.src or "", self.path, self.fstype or "", self.options, self.dump, self.passno)
        self.fields = {name: _mounts.escaped(value) for name, value in zip(_mounts.FIELDS, fields)}
        if self.fstype == "swap" and self.state in MOUNTS:
            raise ModuleFailed("state: swap is not mounted", hint="state: present, and the command swapon --all")

    # -- what is there

    def current(self):
        self.mount = _mounts.mount_at(self.path)
        state = {"mounted": self.mount is not None}
        if self.state in WRITES:
            data = read(self.file) or b""
            self.lines = data.decode("utf-8", "surrogateescape").splitlines()
            state["fstab"] = self._content(data)
        if self.state == "absent":
            state["folder"] = os.path.lexists(self.path)
        if self.state in ("remounted", "ephemeral"):
            state["remounted"] = self.done
        return state

    def _content(self, data):
        """What a diff shows of fstab; nothing where the options are a secret."""
        shown = Content(data, path=self.file)
        return Content(None, shown.digest, shown.size, self.file) if self.opts_no_log else shown

    # -- what is asked for

    def wanted(self):
        if self.state == "unmounted":
            return {"mounted": False}
        if self.state == "remounted":
            hint = "state: mounted mounts it"
            self.needs("mount", self.path, self.before["mounted"], "nothing is mounted at %s" % self.path, hint)
            return {"remounted": True}
        if self.state == "ephemeral":
            return self._wanted_for_now()
        self.data = self._edited()
        changed = self.data is not None
        wanted = {"fstab": self._content(self.data)} if changed else {}
        if self.state == "mounted":
            wanted["mounted"] = True
        elif changed and self.state in ("absent", "absent_mount"):
            wanted["mounted"] = False
            if self.state == "absent":
                wanted["folder"] = False
        return wanted

    def _wanted_for_now(self):
        if self.mount is None:
            return {"mounted": True}
        if not self.mount.is_of(self.src):
            raise ModuleFailed(
                "%s is mounted at %s already, not %s" % (self.mount.source, self.path, self.src),
                hint="take another path, or unmount it first (state: unmounted)",
            )
        return {"mounted": True, "remounted": True}

    def _edited(self):
        """The new bytes of fstab; None where there is nothing to change."""
        lines = []
        found = False
        for line in self.lines:
            there = _mounts.entry(line)
            if there is None or not self._mine(there):
                lines.append(line)
            elif self.state not in REMOVES:
                found = True
                lines.append(line if there == self.fields else self._line())
        if self.state not in REMOVES and not found:
            lines.append(self._line())
        if lines == self.lines:
            return None
        return "".join(line + "\n" for line in lines).encode("utf-8", "surrogateescape")

    def _mine(self, there):
        if there["name"] == "none" and there["fstype"] == "swap" and self.src:
            return self.path == "none" and there["src"] == self.fields["src"]
        return there["name"] == self.fields["name"]

    def _line(self):
        return " ".join(self.fields[name] for name in _mounts.FIELDS)

    # -- how to get there

    def apply(self, change):
        if self.state in MOUNTS:
            self._mount(change)
        elif self.state == "remounted":
            self._remount()
        else:
            self._write(change)
            if "mounted" in change:
                run(["umount", self.path])
            if "folder" in change:
                os.rmdir(self.path)
        self.done = True

    def _write(self, change):
        if "fstab" in change:
            if self.backup and os.path.exists(self.file):
                self.backup_file = keep_copy(self.file)
            os.makedirs(os.path.dirname(os.path.abspath(self.file)), exist_ok=True)
            write(self.file, self.data)

    def _mount(self, change):
        """Mount it; what goes wrong leaves folders and fstab as they were: a bad line may keep a host from booting."""
        old = read(self.file)
        made = []
        try:
            self._make_folders(made)
            self._write(change)
            if self.mount is None:
                run(self._command())
            elif self.state == "ephemeral" or self.mount.is_of(self.src):
                self._remount()
            else:
                run(["umount", self.path])
                run(self._command())
        except (ModuleFailed, OSError):
            if "fstab" in change:
                self._put_back(old)
            for folder in reversed(made):
                os.rmdir(folder)
            raise

    def _make_folders(self, made):
        missing, folder = [], os.path.abspath(self.path)
        while not os.path.lexists(folder):
            missing.append(folder)
            folder = os.path.dirname(folder)
        for folder in reversed(missing):
            os.mkdir(folder)
            made.append(folder)

    def _put_back(self, old):
        if old is None:
            os.unlink(self.file)
        else:
            write(self.file, old)

    def _command(self, *options):
        """The command that mounts, with `-o OPTIONS` where there are any."""
        options = list(options)
        if self.state == "ephemeral":
            options += self.options.split(",") if self.options != "defaults" else []
            return ["mount", "-t", self.fstype, *_joined(options), self.src, self.path]
        table = ["-T", self.file] if self.fstab not in (None, FSTAB) else []
        return ["mount", *table, *_joined(options), self.path]

    def _remount(self):
        """Mount it once more; where the file system knows no such thing, take it off first."""
        given = [self.opts] if self.state == "remounted" and self.opts and self.opts != "defaults" else []
        said = run(self._command("remount", *given), check=False)
        if said:
            return
        if given:
            raise CommandFailed(said, hint="unmount it (state: unmounted), and mount it with all options it shall have")
        run(["umount", self.path])
        run(self._command())

    def brings(self, change):
        return [("path", self.path), ("mount", self.path)] if self.state in MOUNTS else []

    def returns(self, change, state):
        result = {"name": self.path, "opts": self.options, "dump": self.dump, "passno": self.passno}
        result.update(fstab=self.file, boot="yes" if self.boot else "no", backup_file=self.backup_file)
        if self.src is not None:
            result["src"] = self.src
        if self.fstype is not None:
            result["fstype"] = self.fstype
        return result


def _joined(options):
    return ["-o", ",".join(options)] if options else []
