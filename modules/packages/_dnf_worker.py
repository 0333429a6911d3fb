"""
The part that runs on the Python of the host's own dnf: resolves a request, tells the plan, carries it out if told to.

It is a program of its own, in which nothing of the kit is there. Its input and output are lines of JSON: a request
comes, the plan goes back; where then `apply` comes, the plan is carried out and how that went goes back. What the
scripts of packages say goes to standard error.
"""

import importlib
import json
import os
import sys
import time

PAUSE = 0.5
dnf = None


class Refused(Exception):
    """What is asked for cannot be done: the message, and the reasons for each package."""

    def __init__(self, message, failures=()):
        super(Refused, self).__init__(message)
        self.reply = {"failed": message, "failures": list(failures)}


class Worker:
    """
    One request: the arguments of the module `dnf` by their names, with `names` for the packages, and `refresh` for
    whether the lists are fetched anew.
    """

    def __init__(self, request):
        self.ask = request
        self.messages, self.failures, self.missing = [], [], []
        self.waited_for = None
        self.modules = None
        self.base = dnf.Base()
        self.deadline = time.time() + request["lock_timeout"]

    # -- the configuration

    def open(self):
        """Read configuration, repositories and what is installed."""
        self._configure()
        base = self.base
        base.setup_loggers()
        base.init_plugins(set(self.ask["disable_plugin"]), set(self.ask["enable_plugin"]))
        base.pre_configure_plugins()
        self._choose_repositories()
        base.configure_plugins()
        if self.ask["refresh"]:
            self.patiently(base.update_cache)
        self.patiently(lambda: base.fill_sack(load_system_repo="auto"))
        types = [word for word in ("bugfix", "security") if self.ask[word]]
        if types:
            base.add_security_filters("eq", types=types)

    def _configure(self):
        ask, conf = self.ask, self.base.conf
        if ask["conf_file"]:
            if not os.access(ask["conf_file"], os.R_OK):
                raise Refused("cannot read configuration file %s" % ask["conf_file"])
            conf.config_file_path = ask["conf_file"]
        conf.read()
        values = {
            "debuglevel": 0, "assumeyes": True, "exit_on_lock": True, "sslverify": ask["sslverify"],
            "installroot": ask["installroot"], "clean_requirements_on_remove": ask["autoremove"],
            "install_weak_deps": ask["install_weak_deps"],
        }  # fmt: skip
        if ask["disable_gpg_check"]:
            values.update(gpgcheck=False, localpkg_gpgcheck=False)
        else:
            values.update(gpgcheck=True, localpkg_gpgcheck=True)
        if ask["exclude"]:
            values["exclude"] = list(conf.exclude) + ask["exclude"]
        if ask["disable_excludes"]:
            values["disable_excludes"] = list(conf.disable_excludes) + [ask["disable_excludes"]]
        if ask["skip_broken"]:
            values["strict"] = False
        if ask["best"] is not None:
            values["best"] = ask["best"]
        if ask["cacheonly"]:
            values["cacheonly"] = True
        if ask["download_only"]:
            values["downloadonly"] = True
            if ask["download_dir"]:
                values["destdir"] = ask["download_dir"]
        for name, value in values.items():
            setattr(conf, name, value)
        conf.substitutions.update_from_etc(ask["installroot"])
        if ask["releasever"] is not None:
            conf.substitutions["releasever"] = ask["releasever"]
        if conf.substitutions.get("releasever") is None:
            conf.substitutions["releasever"] = ""
        for name in ("cachedir", "logdir", "persistdir"):
            conf.prepend_installroot(name)

    def _choose_repositories(self):
        self.base.read_all_repos()
        for patterns, method in ((self.ask["disablerepo"], "disable"), (self.ask["enablerepo"], "enable")):
            for pattern in patterns:
                found = self.base.repos.get_matching(pattern)
                if not found and method == "enable":
                    raise Refused("enablerepo: there is no repository %s" % pattern)
                for repository in found:
                    getattr(repository, method)()
        if self.ask["disable_gpg_check"]:
            for repository in self.base.repos.iter_enabled():
                repository.gpgcheck = repository.repo_gpgcheck = False

    def patiently(self, call):
        """The call's result; another program that holds a lock of dnf is waited for, until the deadline."""
        while True:
            try:
                return call()
            except dnf.exceptions.LockError as error:
                pid = getattr(error, "pid", None)
                self.waited_for = "process %s (%s)" % (pid, _name_of(pid))
                if time.time() >= self.deadline:
                    raise Refused(
                        "%s has held the lock of dnf for %d seconds" % (self.waited_for, self.ask["lock_timeout"])
                    )
                time.sleep(PAUSE)

    # -- what is asked for

    def plan(self):
        """Resolve it; returns the plan."""
        self.open()
        if self.ask["names"] == ["*"] and self.ask["state"] == "latest":
            self.base.upgrade_all()
            erasing = self.ask["allowerasing"]
        elif self.ask["state"] == "absent":
            self._remove()
            erasing = True
        else:
            self._install()
            erasing = self.ask["allowerasing"]
        if self.failures:
            raise Refused("Failed to install some of the specified packages", self.failures)
        try:
            self.base.resolve(allow_erasing=erasing)
        except dnf.exceptions.DepsolveError as error:
            raise Refused("Depsolve Error occurred: %s" % str(error).strip())
        return dict(self._steps(), missing=self.missing, messages=self.messages, waited_for=self.waited_for)

    def _sorted(self):
        """(packages, groups, modules, files): the names by their kind."""
        packages, groups, modules, files = [], [], [], []
        for name in self.ask["names"]:
            if "://" in name or name.endswith(".rpm"):
                files.append(name)
            elif name.startswith("/"):
                owner = self.base.sack.query().installed().filter(file=name).run()
                if owner or not self.ask["update_only"]:
                    packages.append(owner[0].name if owner else name)
            elif name.startswith("@"):
                self._read_modules()
                spec = name[1:].strip()
                known = self.modules is not None and self.modules._get_modules(spec)[0]
                (modules if known else groups).append(spec)
            else:
                packages.append(name)
        return packages, [self._group(name) for name in groups], modules, files

    def _read_modules(self):
        if self.modules is None and getattr(dnf.base, "WITH_MODULES", False):
            importlib.import_module("dnf.module.module_base")
            self.modules = dnf.module.module_base.ModuleBase(self.base)

    def _group(self, name):
        """(whether it is an environment, its id)."""
        self.base.read_comps(arch_filter=True)
        group = self.base.comps.group_by_pattern(name)
        environment = None if group else self.base.comps.environment_by_pattern(name)
        if not group and not environment:
            raise Refused("No group %s available." % name)
        return environment is not None, (group or environment).id

    def _install(self):
        packages, groups, modules, files = self._sorted()
        self._install_files(files)
        for spec in modules:
            self._mark(spec, self._install_module, spec)
        for environment, name in groups:
            self._mark(name, self._install_group, environment, name)
        for spec in packages:
            self._mark(spec, self._install_package, spec)

    def _mark(self, spec, call, *arguments):
        """Call; what is not to be had is noted as missing, any other refusal as a failure."""
        try:
            call(*arguments)
        except (dnf.exceptions.PackageNotFoundError, dnf.exceptions.PackagesNotAvailableError):
            self._note_missing(spec)
        except dnf.exceptions.MarkingError as error:
            # Its subclasses came with dnf 4; before that this one says all of it.
            if type(error) is dnf.exceptions.MarkingError:
                self._note_missing(spec)
            else:
                self.failures.append("%s: %s" % (spec, error))
        except dnf.exceptions.Error as error:
            self.failures.append("%s: %s" % (spec, error))

    def _note_missing(self, spec):
        if self.base.conf.strict:
            self.missing.append(spec)

    def _install_group(self, environment, name):
        base, latest = self.base, self.ask["state"] == "latest"
        kinds = dnf.const.GROUP_PACKAGE_TYPES
        if latest:
            try:
                base.environment_upgrade(name) if environment else base.group_upgrade(name)
                return
            except dnf.exceptions.CompsError:
                if self.ask["update_only"]:
                    return
        base.environment_install(name, kinds) if environment else base.group_install(name, kinds)

    def _install_module(self, spec):
        try:
            if self.ask["state"] == "latest" and self._is_enabled(spec):
                self.modules.upgrade([spec])
            elif not self.ask["update_only"] or self._is_enabled(spec):
                self.modules.install([spec], self.base.conf.strict)
        except dnf.exceptions.MarkingErrors as error:
            self.failures.append("%s: %s" % (spec, str(error).strip()))

    def _is_enabled(self, spec):
        """Whether the module is enabled, with the stream that the spec names, if it names one."""
        nsv = self.modules._get_modules(spec)[1]
        enabled = self.base._moduleContainer.getEnabledStream(nsv.name)
        return bool(enabled) and (not nsv.stream or nsv.stream == enabled)

    def _install_files(self, files):
        try:
            packages = self.base.add_remote_rpms(files) if files else []
        except (dnf.exceptions.Error, OSError) as error:
            raise Refused("Error occurred attempting remote rpm operation: %s" % error)
        for package in packages:
            there = self.base.sack.query().installed().filter(name=package.name, arch=package.arch).run()
            if any(one.evr_eq(package) for one in there) or (self.ask["update_only"] and not there):
                continue
            if self.ask["allow_downgrade"] or not any(one.evr_gt(package) for one in there):
                self.base.package_install(package, strict=self.base.conf.strict)

    def _install_package(self, spec):
        base, latest, strict = self.base, self.ask["state"] == "latest", self.base.conf.strict
        if dnf.util.is_glob_pattern(spec):
            if latest:
                try:
                    base.upgrade(spec)
                except dnf.exceptions.PackagesNotInstalledError:
                    pass
            if not self.ask["update_only"]:
                base.install(spec, strict=strict)
        elif self._newer_is_installed(spec):
            if self.ask["allow_downgrade"]:
                base.install(spec, strict=strict)
        elif dnf.subject.Subject(spec).get_best_query(sack=base.sack).installed():
            if latest:
                base.upgrade(spec)
        elif self.ask["update_only"]:
            self.messages.append("Packages providing %s not installed due to update_only specified" % spec)
        else:
            base.install(spec, strict=strict)

    def _newer_is_installed(self, spec):
        """Whether the spec names a version older than the one installed."""
        solution = dnf.subject.Subject(spec).get_best_solution(self.base.sack)
        query, nevra = solution["query"], solution["nevra"]
        if not query or not nevra or nevra.has_just_name():
            return False
        installed = self.base.sack.query().installed().filter(name=nevra.name).run()
        return bool(installed) and installed[0].evr_gt(query[0])

    def _remove(self):
        packages, groups, modules, files = self._sorted()
        for spec in modules:
            self.modules.remove([spec])
            self.modules.disable([spec])
            self.modules.reset([spec])
        if files:
            raise Refused("Cannot remove paths -- please specify package name.")
        for environment, name in groups:
            try:
                self.base.environment_remove(name) if environment else self.base.group_remove(name)
            except dnf.exceptions.CompsError:
                pass
        for spec in packages:
            try:
                self.base.remove(spec)
            except dnf.exceptions.MarkingError as error:
                self.messages.append("%s: %s" % (error.value, spec))
        if self.ask["autoremove"]:
            self.base.autoremove()

    # -- the plan

    def _steps(self):
        transaction = self.base.transaction
        coming = list(transaction.install_set) if transaction else []
        going = list(transaction.remove_set) if transaction else []
        steps = {}
        for package in coming + going:
            key = "%s.%s" % (package.name, package.arch)
            if key not in steps:
                there = self.base.sack.query().installed().filter(name=package.name, arch=package.arch).run()
                steps[key] = [[_evr(one) for one in there]] * 2
            before, after = steps[key]
            kept = [evr for evr in after if evr != _evr(package)]
            steps[key] = [before, kept if package in going else kept + [_evr(package)]]
        word = "Downloaded" if self.ask["download_only"] else "Installed"
        results = ["%s: %s" % (word, package) for package in coming] + ["Removed: %s" % package for package in going]
        files = [self._place(package) for package in coming] if self.ask["download_only"] else []
        return {"steps": steps, "results": results, "files": files, "streams": self._streams()}

    def _streams(self):
        """What changes of modules: names and streams enabled, names reset, names and profiles installed and removed."""
        container = getattr(self.base, "_moduleContainer", None)
        if container is None:
            return {}
        return {
            "enabled": dict(container.getEnabledStreams()),
            "reset": list(container.getResetModules()),
            "installed": {name: list(profiles) for name, profiles in dict(container.getInstalledProfiles()).items()},
            "removed": {name: list(profiles) for name, profiles in dict(container.getRemovedProfiles()).items()},
        }

    def _place(self, package):
        """Where a package is downloaded to."""
        folder = self.ask["download_dir"]
        return os.path.join(folder, os.path.basename(package.location)) if folder else package.localPkg()

    # -- carrying it out

    def apply(self):
        """Do what the plan says; returns how it went."""
        base = self.base
        coming = base.transaction.install_set
        if self.ask["download_only"] and self.ask["download_dir"]:
            dnf.util.ensure_dir(self.ask["download_dir"])
            base.repos.all().pkgdir = self.ask["download_dir"]
        try:
            self.patiently(lambda: base.download_packages(coming))
        except dnf.exceptions.DownloadError as error:
            raise Refused("Failed to download packages: %s" % error)
        if not self.ask["disable_gpg_check"]:
            for package in coming:
                self._check_signature(package)
        if not self.ask["download_only"]:
            number = self.patiently(base.do_transaction)
            done = base.history.old([number])[0] if number is not None else None
            if done is not None and done.return_code:
                raise Refused("Failed to install some of the specified packages", map(str, done.output()))
        base.close()
        return {"waited_for": self.waited_for}

    def _check_signature(self, package):
        """dnf checks signatures in its command line only, so it has to be asked to (as that does)."""
        code, text = self.base._sig_check_pkg(package)
        if code == 1:
            try:
                self.base._get_key_for_package(package)
                return
            except dnf.exceptions.Error as error:
                text = "%s (%s)" % (text, error)
        if code != 0:
            raise Refused("Failed to validate GPG signature for %s: %s" % (package, text))

    # -- listing

    def listed(self):
        """What `list` asks for."""
        self.open()
        what = "upgrades" if self.ask["list"] == "updates" else self.ask["list"]
        if what in ("repos", "repositories"):
            return {"results": [{"repoid": one.id, "state": "enabled"} for one in self.base.repos.iter_enabled()]}
        if what in ("installed", "upgrades", "available"):
            found = getattr(self.base.sack.query(), what)()
        else:
            found = dnf.subject.Subject(what).get_best_query(self.base.sack)
        return {"results": [_package(one) for one in found]}


