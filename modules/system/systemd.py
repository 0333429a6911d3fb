"""Make sure a systemd unit runs or does not, now and at boot; masks it, reloads systemd."""

from modules.kit import Arg, ModuleFailed
from modules.system import _services
from modules.system._unit import _Unit


class Systemd(_Unit):
    aliases = ("systemd_service",)

    name = Arg(str, "The unit, such as nginx or fstrim.timer", default=None, aliases=("service", "unit"))
    masked = Arg(bool, "Whether it is kept from being started in any way", default=None)
    daemon_reload = Arg(
        bool, "Whether systemd reads its unit files anew first", default=False, aliases=("daemon-reload",)
    )
    daemon_reexec = Arg(bool, "Whether systemd restarts itself first", default=False, aliases=("daemon-reexec",))
    scope = Arg(str, "Whose systemd", default="system", choices=("system", "user", "global"))
    no_block = Arg(bool, "Whether the task goes on before the action is over", default=False)
    force = Arg(bool, "Whether links that stand in the way of enabling are replaced", default=None)

    def check_arguments(self):
        if not self.name and (self.state or self.enabled is not None or self.masked is not None):
            raise ModuleFailed("name: state, enabled and masked need the name of a unit")
        if self.name and any(letter in self.name for letter in "*?["):
            raise ModuleFailed("name: one unit at a time, no pattern: %s" % self.name)
        self.manager = _services.Systemd(self.scope)
        running = _services.systemd_runs()
        hint = "use `service`, which knows other service managers"
        self.needs("command", "systemctl", running, "systemd does not run on this host", hint)
        self.status = {}

    def refresh(self):
        if self.daemon_reload:
            self.manager.call("daemon-reload")
        if self.daemon_reexec:
            self.manager.call("daemon-reexec")

    def current(self):
        if not self.name:
            return {}
        state = self.read_unit()
        return dict(state, masked=self.unit_masked)

    def wanted(self):
        if not self.name:
            return {}
        if self.masked:
            wanted = self.wanted_unit() if self.found else {}
            if self.before["masked"]:
                wanted.pop("enabled", None)
            return dict(wanted, masked=True)
        wanted = self.wanted_unit()
        if self.masked is False:
            wanted["masked"] = False
        return wanted

    def apply(self, change):
        if "masked" in change and not self.masked:
            self.manager.call("unmask", "--", self.manager.unit(self.name))
        self.apply_unit(change)
        if "masked" in change and self.masked:
            self.manager.call("mask", "--", self.manager.unit(self.name))
