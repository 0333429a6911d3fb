"""Make sure RPM packages are installed, removed or up to date."""

import os

from modules.kit import Arg, Module, ModuleFailed, Path, Unknown
from modules.packages import _dnf, _rpm

FOR_THE_WORKER = (
    "allow_downgrade", "allowerasing", "autoremove", "bugfix", "cacheonly", "conf_file", "disable_excludes",
    "disable_gpg_check", "disable_plugin", "disablerepo", "download_only", "download_dir", "enable_plugin",
    "enablerepo", "exclude", "installroot", "install_weak_deps", "list", "lock_timeout", "releasever", "security",
    "skip_broken", "update_only",
)  # fmt: skip


class Dnf(Module):
    aliases = ("yum", "dnf5")
    exclusive = (("name", "list"), ("best", "nobest"))
    one_of = (("name", "list", "update_cache", "autoremove"),)

    name = Arg(
        list, "The packages: names, names with versions (foo-1.0, foo >= 1.0), @groups, @modules (@name:stream/"
        "profile), paths or URLs of .rpm files, or paths that a package provides; * with state: latest upgrades all",
        default=(), of=str, aliases=("pkg",),
    )  # fmt: skip
    state = Arg(
        str, "Whether they are installed (present, installed), in the newest version (latest), or removed (absent, "
        "removed); by default present, with `autoremove` absent",
        default=None, choices=("absent", "installed", "latest", "present", "removed"),
    )  # fmt: skip
    list_ = Arg(str, "Tell of packages instead: installed, updates, available, repos, or a name", default=None)
    enablerepo = Arg(list, "Repositories used although they are disabled", default=(), of=str)
    disablerepo = Arg(list, "Repositories not used although they are enabled", default=(), of=str)
    exclude = Arg(list, "Packages that are left out", default=(), of=str)
    disable_excludes = Arg(str, "Whose exclusions do not count: all, main, or those of a repository", default=None)
    update_cache = Arg(
        bool, "Whether what the repositories hold is fetched anew", default=False, aliases=("expire-cache",)
    )
    update_only = Arg(bool, "Whether packages that are not installed are left alone", default=False)
    security = Arg(bool, "With state: latest, whether only updates for security count", default=False)
    bugfix = Arg(bool, "With state: latest, whether only updates that mend faults count", default=False)
    autoremove = Arg(bool, "Whether packages go that came for others and that nothing needs any more", default=False)
    allow_downgrade = Arg(bool, "Whether a version older than the installed one may be installed", default=False)
    allowerasing = Arg(bool, "Whether other packages may be removed to make room", default=False)
    best = Arg(bool, "Whether it fails where the newest version cannot be had; else as dnf is configured", default=None)
    nobest = Arg(bool, "The contrary of `best`", default=None)
    skip_broken = Arg(bool, "Whether packages that cannot be had or installed are left out", default=False)
    install_weak_deps = Arg(bool, "Whether recommended packages come along", default=True)
    disable_gpg_check = Arg(bool, "Whether signatures are left unchecked", default=False)
    sslverify = Arg(bool, "Whether the certificates of repositories must be valid", default=True)
    validate_certs = Arg(bool, "Whether the certificate of the URL of a .rpm must be valid", default=True)
    conf_file = Arg(str, "The configuration to use instead of /etc/dnf/dnf.conf", default=None)
    releasever = Arg(str, "The release of the distribution to install from", default=None)
    installroot = Arg(Path, "The folder of another system to install into", default="/")
    cacheonly = Arg(bool, "Whether nothing is fetched that is not there yet", default=False)
    download_only = Arg(bool, "Whether packages are only downloaded", default=False)
    download_dir = Arg(Path, "The folder for them", default=None)
    enable_plugin = Arg(list, "Plugins used although they are disabled", default=(), of=str)
    disable_plugin = Arg(list, "Plugins not used although they are enabled", default=(), of=str)
    lock_timeout = Arg(int, "Seconds to wait for another program that holds the lock", default=30)
    use_backend = Arg(
        str, "dnf, dnf4, yum4: the Python module where there is one; yum, dnf5: that command; auto: as for dnf",
        default="auto", choices=("auto", "dnf", "yum", "yum4", "dnf4", "dnf5"),
    )  # fmt: skip
    install_repoquery = Arg(bool, "Has no effect", default=True)
    auto_install_module_deps = Arg(bool, "Has no effect: nothing is needed on the host", default=True)

    def check_arguments(self):
        self.names = _parted(self.name)
        for name in self.names:
            if " " in name and not any(mark in name for mark in "@><="):
                raise ModuleFailed(
                    "name: `%s` looks like several packages with blanks between them" % name,
                    hint="write a list, or put commas between them",
                )
        if self.state is None:
            self.state = "absent" if self.autoremove else "present"
        self.state = {"installed": "present", "removed": "absent"}.get(self.state, self.state)
        if self.autoremove and self.state != "absent":
            raise ModuleFailed("Autoremove should be used alone or with state=absent")
        if self.list is None and not self.download_only and os.geteuid() != 0:
            raise ModuleFailed("This command has to be run under the root user.", hint="become: true")
        self.fetched = False
        self.plan = None
        self.session = None

    def subject(self):
        return "packages"

    # -- the plan

    def refresh(self):
        self.fetched = self.update_cache

    def _request(self):
        request = {name: getattr(self, name) for name in FOR_THE_WORKER}
        for name in ("disablerepo", "enablerepo", "exclude", "enable_plugin", "disable_plugin"):
            request[name] = _parted(request[name])
        request.update(
            names=self.names,
            state=self.state,
            refresh=self.fetched,
            best=self.best if self.nobest is None else not self.nobest,
            sslverify=self.sslverify and self.validate_certs,
        )
        return request

    def _foresee(self):
        session = _dnf.session(self._request(), self.use_backend)
        if session.waited_for:
            self.warn("waited for another program that holds the lock of dnf: %s" % session.waited_for)
        plan = session.plan
        self.unknown = {}
        for spec in plan.get("missing", ()):
            message = "No package %s available." % spec
            bringer = self.context.bringer(*_dnf.COMING)
            kind, what = _dnf.COMING if bringer else ("package", spec)
            if self.context.bringer(kind, what) is None:
                raise ModuleFailed(
                    "Failed to install some of the specified packages",
                    hint="is the name right, and the repository there and enabled?",
                    failures=["No package %s available." % one for one in plan["missing"]], results=[], rc=1,
                )  # fmt: skip
            self.needs(kind, what, False, message)
            self.unknown[spec] = Unknown(self.context.bringer(kind, what))
        if plan.get("steps") and self.update_cache and not self.fetched:
            self.warn("the repositories are to be asked anew first: versions may then be newer than those shown")
        return session, plan

    # -- what is there, what is asked for

    def current(self):
        if self.plan is None:
            self.session, self.plan = self._foresee()
            found = {key: versions for key, (versions, _) in self.plan.get("steps", {}).items()}
            self.streams = self._changed_streams()
        else:
            names = {key.rpartition(".")[0] for key in self.plan["steps"]}
            installed = _rpm.installed(names, self.installroot)
            found = {"%s.%s" % key: versions for key, versions in installed.items()}
        if self.download_only:
            return {"files": [path for path in self.plan["files"] if os.path.exists(path)]}
        state = {"packages": self._shown(found)}
        if self.streams:
            there = _dnf.streams(self.installroot)
            state["streams"] = {name: there[name] for name in self.streams if name in there}
        return state

    def _changed_streams(self):
        """{module: the stream it will have, None for none} of the modules that the plan changes."""
        before = _dnf.streams(self.installroot)
        after = _dnf.streams_after(before, self.plan.get("streams", {}))
        return {name: after.get(name) for name in {**before, **after} if before.get(name) != after.get(name)}

    def _shown(self, versions):
        steps = self.plan.get("steps", {})
        return {key: ", ".join(sorted(versions[key])) for key in steps if versions.get(key)}

    def wanted(self):
        if self.download_only:
            return {"files": list(self.plan["files"])}
        after = self._shown({key: versions for key, (_, versions) in self.plan.get("steps", {}).items()})
        wanted = {"packages": dict(after, **self.unknown)}
        if self.streams:
            wanted["streams"] = {name: stream for name, stream in self.streams.items() if stream is not None}
        return wanted

    def apply(self, change):
        self.session.apply()

    def brings(self, change):
        if self.state == "absent" or self.download_only:
            return []
        return [("package", key.rpartition(".")[0]) for key in change.wanted["packages"]] + [
            ("package", name) for name in self.names
        ]

    def returns(self, change, state):
        result = {"msg": "", "rc": 0, "results": self.plan.get("messages", []) + self.plan["results"]}
        if self.list is not None:
            return result
        if not self.names and not self.autoremove:
            result["msg"] = "Cache updated"
        elif not change:
            result["msg"] = "Nothing to do"
        return result


def _parted(values):
    """The elements, cut at commas too, without blanks around them and without empty ones."""
    return [part.strip() for value in values for part in value.split(",") if part.strip()]
