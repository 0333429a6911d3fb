"""
The inventory plugin `constructed`: variables and groups out of the variables of the hosts that are known already.

https://docs.ansible.com/ansible-core/2.19/collections/ansible/builtin/constructed_inventory.html
"""

from __future__ import annotations

import functools
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from opsengine.config import FALSE, TRUE, config
from opsengine.errors import InputError, OpsError, TemplateError, near
from opsengine.inventory.model import Host, Inventory, safe_name
from opsengine.inventory.ranges import short_name
from opsengine.inventory.variables import VarsFolders, combine, kind_of
from opsengine.source.text import Origin, Text, TextDict, origin_of

if TYPE_CHECKING:
    from opsengine.templating.engine import Engine
    from opsengine.templating.scope import Scope
    from opsengine.variables.cache import FactCache

OPTIONS = (
    "plugin",
    "strict",
    "compose",
    "groups",
    "keyed_groups",
    "leading_separator",
    "use_vars_plugins",
    "use_extra_vars",
)
EMPTY = (None, "")


@dataclass
class Surroundings:
    """
    What a plugin may look at besides its own file.

    extra_vars: the variables of the command line. read: the sources read so far, in order, of which the folders may
    hold group_vars and host_vars. engine: renders expressions; made when the first is there. cache: where facts are
    kept from run to run, if anywhere.
    """

    extra_vars: Mapping[str, Any] = field(default_factory=dict)
    read: list[Path] = field(default_factory=list)

    @functools.cached_property
    def engine(self) -> Engine:
        from opsengine.templating.functions import equipped_engine

        return equipped_engine()

    @functools.cached_property
    def cache(self) -> FactCache | None:
        from opsengine.variables.cache import configured

        return configured(config())

    def facts(self, host: str) -> dict[str, Any]:
        """What a host has told in earlier runs, where `fact_caching` keeps it."""
        return self.cache.read(host) if self.cache else {}

    def scope(self, *layers: Mapping[str, Any]) -> Scope:
        from opsengine.templating.scope import Scope

        return Scope(self.engine, layers)


def read_constructed(inventory: Inventory, settings: TextDict, origin: Origin, around: Surroundings) -> None:
    """Give every host known so far what the settings make of its variables. Raises InputError."""
    _Constructor(inventory, settings, origin, around).run()


