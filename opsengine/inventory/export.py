"""
Shows an inventory as Ansible's own tool does.

https://docs.ansible.com/ansible/latest/cli/ansible-inventory.html
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from typing import Any

from opsengine.errors import UsageError, near
from opsengine.inventory.model import Group, Host, Inventory
from opsengine.inventory.script import UNSAFE, VAULT
from opsengine.inventory.variables import VarsFolders
from opsengine.source.text import Text
from opsengine.vault.keyring import current
from opsengine.vault.values import Encrypted


def host_vars(inventory: Inventory, host: Host, beside_playbook: VarsFolders | None = None) -> dict[str, Any]:
    """
    A host's variables with all levels merged, as plain values, not rendered; `!vault` values stay encrypted.

    Raises InputError.
    """
    return {str(name): _plain(value) for name, value in _merged(inventory, host, beside_playbook).items()}


def as_list(
    inventory: Inventory, hosts: Sequence[Host] | None = None, beside_playbook: VarsFolders | None = None
) -> dict[str, Any]:
    """
    What `ansible-inventory --list` prints, ready for JSON: groups with hosts and children, and every host's variables.

    `hosts` keeps to some of them. An inventory script may print this.
    """
    shown = inventory.all.members() if hosts is None else list(hosts)
    names = {host.name for host in shown}
    groups: dict[str, Any] = {}
    for group in inventory.all.subtree():
        entry = {
            "hosts": [] if group is inventory.all else [name for name in group.hosts if name in names],
            "children": list(group.children),
        }
        if filled := {key: value for key, value in entry.items() if value}:
            groups[group.name] = filled
    variables = {host.name: _marked(_merged(inventory, host, beside_playbook)) for host in shown}
    hostvars = {name: own for name, own in variables.items() if own}
    return {**groups, "_meta": {"hostvars": hostvars, "profile": "inventory_legacy"}}


def as_graph(
    inventory: Inventory, group: str = "all", *, show_vars: bool = False, beside_playbook: VarsFolders | None = None
) -> str:
    """What `ansible-inventory --graph` prints: a group and all below it as a tree. Raises UsageError."""
    if group not in inventory.groups:
        raise UsageError(f"no group `{group}`", hint=near(group, inventory.groups))
    graph = _Graph(inventory, show_vars, beside_playbook)
    return "\n".join(graph.lines(inventory.groups[group], 0))


class _Graph:
    def __init__(self, inventory: Inventory, show_vars: bool, beside_playbook: VarsFolders | None) -> None:
        self.inventory = inventory
        self.show_vars = show_vars
        self.playbook = beside_playbook or VarsFolders()

    def lines(self, group: Group, depth: int) -> Iterator[str]:
        yield _branch(f"@{group.name}:", depth)
        for child in group.children.values():
            yield from self.lines(child, depth + 1)
        if group is not self.inventory.all:
            for host in group.hosts.values():
                yield _branch(host.name, depth + 1)
                yield from self.variables(host_vars(self.inventory, host, self.playbook), depth + 2)
        yield from self.variables(self.of_group(group), depth + 1)

    def of_group(self, group: Group) -> dict[str, Any]:
        own = {**group.vars, **self.inventory.folders.of_groups([group.name]), **self.playbook.of_groups([group.name])}
        if group.priority != 1:
            own["ansible_group_priority"] = group.priority
        return {str(name): _plain(value) for name, value in own.items()}

    def variables(self, values: dict[str, Any], depth: int) -> Iterator[str]:
        if self.show_vars:
            for name, value in sorted(values.items()):
                yield _branch(f"{{{name} = {current().secrets.mask(value)}}}", depth)


def _branch(name: str, depth: int) -> str:
    return "  |" * depth + f"--{name}" if depth else name


def _merged(inventory: Inventory, host: Host, beside_playbook: VarsFolders | None) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for _, layer in inventory.host_vars_layers(host, beside_playbook):
        merged.update(layer)
    return merged


def _plain(value: Any) -> Any:
    """A value of Python's own types, which knows no place."""
    if isinstance(value, Encrypted):
        return {VAULT: str(value)}
    if isinstance(value, str):
        return str(value)
    if isinstance(value, dict):
        return {_plain(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value


def _marked(value: Any) -> Any:
    """As JSON has it, with Ansible's mark on strings that are data and must never be rendered."""
    if isinstance(value, Encrypted):
        return {VAULT: str(value)}
    if isinstance(value, str):
        return str(value) if isinstance(value, Text) else {UNSAFE: value}
    if isinstance(value, dict):
        return {_plain(key): _marked(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_marked(item) for item in value]
    return value.isoformat() if isinstance(value, datetime.date) else value
