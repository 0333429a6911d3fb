"""Lookups of variables and hosts."""

from __future__ import annotations

import re
import warnings
from typing import Any

from opsengine.errors import OpsError, TemplateError
from opsengine.templating.lazy import type_name
from opsengine.templating.lookups.base import Variables, text_term
from opsengine.templating.undefined import Missing


def vars(terms: list[Any], variables: Variables, *, default: Any = None) -> list[Any]:
    """The values of variables by name; an unknown one is undefined, unless there is a default that is not none."""
    result = []
    for term in terms:
        if not isinstance(term, str):
            raise TemplateError(f"Variable name must be 'str' not '{type_name(term)}'")
        name = str(term)
        if name in variables:
            result.append(variables[name])
        else:
            result.append(Missing(hint=f"No variable named '{name}' was found") if default is None else default)
    return result


def _identifier(term: Any) -> str:
    if not isinstance(term, str):
        raise TemplateError(f"Invalid setting identifier, {term!r} is not text but {type_name(term)}")
    return str(term)


def varnames(terms: list[Any], variables: Variables) -> list[str]:
    """The names of the variables that patterns fit."""
    result: list[str] = []
    for term in terms:
        try:
            pattern = re.compile(_identifier(term))
        except re.error as error:
            raise TemplateError(f"Unable to use {term!r} as a search parameter: {error}") from None
        result.extend(str(name) for name in variables if pattern.search(name))
    return result


def inventory_hostnames(terms: list[Any], variables: Variables) -> list[str]:
    """The names of the hosts that a pattern (https://docs.ansible.com, `Patterns`) chooses; none for a wrong one."""
    from opsengine.inventory.model import Inventory
    from opsengine.inventory.patterns import select

    inventory = Inventory()
    for group, hosts in variables["groups"].items():
        inventory.add_group(str(group))
        for host in hosts:
            inventory.add_host(str(host), group=str(group))
    inventory.settle()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return [host.name for host in select(inventory, [text_term("inventory_hostnames", term) for term in terms])]
        except OpsError:
            return []


LOOKUPS = {"inventory_hostnames": inventory_hostnames, "varnames": varnames, "vars": vars}
