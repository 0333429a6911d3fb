"""Have systemd run a command at set times: writes a timer and a service for it."""

import os
import re

from modules.kit import Arg, Content, Module, ModuleFailed
from modules.kit.filesystem import read, write
from modules.kit.process import find_command, run
from modules.system import _accounts, _services
from modules.system import _timer_units as units

FOLDER = "/etc/systemd/system"
STAMP = "/var/lib/systemd/timers/stamp-%s.timer"
"""When a persistent timer ran last."""
NAME = re.compile(r"^[A-Za-z0-9:_.-]+$")


class SystemdTimer(Module):
    collection = "opsengine.system"

    name = Arg(str, "The name of both units, such as backup")
    state = Arg(str, "Whether they should be there", default="present", choices=("present", "absent"))
    command = Arg(
        str, "The command line, as systemd reads ExecStart; % stands for itself", default=None,
        needed_if={"state": "present"},
    )  # fmt: skip
    shell = Arg(bool, "Whether /bin/sh runs the command, which may have several lines then", default=False)
    on_calendar = Arg(list, "When, such as daily, Mon..Fri 03:00, *-*-01 04:30:00", default=(), of=str)
    on_boot_sec = Arg(list, "How long after the boot, such as 15min", default=(), of=str)
    on_unit_active_sec = Arg(list, "How long after it began last, such as 1h", default=(), of=str)
    on_unit_inactive_sec = Arg(list, "How long after it ended last", default=(), of=str)
    persistent = Arg(bool, "Whether a time of the calendar that was missed is made up for at the boot", default=False)
    randomized_delay_sec = Arg(str, "The longest random delay", default=None)
    accuracy_sec = Arg(str, "How much later it may run; systemd's default is one minute", default=None)
    enabled = Arg(bool, "Whether the timer runs, now and from each boot on", default=True)
    description = Arg(str, "What it is for; else the name", default=None)
    user = Arg(str, "Who runs the command; else root", default=None)
    group = Arg(str, "The group it runs with; else the user's", default=None)
    working_directory = Arg(str, "The folder it runs in", default=None)
    environment = Arg(dict, "Its variables; anybody on the host can read them", default=None)
    environment_file = Arg(str, "A file with its variables, such as passwords", default=None)
    timeout = Arg(str, "How long it may run, such as 2h; else without end", default=None)
    service_options = Arg(dict, "Further settings of the service, as systemd names them", default=None)
    timer_options = Arg(dict, "Further settings of the timer, as systemd names them", default=None)

    def check_arguments(self):
        self.name = re.sub(r"\.(timer|service)$", "", self.name)
        if not NAME.match(self.name):
            raise ModuleFailed("name: should be letters, digits and : _ . -, got %r" % self.name)
        self.manager = _services.Systemd()
        hint = "the module cron writes jobs for hosts without it"
        self.needs("command", "systemctl", _services.systemd_runs(), "systemd does not run on this host", hint)
        self.paths = {kind: os.path.join(FOLDER, "%s.%s" % (self.name, kind)) for kind in ("timer", "service")}
        if self.state == "present":
            self._check_command()
            self._check_times()

    def _check_command(self):
        if not self.command.strip() or ("\n" in self.command.strip() and not self.shell):
            raise ModuleFailed("command: should be one line; shell: true takes several, got %r" % self.command)
        for kind, name, found in (
            ("user", self.user, _accounts.find_user),
            ("group", self.group, _accounts.find_group),
        ):
            if name:
                self.needs(kind, name, found(name) is not None)

    def _check_times(self):
        self.spans = {
            "OnBootSec": self.on_boot_sec,
            "OnUnitActiveSec": self.on_unit_active_sec,
            "OnUnitInactiveSec": self.on_unit_inactive_sec,
        }
        if not self.on_calendar and not any(self.spans.values()):
            raise ModuleFailed("on_calendar: when shall it run?", hint="on_calendar: daily, or on_unit_active_sec: 1h")
        for expression in self.on_calendar:
            self._check_with("calendar", expression, "on_calendar", "such as daily, Mon..Fri 03:00, *-*-01 04:30:00")
        lengths = [("on_boot_sec", self.on_boot_sec), ("on_unit_active_sec", self.on_unit_active_sec)]
        lengths += [("on_unit_inactive_sec", self.on_unit_inactive_sec)]
        lengths += [(name, [getattr(self, name)]) for name in ("randomized_delay_sec", "accuracy_sec", "timeout")]
        for name, values in lengths:
            for value in values:
                if value is not None:
                    self._check_with("timespan", value, name, "such as 15min, 2h 30s, 1day")

    def _check_with(self, kind, text, argument, hint):
        """Ask systemd-analyze, where it is there and can tell."""
        program = find_command("systemd-analyze")
        said = run([program, kind, text], check=False) if program else None
        if said is not None and said.code != 0 and "Unknown" not in said.stderr:
            raise ModuleFailed(
                "%s: %s" % (argument, said.stderr.strip() or "systemd does not take %r" % text), hint=hint
            )

    # -- what is there

    def current(self):
        found = {kind: read(path) for kind, path in self.paths.items()}
        for kind, data in found.items():
            if data is not None and not data.startswith(units.MARK.encode("ascii")):
                raise ModuleFailed(
                    "%s was not written by this module" % self.paths[kind],
                    hint="take another name, or move it away first",
                )
        if set(found.values()) == {None}:
            return None
        state = {kind: Content(data or b"", path=self.paths[kind]) for kind, data in found.items()}
        timer = self.manager.read(self.name + ".timer")
        return dict(state, enabled=timer["enabled"], running=timer["running"])

    # -- what is asked for

    def wanted(self):
        if self.state == "absent":
            return None
        texts = {"timer": self._timer(), "service": self._service()}
        wanted = {
            kind: Content(text.encode("utf-8", "surrogateescape"), path=self.paths[kind])
            for kind, text in texts.items()
        }
        return dict(wanted, enabled=self.enabled, running=self.enabled)

    def _timer(self):
        settings = [("OnCalendar", list(self.on_calendar))]
        settings += [(key, list(values)) for key, values in self.spans.items()]
        settings += [("Persistent", True if self.persistent else None)]
        settings += [("RandomizedDelaySec", self.randomized_delay_sec), ("AccuracySec", self.accuracy_sec)]
        return units.unit(
            units.section("Unit", [("Description", units.plain(self._about()))]),
            units.section("Timer", settings + sorted((self.timer_options or {}).items())),
            units.section("Install", [("WantedBy", "timers.target")]),
        )

    def _about(self):
        return " ".join((self.description or self.name).split())

    def _service(self):
        command = self.command.strip()
        line = units.shell_line(command) if self.shell else units.plain(command)
        variables = sorted((self.environment or {}).items())
        settings = [
            ("Type", "oneshot"),
            ("ExecStart", line),
            ("User", self.user),
            ("Group", self.group),
            ("WorkingDirectory", self.working_directory),
            ("Environment", [units.quoted("%s=%s" % (key, units.said(value))) for key, value in variables]),
            ("EnvironmentFile", self.environment_file),
            ("TimeoutStartSec", self.timeout),
        ]
        return units.unit(
            units.section("Unit", [("Description", units.plain(self._about()))]),
            units.section("Service", settings + sorted((self.service_options or {}).items())),
        )

    # -- how to get there

    def apply(self, change):
        timer = self.name + ".timer"
        if change.removes:
            self.manager.call("disable", "--now", timer, check=False)
            for path in (*self.paths.values(), STAMP % self.name):
                if os.path.exists(path):
                    os.unlink(path)
            self.manager.call("daemon-reload")
            self.manager.call("reset-failed", timer, self.name + ".service", check=False)
            return
        for kind, path in self.paths.items():
            if kind in change:
                write(path, change.wanted[kind].data, mode=0o644)
        if "timer" in change or "service" in change:
            self.manager.call("daemon-reload")
            self._check_loaded()
        if "enabled" in change:
            self.manager.set_enabled(timer, self.enabled)
        if not self.enabled:
            self.manager.act(timer, "stop")
        elif "timer" in change or "running" in change:
            self.manager.act(timer, "restart")

    def _check_loaded(self):
        """Systemd passes over what it does not understand, unless nothing is left of the unit."""
        for kind in self.paths:
            said = self.manager.call("show", "-p", "LoadState,LoadError", "--", "%s.%s" % (self.name, kind)).stdout
            if "LoadState=loaded" not in said:
                raise ModuleFailed("systemd does not take %s: %s" % (self.paths[kind], " ".join(said.split())))

    def brings(self, change):
        if change.removes:
            return []
        found = [("service", self.name), ("service", self.name + ".service"), ("service", self.name + ".timer")]
        return found + [("path", path) for path in self.paths.values()]

    def returns(self, change, state):
        result = {"name": self.name, "timer": self.paths["timer"], "service": self.paths["service"]}
        if state is not None:
            shown = self.manager.call("show", "-p", "NextElapseUSecRealtime", self.name + ".timer", check=False).stdout
            result["next_run"] = shown.strip().partition("=")[2] or None
        return dict(result, state=self.state)
