"""dnf, dnf5 and yum by their command line: what they would do is read from the table that they show before they ask."""

import os
import re
import time

from modules.kit import CommandFailed, ModuleFailed
from modules.kit.process import run
from modules.packages import _rpm

ACTIONS = {"installing": "install", "upgrading": "replace", "updating": "replace", "downgrading": "replace",
           "removing": "remove", "erasing": "remove"}  # fmt: skip
ARCHITECTURES = ("noarch", "x86_64", "i686", "i586", "i386", "aarch64", "armv7hl", "ppc64le", "ppc64", "s390x", "s390",
                 "riscv64", "loongarch64", "src")  # fmt: skip
NOTHING = re.compile(r"^Nothing to do|^No packages marked for|^No Packages marked for", re.M)
UNKNOWN = re.compile(
    r"^(?:No match for argument: |No package |Error: Unable to find a match: )(.+?)(?: available\.?)?$", re.M
)  # fmt: skip
LOCKED = 200
"""The exit code where another program holds the lock, with exit_on_lock."""
SPEC = re.compile(r"^(?P<name>\S+?)(?:\s*(?P<operator>[<>]=?|=)\s*(?P<version>\S+))?$")


class TextSession:
    """The package manager at a path; `plan` and `apply` as of _dnf.Session."""

    def __init__(self, program, request):
        self.program = program
        self.newest = os.path.basename(os.path.realpath(program)) == "dnf5"
        self.ask = request
        self.waited_for = None
        if request["list"] or request["download_only"]:
            word = "list" if request["list"] else "download_only"
            raise ModuleFailed("%s: needs the Python module of dnf on the host" % word, hint="install python3-dnf")
        if request["refresh"]:
            self._run(["makecache"])
        self.messages, self.missing = [], []
        self.installed = _rpm.installed(root=request["installroot"])
        self.calls = self._calls()
        self.plan = self._plan()

    # -- what has to be called

    def _calls(self):
        """The words of every call, options left out."""
        names, state = self.ask["names"], self.ask["state"]
        if state == "absent":
            calls = [["remove"] + names] if names else []
            return calls + ([["autoremove"]] if self.ask["autoremove"] else [])
        if names == ["*"] and state == "latest":
            return [["upgrade"]]
        fresh, there = [], []
        for name in names:
            found = self._found(name)
            if found == "newer" and not self.ask["allow_downgrade"]:
                continue
            if found == "same":
                there.append(name)
            elif found is None and self.ask["update_only"]:
                self.messages.append("Packages providing %s not installed due to update_only specified" % name)
            else:
                fresh.append(name)
        calls = [["install"] + fresh] if fresh else []
        return calls + ([["upgrade"] + there] if there and state == "latest" else [])

    def _found(self, spec):
        """What is installed of a spec: `same` or `newer` than it names, or None."""
        if spec.startswith("/") and not spec.endswith(".rpm"):
            return "same" if run(["rpm", "-qf", spec], check=False) else None
        for (name, architecture), versions in self.installed.items():
            if spec in (name, "%s.%s" % (name, architecture)):
                return "same"
            match = SPEC.match(spec)
            if match and match.group("operator") and match.group("name") == name:
                return "same" if any(_fits(one, *match.groups()[1:]) for one in versions) else None
            wanted = re.sub(r"\.(%s)$" % "|".join(ARCHITECTURES), "", spec)
            if wanted.startswith(name + "-") and wanted[len(name) + 1 :][:1].isdigit():
                compared = [_rpm.compare(one, _with_epoch(wanted[len(name) + 1 :], one)) for one in versions]
                return "same" if 0 in compared else "newer" if 1 in compared else None
        return None

    def _options(self, verb):
        """The options of a call; dnf5 refuses those that mean nothing to its verb."""
        ask, setopt = self.ask, []
        changing, installing = verb in ("install", "upgrade"), verb == "install"
        options = ["--disablerepo=" + one for one in ask["disablerepo"]]
        options += ["--enablerepo=" + one for one in ask["enablerepo"]]
        options += ["--exclude=" + one for one in ask["exclude"]]
        options += ["--enableplugin=" + one for one in ask["enable_plugin"]]
        options += ["--disableplugin=" + one for one in ask["disable_plugin"]]
        flags = (
            ("--nogpgcheck", ask["disable_gpg_check"]),
            ("--cacheonly", ask["cacheonly"]),
            ("--allowerasing", ask["allowerasing"] and changing),
            ("--security", ask["security"] and changing),
            ("--bugfix", ask["bugfix"] and changing),
            ("--best", ask["best"] and changing),
            ("--no-best" if self.newest else "--nobest", ask["best"] is False and changing),
            ("--skip-broken", ask["skip_broken"] and (installing or not self.newest)),
            ("--skip-unavailable", ask["skip_broken"] and installing and self.newest),
        )
        options += [flag for flag, given in flags if given]
        options += ["--config=" + ask["conf_file"]] if ask["conf_file"] else []
        options += ["--installroot=" + ask["installroot"]] if ask["installroot"] != "/" else []
        options += ["--releasever=" + ask["releasever"]] if ask["releasever"] else []
        if ask["disable_excludes"] and not self.newest:
            options.append("--disableexcludes=" + ask["disable_excludes"])
        elif ask["disable_excludes"]:
            setopt.append("disable_excludes=" + {"all": "*"}.get(ask["disable_excludes"], ask["disable_excludes"]))
        setopt += [] if ask["sslverify"] else ["sslverify=0"]
        setopt += [] if ask["install_weak_deps"] else ["install_weak_deps=0"]
        setopt += [] if ask["autoremove"] else ["clean_requirements_on_remove=0"]
        setopt += [] if self.newest else ["exit_on_lock=1"]
        return options + ["--setopt=" + one for one in setopt]

    def _run(self, words, answer="-y", ok=(0,)):
        """Run one call to its end; another program that holds the lock is waited for."""
        end = time.monotonic() + self.ask["lock_timeout"]
        while True:
            command = [self.program, words[0], answer] + self._options(words[0]) + words[1:]
            ended = run(command, check=False, env={"COLUMNS": "500"})
            if ended.code in ok:
                return ended
            if ended.code != LOCKED:
                raise CommandFailed(ended)
            self.waited_for = (ended.stderr.strip().splitlines() or [os.path.basename(self.program)])[0]
            if time.monotonic() >= end:
                message = "another program has held the lock of %s for %d seconds: %s"
                raise ModuleFailed(
                    message % (os.path.basename(self.program), self.ask["lock_timeout"], self.waited_for)
                )
            time.sleep(0.5)

    # -- the plan

    def _plan(self):
        steps, results = {}, []
        for words in self.calls:
            for action, name, architecture, version in self._rows(words):
                before = self.installed.get((name, architecture), [])
                _, after = steps.get("%s.%s" % (name, architecture), (before, before))
                steps["%s.%s" % (name, architecture)] = [before, _after(after, action, version)]
                word = "Removed" if action == "remove" else "Installed"
                results.append("%s: %s-%s.%s" % (word, name, version, architecture))
        missing = [] if self.ask["skip_broken"] else list(dict.fromkeys(self.missing))
        return {"steps": steps, "results": results, "missing": missing, "messages": self.messages, "files": []}

    def _rows(self, words):
        """The table of one call; names that no repository has are noted as missing, and the rest is asked for again."""
        # It says no by itself, and then ends with 1.
        ended = self._run(words, "--assumeno", (0, 1))
        said = ended.stdout + "\n" + ended.stderr
        missing = {
            part for text in UNKNOWN.findall(said) for part in [text.strip()] + text.split() if part in words[1:]
        }
        rows = table(ended.stdout)
        if missing and not rows and words[0] != "remove":
            self.missing += sorted(missing)
            rest = [word for word in words if word not in missing]
            return self._rows(rest) if len(rest) > 1 else []
        if not rows and ended.code and not missing and not NOTHING.search(said):
            raise CommandFailed(ended)
        return rows

    def apply(self):
        """Carry the plan out."""
        for words in self.calls:
            self._run(words)


