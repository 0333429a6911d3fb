"""Make sure the Docker engine is installed from the distribution's packages and runs, or is gone."""

import os
import shutil

from modules.docker._base import EngineArguments
from modules.docker._engine import Engine
from modules.kit import Arg, Module, ModuleFailed
from modules.kit.process import find_command, run
from modules.packages.apt import Apt

DATA = ("/var/lib/docker", "/var/lib/containerd", "/etc/docker", "/var/log/docker.log")
KNOWN = ("docker.io", "docker-ce", "moby-engine")
COMPANIONS = ("docker-ce-cli", "containerd.io", "containerd", "runc", "docker-cli")


class DockerEngine(EngineArguments, Module):
    collection = "opsengine.docker"

    state = Arg(
        str, "present: installed; started: and running; latest: in the distribution's newest version, and running; "
        "absent: removed, its data kept",
        default="started", choices=("present", "started", "latest", "absent"),
    )  # fmt: skip
    packages = Arg(list, "The packages that make the engine, instead of the distribution's own", default=None, of=str)
    version = Arg(str, "The version of the first package, with * as a pattern", default=None)
    enabled = Arg(bool, "Whether it starts at boot, where systemd runs", default=True)
    purge = Arg(bool, "With state: absent, whether images, volumes and configuration go too", default=False)
    start_timeout = Arg(int, "Seconds to wait until the engine answers", default=90)
    cache_valid_time = Arg(int, "Seconds for which the lists of packages count as fresh", default=86400)

    def check_arguments(self):
        self.engine = Engine(self.client(), self.start_timeout)
        self.apt = None

    def subject(self):
        return "Docker engine"

    # -- packages

    def _packages(self):
        """The package manager's part: an Apt with what has to be installed or removed, or None for nothing."""
        if self.apt is None and self._package_work():
            if find_command("apt-get") is None:
                hint = "packages other than Debian's are not supported yet: install the engine there first"
                raise ModuleFailed("there is no apt-get on this host", hint=hint)
            self.apt = Apt(self._package_work(), self.context)
        return self.apt

    def _package_work(self):
        common = {"update_cache": True, "cache_valid_time": self.cache_valid_time}
        if self.state == "absent":
            there = [name for name in (self.packages or KNOWN) if _installed(name)]
            rest = [name for name in COMPANIONS if there and _installed(name)]
            return {"name": there + rest, "state": "absent", "purge": self.purge} if there else None
        present = find_command("dockerd") is not None
        if present and self.state != "latest" and not self.version and not self.packages:
            return None
        names = list(self.packages or [next((name for name in KNOWN if _installed(name)), KNOWN[0])])
        if self.version:
            names[0] += "=" + self.version
        return dict(common, name=names, state="latest" if self.state == "latest" else "present")

    def refresh(self):
        packages = self._packages()
        if packages is not None:
            packages.refresh()

    # -- what is there, what is asked for

    def current(self):
        state = {"running": self.engine.answers()}
        packages = self._packages()
        if packages is not None:
            state["packages"] = packages.current()["packages"]
            packages.before = state
        enabled = self.engine.enabled()
        if enabled is not None:
            state["enabled"] = enabled
        if self.state == "absent" and self.purge:
            state["data"] = [path for path in DATA if os.path.exists(path)]
        return state

    def wanted(self):
        packages = self._packages()
        wanted = {"packages": packages.wanted()["packages"]} if packages is not None else {}
        if self.state == "absent":
            wanted["running"] = False
            if self.purge:
                wanted["data"] = []
            return wanted
        if self.state != "present":
            wanted["running"] = True
        if "enabled" in self.before:
            wanted["enabled"] = self.enabled
        return wanted

    # -- how to get there

    def apply(self, change):
        if self.state == "absent":
            self._remove()
            return
        if "packages" in change:
            self._packages().apply(change)
        if "enabled" in change or "packages" in change:
            self.engine.set_enabled(self.enabled)
        if self.state != "present" and not self.engine.answers():
            self.engine.start()

    def _remove(self):
        self.engine.stop()
        if self._packages() is not None:
            self._packages().apply(None)
        if self.purge:
            for path in DATA:
                _delete(path)

    def brings(self, change):
        if self.state == "absent":
            return []
        packages = self._packages()
        found = packages.brings(change) if packages is not None else []
        found += [("group", "docker"), ("service", "docker"), ("command", "docker"), ("command", "dockerd")]
        found += [("path", "/etc/docker"), ("path", "/var/lib/docker")]
        return found + ([("engine", "docker")] if self.state != "present" else [("installed engine", "docker")])

    def returns(self, change, state):
        if not state.get("running") or not self.engine.answers():
            return {"version": None}
        found = self.engine.client.get("/version") or {}
        return {"version": found.get("Version"), "api_version": found.get("ApiVersion")}


def _installed(package):
    said = (
        run(["dpkg-query", "-W", "-f", "${db:Status-Status}", package], check=False) if find_command("dpkg") else None
    )
    return bool(said) and said.stdout == "installed"


def _delete(path):
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    elif os.path.lexists(path):
        os.unlink(path)
