"""Make sure packages of Alpine Linux are installed, removed or up to date."""

import re
import time

from modules.kit import Arg, CommandFailed, Module, ModuleFailed, Path, Unknown
from modules.kit.filesystem import read
from modules.kit.process import find_command, run

STEP = re.compile(r"^\(\s*\d+/\d+\) (\w+) (\S+?)(?:@\S+)? \((?:(\S+) -> )?(\S+)\)", re.M)
GOING = ("Purging", "Deleting")
LOCKED = "Unable to lock database"
UNKNOWN = re.compile(r"^\s+(\S+) \(no such package\)", re.M)
SPEC = re.compile(r"^(!?[^@=<>~]+)(.*)$")


class Apk(Module):
    collection = "community.general"
    exclusive = (("name", "upgrade"),)
    one_of = (("name", "update_cache", "upgrade"),)

    name = Arg(
        list, "The packages; foo=1.2-r0, foo~1.2 or foo@tag bind one to a version or repository", default=None, of=str
    )
    state = Arg(
        str, "Whether they are asked for and installed (present, installed), in the newest version (latest), or "
        "removed (absent, removed)",
        default="present", choices=("present", "absent", "latest", "installed", "removed"),
    )  # fmt: skip
    update_cache = Arg(bool, "Whether the lists of packages are fetched first", default=False)
    upgrade = Arg(bool, "Whether everything that is installed is brought up to date", default=False)
    available = Arg(bool, "Whether what no repository has any more is replaced in an upgrade", default=False)
    no_cache = Arg(bool, "Whether no local cache is used", default=False)
    repository = Arg(list, "The repositories to use instead of those of the host", default=None, of=str)
    world = Arg(Path, "The file that lists the packages that are asked for", default="/etc/apk/world")
    lock_timeout = Arg(int, "Seconds to wait for another program that holds the lock", default=60)

    def check_arguments(self):
        self.state = {"installed": "present", "removed": "absent"}.get(self.state, self.state)
        self.specs = [spec.strip() for spec in self.name or []]
        if self.name is not None and not all(self.specs):
            raise ModuleFailed("Package name(s) cannot be empty or whitespace-only")
        if find_command("apk") is None:
            raise ModuleFailed("there is no apk on this host", hint="it belongs to Alpine Linux and its relatives")
        self.idle = not (self.specs or self.upgrade)
        self.fetched = False
        self.said = None
        self.steps = None
        self.unknown = {}

    def subject(self):
        return "packages"

    def refresh(self):
        if self.update_cache and not self.idle:
            self._update()

    def _update(self):
        self._apk(["update"], hint="could not update package db: can the host reach the repositories?")
        self.fetched = True

    def _apk(self, words, hint=None):
        """Run apk to its end; another program that holds its lock is waited for."""
        options = ["--no-cache"] if self.no_cache else []
        for place in self.repository or []:
            options += ["--repository", place, "--repositories-file", "/dev/null"]
        end = time.monotonic() + self.lock_timeout
        waited = False
        while True:
            ended = run(["apk"] + options + words, check=False)
            if ended:
                return ended
            if LOCKED not in ended.stderr + ended.stdout:
                raise CommandFailed(ended, hint)
            if time.monotonic() >= end:
                raise ModuleFailed(
                    "another program has held the lock of apk for %d seconds" % self.lock_timeout,
                    hint="lock_timeout says how long to wait; ps shows who it is",
                )
            if not waited:
                self.warn("waited for another program that holds the lock of apk")
            waited = True
            time.sleep(0.5)

    # -- what is there

    def current(self):
        installed = self._installed()
        if self.steps is None:
            self.steps = self._foresee(installed)
        state = {
            "packages": {name: installed[name] for name in self.steps if name in installed},
            "asked for": [spec for spec in self.specs if self._in_world(spec)],
        }
        if self.idle:
            state["lists"] = "fresh" if self.fetched else "stale"
        return state

    def _installed(self):
        """{name: version} of every package that is installed."""
        found = {}
        for line in self._apk(["info", "-v"]).stdout.splitlines():
            parts = line.strip().rsplit("-", 2)
            if len(parts) == 3:
                found[parts[0]] = "%s-%s" % tuple(parts[1:])
        return found

    def _in_world(self, spec):
        """Whether the file of what is asked for names it; a bare name also where it is bound to something there."""
        name, bound = SPEC.match(spec).groups()
        words = (read(self.world) or b"").decode("utf-8", "replace").split()
        return any(word == spec or (not bound and SPEC.match(word).group(1) == name) for word in words)

    # -- what is asked for

    def wanted(self):
        packages = {name: version for name, version in self.steps.items() if version is not None}
        wanted = {"packages": dict(packages, **self.unknown)}
        if self.specs:
            wanted["asked for"] = [] if self.state == "absent" else list(self.specs)
        if self.idle:
            wanted["lists"] = "fresh"
        return wanted

    def _foresee(self, installed):
        """{name: the version it will have, None for none} of every package that will change."""
        self.call = self._call(installed)
        if self.call is None:
            return {}
        steps = self._simulated(self.call)
        stays = [name for name in self.call[2:] if self.state == "absent" and name in installed and name not in steps]
        if stays:
            raise ModuleFailed("these packages are needed by others: %s" % ", ".join(stays),
                               hint="remove what needs them too")  # fmt: skip
        if steps and self.update_cache and not self.fetched:
            self.warn("the lists of packages are to be fetched first: versions may then be newer than those shown")
        return steps

    def _call(self, installed):
        """The words of the call that has to be made; None for no call."""
        if self.upgrade:
            return ["upgrade"] + (["--available"] if self.available else [])
        if self.state == "absent":
            names = [SPEC.match(spec).group(1) for spec in self.specs]
            there = [name for name in names if name in installed or self._in_world(name)]
            return ["del", "--purge"] + there if there else None
        specs = [spec for spec in self.specs if self.state == "latest" or not self._in_world(spec)]
        return ["add"] + (["--upgrade"] if self.state == "latest" else []) + specs if specs else None

    def _simulated(self, call):
        try:
            said = self._apk(call[:1] + ["--simulate"] + call[1:]).stdout
        except CommandFailed as failure:
            missing = [name for name in UNKNOWN.findall(failure.ended.stdout + failure.ended.stderr) if name in call]
            if not missing:
                raise
            self._note_missing(missing, failure)
            rest = [word for word in call if word not in missing]
            return self._simulated(rest) if len([word for word in rest if word[:1] != "-"]) > 1 else {}
        steps = STEP.findall(said)
        return {name: None if action in GOING else after for action, name, before, after in steps if before != after}

    def _note_missing(self, missing, failure):
        """Packages that apk does not know: fresh lists, or an earlier task of a dry run, may bring them."""
        for name in missing:
            if self.update_cache and not self.fetched:
                self.unknown[name] = Unknown("update_cache")
            elif self.context.bringer("package", name) is None:
                hint = "is the name right?" if self.update_cache else "update_cache: true fetches the lists"
                raise CommandFailed(failure.ended, hint)
            else:
                self.needs("package", name, False)
                self.unknown[name] = Unknown(self.context.bringer("package", name))

    # -- how to get there

    def apply(self, change):
        if self.idle:
            self._update()
        elif self.call is not None:
            self.said = self._apk(self.call)

    def brings(self, change):
        if self.state == "absent":
            return []
        return [("package", name) for name in change.wanted["packages"]]

    def returns(self, change, state):
        result = {"packages": sorted(self.steps), "msg": self._message(change)}
        if self.said is not None:
            result.update(stdout=self.said.stdout, stderr=self.said.stderr)
        return result

    def _message(self, change):
        if self.idle:
            return "updated repository indexes"
        if self.upgrade:
            return "upgraded packages" if change else "packages already upgraded"
        word = "removed" if self.state == "absent" else "installed"
        return "%s %s package(s)" % (word, " ".join(self.call[1:])) if change else "package(s) already %s" % word