def _package(package):
    found = {"name": package.name, "arch": package.arch, "epoch": str(package.epoch), "release": package.release,
             "version": package.version, "repo": package.repoid}  # fmt: skip
    found["envra"] = found["nevra"] = "{epoch}:{name}-{version}-{release}.{arch}".format(**found)
    found["yumstate"] = "installed" if package.installtime else "available"
    return found


def _evr(package):
    return ("%s:" % package.epoch if package.epoch else "") + "%s-%s" % (package.version, package.release)


def _name_of(pid):
    try:
        with open("/proc/%s/comm" % pid) as file:
            return file.read().strip()
    except (IOError, OSError):
        return "it is gone"


def answer_to(call):
    """What the call returns, or how it was refused."""
    try:
        return call()
    except Refused as refusal:
        return refusal.reply
    except dnf.exceptions.RepoError as error:
        return {"failed": "Failed to synchronize repodata: %s" % error}
    except dnf.exceptions.Error as error:
        return {"failed": "Unknown Error occurred: %s" % error}


def main():
    """Serve one request."""
    global dnf
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    def say(reply):
        answers.write(json.dumps(reply) + "\n")
        answers.flush()

    request = json.loads(sys.stdin.readline())
    try:
        for name in ("dnf", "dnf.base", "dnf.const", "dnf.exceptions", "dnf.subject", "dnf.util"):
            importlib.import_module(name)
    except ImportError as error:
        say({"no_dnf": str(error)})
        return
    dnf = sys.modules["dnf"]
    worker = Worker(request)
    say(answer_to(worker.listed if request["list"] else worker.plan))
    if sys.stdin.readline().strip() == "apply":
        say(answer_to(worker.apply))


if __name__ == "__main__":
    main()
