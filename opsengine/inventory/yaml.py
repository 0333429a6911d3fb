"""
Reads inventories in Ansible's YAML format (JSON included), and in TOML, which has the same shape.

https://docs.ansible.com/ansible/latest/collections/ansible/builtin/yaml_inventory.html
https://docs.ansible.com/ansible/latest/collections/ansible/builtin/toml_inventory.html
"""

from __future__ import annotations

import tomllib
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from opsengine.errors import InputError, near
from opsengine.inventory.model import Group, Inventory
from opsengine.inventory.ranges import expand_host
from opsengine.inventory.variables import kind_of
from opsengine.source.text import Origin, TextDict, origin_of, trust
from opsengine.vault.files import read as read_vault

SECTIONS = ("hosts", "vars", "children")


def read_toml(inventory: Inventory, path: Path) -> None:
    """Add the hosts, groups and variables of one TOML file. Raises one InputError with all its problems."""
    origin = Origin(str(path))
    try:
        groups = trust(tomllib.loads(read_vault(path).data.decode()), origin)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"not TOML: {error}", origin=origin) from None
    for group in groups.values():
        if isinstance(group, dict) and isinstance(group.get("children"), list):
            group["children"] = TextDict(((child, None) for child in group["children"]), origin)
    read_groups(inventory, groups, origin)


def read_groups(inventory: Inventory, groups: Any, origin: Origin) -> None:
    """
    Add the hosts, groups and variables of the value of one YAML or JSON file; origin: the file.

    Raises one InputError with all its problems.
    """
    if not groups:
        raise InputError("the inventory is empty", origin=origin)
    if not isinstance(groups, dict):
        raise InputError(
            f"expected groups (name: ...), found {kind_of(groups)}", origin=origin_of(groups, origin), hint=_shape()
        )
    reader = _Reader(inventory, origin)
    for name, content in groups.items():
        if content is None or isinstance(content, dict):
            reader.guarded(reader.read_group, name, content)
        else:
            warnings.warn(
                f"{origin_of(name, origin)}: `{name}` is {kind_of(content)}, not a group; skipped", stacklevel=3
            )
    if reader.problems:
        raise InputError.of(reader.problems)


class _Reader:
    """Adds groups as they nest, and gathers the problems on the way."""

    def __init__(self, inventory: Inventory, origin: Origin) -> None:
        self.inventory = inventory
        self.origin = origin
        self.problems: list[InputError] = []

    def guarded(self, step: Callable[..., object], *arguments: Any) -> None:
        """Take one step; a problem in it is kept, and reading goes on."""
        try:
            step(*arguments)
        except InputError as problem:
            self.problems.append(problem)

    def place(self, value: Any) -> Origin:
        return origin_of(value, self.origin)

    def read_group(self, name: Any, content: Any) -> Group:
        group = self.inventory.add_group(name, self.place(name))
        for key, section in (content or {}).items():
            if key not in SECTIONS:
                hint = near(str(key), SECTIONS) or f"a group has {', '.join(SECTIONS)}"
                warnings.warn(f"{self.place(key)}: `{key}` of group `{name}` is skipped: {hint}", stacklevel=2)
            else:
                self.guarded(self.read_section, group, key, section)
        return group

    def read_section(self, group: Group, key: str, section: Any) -> None:
        if section is None:
            return
        if isinstance(section, str):
            section = {section: None}
        if not isinstance(section, dict):
            raise InputError(
                f"`{key}` of group `{group.name}` must be a mapping, found {kind_of(section)}",
                origin=self.place(section),
                hint=_shape() if key == "vars" else "write `name:` for each, without a dash",
            )
        read = {"hosts": self.read_hosts, "vars": self.read_variable, "children": self.read_child}[key]
        for name, content in section.items():
            self.guarded(read, group, name, content, origin_of(name, self.place(section)))

    def read_variable(self, group: Group, name: Any, value: Any, origin: Origin) -> None:
        self.inventory.set_variable(group, name, value, origin)

    def read_child(self, group: Group, name: Any, content: Any, origin: Origin) -> None:
        if content is not None and not isinstance(content, dict):
            raise InputError(
                f"child group `{name}` must be a mapping or empty, found {kind_of(content)}", origin=origin
            )
        child = self.read_group(name, content)
        self.inventory.add_child(group.name, child.name, origin)

    def read_hosts(self, group: Group, pattern: Any, variables: Any, origin: Origin) -> None:
        if not isinstance(pattern, str):
            raise InputError(
                f"the name of a host must be a text, found `{pattern}`",
                origin=origin,
                hint=f'put it in quotes: "{pattern}"',
            )
        if variables and not isinstance(variables, dict):
            raise InputError(
                f"host `{pattern}`: expected variables (name: value), found {kind_of(variables)}",
                origin=self.place(variables),
            )
        names, port = expand_host(pattern, origin)
        for name in names:
            host = self.inventory.add_host(name, group.name, port=port, origin=origin)
            for key, value in (variables or {}).items():
                self.inventory.set_variable(host, key, value, self.place(key))


def _shape() -> str:
    return "the shape is `web: {hosts: {web1: {}}, vars: {port: 80}, children: {...}}`"
