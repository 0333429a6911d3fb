"""The lookups of templates and loops: those of ansible-core, and two lists of community.general."""

from __future__ import annotations

import functools

from opsengine.templating.lookups.base import Lookup, guarded

OF_COMMUNITY = ("cartesian", "flattened")


@functools.cache
def all_lookups() -> dict[str, Lookup]:
    """Every lookup by its short and its full name, to be called as `(terms, variables, _files=files, **options)`."""
    from opsengine.templating.lookups import commands, files, lists, password, settings, tables, variables

    table: dict[str, Lookup] = {}
    for module in (commands, files, lists, password, settings, tables, variables):
        for name, function in module.LOOKUPS.items():
            collection = "community.general" if name in OF_COMMUNITY else "ansible.builtin"
            table[name] = table[f"{collection}.{name}"] = guarded(name, function)
            if collection == "ansible.builtin":
                table[f"ansible.legacy.{name}"] = table[name]
    return table
