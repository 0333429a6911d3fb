"""Change the inventory while a play runs."""

from typing import Any

from modules.kit.args import Arg, Raw
from opsengine.errors import TaskFailed
from opsengine.execution.actions.base import ControllerModule
from opsengine.inventory.ranges import split_port
from opsengine.playbook.arguments import RAW


class AddHost(ControllerModule):
    """Add a host to the inventory of this run, with groups and variables."""

    module = "add_host"
    once = True
    open_ended = True

    name = Arg(str, "The host's name, `name:port` for another port than 22", aliases=("host", "hostname"))
    groups = Arg(list, "The groups it is to be in", default=[], aliases=("group", "groupname"))
    variables = Arg(Raw, "NAME: VALUE, any number of them, written as arguments of their own", default=None)

    def __init__(self, given: dict[str, Any]) -> None:
        own = {"name", "host", "hostname", "groups", "group", "groupname", RAW}
        super().__init__({key: value for key, value in given.items() if key in own})
        self.values = {key: value for key, value in given.items() if key not in own}

    def perform(self, task: Any) -> dict[str, Any]:
        """Add it; plays that follow see it, and so does delegate_to at once."""
        if not self.name:
            raise TaskFailed("add_host needs the `name` of a host")
        name, port = split_port(self.name) or (self.name, None)
        if port is not None:
            self.values["ansible_ssh_port"] = port
        groups = [group.strip() for group in self.groups if group.strip()]
        changed = task.run.owner.add_host(name, groups, self.values)
        return {"changed": changed, "add_host": {"host_name": name, "groups": groups, "host_vars": dict(self.values)}}


class GroupBy(ControllerModule):
    """Put the host into a group whose name comes from its variables."""

    module = "group_by"

    key = Arg(str, "The group's name; spaces become dashes")
    parents = Arg(list, "The groups that the group is to be in", default=["all"])

    def perform(self, task: Any) -> dict[str, Any]:
        """Add the host to the group."""
        group = self.key.replace(" ", "-")
        parents = [parent.replace(" ", "-") for parent in self.parents]
        changed = task.run.owner.group_host(task.work.name, group, parents)
        return {"changed": changed, "add_group": group, "parent_groups": parents}
