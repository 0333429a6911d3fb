"""Gather what is mounted and what fstab would mount, from the sources of one's choice."""

import fnmatch
import functools
import os
import re
import subprocess
import threading

from modules.kit import Arg, ModuleFailed, Query, Raw
from modules.kit.filesystem import read
from modules.kit.process import find_command
from modules.system import _mounts
from modules.system._facts.hardware import room

DYNAMIC = ("/etc/mtab", "/proc/mounts", "/etc/mnttab")
STATIC = ("/etc/fstab", "/etc/vfstab", "/etc/filesystems")
ALIASES = {"dynamic": DYNAMIC, "static": STATIC, "all": DYNAMIC + STATIC}
PROGRAM = "mount"
SHOWN = re.compile(r"^(?P<device>.+) on (?P<mount>/.*) type (?P<fstype>\S+) \((?P<options>.*)\)$")
"""A line of what mount(8) shows on Linux."""


class MountFacts(Query):
    devices = Arg(list, "Patterns, such as /dev/*, one of which a device has to match", default=None, of=str)
    fstypes = Arg(list, "Patterns, such as nfs*, one of which a type has to match", default=None, of=str)
    sources = Arg(
        list, "Where to look: files, all, dynamic (what is mounted), static (fstab), mount (the program); the first to "
        "name a mount point counts; else all", default=None, of=str,
    )  # fmt: skip
    mount_binary = Arg(Raw, "The program that lists mounts, where no file does; null for none", default=PROGRAM)
    timeout = Arg(float, "The most seconds to wait for one mount; else without end", default=None)
    on_timeout = Arg(str, "What becomes of a mount that does not answer", default="error",
                     choices=("error", "warn", "ignore"))  # fmt: skip
    include_aggregate_mounts = Arg(
        bool, "Whether aggregate_mounts lists all of them, those that others cover, too", default=None
    )

    def check_arguments(self):
        if self.timeout is not None and self.timeout <= 0:
            raise ModuleFailed("timeout: should be above 0, or null, got %s" % self.timeout)
        self.names = []
        for source in self.sources or ["all"]:
            if not source:
                raise ModuleFailed("sources: one of them is empty")
            self.names += ALIASES.get(source, (source,))
        if len(set(self.names)) < len(self.names):
            self.warn("sources: what is named twice is read once: %s" % ", ".join(self.names))
        self.uuids = None

    def read(self):
        found = [mount for mount in self._found() if self._asked_for(mount)]
        for mount in found:
            place = mount["mount"]
            mount.update(self._in_time(functools.partial(room, place), "the size of %s" % place) or {})
            mount["uuid"] = mount["uuid"] or self._uuid(mount["device"])
        points = {}
        for mount in found:
            points.setdefault(mount["mount"], mount)
        self._warn_of_covered(found)
        everything = found if self.include_aggregate_mounts else []
        return {"ansible_facts": {"mount_points": points, "aggregate_mounts": everything}}

    # -- where they come from

    def _found(self):
        seen = set()
        dynamic = False
        found = []
        for source in self.names:
            key = source if source == PROGRAM else os.path.realpath(source)
            if source in seen or key in seen:
                continue
            seen.add(key)
            lines = self._listed() if source == PROGRAM else _of_file(source)
            dynamic = dynamic or (bool(lines) and source in DYNAMIC + (PROGRAM,))
            found += [(source, *line) for line in lines]
        if self.mount_binary and not dynamic and set(self.names) & set(DYNAMIC):
            found += [(PROGRAM, *line) for line in self._listed()]
        return [self._described(*line) for line in found]

    def _listed(self):
        """[(line, fields)] of what the program lists."""
        name = str(self.mount_binary or PROGRAM)
        program = find_command(name)
        self.needs("command", name, program is not None, "there is no command `%s` on this host" % name)
        try:
            shown = self._in_time(functools.partial(subprocess.check_output, [program]), "`%s`" % name) or b""
        except subprocess.CalledProcessError as error:
            raise ModuleFailed("`%s` exited with %s" % (name, error.returncode))
        matches = [(line, SHOWN.match(line)) for line in shown.decode("utf-8", "surrogateescape").splitlines()]
        return [(line, match.groupdict()) for line, match in matches if match]

    def _described(self, source, line, fields):
        mount = dict(fields, ansible_context={"source": source, "source_data": line}, uuid=None)
        if mount["device"].startswith("UUID="):
            mount["uuid"] = mount["device"].partition("=")[2].strip('"')
            mount["device"] = self._device(mount["uuid"]) or mount["device"]
        return mount

    def _asked_for(self, mount):
        kept = (("device", self.devices), ("fstype", self.fstypes))
        return all(any(fnmatch.fnmatch(mount[key], p) for p in patterns or ["*"]) for key, patterns in kept)

    # -- what is known of one

    def _device(self, uuid):
        path = "/dev/disk/by-uuid/" + uuid
        if os.path.exists(path):
            return os.path.realpath(path)
        return next((device for device, found in self._all_uuids().items() if found == uuid), None)

    def _uuid(self, device):
        return self._all_uuids().get(os.path.realpath(device)) if device.startswith("/dev/") else None

    def _all_uuids(self):
        """{device: UUID} of the devices that have one."""
        if self.uuids is None:
            program = find_command("lsblk")
            words = ["--list", "--noheadings", "--paths", "--output", "NAME,UUID", "--exclude", "2"]
            shown = self._in_time(functools.partial(_output, [program] + words), "`lsblk`") if program else ""
            rows = [line.split() for line in (shown or "").splitlines()]
            self.uuids = {os.path.realpath(row[0]): row[1] for row in rows if len(row) == 2}
            folder = "/dev/disk/by-uuid"
            for name in os.listdir(folder) if os.path.isdir(folder) else ():
                self.uuids[os.path.realpath(os.path.join(folder, name))] = name
        return self.uuids

    def _in_time(self, ask, what):
        """What ask() gives, None where it takes longer than allowed: a dead server's share may never answer."""
        if self.timeout is None:
            return ask()
        answers = []
        thread = threading.Thread(target=lambda: answers.append(_outcome(ask)), daemon=True)
        thread.start()
        thread.join(self.timeout)
        if not answers:
            message = "%s did not come within %g seconds" % (what, self.timeout)
            if self.on_timeout == "error":
                raise ModuleFailed(message, hint="on_timeout: warn goes on without it")
            if self.on_timeout == "warn":
                self.warn(message)
            return None
        value, error = answers[0]
        if error is not None:
            raise error
        return value

    def _warn_of_covered(self, found):
        if self.include_aggregate_mounts is not None:
            return
        places = [(mount["ansible_context"]["source"], mount["mount"]) for mount in found]
        covered = sorted({place for place in places if places.count(place) > 1})
        if covered:
            named = ", ".join("%s in %s" % (mount, source) for source, mount in covered)
            self.warn("several mounts at one place: %s; set include_aggregate_mounts to get all, or not" % named)


def _of_file(path):
    """[(line, fields)] of a file written like fstab(5)."""
    found = []
    for line in (read(path) or b"").decode("utf-8", "surrogateescape").splitlines():
        words = _mounts.words_of(line)
        if words is None:
            continue
        mount = dict(zip(("device", "mount", "fstype", "options"), map(_mounts.unescaped, words)))
        mount.update((name, int(word)) for name, word in zip(("dump", "passno"), words[4:]) if word.isdigit())
        found.append((line.strip(), mount))
    return found


def _output(argv):
    process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return process.communicate()[0].decode("utf-8", "replace")


def _outcome(ask):
    try:
        return ask(), None
    except Exception as error:
        return None, error