def _after(versions, action, version):
    """The versions of a package after one step: only what may be there more than once is installed beside others."""
    kept = {"install": versions, "replace": [], "remove": [one for one in versions if one != version]}[action]
    return kept if action == "remove" else kept + [version]


def table(text):
    """
    (install, replace or remove; name, architecture, [epoch:]version-release) of each package in a transaction's table.

    Long names break a row into two lines; dnf5 notes below a row what it replaces. What is skipped does not count.
    """
    rows, action, words = [], None, []
    for line in text.splitlines():
        if re.match(r"^Transaction Summary", line):
            break
        heading = re.match(r"^([A-Z][\w ]*):\s*$", line)
        if heading:
            action, words = ACTIONS.get(heading.group(1).split()[0].lower()), []
        elif action and line.startswith(" ") and not line.strip().startswith("replacing "):
            words += line.split()
            if len(words) >= 3 and words[1] in ARCHITECTURES:
                rows.append((action, words[0], words[1], _rpm.strip_epoch(words[2])))
                words = []
        else:
            words = []
    return rows


def _with_epoch(version, installed):
    """The version with the epoch of an installed one, where it names none."""
    return version if ":" in version else "%s:%s" % (_rpm.split(installed)[0], version)


def _fits(installed, operator, version):
    found = _rpm.compare(installed, _with_epoch(version, installed))
    return {"<": found < 0, "<=": found <= 0, "=": found == 0, ">=": found >= 0, ">": found > 0}[operator]
