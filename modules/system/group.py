"""Make sure a group exists, or does not exist."""

from modules.kit import Arg, Module, run
from modules.system import _accounts


class Group(Module):
    exclusive = (("force", "local"),)

    name = Arg(str, "The group")
    state = Arg(str, "Whether it should exist", default="present", choices=("present", "absent"))
    gid = Arg(int, "Its number", default=None, needed_if={"non_unique": True})
    non_unique = Arg(bool, "Whether another group may have the same gid", default=False)
    system = Arg(bool, "Whether a new group is a system group, with a low gid", default=False)
    force = Arg(bool, "Whether a group is removed though it is the primary group of a user", default=False)
    local = Arg(bool, "Whether only the host's own files are looked at, not a directory service", default=False)
    gid_min = Arg(int, "The lowest gid that a new group may be given", default=None)
    gid_max = Arg(int, "The highest gid that a new group may be given", default=None)

    def current(self):
        found = _accounts.find_group_named(self.name, self.local)
        return None if found is None else {"gid": found.gr_gid}

    def wanted(self):
        if self.state == "absent":
            return None
        return {} if self.gid is None else {"gid": self.gid}

    def apply(self, change):
        if change.removes:
            words = ["groupdel"] + (["-f"] if self.force else [])
        else:
            words = ["groupadd" if change.creates else "groupmod"]
            words += ["-g", str(self.gid)] if self.gid is not None else []
            words += ["-o"] if self.non_unique else []
        if change.creates:
            words += ["-r"] if self.system else []
            for key, value in (("GID_MIN", self.gid_min), ("GID_MAX", self.gid_max)):
                words += ["-K", "%s=%s" % (key, value)] if value is not None else []
        run(words + ["--", self.name], hint=_accounts.TOOLS)

    def brings(self, change):
        return [("group", self.name)] if change.creates else []

    def returns(self, change, state):
        result = {"name": self.name, "state": self.state}
        if state is not None:
            result.update(state, system=self.system)
        return result
