"""Lookups of variables, hosts and settings."""

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


def config(
    terms: list[Any],
    variables: Variables,
    *,
    on_missing: str = "error",
    plugin_type: str | None = None,
    plugin_name: str | None = None,
    show_origin: Any = False,
) -> list[Any]:
    """Refused: these are Ansible's own settings, which opsengine does not have; on_missing may be warn or skip."""
    if on_missing not in ("error", "warn", "skip"):
        raise TemplateError(f"on_missing should be error, warn or skip, not `{on_missing}`")
    for term in terms:
        message = f"there is no setting `{_identifier(term)}`: opsengine has none of Ansible's"
        if on_missing == "error":
            raise TemplateError(message, hint="use a variable with a default instead")
        if on_missing == "warn":
            warnings.warn(message, stacklevel=2)
    return []


LOOKUPS = {"config": config, "inventory_hostnames": inventory_hostnames, "varnames": varnames, "vars": vars}
