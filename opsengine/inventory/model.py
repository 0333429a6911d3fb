"""Hosts, groups, and the inventory that holds them."""

from __future__ import annotations

import os
import re
import sys
import warnings
from collections.abc import Iterable, Mapping
from typing import Any

from opsengine.config import config
from opsengine.errors import InputError
from opsengine.inventory.variables import Level, Variables, VarsFolders, combine, group_levels
from opsengine.source.text import COMMAND_LINE, Origin, TextDict, merged

LOCALHOST = ("localhost", "127.0.0.1", "::1")
"""Names that mean this machine, inventory or not."""

_ODD_IN_NAME = re.compile(r"^[\d\W]|\W")


class Host:
    """
    One host.

    `groups` holds those that name it themselves, `origin` is where it was first named, and `source` the inventory
    source that named it (None: added while running). An `implicit` host is this machine, where no inventory names it.
    """

    __slots__ = ("groups", "implicit", "name", "origin", "source", "vars")

    def __init__(self, name: str, origin: Origin = COMMAND_LINE, source: str | None = None) -> None:
        self.name = name
        self.origin = origin
        self.source = source
        self.vars: Variables = TextDict((), origin)
        self.groups: dict[str, Group] = {}
        self.implicit = False

    def __repr__(self) -> str:
        return f"Host({self.name!r})"

    @property
    def inventory_file(self) -> str | None:
        """Ansible's variable of this name: the source that named the host first."""
        return self.source

    @property
    def inventory_dir(self) -> str | None:
        """Ansible's variable of this name: the folder of that source; None for a host list."""
        if self.source is None or not os.path.isfile(self.source):  # noqa: PTH113 (a host list is no path)
            return None
        return os.path.dirname(os.path.abspath(self.source))  # noqa: PTH100, PTH120 (symbolic links must stay)


class Group:
    """
    A group of hosts and of groups.

    `hosts` and `children` hold its own members, in the order of definition; `members()` all of them. `depth` is the
    longest way down from `all`, `priority` the variable ansible_group_priority.
    """

    __slots__ = ("children", "depth", "hosts", "name", "origin", "parents", "priority", "vars")

    def __init__(self, name: str, origin: Origin = COMMAND_LINE) -> None:
        self.name = name
        self.origin = origin
        self.hosts: dict[str, Host] = {}
        self.children: dict[str, Group] = {}
        self.parents: dict[str, Group] = {}
        self.vars: Variables = TextDict((), origin)
        self.depth = 0
        self.priority = 1

    def __repr__(self) -> str:
        return f"Group({self.name!r})"

    def members(self) -> list[Host]:
        """Every host in it or below it, once: its own first, then those of its children, then of theirs."""
        hosts = {host.name: host for group in self.subtree() for host in group.hosts.values()}
        return [host for host in hosts.values() if not (host.implicit and self.name == "all")]

    def subtree(self) -> list[Group]:
        """The group itself and every group below it, level by level."""
        return _walk([self], "children")

    def ancestors(self) -> list[Group]:
        """Every group above it, nearest first."""
        return _walk(self.parents.values(), "parents")

    def sink(self, depth: int) -> None:
        """Move the group down to a depth, where it is not deeper already, and what is below it along with it."""
        if depth > self.depth:
            self.depth = depth
            for child in self.children.values():
                child.sink(depth + 1)


def _walk(groups: Iterable[Group], direction: str) -> list[Group]:
    """These groups and all that can be reached from them, level by level."""
    found = {group.name: group for group in groups}
    level = list(found.values())
    while level:
        following: dict[str, Group] = {}
        for group in level:
            following.update((name, other) for name, other in getattr(group, direction).items() if name not in found)
        found.update(following)
        level = list(following.values())
    return list(found.values())