class _Constructor:
    def __init__(self, inventory: Inventory, settings: TextDict, origin: Origin, around: Surroundings) -> None:
        self.inventory = inventory
        self.origin = origin
        self.around = around
        self.settings = settings
        for key in settings:
            if key not in OPTIONS:
                hint = near(str(key), OPTIONS) or f"its options are {', '.join(OPTIONS)}"
                warnings.warn(f"{origin_of(key, origin)}: `constructed` has no option `{key}`: {hint}", stacklevel=2)
        self.strict = self.truth("strict")
        self.leading_separator = self.truth("leading_separator", "yes")
        extra = self.truth("use_extra_vars", config().get("ANSIBLE_INVENTORY_USE_EXTRA_VARS") or "no")
        self.extra = around.extra_vars if extra else {}
        folders = [path.parent for path in around.read] if self.truth("use_vars_plugins") else []
        self.folders = VarsFolders(folders)
        self.compose: dict[str, Any] = self.option("compose", dict, {})
        self.groups: dict[str, Any] = self.option("groups", dict, {})
        self.keyed_groups: list[Any] = self.option("keyed_groups", list, [])

    def truth(self, name: str, default: str = "no") -> bool:
        value = str(self.settings.get(name, default)).strip().lower()
        if value not in TRUE + FALSE:
            raise InputError(f"`{name}` should be yes or no, found `{value}`", origin=self.place(name))
        return value in TRUE

    def option(self, name: str, kind: type, default: Any) -> Any:
        value = self.settings.get(name)
        if value is None:
            return default
        if not isinstance(value, kind):
            expected = "a mapping" if kind is dict else "a list"
            raise InputError(f"`{name}` should be {expected}, found {kind_of(value)}", origin=self.place(name))
        return value

    def place(self, name: str) -> Origin:
        return self.settings.origin_of(name)

    def run(self) -> None:
        for host in list(self.inventory.hosts.values()):
            scope = self.around.scope(self.extra, self.variables(host))
            for name, expression in self.compose.items():
                self.set_variable(host, name, expression, scope)
            variables = self.variables(host)
            scope = self.around.scope(variables)
            for name, condition in self.groups.items():
                self.join_where(host, name, condition, scope)
            scope = self.around.scope(self.extra, variables)
            for entry in self.keyed_groups:
                self.join_by_key(host, entry, scope)

    def variables(self, host: Host) -> dict[str, Any]:
        """What is known of a host at this point, with what is always known."""
        groups = self.inventory.groups_of(host)
        found: dict[str, Any] = {}
        for layer in (
            *(group.vars for group in groups),
            self.folders.of_groups([group.name for group in groups]),
            host.vars,
            {
                "inventory_hostname": host.name,
                "inventory_hostname_short": short_name(host.name),
                "group_names": sorted(group.name for group in groups if group.name != "all"),
                "inventory_file": host.inventory_file,
                "inventory_dir": host.inventory_dir,
            },
            self.folders.of_host(host.name),
            self.around.facts(host.name),
        ):
            combine(found, layer)
        return found

    def evaluate(self, expression: Any, scope: Scope) -> Any:
        """The value of an expression, with nothing left to render; raises TemplateError."""
        from opsengine.templating.lazy import OMIT

        if not isinstance(expression, Text):
            raise TemplateError(f"an expression should be a text, found {kind_of(expression)}", origin=self.origin)
        value = self.around.engine.expression(expression, expression.origin, scope)
        if value is OMIT:
            raise TemplateError(f"`{expression}` gives nothing", origin=expression.origin)
        try:
            return settled(value)
        except Exception as error:
            from opsengine.templating.explain import explained

            raise explained(error, expression, expression.origin, scope) from error

    def failed(self, host: Host, what: str, error: OpsError) -> None:
        """An expression has failed: an error with `strict`, else nothing, as its variables may just not be there."""
        if self.strict:
            raise InputError(f"{what} of host `{host.name}`: {error.message}", origin=error.origin, hint=error.hint)

    def set_variable(self, host: Host, name: Any, expression: Any, scope: Scope) -> None:
        try:
            value = self.evaluate(expression, scope)
        except TemplateError as error:
            return self.failed(host, f"the variable `{name}`", error)
        return self.inventory.set_variable(host, name, value, origin_of(name, self.origin))

    def join_where(self, host: Host, name: Any, condition: Any, scope: Scope) -> None:
        try:
            if not isinstance(condition, (bool, Text)):
                raise TemplateError(f"a condition should be an expression, found {kind_of(condition)}")
            joins = self.around.engine.condition(condition, scope, origin_of(name, self.origin))
        except TemplateError as error:
            return self.failed(host, f"the group `{name}`", error)
        if joins:
            self.join(host, str(name), origin_of(name, self.origin))
        return None

    def join_by_key(self, host: Host, entry: Any, scope: Scope) -> None:
        origin = origin_of(entry, self.origin)
        if not isinstance(entry, dict) or not entry:
            raise InputError(f"a keyed group should be a mapping, found {kind_of(entry)}", origin=origin)
        default = entry.get("default_value")
        try:
            value = self.evaluate(entry.get("key"), scope)
        except TemplateError as error:
            return self.failed(host, "a keyed group", error)
        if default is not None and entry.get("trailing_separator") is not None:
            raise InputError("`default_value` and `trailing_separator` exclude each other", origin=origin)
        if not value and not (value in EMPTY and default is not None):
            if self.strict and value not in ([], {}):
                raise InputError(f"`{entry.get('key')}` gives nothing for host `{host.name}`", origin=origin)
            return None
        try:
            parent = self.parent_of(entry.get("parent_group"), scope)
        except TemplateError as error:
            return self.failed(host, "the parent of a keyed group", error)
        separator = entry.get("separator", "_")
        prefix = entry.get("prefix", "")
        for name in _names(value, default, entry, origin):
            between = "" if prefix == "" and not self.leading_separator else separator
            group = self.join(host, f"{prefix}{between}{name}", origin)
            if parent:
                self.inventory.add_group(parent, origin)
                self.inventory.add_child(parent, group, origin)
        return None

    def parent_of(self, template: Any, scope: Scope) -> str | None:
        from opsengine.templating.lazy import OMIT

        value = self.around.engine.render(template, scope)
        return None if value is OMIT or not value else safe_name(str(value))

    def join(self, host: Host, name: str, origin: Origin) -> str:
        """Put a host into a group, made where it is new; the group's name in characters that names may have."""
        group = self.inventory.add_group(safe_name(name), origin)
        self.inventory.join(host, group)
        return group.name


def settled(value: Any) -> Any:
    """A rendered value as plain data; texts that were written somewhere, and are no templates, stay what they are."""
    from opsengine.templating.lazy import OMIT, plain

    if isinstance(value, Text):
        return str(value) if value.is_template else value
    if isinstance(value, dict):
        return {plain(key): settled(item) for key, item in value.items() if item is not OMIT}
    if isinstance(value, (list, tuple)):
        return [settled(item) for item in value if item is not OMIT]
    return plain(value)


def _names(value: Any, default: Any, entry: Mapping[str, Any], origin: Origin) -> Iterator[Any]:
    """What the groups of a key's value are called: a text, a list's items, or a mapping's pairs."""
    if value in EMPTY:
        yield default
    elif isinstance(value, str):
        yield value
    elif isinstance(value, Sequence):
        yield from (default if item in EMPTY and default is not None else item for item in value)
    elif isinstance(value, Mapping):
        separator = entry.get("separator", "_")
        for name, item in value.items():
            if item not in EMPTY:
                yield f"{name}{separator}{item}"
            elif default is not None:
                yield f"{name}{separator}{default}"
            else:
                yield name if entry.get("trailing_separator") is False else f"{name}{separator}{item}"
    else:
        raise InputError(
            f"a keyed group wants a text, a list or a mapping; `{entry.get('key')}` gives `{value}`", origin=origin
        )
