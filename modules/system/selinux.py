"""Set the mode and the policy of SELinux, now as far as that goes, and for the next boot."""

import os
import re

from modules.kit import Arg, Module, ModuleFailed, Path
from modules.kit.filesystem import write
from modules.kit.process import find_command, run
from modules.system import _selinux

OFF = "selinux=0"
"""What a kernel is started with so that there is no SELinux at all."""


class Selinux(Module):
    collection = "ansible.posix"

    state = Arg(str, "The mode", choices=("enforcing", "permissive", "disabled"))
    policy = Arg(str, "The policy, such as targeted", default=None, needed_if={"state": ("enforcing", "permissive")})
    configfile = Arg(Path, "The configuration", default="/etc/selinux/config", aliases=("conf", "file"))
    update_kernel_param = Arg(
        bool, "Whether kernels are started with selinux=0 when it is disabled, and without it otherwise; by grubby",
        default=False,
    )  # fmt: skip

    def check_arguments(self):
        self.running = _selinux.mode()
        self.configured = os.path.isfile(self.configfile)
        if self.state != "disabled" or self.running != "disabled":
            hint = "it comes with a policy: selinux-policy-targeted (RHEL), selinux-policy-default (Debian)"
            message = "Unable to find file %s: there is no SELinux on this host" % self.configfile
            self.configured = self.needs("path", self.configfile, self.configured, message, hint)
        if self.policy:
            path = os.path.join(_selinux.FOLDER, self.policy, "policy")
            message = "Policy %s does not exist in %s/" % (self.policy, _selinux.FOLDER)
            self.needs("path", path, os.path.exists(path), message)
        if self.update_kernel_param:
            self.needs("command", "grubby", find_command("grubby") is not None, hint="it comes with the package grubby")

    def subject(self):
        return "SELinux"

    def current(self):
        state = {"running": _selinux.mode()}
        if self.configured:
            state["mode"] = _selinux.setting(self.configfile, "SELINUX")
            state["policy"] = _selinux.setting(self.configfile, "SELINUXTYPE")
        if self.update_kernel_param:
            state["kernels"] = self._kernels()
        return state

    def _kernels(self):
        """What all kernels are started with: enabled or disabled; mixed where they differ."""
        program = find_command("grubby")
        said = run([program, "--info=ALL"]).stdout if program else ""
        found = {OFF in words.split() for words in re.findall(r'^args="(.*)"$', said, re.M)}
        return "mixed" if len(found) > 1 else ("disabled" if True in found else "enabled")

    def wanted(self):
        wanted = {}
        if self.configured or self.state != "disabled":
            wanted["mode"] = self.state
            if self.policy:
                wanted["policy"] = self.policy
        if self.running != "disabled":
            # What runs cannot be taken away before the next boot; until then it lets everything pass.
            wanted["running"] = "permissive" if self.state == "disabled" else self.state
        if self.update_kernel_param:
            wanted["kernels"] = "disabled" if self.state == "disabled" else "enabled"
        return wanted

    @property
    def reboot_required(self):
        return (self.state == "disabled") != (self.running == "disabled")

    def apply(self, change):
        if "policy" in change or "mode" in change:
            self._configure()
        if "running" in change:
            path = os.path.join(_selinux.ROOT, "enforce")
            try:
                with open(path, "w") as file:
                    file.write("1" if change.wanted["running"] == "enforcing" else "0")
            except OSError as error:
                raise ModuleFailed("the kernel does not take the mode (%s): %s" % (path, error.strerror))
        if "kernels" in change:
            option = "--args" if self.state == "disabled" else "--remove-args"
            run([find_command("grubby"), "--update-kernel=ALL", option, OFF])

    def _configure(self):
        lines = _selinux.lines(self.configfile)
        for name, value in (("SELINUX", self.state), ("SELINUXTYPE", self.policy)):
            if value is None:
                continue
            new = "%s=%s" % (name, value)
            lines = [new if line.startswith(name + "=") else line for line in lines]
            if new not in lines:
                lines.append(new)
        write(self.configfile, "".join(line + "\n" for line in lines).encode("utf-8", "surrogateescape"))

    def returns(self, change, state):
        if self.reboot_required:
            self.warn("Reboot is required to set SELinux state to '%s'" % self.state)
        names = {
            "policy": "SELinux policy configuration in '%s'" % self.configfile,
            "running": "SELinux state",
            "mode": "Config SELinux state",
            "kernels": "Kernel parameters",
        }
        said = [
            "%s changed from '%s' to '%s'" % (names[key], self.before.get(key), change.wanted[key])
            for key in names
            if key in change
        ]
        policy = self.policy or (state or {}).get("policy")
        result = {"msg": ", ".join(said), "configfile": self.configfile, "policy": policy, "state": self.state}
        return dict(result, reboot_required=self.reboot_required)
