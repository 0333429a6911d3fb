"""Service managers: what a service does now, whether it starts at boot, and how to change both."""

import glob
import os
import re

from modules.kit.process import find_command, run
from modules.system import _scripts

SHOWN = (
    "Id,LoadState,ActiveState,SubState,UnitFileState,FragmentPath,Description,MainPID,Type,Result,ExecMainStatus,"
    "NeedDaemonReload,CanReload,Names,SourcePath"
)
RUNNING = ("active", "activating", "reloading", "refreshing")
ENABLED = ("enabled", "enabled-runtime", "alias", "static", "indirect", "generated", "transient")
SUFFIXES = (
    ".service", ".socket", ".target", ".timer", ".path", ".mount", ".automount", ".swap", ".slice", ".scope", ".device",
)  # fmt: skip


def systemd_runs():
    """Whether systemd is the init of this host, as sd_booted(3) tells."""
    return os.path.isdir("/run/systemd/system")


def manager(use="auto"):
    """The service manager of this host: an object of this file's classes."""
    if use == "systemd" or (use == "auto" and systemd_runs()):
        return Systemd()
    if use == "openrc" or (use == "auto" and os.path.isdir("/run/openrc")):
        return OpenRC()
    return SysV()


class Systemd:
    """Units of systemd. scope: system, user or global."""

    name = "systemd"

    def __init__(self, scope="system"):
        self.scope = scope
        self.environment = {}
        if scope == "user" and "XDG_RUNTIME_DIR" not in os.environ:
            self.environment = {"XDG_RUNTIME_DIR": "/run/user/%d" % os.geteuid()}

    def unit(self, name):
        """A name as a unit's: `nginx` is nginx.service."""
        return name if name.endswith(SUFFIXES) else name + ".service"

    def call(self, *arguments, **options):
        """Run systemctl in this scope."""
        scope = [] if self.scope == "system" else ["--" + self.scope]
        return run(["systemctl"] + scope + list(arguments), env=self.environment, **options)

    def status(self, name):
        """The properties of a unit as systemd names them."""
        said = self.call("show", "--no-pager", "--property", SHOWN, "--", self.unit(name), check=False)
        return dict(line.split("=", 1) for line in said.stdout.splitlines() if "=" in line)

    def read(self, name):
        """{found, running, enabled, masked, status}; enabled is None where there is nothing to enable."""
        status = self.status(name)
        load = status.get("LoadState", "not-found")
        file_state = status.get("UnitFileState", "")
        if not file_state and load == "loaded":
            file_state = self.call("is-enabled", "--", self.unit(name), check=False).stdout.strip()
        return {
            "found": load not in ("not-found", "error", "bad-setting") or status.get("ActiveState") == "active",
            "running": status.get("ActiveState") in RUNNING,
            "enabled": file_state in ENABLED,
            "masked": load == "masked" or file_state in ("masked", "masked-runtime"),
            "status": status,
        }

    def act(self, name, action, arguments=(), no_block=False):
        """start, stop, restart or reload."""
        block = ["--no-block"] if no_block else []
        hint = "see journalctl -u %s" % self.unit(name)
        self.call(action, *(block + ["--", self.unit(name)]), hint=hint)

    def set_enabled(self, name, wanted, force=False):
        """Let it start at boot, or not."""
        options = ["--force"] if force else []
        self.call("enable" if wanted else "disable", *(options + ["--", self.unit(name)]))


class SysV:
    """Scripts in /etc/init.d. On Debian policy-rc.d holds for package scripts only, so it is not asked."""

    name = "sysvinit"

    def read(self, name):
        found = os.access("/etc/init.d/" + name, os.X_OK)
        running = found and bool(run(self._command(name, "status"), check=False))
        links = glob.glob("/etc/rc[2345].d/S[0-9][0-9]" + name) + glob.glob("/etc/rc.d/rc[2345].d/S[0-9][0-9]" + name)
        return {"found": found, "running": running, "enabled": bool(links), "masked": False, "status": {}}

    def _command(self, name, action):
        program = find_command("service")
        return [program, name, action] if program else ["/etc/init.d/" + name, action]

    def act(self, name, action, arguments=(), no_block=False):
        _scripts.call(self._command(name, action) + list(arguments))

    def set_enabled(self, name, wanted, force=False):
        if find_command("update-rc.d"):
            if wanted:
                run(["update-rc.d", name, "defaults"])
            run(["update-rc.d", name, "enable" if wanted else "disable"])
        else:
            hint = "this host has neither update-rc.d nor chkconfig, so what starts at boot cannot be set"
            run(["chkconfig", name, "on" if wanted else "off"], hint=hint)


class OpenRC:
    """Services of OpenRC."""

    name = "openrc"

    def read(self, name):
        found = os.path.exists("/etc/init.d/" + name)
        running = found and bool(run(["rc-service", name, "status"], check=False))
        levels = run(["rc-update", "show", "-v"], check=False).stdout
        enabled = bool(re.search(r"^\s*%s \|\s*\w" % re.escape(name), levels, re.M))
        return {"found": found, "running": running, "enabled": enabled, "masked": False, "status": {}}

    def act(self, name, action, arguments=(), no_block=False):
        run(["rc-service", name, action] + list(arguments))

    def set_enabled(self, name, wanted, force=False):
        run(["rc-update", "add" if wanted else "del", name])
