"""
Shows an inventory as Ansible's own tool does: the same JSON, YAML and trees.

Whatever has been decrypted is masked; `!vault` values are shown encrypted, as they were written.
https://docs.ansible.com/ansible-core/2.19/cli/ansible-inventory.html
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import yaml

from opsengine.errors import UsageError, near
from opsengine.inventory.model import Group, Host, Inventory
from opsengine.inventory.variables import VarsFolders, combine
from opsengine.source.json import UNSAFE, VAULT
from opsengine.source.text import Text
from opsengine.vault.keyring import current
from opsengine.vault.values import Encrypted

_SET_BY_ANSIBLE = """
    ansible_async_path ansible_collection_name ansible_config_file ansible_dependent_role_names ansible_diff_mode
    ansible_facts ansible_forks ansible_inventory_sources ansible_limit ansible_play_batch ansible_play_hosts
    ansible_play_hosts_all ansible_play_role_names ansible_playbook_python ansible_role_name ansible_role_names
    ansible_run_tags ansible_skip_tags ansible_verbosity ansible_version group_names groups hostvars inventory_dir
    inventory_file inventory_hostname inventory_hostname_short play_hosts playbook_dir role_name role_names role_path
    role_uuid
"""
NEVER_SHOWN = frozenset(_SET_BY_ANSIBLE.split())
"""Variables that Ansible sets itself, so that what an inventory says of them means nothing."""


class Listing:
    """
    An inventory to be shown.

    hosts: only these. beside_playbook: the group_vars and host_vars there. extra_vars: those of the command line.
    export: whether groups are shown with their own variables and hosts with theirs alone, instead of hosts with all
    that holds for them. facts: gives what a host has told in earlier runs.
    """

    def __init__(
        self,
        inventory: Inventory,
        hosts: Sequence[Host] | None = None,
        *,
        beside_playbook: VarsFolders | None = None,
        extra_vars: Mapping[str, Any] | None = None,
        export: bool = False,
        facts: Callable[[str], Mapping[str, Any]] | None = None,
    ) -> None:
        self.facts = facts
        self.inventory = inventory
        self.hosts = inventory.all.members() if hosts is None else list(hosts)
        self.names = {host.name for host in self.hosts}
        self.playbook = beside_playbook or VarsFolders()
        self.extra_vars = extra_vars or {}
        self.export = export

    def of_host(self, host: Host) -> dict[str, Any]:
        """A host's variables as they were written. Raises InputError for a variable file that is wrong."""
        folders = self.inventory.folders
        if self.export:
            layers = [host.vars, folders.of_host(host.name), self.playbook.of_host(host.name)]
        else:
            levels = self.inventory.host_vars_layers(host, self.playbook)
            layers = [layer for _, layer in levels]
            layers += [dict(self.facts(host.name))] if self.facts else []
            layers.append(dict(self.extra_vars))
        return _combined(layers)

    def of_group(self, group: Group) -> dict[str, Any]:
        """A group's own variables as they were written. Raises InputError for a variable file that is wrong."""
        folders = self.inventory.folders
        layers = [group.vars, folders.of_groups([group.name]), self.playbook.of_groups([group.name])]
        return _combined([*layers, {"ansible_group_priority": group.priority} if group.priority != 1 else {}])

    def as_list(self) -> dict[str, Any]:
        """What `--list` shows, ready for JSON: groups, and every host's variables. An inventory script may print it."""
        groups = {group.name: self._entry(group) for group in self.inventory.all.subtree()}
        variables = {host.name: _for_json(self.of_host(host), marked=True) for host in self.hosts}
        hostvars = {name: own for name, own in variables.items() if own}
        filled = {name: entry for name, entry in groups.items() if entry}
        return {**filled, "_meta": {"hostvars": hostvars, "profile": "inventory_legacy"}}

    def _entry(self, group: Group) -> dict[str, Any]:
        entry: dict[str, Any] = {"children": list(group.children)}
        if group is not self.inventory.all:
            entry["hosts"] = [name for name in group.hosts if name in self.names]
        if self.export:
            entry["vars"] = _for_json(self.of_group(group), marked=True)
        return {key: value for key, value in entry.items() if value}

    def as_inventory(self) -> dict[str, Any]:
        """What `--list --yaml` shows: the groups as they contain each other; each group and host in full only once."""
        return self._nested(self.inventory.all, set(), set())

    def _nested(self, group: Group, groups: set[str], hosts: set[str]) -> dict[str, Any]:
        children: dict[str, Any] = {}
        for child in group.children.values():
            children.update({child.name: {}} if child.name in groups else self._nested(child, groups, hosts))
            groups.add(child.name)
        entry: dict[str, Any] = {"children": children, "hosts": {}}
        for host in group.hosts.values() if group is not self.inventory.all else ():
            if host.name in self.names:
                entry["hosts"][host.name] = {} if host.name in hosts else _for_yaml(self.of_host(host))
                hosts.add(host.name)
        if self.export:
            entry["vars"] = _for_yaml(self.of_group(group))
        filled = {key: value for key, value in entry.items() if value}
        return {group.name: filled} if filled else {}

    def as_graph(self, group: str = "all", show_vars: bool = False) -> str:
        """What `--graph` shows: a group and all below it as a tree. Raises UsageError where there is no such group."""
        if group not in self.inventory.groups:
            raise UsageError(f"no group `{group}`", hint=near(group, self.inventory.groups))
        return "\n".join(self._lines(self.inventory.groups[group], 0, show_vars))

    def _lines(self, group: Group, depth: int, show_vars: bool) -> Iterator[str]:
        yield _branch(f"@{group.name}:", depth)
        for child in group.children.values():
            yield from self._lines(child, depth + 1, show_vars)
        if group is not self.inventory.all:
            for host in group.hosts.values():
                yield _branch(host.name, depth + 1)
                if show_vars:
                    yield from _leaves(self.of_host(host), depth + 2)
        if show_vars:
            yield from _leaves(self.of_group(group), depth + 1)


