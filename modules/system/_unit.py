"""What `service` and `systemd` share: a service that runs or not, now and at boot."""

from modules.kit import Arg, Module

ACTIONS = {"restarted": "restart", "reloaded": "reload"}


class _Unit(Module):
    state = Arg(
        str,
        "Whether it shall run: started and stopped act only when need be; restarted always restarts, reloaded reloads "
        "what runs and starts what does not",
        default=None,
        choices=("reloaded", "restarted", "started", "stopped"),
    )
    enabled = Arg(bool, "Whether it shall start at boot", default=None)

    arguments_for_script = ()
    no_block = False
    force = False
    done = False

    def subject(self):
        return self.name

    def read_unit(self):
        """The state of the unit: what `current` compares."""
        found = self.manager.read(self.name)
        self.status = found["status"]
        self.found = found["found"]
        self.unit_masked = found["masked"]
        state = {"enabled": found["enabled"], "running": found["running"]}
        if self.state in ACTIONS:
            state[self.state] = self.done
        return state

    def wanted_unit(self):
        """What is asked for; a service that does not exist fails unless something earlier would bring it."""
        if self.state is not None or self.enabled is not None:
            self.needs(
                "service", self.name, self.found, "Could not find the requested service %s" % self.name,
                hint="is the package installed that brings it, and the name right?",
            )  # fmt: skip
        wanted = {}
        if self.enabled is not None:
            wanted["enabled"] = self.enabled
        if self.state == "stopped":
            wanted["running"] = False
        elif self.state is not None:
            wanted["running"] = True
        if self.state == "restarted" or (self.state == "reloaded" and self.before and self.before["running"]):
            wanted[self.state] = True
        return wanted

    def same(self, key, now, wanted):
        ended_well = self.done and wanted is True and self.status.get("Result") == "success"
        return now == wanted or (key == "running" and self.done and (self.no_block or ended_well))

    def apply_unit(self, change):
        """Start at boot or not first, so that a service that fails to start is enabled all the same."""
        if "enabled" in change:
            self.manager.set_enabled(self.name, self.enabled, self.force)
        action = None
        if self.state in ACTIONS and self.state in change:
            action = ACTIONS[self.state] if self.before["running"] else "start"
        elif "running" in change:
            action = "start" if change.wanted["running"] else "stop"
        if action:
            self.manager.act(self.name, action, self.arguments_for_script, self.no_block)
        self.done = True

    def returns(self, change, state):
        result = {"name": self.name, "status": self.status}
        if self.enabled is not None:
            result["enabled"] = self.enabled
        if self.state is not None:
            result["state"] = "stopped" if self.state == "stopped" else "started"
        return result