class Inventory:
    """
    All hosts and groups, in the order of definition.

    `folders` are the variable files beside the sources. `revision` grows with every change of members or variables, so
    that what was derived from an inventory can be kept as long as it stays the same.
    """

    def __init__(self) -> None:
        self.hosts: dict[str, Host] = {}
        self.groups: dict[str, Group] = {}
        self.folders = VarsFolders()
        self.source: str | None = None
        self.revision = 0
        self._localhost: Host | None = None
        self._members: tuple[int, dict[str, list[str]]] = (-1, {})
        self.all = self.add_group("all")
        self.ungrouped = self.add_group("ungrouped")
        self.add_child("all", "ungrouped")

    # --- asking -----------------------------------------------------------------------------------------------------

    def host(self, name: str) -> Host | None:
        """The host of that name; this machine for localhost and its addresses, inventory or not."""
        known = self.hosts.get(name)
        return self._this_machine(name) if known is None and name in LOCALHOST else known

    def groups_of(self, host: Host) -> list[Group]:
        """Every group a host is in, `all` first: by depth, then priority, then name, as their variables override."""
        return sorted(
            _walk(host.groups.values(), "parents"), key=lambda group: (group.depth, group.priority, group.name)
        )

    def group_members(self) -> dict[str, list[str]]:
        """The names of each group's hosts: Ansible's variable `groups`. Not to be changed by the caller."""
        revision, members = self._members
        if revision != self.revision:
            members = {name: [host.name for host in group.members()] for name, group in self.groups.items()}
            self._members = (self.revision, members)
        return members

    def host_vars_layers(self, host: Host, beside_playbook: VarsFolders | None = None) -> list[tuple[Level, Variables]]:
        """
        A host's variables, level by level, lowest precedence first.

        Raises InputError when a variable file is wrong.
        """
        playbook = beside_playbook or VarsFolders()
        groups = [group for group in self.groups_of(host) if group is not self.all]
        names = [group.name for group in groups]
        in_groups: Variables = {}
        for group in groups:
            combine(in_groups, group.vars)
        of_groups = {
            Level.ALL_IN_INVENTORY: self.all.vars,
            Level.GROUPS_IN_INVENTORY: in_groups,
            Level.ALL_BESIDE_INVENTORY: self.folders.of_groups(["all"]),
            Level.ALL_BESIDE_PLAYBOOK: playbook.of_groups(["all"]),
            Level.GROUPS_BESIDE_INVENTORY: self.folders.of_groups(names),
            Level.GROUPS_BESIDE_PLAYBOOK: playbook.of_groups(names),
        }
        return [
            *((level, of_groups[level]) for level in group_levels()),
            (Level.HOST_IN_INVENTORY, host.vars),
            (Level.HOST_BESIDE_INVENTORY, self.folders.of_host(host.name)),
            (Level.HOST_BESIDE_PLAYBOOK, playbook.of_host(host.name)),
        ]

    # --- building ---------------------------------------------------------------------------------------------------

    def add_group(self, name: Any, origin: Origin = COMMAND_LINE) -> Group:
        """The group of that name, made where it is new. Raises InputError for what cannot be a name."""
        if not isinstance(name, str) or not name:
            raise InputError(
                f"the name of a group must be a text, found `{name}`", origin=origin, hint=f'put it in quotes: "{name}"'
            )
        name = self.group_name(name, origin)
        group = self.groups.get(name)
        if group is None:
            group = self.groups[str(name)] = Group(str(name), origin)
            self.revision += 1
        return group

    def group_name(self, name: str, origin: Origin = COMMAND_LINE) -> str:
        """What a group is called that was written so: that, or what the setting force_valid_group_names makes of it."""
        if name in self.groups or not (odd := sorted(set(_ODD_IN_NAME.findall(name)))):
            return name
        wanted = config().choice("ANSIBLE_TRANSFORM_INVALID_GROUP_CHARS", ("never", "always", "ignore", "silently"))
        safe = safe_name(name) if wanted in ("always", "silently") else name
        if wanted in ("always", "never") and safe not in self.groups:
            _warn(origin, f"group `{name}`: {' '.join(odd)} cannot be written in an expression (groups.NAME)")
        return safe

    def add_host(
        self, name: str, group: str | None = "ungrouped", *, port: int | None = None, origin: Origin = COMMAND_LINE
    ) -> Host:
        """The host of that name, made where it is new, put into a known group. Only a new host takes the port."""
        host = self.hosts.get(name)
        if host is None:
            host = self.hosts[str(name)] = Host(str(name), origin, self.source)
            if port:
                host.vars["ansible_port"] = port
            self._remember_localhost(host)
        if group is not None:
            self.join(host, self.groups[group])
        return host

    def join(self, host: Host, group: Group) -> None:
        """Put a host into a group."""
        if host.name not in group.hosts:
            group.hosts[host.name] = host
            host.groups[group.name] = group
            self.revision += 1

    def add_child(self, parent: str, child: str, origin: Origin = COMMAND_LINE) -> None:
        """Put one known group into another. Raises InputError when they would contain each other."""
        above, below = self.groups[parent], self.groups[child]
        if below.name in above.children:
            return
        if above is below:
            raise InputError(f"group `{parent}` cannot contain itself", origin=origin)
        if below in above.ancestors():
            raise InputError(
                f"group `{parent}` cannot contain `{child}`: `{child}` contains `{parent}` already",
                origin=origin,
                hint=f"`{child}` begins at {below.origin}",
            )
        above.children[below.name] = below
        below.parents[above.name] = above
        below.sink(above.depth + 1)
        self.revision += 1

    def set_variable(self, owner: Host | Group, name: Any, value: Any, origin: Origin) -> None:
        """Give a host or a group a variable; ansible_group_priority becomes the group's priority. Raises InputError."""
        if not isinstance(name, str):
            raise InputError(
                f"the name of a variable must be a text, found `{name}`",
                origin=origin,
                hint=f'put it in quotes: "{name}"',
            )
        if isinstance(owner, Group) and name == "ansible_group_priority":
            owner.priority = _priority(value, origin)
            return
        if not (name.isidentifier() and name.isascii()):
            _warn(origin, f"variable `{name}`: only letters, digits and _ can be written in an expression")
        before = owner.vars.pop(name, None)
        owner.vars[name] = merged(before, value) if config().merges_mappings else value
        self.revision += 1

    def settle(self) -> None:
        """Once the sources are read: put what is in no group where it belongs, and warn of names used twice."""
        for group in self.groups.values():
            self._settle_group(group)
        for host in self.hosts.values():
            self._settle_host(host)
        for name in self.groups.keys() & self.hosts.keys():
            _warn(self.hosts[name].origin, f"`{name}` is both a host and a group ({self.groups[name].origin})")

    # --- while a play runs ------------------------------------------------------------------------------------------

    def add_host_while_running(
        self, name: str, groups: Iterable[str] = (), variables: Mapping[str, Any] | None = None
    ) -> bool:
        """What the module add_host does; whether that changed anything."""
        before = self.revision
        known = self.hosts.get(name)
        implicit = self.host(name) if known is None and name in LOCALHOST else None
        host = known or self.add_host(name, "all")
        for key, value in {**(implicit.vars if implicit else {}), **(variables or {})}.items():
            if key not in host.vars or host.vars[key] != value:
                self.set_variable(host, key, value, COMMAND_LINE)
        for group_name in groups:
            group = self.add_group(group_name)
            self.join(host, group)
            self._settle_group(group)
        self._settle_host(host)
        return self.revision != before

    def group_host_while_running(self, host: Host, group_name: str, parents: Iterable[str] = ()) -> bool:
        """What the module group_by does; whether that changed anything."""
        before = self.revision
        group = self.add_group(group_name)
        for parent in parents:
            self.add_group(parent)
            self.add_child(parent, group.name)
            self._settle_group(self.groups[parent])
        self.join(host, group)
        self._settle_group(group)
        self._settle_host(host)
        return self.revision != before

    # --- inside -----------------------------------------------------------------------------------------------------

    def _settle_group(self, group: Group) -> None:
        if group is not self.all and not group.parents:
            self.add_child("all", group.name, group.origin)

    def _settle_host(self, host: Host) -> None:
        real = [name for name in host.groups if name not in ("all", "ungrouped")]
        if real and "ungrouped" in host.groups:
            del host.groups["ungrouped"], self.ungrouped.hosts[host.name]
            self.revision += 1
        elif not real and not host.implicit:
            self.join(host, self.ungrouped)

    def _remember_localhost(self, host: Host) -> None:
        if host.name not in LOCALHOST:
            return
        if self._localhost is None or self._localhost.implicit:
            self._localhost = host
        else:
            _warn(
                host.origin, f"`{host.name}` is this machine, as `{self._localhost.name}` ({self._localhost.origin}) is"
            )

    def _this_machine(self, name: str) -> Host:
        if self._localhost is None:
            host = self._localhost = Host(name)
            host.implicit = True
            host.vars.update(ansible_connection="local", ansible_python_interpreter=sys.executable)
        return self._localhost


def safe_name(name: str) -> str:
    """A group's name with `_` for whatever an expression could not name."""
    return _ODD_IN_NAME.sub("_", name)


def _priority(value: Any, origin: Origin) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        raise InputError(f"ansible_group_priority must be a whole number, found `{value}`", origin=origin) from None


def _warn(origin: Origin, message: str) -> None:
    warnings.warn(f"{origin}: {message}", stacklevel=3)
