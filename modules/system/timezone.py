"""Set the host's time zone, and whether its hardware clock shows that or UTC."""

import os
import re

from modules.kit import Arg, Module, ModuleFailed
from modules.kit.filesystem import read, sync_folder, write
from modules.kit.process import find_command, run

ZONES = "/usr/share/zoneinfo"
LOCALTIME = "/etc/localtime"
UNKNOWN = "n/a"
NAME_FILES = (("/etc/timezone", re.compile(r"^\s*([^\s#]+)"), "%s"),
              ("/etc/sysconfig/clock", re.compile(r'^\s*ZONE\s*=\s*"?([^"\s]+)"?'), 'ZONE="%s"'),
              ("/etc/sysconfig/clock", re.compile(r'^\s*TIMEZONE\s*=\s*"?([^"\s]+)"?'), 'TIMEZONE="%s"'))  # fmt: skip
"""Where hosts write the zone's name down besides /etc/localtime: file, the line in it, how that line is written."""
CLOCK_FILES = ("/etc/default/rcS", "/etc/sysconfig/clock", "/etc/conf.d/hwclock")
UTC_LINE = re.compile(r"^\s*UTC\s*=\s*[\"']?(\w+)[\"']?")


class Timezone(Module):
    collection = "community.general"

    name = Arg(str, "The time zone, such as Europe/Paris", default=None)
    hwclock = Arg(str, "What the hardware clock shows", default=None, choices=("local", "UTC"), aliases=("rtc",))

    one_of = (("name", "hwclock"),)

    def check_arguments(self):
        if self.name:
            path = os.path.join(ZONES, self.name)
            known = os.path.isfile(path) and os.path.normpath(path) == path
            hint = "is the package tzdata installed, and the name written as in Europe/Paris?"
            self.needs("path", path, known, 'given timezone "%s" is not available' % self.name, hint)
        said = run(["timedatectl", "status"], check=False) if find_command("timedatectl") else None
        self.systemd = bool(said)

    def subject(self):
        return "timezone"

    # -- what is there

    def current(self):
        found = self._asked_of_systemd() if self.systemd else self._read_files()
        return {key: value for key, value in found.items() if getattr(self, key) is not None}

    def _asked_of_systemd(self):
        said = run(["timedatectl", "status"]).stdout
        zone = re.search(r"^\s*Time ?zone\s*:\s*(\S+)", said, re.M)
        local = re.search(r"^\s*RTC in local TZ\s*:\s*(\S+)", said, re.M)
        return {
            "name": zone.group(1) if zone else UNKNOWN,
            "hwclock": "local" if local and local.group(1) == "yes" else "UTC",
        }

    def _read_files(self):
        return {"name": self._zone() if self.name else None, "hwclock": _clock()}

    def _zone(self):
        """The zone of /etc/localtime, unless another file names another one."""
        for path, pattern, _ in NAME_FILES:
            for line in _lines(path):
                found = pattern.match(line)
                if found and found.group(1) != self.name:
                    return found.group(1)
        if os.path.islink(LOCALTIME):
            target = os.readlink(LOCALTIME)
            found = re.search(r"(?:^|/)zoneinfo/(.+)$", target)
            return found.group(1) if found and os.path.exists(LOCALTIME) else UNKNOWN
        there = read(LOCALTIME)
        same = there is not None and there == read(os.path.join(ZONES, self.name))
        return self.name if same else UNKNOWN

    # -- what is asked for

    def wanted(self):
        return {key: getattr(self, key) for key in self.before}

    def apply(self, change):
        if "name" in change:
            self._set_zone()
        if "hwclock" in change:
            self._set_clock()

    def _set_zone(self):
        if self.systemd:
            run(["timedatectl", "set-timezone", self.name])
            return
        for path, pattern, form in NAME_FILES:
            lines = _lines(path)
            debian = path == "/etc/timezone" and find_command("dpkg-reconfigure") is not None
            if debian or any(pattern.match(line) for line in lines):
                _write(path, pattern, form % self.name, lines)
        temporary = "%s.%d.opsengine" % (LOCALTIME, os.getpid())
        os.symlink(os.path.join(ZONES, self.name), temporary)
        os.rename(temporary, LOCALTIME)
        sync_folder(os.path.dirname(LOCALTIME))

    def _set_clock(self):
        if self.systemd:
            run(["timedatectl", "set-local-rtc", "1" if self.hwclock == "local" else "0"])
            return
        program = find_command("hwclock")
        if program is None:
            raise ModuleFailed("there is no command `hwclock` on this host", hint="it comes with util-linux")
        for path in CLOCK_FILES:
            lines = _lines(path)
            if any(UTC_LINE.match(line) for line in lines):
                _write(path, UTC_LINE, "UTC=%s" % ("no" if self.hwclock == "local" else "yes"), lines)
        run([program, "--systohc", "--localtime" if self.hwclock == "local" else "--utc"])


def _clock():
    """What the hardware clock shows: /etc/adjtime tells (hwclock(8)), or a file that start scripts read."""
    for path in CLOCK_FILES:
        for line in _lines(path):
            found = UTC_LINE.match(line)
            if found and found.group(1).lower() in ("no", "false", "0"):
                return "local"
    return "local" if "LOCAL" in _lines("/etc/adjtime") else "UTC"


def _lines(path):
    return (read(path) or b"").decode("utf-8", "surrogateescape").splitlines()


def _write(path, pattern, line, lines):
    """Put a line in the place of the one it replaces, or at the end."""
    places = [number for number, text in enumerate(lines) if pattern.match(text)]
    kept = [text for number, text in enumerate(lines) if number not in places]
    kept.insert(places[0] if places else len(kept), line)
    write(path, "".join(text + "\n" for text in kept).encode("utf-8", "surrogateescape"))
