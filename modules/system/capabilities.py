"""Make sure a program has a capability of the kernel, or has not."""

import os
import re
import stat

from modules.kit import Arg, Module, ModuleFailed, Path
from modules.kit.args import nearest
from modules.system._capability_sets import NAMES, number_of, read_capabilities, write_capabilities

WRITTEN = re.compile(r"^([a-z0-9_,]+?)\s*(?:([=+-])\s*([eip]*))?$")


class Capabilities(Module):
    collection = "community.general"

    path = Arg(Path, "The program", aliases=("key",))
    capability = Arg(
        str, "The capability and its flags, such as cap_net_bind_service+ep; to take it away, the name will do",
        aliases=("cap",),
    )  # fmt: skip
    state = Arg(str, "Whether the program should have it", default="present", choices=("present", "absent"))

    def check_arguments(self):
        found = WRITTEN.match(self.capability.strip().lower())
        if not found or (self.state == "present" and (found.group(2) in (None, "-") or not found.group(3))):
            raise ModuleFailed(
                "capability: should be a name, + or =, and flags of e, i and p, got %r" % self.capability,
                hint="such as cap_net_bind_service+ep; state: absent takes one away",
            )
        self.names = found.group(1).split(",")
        self.flags = "".join(sorted(set(found.group(3) or "")))
        if self.state == "present" and self.flags == "e":
            raise ModuleFailed("capability: the flag e needs p or i besides, got %r" % self.capability)
        for name in self.names:
            self._check_name(name)

    def _check_name(self, name):
        try:
            known = name.startswith("cap_") and number_of(name) < 64
        except ValueError:
            known = False
        if not known:
            guess = nearest(name, ["cap_" + each for each in NAMES])
            raise ModuleFailed("capability: there is no %s%s" % (name, guess))

    def current(self):
        hint = "make or install it first"
        if not self.needs("path", self.path, os.path.exists(self.path), hint=hint):
            return {"capabilities": {}}
        if not stat.S_ISREG(os.stat(self.path).st_mode):
            raise ModuleFailed("%s is not a file" % self.path)
        return {"capabilities": read_capabilities(self.path)}

    def wanted(self):
        found = dict(self.before["capabilities"])
        for name in self.names:
            found.pop(name, None)
            if self.state == "present":
                found[name] = self.flags
        effective = {"e" in flags for flags in found.values()}
        if len(effective) > 1:
            raise ModuleFailed(
                "capability: the flag e is one for all capabilities of a file, and %s has %s"
                % (self.path, " ".join("%s+%s" % item for item in sorted(self.before["capabilities"].items()))),
                hint="name all of them, separated by commas, with the same flags",
            )
        return {"capabilities": found}

    def apply(self, change):
        try:
            write_capabilities(self.path, change.wanted["capabilities"])
        except OSError as error:
            raise ModuleFailed(
                "Unable to set capabilities of %s: %s" % (self.path, error.strerror),
                hint="that takes root, and a file system with extended attributes",
            )

    def returns(self, change, state):
        return dict({"msg": "capabilities changed"} if change else {}, state=self.state)
