"""Make sure Debian packages are installed, removed or up to date."""

import fnmatch
import re
import time

from modules.kit import Arg, Module, ModuleFailed, Path, Unknown
from modules.packages import _apt

SPEC = re.compile(r"^([A-Za-z0-9][A-Za-z0-9+.:*?-]*?)(?:(=|>=)(\S+))?$")


class Apt(Module):
    name = Arg(
        list, "The packages; name=version (with * as a pattern) asks for a version", default=None, of=str,
        aliases=("package", "pkg"),
    )  # fmt: skip
    state = Arg(
        str, "Whether they shall be installed (present), removed (absent), or installed in the newest version (latest)",
        default="present", choices=("present", "absent", "latest", "fixed", "build-dep"),
    )  # fmt: skip
    update_cache = Arg(bool, "Whether the lists of packages are fetched first", default=None, aliases=("update-cache",))
    cache_valid_time = Arg(int, "Seconds for which the lists count as fresh; sets `update_cache`", default=0)
    update_cache_retries = Arg(int, "How often fetching the lists is tried", default=5)
    update_cache_retry_max_delay = Arg(int, "The longest pause between tries, in seconds", default=12)
    install_recommends = Arg(
        bool, "Whether recommended packages come along; by default as apt is configured", default=None,
        aliases=("install-recommends",),
    )  # fmt: skip
    purge = Arg(bool, "Whether configuration files go with a package that is removed", default=False)
    autoremove = Arg(bool, "Whether packages go that nothing needs any more", default=False)
    autoclean = Arg(bool, "Whether archives of packages go that cannot be fetched any more", default=False)
    clean = Arg(bool, "Whether all fetched archives of packages go", default=False)
    upgrade = Arg(
        str, "Upgrade what is installed: safe and yes without removing, full and dist with", default="no",
        choices=("dist", "full", "no", "safe", "yes", "False", "True"),
    )  # fmt: skip
    default_release = Arg(str, "The release to prefer", default=None, aliases=("default-release",))
    deb = Arg(Path, "A .deb file; refused: copy it to the host and run apt-get install", default=None)
    force = Arg(bool, "Whether unauthenticated and older packages and removals of essential ones pass", default=False)
    force_apt_get = Arg(bool, "Has no effect: apt-get is what is used", default=False)
    only_upgrade = Arg(bool, "Whether packages that are not installed are left alone", default=False)
    fail_on_autoremove = Arg(bool, "Whether it fails when other packages would be removed", default=False)
    allow_unauthenticated = Arg(
        bool, "Whether packages without a valid signature pass", default=False, aliases=("allow-unauthenticated",)
    )
    allow_downgrade = Arg(
        bool, "Whether a version older than the installed one may be installed", default=False,
        aliases=("allow-downgrade", "allow_downgrades", "allow-downgrades"),
    )  # fmt: skip
    allow_change_held_packages = Arg(bool, "Whether packages on hold may change", default=False)
    auto_install_module_deps = Arg(bool, "Has no effect: nothing is needed on the host", default=True)
    dpkg_options = Arg(str, "Options for dpkg, separated by commas", default="force-confdef,force-confold")
    lock_timeout = Arg(int, "Seconds to wait for another program that holds the lock", default=60)
    policy_rc_d = Arg(int, "Refused: keeps services from being started", default=None)

    def check_arguments(self):
        for name in ("deb", "policy_rc_d"):
            if getattr(self, name) is not None:
                raise ModuleFailed("%s is not supported" % name)
        if self.state in ("fixed", "build-dep"):
            raise ModuleFailed("state: %s is not supported" % self.state)
        self.get = _apt.AptGet(self.lock_timeout, self.warn)
        self.cache_updated = False
        self.said = None
        self.specs = [self._spec(text) for text in self.name or [] if text.strip()]
        if self.upgrade in ("False", "no"):
            self.upgrade = None
        self.idle = not (self.specs or self.upgrade or self.autoremove or self.autoclean or self.clean)
        if self.idle and not self.update_cache and not self.cache_valid_time and self.name is None:
            raise ModuleFailed("name: one of name, upgrade, update_cache, autoremove, autoclean and clean is required")

    def _spec(self, text):
        match = SPEC.match(text.strip())
        if not match:
            raise ModuleFailed("name: %r is no name of a package" % text)
        return match.groups()

    def subject(self):
        return "packages"

    # -- the lists of packages

    def _stale(self):
        if self.update_cache is False or not (self.update_cache or self.cache_valid_time):
            return False
        age = _apt.cache_age()
        return age is None or age >= self.cache_valid_time

    def _outdated(self):
        """Whether what apt knows is older than it will be when the task runs: so in a dry run only."""
        return self._stale() and not self.cache_updated

    def refresh(self):
        if self._stale() and not self.idle:
            self._update()
        for word in ("autoclean", "clean"):
            if getattr(self, word):
                self.get([word])

    def _update(self):
        _apt.update(self.get, self.update_cache_retries, self.update_cache_retry_max_delay)
        self.cache_updated = True

    # -- what is there, what is asked for

    def current(self):
        state = {"packages": dict(self._present(_apt.installed()))}
        if self.idle:
            state["lists"] = "stale" if self._outdated() else "fresh"
        return state

    def _present(self, installed):
        """{package: version} of everything that this task changes."""
        if self.before is None:
            self.steps = self._foresee(installed)
            self.names = sorted({name for name, _ in self.steps.items()})
        found = {}
        for name in self.names:
            if installed.get(name) is not None:
                found[name] = installed[name]
            elif name in installed and self.purge and self.steps[name] is None:
                found[name] = "(configuration only)"
        return found

    def wanted(self):
        wanted = {"packages": {name: version for name, version in self.steps.items() if version is not None}}
        if self.idle:
            wanted["lists"] = "fresh"
        return wanted

    def _foresee(self, installed):
        """{package: version it will have, None for none} of every package that will change."""
        self.unknown = []
        self.install, self.remove = [], []
        for name, operator, version in self.specs:
            names = _apt.names_like(name) if "*" in name or "?" in name else [name]
            for one in names:
                self._sort(one, operator, version, installed)
        found = {}
        for arguments in self._calls():
            for step in _apt.simulate(arguments):
                found[step.package] = step.after if step.action == "Inst" else None
        if found and self._outdated():
            self.warn("the lists of packages are to be fetched first: versions may then be newer than those shown")
        self._refuse_removals(found)
        for name, until in self.unknown:
            found[name] = Unknown(until)
        return found

    def _sort(self, name, operator, version, installed):
        there = installed.get(name)
        if self.state == "absent":
            if name in installed and (there is not None or self.purge):
                self.remove.append(name)
            return
        if self.only_upgrade and there is None:
            return
        if version is None and there is not None and self.state == "present":
            return
        if operator == "=" and there is not None and fnmatch.fnmatchcase(there, version):
            return
        known, virtual = _apt.provided(name)
        if not known:
            self._unknown(name)
        elif virtual and any(installed.get(one) for one in _apt.providers(name)):
            return
        elif version is not None:
            self.install.append("%s=%s" % (name, self._version(name, operator, version)))
        else:
            self.install.append(name)

    def _version(self, name, operator, version):
        found = _apt.version_for(name, version if operator == "=" else "*")
        if found is None:
            there = ", ".join(_apt.versions(name)) or "none"
            raise ModuleFailed("no version %s of %s is to be had; there is: %s" % (version, name, there))
        return found

    def _unknown(self, name):
        """A package that apt does not know: fresh lists, or an earlier task, may bring it."""
        if self._outdated():
            self.unknown.append((name, "update_cache"))
            return
        hint = "update_cache: true fetches the lists" if not self.update_cache else "is the name right?"
        message = "No package matching '%s' is available" % name
        kind, what = "package", name
        if self.context.bringer(*_apt.COMING):
            kind, what = _apt.COMING
        self.needs(kind, what, False, message, hint)
        self.unknown.append((name, self.context.bringer(kind, what)))

    def _calls(self):
        """The arguments of every call of apt-get that has to be made."""
        calls = []
        if self.upgrade:
            calls.append(["dist-upgrade" if self.upgrade in ("dist", "full") else "upgrade"])
        if self.install:
            calls.append(["install"] + self.install)
        if self.remove:
            calls.append(["purge" if self.purge else "remove"] + self.remove)
        if self.autoremove and not self.remove:
            calls.append(["autoremove"])
        return [self._options() + call for call in calls]

    def _options(self):
        options = ["-o", "APT::Get::AutomaticRemove=1"] if self.autoremove else []
        options += ["--purge"] if self.purge else []
        options += ["-o", "APT::Get::Upgrade-Allow-New=1"] if self.upgrade in ("safe", "yes", "True") else []
        for option in (self.dpkg_options or "").split(","):
            options += ["-o", "Dpkg::Options::=--" + option.strip()] if option.strip() else []
        if self.install_recommends is not None:
            options += ["-o", "APT::Install-Recommends=%s" % ("yes" if self.install_recommends else "no")]
        options += ["-t", self.default_release] if self.default_release else []
        options += ["--only-upgrade"] if self.only_upgrade else []
        flags = (
            ("--allow-unauthenticated", self.allow_unauthenticated or self.force),
            ("--allow-downgrades", self.allow_downgrade or self.force),
            ("--allow-remove-essential", self.force),
            ("--allow-change-held-packages", self.allow_change_held_packages or self.force),
        )
        return options + [flag for flag, wanted in flags if wanted]

    def _refuse_removals(self, found):
        others = sorted(name for name, version in found.items() if version is None and name not in self.remove)
        if others and self.fail_on_autoremove:
            raise ModuleFailed("these packages would be removed: %s" % ", ".join(others))

    # -- how to get there

    def apply(self, change):
        if self.idle:
            self._update()
        for arguments in self._calls():
            self.said = self.get(arguments)

    def brings(self, change):
        lists = [_apt.COMING] if self._outdated() else []
        return lists + [("package", name) for name, version in self.steps.items() if version is not None]

    def returns(self, change, state):
        age = _apt.cache_age()
        result = {"cache_updated": self.cache_updated}
        if age is not None:
            result["cache_update_time"] = int(time.time() - age)
        if self.said is not None:
            result.update(stdout=self.said.stdout, stderr=self.said.stderr)
        return result