def _leaves(variables: Mapping[str, Any], depth: int) -> Iterator[str]:
    for name, value in sorted(variables.items()):
        yield _branch(f"{{{name} = {_for_json(value, native=True)}}}", depth)


def _branch(name: str, depth: int) -> str:
    return "  |" * depth + f"--{name}" if depth else name


def _combined(layers: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for layer in layers:
        combine(found, layer)
    return {str(name): value for name, value in found.items() if name not in NEVER_SHOWN}


def as_json(value: Any) -> str:
    """A value as ansible-inventory writes JSON."""
    return json.dumps(_for_json(value), indent=4, sort_keys=True, ensure_ascii=False)


def as_yaml(value: Any) -> str:
    """A value as ansible-inventory writes YAML."""
    text: str = yaml.dump(_for_yaml(value), Dumper=_Dumper, default_flow_style=False, allow_unicode=True)
    return text


def _for_json(value: Any, marked: bool = False, native: bool = False) -> Any:
    """
    A value of Python's own types, without secrets.

    marked: strings that are data, and must never be rendered, bear Ansible's mark. native: dates stay as they are.
    """
    if isinstance(value, Encrypted):
        return {VAULT: str(value)}
    if isinstance(value, str):
        shown = current().secrets.mask(str(value))
        return {UNSAFE: shown} if marked and not isinstance(value, Text) else shown
    if isinstance(value, dict):
        pairs = ((str(key) if native or isinstance(key, str) else json.dumps(key), item) for key, item in value.items())
        return {key: _for_json(item, marked, native) for key, item in pairs}
    if isinstance(value, list):
        return [_for_json(item, marked, native) for item in value]
    if isinstance(value, datetime.date):
        return value if native else value.isoformat()
    if isinstance(value, bytes):
        return current().secrets.mask(value.decode(errors="replace"))
    return current().secrets.mask(value)


def _for_yaml(value: Any) -> Any:
    """A value without secrets, in which nothing but what was written encrypted has a type of ours."""
    if isinstance(value, Encrypted):
        return value
    if isinstance(value, dict):
        return {str(key) if isinstance(key, str) else key: _for_yaml(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_for_yaml(item) for item in value]
    if isinstance(value, datetime.date):
        return value
    return current().secrets.mask(str(value) if isinstance(value, str) else value)


_Base: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class _Dumper(_Base):  # type: ignore[misc]  # libyaml's, where PyYAML has it
    def ignore_aliases(self, data: Any) -> bool:
        return True


_Dumper.add_representer(Encrypted, lambda dumper, value: dumper.represent_scalar("!vault", str(value), style="|"))
