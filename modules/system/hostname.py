"""Set the host's name, now and for the next boot."""

import os
import re
import socket

from modules.kit import Arg, Module, ModuleFailed
from modules.kit.filesystem import read, write
from modules.kit.process import find_command, run
from modules.system import _services

LONGEST = 64
"""The longest name in bytes that Linux takes (__NEW_UTS_LEN)."""
FILES = {
    "alpine": ("/etc/hostname", None, "%s"),
    "file": ("/etc/hostname", None, "%s"),
    "openrc": ("/etc/conf.d/hostname", re.compile(r'^\s*hostname\s*=\s*"?([^"#]*?)"?\s*(?:#.*)?$'), 'hostname="%s"'),
    "redhat": ("/etc/sysconfig/network", re.compile(r'^\s*HOSTNAME\s*=\s*"?([^"#]*?)"?\s*(?:#.*)?$'), "HOSTNAME=%s"),
    "sles": ("/etc/HOSTNAME", None, "%s"),
}
"""How a host keeps its name: file, the line in it (None: the file is nothing else), how that line is written."""


class Hostname(Module):
    name = Arg(str, "The name")
    use = Arg(
        str, "How the host keeps its name, when it is not to be found out; generic: only what is running is set",
        default=None, choices=("alpine", "debian", "generic", "openrc", "redhat", "sles", "systemd"),
    )  # fmt: skip

    def check_arguments(self):
        if not self.name or len(self.name.encode("utf-8")) > LONGEST or re.search(r"[\s/]", self.name):
            raise ModuleFailed(
                "name: should be 1 to %d letters, digits, dots and dashes, got %r" % (LONGEST, self.name)
            )
        self.keeper = {None: _found_out(), "debian": "systemd"}.get(self.use, self.use)
        if self.keeper == "systemd":
            hint = "use: alpine writes /etc/hostname without it"
            self.needs("command", "hostnamectl", find_command("hostnamectl") is not None, hint=hint)

    def subject(self):
        return "hostname"

    def current(self):
        state = {"running": socket.gethostname()}
        if self.keeper != "generic":
            state["permanent"] = self._permanent()
        return state

    def _permanent(self):
        if self.keeper == "systemd":
            program = find_command("hostnamectl")
            return run([program, "--static", "status"]).stdout.strip() if program else ""
        path, pattern, _ = FILES[self.keeper]
        for line in (read(path) or b"").decode("utf-8", "replace").splitlines():
            found = pattern.match(line) if pattern else re.match(r"\s*([^#\s]+)", line)
            if found:
                return found.group(1)
        return ""

    def wanted(self):
        return dict.fromkeys(self.before, self.name)

    def apply(self, change):
        # First the permanent one: NetworkManager complains of the other way round.
        if "permanent" in change:
            self._keep()
        if socket.gethostname() != self.name:
            if self.keeper == "systemd":
                run(["hostnamectl", "--transient", "set-hostname", self.name])
            else:
                socket.sethostname(self.name)

    def _keep(self):
        if self.keeper == "systemd":
            run(["hostnamectl", "--pretty", "--static", "set-hostname", self.name])
            return
        path, pattern, form = FILES[self.keeper]
        line = form % self.name
        lines = [line]
        if pattern:
            old = (read(path) or b"").decode("utf-8", "surrogateescape").splitlines()
            lines = [line if pattern.match(text) else text for text in old]
            lines = lines if line in lines else lines + [line]
        write(path, ("\n".join(lines) + "\n").encode("utf-8", "surrogateescape"))

    def returns(self, change, state):
        full = socket.getfqdn()
        facts = {"hostname": self.name.partition(".")[0], "nodename": self.name, "fqdn": full}
        facts["domain"] = full.partition(".")[2]
        return {"name": self.name, "ansible_facts": {"ansible_" + key: value for key, value in facts.items()}}


def _found_out():
    """How this host keeps its name."""
    if _services.systemd_runs():
        return "systemd"
    if os.path.exists("/etc/conf.d/hostname") and not os.path.exists("/etc/alpine-release"):
        return "openrc"
    if os.path.exists("/etc/HOSTNAME"):
        return "sles"
    if b"HOSTNAME" in (read("/etc/sysconfig/network") or b""):
        return "redhat"
    return "file"
