"""
The variables that are always there: inventory_hostname, groups, hostvars, ansible_play_hosts, ...

Each is worked out when it is read. After ansible-core's table of special variables
(https://docs.ansible.com/ansible-core/2.19/reference_appendices/special_variables.html).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from opsengine.inventory.model import LOCALHOST

ANSIBLE_VERSION = {"full": "2.19.0", "major": 2, "minor": 19, "revision": 0, "string": "2.19.0"}


class Lookups(Mapping[str, Any]):
    """
    A mapping of names to functions that give their values; a function that gives None hides its name.

    unlisted: names that are there, but not among those counted.
    """

    def __init__(self, functions: Mapping[str, Callable[[], Any]], unlisted: Collection[str] = ()) -> None:
        self._functions = functions
        self._unlisted = unlisted

    def __contains__(self, name: object) -> bool:
        return name in self._functions and self._functions[str(name)]() is not None

    def __getitem__(self, name: str) -> Any:
        return self._functions[name]()

    def __iter__(self) -> Iterator[str]:
        return (name for name in self._functions if name not in self._unlisted and name in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)


class HostVars(Mapping[str, Any]):
    """
    `hostvars`: the variables of every host of the inventory, each a scope of its own, made when it is read.

    This machine is found by its own names too where the inventory does not have it; it is not among those counted.
    """

    def __init__(self, names: Callable[[], Any], scope_of: Callable[[str], Any]) -> None:
        self._names = names
        self._scope_of = scope_of

    def __contains__(self, name: object) -> bool:
        return name in self._names() or name in LOCALHOST

    def __getitem__(self, name: str) -> Any:
        if name not in self:
            raise KeyError(name)
        return self._scope_of(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names())

    def __len__(self) -> int:
        return len(self._names())
