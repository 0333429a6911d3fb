"""Set a boolean of SELinux's policy, now and for the next boot."""

import os
import re

from modules.kit import Arg, Module, ModuleFailed
from modules.kit.filesystem import read
from modules.kit.process import find_command, run
from modules.system import _selinux

STORES = ("/var/lib/selinux/%s/active/booleans.local", "/etc/selinux/%s/modules/active/booleans.local")
"""Where the policy's store keeps what was set for good; the second is that of RHEL 7 and older."""


class Seboolean(Module):
    collection = "ansible.posix"

    name = Arg(str, "The boolean, such as httpd_can_network_connect")
    state = Arg(bool, "Its value")
    persistent = Arg(bool, "Whether it is the same after the next boot", default=False)
    ignore_selinux_state = Arg(bool, "Whether it is set in the policy where SELinux does not run", default=False)

    def check_arguments(self):
        self.runs = _selinux.mode() != "disabled"
        if not self.runs and not self.ignore_selinux_state:
            raise ModuleFailed(
                "SELinux is disabled on this host.", hint="when: ansible_facts.selinux.status == 'enabled'"
            )
        self.real = self._real_name()
        command = "setsebool" if self.runs else "semanage"
        hint = "setsebool comes with policycoreutils, semanage with policycoreutils-python-utils"
        if self.runs or self.persistent:
            self.needs("command", command, find_command(command) is not None, hint=hint)

    def _real_name(self):
        """Booleans that were renamed may be called by their old name."""
        path = os.path.join(_selinux.FOLDER, _selinux.policy() or "", "booleans.subs_dist")
        renamed = dict(line.split()[:2] for line in _selinux.lines(path) if len(line.split()) == 2)
        return renamed.get(self.name, self.name)

    def current(self):
        state = {}
        if self.runs:
            said = read(os.path.join(_selinux.ROOT, "booleans", self.real))
            message = "Failed to determine current state for boolean %s: there is none of that name" % self.name
            found = self.needs("path", "boolean " + self.real, said is not None, message, "getsebool -a lists all")
            state["running"] = said.split()[0] == b"1" if found else None
        if self.persistent:
            state["at_boot"] = self._at_boot()
        return state

    def _at_boot(self):
        """The value in the policy's store: what was set there, else what the policy comes with."""
        for store in STORES:
            for line in _selinux.lines(store % _selinux.policy()):
                name, _, value = line.partition("=")
                if name.strip() == self.real:
                    return value.strip() == "1"
        program = find_command("semanage")
        said = run([program, "boolean", "--list", "--noheading"], check=False).stdout if program else ""
        found = re.search(r"^%s\s+\(\s*\w+\s*,\s*(\w+)\s*\)" % re.escape(self.real), said, re.M)
        return found.group(1) == "on" if found else None

    def wanted(self):
        return dict.fromkeys(self.before, self.state)

    def apply(self, change):
        value = "on" if self.state else "off"
        if not self.runs:
            run(["semanage", "boolean", "--noreload", "--modify", "--" + value, self.real])
        elif "at_boot" in change:
            run(["setsebool", "-P", self.real, value])
        else:
            run(["setsebool", self.real, value])

    def returns(self, change, state):
        return {"name": self.name, "persistent": self.persistent, "state": self.state}
