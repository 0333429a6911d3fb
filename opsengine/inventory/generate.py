"""
The inventory plugin `generator`: a host for every combination of the values of some layers.

https://docs.ansible.com/ansible-core/2.19/collections/ansible/builtin/generator_inventory.html
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

from opsengine.errors import InputError, TemplateError
from opsengine.inventory.construct import Surroundings, settled
from opsengine.inventory.model import Group, Host, Inventory
from opsengine.inventory.variables import kind_of
from opsengine.source.text import Origin, Text, TextDict, origin_of


def read_generator(inventory: Inventory, settings: TextDict, origin: Origin, around: Surroundings) -> None:
    """Add the hosts that the settings describe, and the groups above them. Raises InputError."""
    layers, pattern = _mapping(settings, "layers", origin), _mapping(settings, "hosts", origin)
    for name, values in layers.items():
        if not isinstance(values, list):
            raise InputError(f"the layer `{name}` should be a list, found {kind_of(values)}", origin=origin)
    generator = _Generator(inventory, origin, around)
    for values in itertools.product(*layers.values()):
        generator.add_host(pattern, dict(zip(layers, values, strict=True)))


class _Generator:
    def __init__(self, inventory: Inventory, origin: Origin, around: Surroundings) -> None:
        self.inventory = inventory
        self.origin = origin
        self.around = around

    def add_host(self, pattern: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        origin = origin_of(pattern, self.origin)
        name = self.render(pattern.get("name"), values, origin)
        if not isinstance(name, str) or not name:
            raise InputError(f"the name of a host should be a text, found `{name}`", origin=origin)
        host = self.inventory.add_host(name, None, origin=origin)
        self.add_parents(host, pattern.get("parents", []), values, origin)

    def add_parents(self, child: Host | Group, parents: Any, values: Mapping[str, Any], origin: Origin) -> None:
        if not isinstance(parents, list):
            raise InputError(f"`parents` should be a list, found {kind_of(parents)}", origin=origin)
        for parent in parents:
            place = origin_of(parent, origin)
            name = self.render(parent.get("name"), values, place) if isinstance(parent, dict) else None
            if not name:
                raise InputError(f"a parent of `{child.name}` has no name", origin=place)
            group = self.inventory.add_group(name, place)
            for key, value in parent.get("vars", {}).items():
                self.inventory.set_variable(group, key, self.render(value, values, place), place)
            if isinstance(child, Host):
                self.inventory.join(child, group)
            else:
                self.inventory.add_child(group.name, child.name, place)
            self.add_parents(group, parent.get("parents", []), values, place)

    def render(self, pattern: Any, values: Mapping[str, Any], origin: Origin) -> Any:
        """A text rendered; anything else as it is: it is rendered like any variable, when it is read."""
        if not isinstance(pattern, Text) or not pattern.is_template:
            return pattern
        try:
            return settled(self.around.engine.render_string(pattern, self.around.scope(values)))
        except TemplateError as error:
            raise InputError(error.message, origin=error.origin or origin, hint=error.hint) from None


def _mapping(settings: TextDict, name: str, origin: Origin) -> dict[str, Any]:
    value = settings.get(name)
    if not isinstance(value, dict):
        found = "nothing" if value is None else kind_of(value)
        raise InputError(f"`generator` needs `{name}`, a mapping; found {found}", origin=origin_of(value, origin))
    return value
