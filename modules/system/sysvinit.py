"""Make sure a service with a script of System V's init runs or does not, now and in runlevels."""

import time

from modules.kit import Arg, Module, ModuleFailed
from modules.kit.process import find_command, run
from modules.system import _scripts, _services


class Sysvinit(Module):
    name = Arg(str, "The service", aliases=("service",))
    state = Arg(
        str, "Whether it shall run; restarted and reloaded always act", default=None,
        choices=("started", "stopped", "restarted", "reloaded"),
    )  # fmt: skip
    enabled = Arg(bool, "Whether it starts at boot", default=None)
    sleep = Arg(int, "Seconds between stop and start of a restart", default=1)
    pattern = Arg(str, "A part of the command line of its process, which tells that it runs", default=None)
    runlevels = Arg(list, "The runlevels that `enabled` is about, such as 3 and 5", default=None, of=str)
    arguments_ = Arg(str, "Words passed on to the script", default=None, aliases=("args",))
    daemonize = Arg(bool, "Has no effect: a script's output is never waited for", default=False)

    one_of = (("state", "enabled"),)

    def check_arguments(self):
        self.manager = _services.SysV()
        self.done = False
        self.enabling = self.acting = None
        try:
            self.words = _scripts.words(vars(self)["arguments"])
        except ValueError as error:
            raise ModuleFailed("arguments: the quotes do not match: %s" % error)

    def current(self):
        self.script = _scripts.script_of(self.name)
        message = "Could not find the requested service %s" % self.name
        hint = "it needs a script in %s; the module service knows all kinds" % _scripts.FOLDER
        if not self.needs("service", self.name, self.script is not None, message, hint):
            return {"running": False, "enabled": self._levels(lambda level: False), "acted": False}
        self.known = _scripts.process_like(self.pattern) if self.pattern else _scripts.runs(self.name)
        enabled = self._levels(lambda level: _scripts.starts_in(self.name, level))
        return {"running": bool(self.known), "enabled": enabled, "acted": self.done}

    def _levels(self, starts):
        """Whether it starts at boot: {runlevel: bool} where runlevels were named."""
        if self.runlevels:
            return {level: starts(level) for level in self.runlevels}
        return any(starts(level) for level in "2345")

    def wanted(self):
        wanted = {}
        if self.enabled is not None:
            wanted["enabled"] = self._levels(lambda level: self.enabled)
        if self.state in ("restarted", "reloaded"):
            wanted["acted"] = True
        elif self.state:
            wanted["running"] = self.state == "started"
        return wanted

    def same(self, key, now, wanted):
        """Where a script does not tell whether its service runs, its exit code has to do."""
        return now == wanted or (key == "running" and self.done and self.known is None)

    def apply(self, change):
        if "enabled" in change:
            self.enabling = self._enable()
        if self.state == "restarted":
            _scripts.call([self.script, "stop", *self.words])
            time.sleep(max(self.sleep, 0))
            self.acting = _scripts.call([self.script, "start", *self.words])
        elif "acted" in change or "running" in change:
            action = {"started": "start", "stopped": "stop", "reloaded": "reload"}[self.state]
            self.acting = _scripts.call([self.script, action, *self.words])
        self.done = True

    def _enable(self):
        if not self.runlevels:
            self.manager.set_enabled(self.name, self.enabled)
            return None
        if find_command("update-rc.d"):
            if not _scripts.links(self.name):
                run(["update-rc.d", self.name, "defaults-disabled"])
            return run(["update-rc.d", self.name, "enable" if self.enabled else "disable", *self.runlevels])
        hint = "this host has neither update-rc.d nor chkconfig, so what starts at boot cannot be set"
        levels = "".join(self.runlevels)
        return run(["chkconfig", "--level", levels, self.name, "on" if self.enabled else "off"], hint=hint)

    def returns(self, change, state):
        status = {"enabled": _told("enabled" in change, self.enabling)}
        if self.runlevels:
            status["enabled"]["runlevels"] = self.runlevels
        if self.state:
            status[self.state] = _told("running" in change or "acted" in change, self.acting)
        return {"name": self.name, "status": status}


def _told(changed, ended):
    if ended is None:
        return {"changed": changed, "rc": None, "stdout": None, "stderr": None}
    return {"changed": changed, "rc": ended.code, "stdout": ended.stdout, "stderr": ended.stderr}
