"""Every module that a task may name: those of the agent, and those that the controller runs itself."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Iterable
from typing import Any

from opsengine.agent import library
from opsengine.execution.actions.base import ControllerModule, Prepare
from opsengine.playbook.catalogue import short

from modules.kit.secrets import secret_values  # isort: skip - importable once actions.base has been read

CONTROLLER = {
    "add_host": "groups",
    "assert": "assertion",
    "debug": "debug",
    "fail": "fail",
    "fetch": "fetch",
    "group_by": "groups",
    "include_role": "include",
    "include_tasks": "include",
    "include_vars": "include",
    "meta": "meta",
    "pause": "pause",
    "reboot": "reboot",
    "set_fact": "set_fact",
    "set_stats": "set_stats",
    "validate_argument_spec": "validate_argument_spec",
    "wait_for_connection": "wait_for_connection",
}
"""Module -> file of opsengine/execution/actions: each is read when a playbook names it."""

PREPARED = ("assemble", "copy", "script", "template", "unarchive", "uri")
ATTENDED = ("assemble", "copy", "script", "template", "unarchive")
"""Modules that the controller may have to answer while they run: as in Ansible, none of them goes without (`async`)."""


class Modules:
    """The catalogue of modules; see opsengine.playbook.catalogue."""

    def find(self, name: str) -> Any:
        """The module's declaration (a class of the kit's), or None for an unknown name."""
        local = self.controller(name)
        if local is not None:
            return local
        file = library.find(name)
        return file.kind if file else None

    def names(self) -> Iterable[str]:
        """Every short name."""
        return [*CONTROLLER, *library.module_files()]

    @functools.cache  # noqa: B019 - one catalogue lives as long as the process
    def controller(self, name: str) -> type[ControllerModule] | None:
        """The class of a module that the controller runs itself; None for any other."""
        module = short(name)
        if module not in CONTROLLER:
            return None
        file = importlib.import_module(f"opsengine.execution.actions.{CONTROLLER[module]}")
        kinds: Iterable[Any] = vars(file).values()
        return next(kind for kind in kinds if isinstance(kind, type) and getattr(kind, "module", "") == module)

    def same(self, name: str, other: str) -> bool:
        """Whether two names are of one module."""
        return self.find(name) is not None and self.find(name) is self.find(other)

    def covers(self, entry: str, name: str) -> bool:
        """Whether an entry of `module_defaults`, a module or a `group/...`, is meant for a module."""
        if not entry.startswith("group/"):
            return self.same(entry, name)
        kind = self.find(name)
        group = entry.removeprefix("group/").rpartition(".")[2]
        return group == "docker" and getattr(kind, "collection", "") == "community.docker"

    def secret_values(self, name: str, args: dict[str, Any]) -> list[str]:
        """The values of the arguments that are declared secret."""
        kind = self.find(name)
        return secret_values(kind.arguments(), args) if kind is not None and _has_secrets(kind) else []

    @functools.cache  # noqa: B019
    def prepare(self, name: str) -> Prepare | None:
        """What makes the arguments of a module ready before they travel; None where nothing has to be."""
        file = library.find(name)
        if file is None or file.name not in PREPARED:
            return None
        action = importlib.import_module(f"opsengine.execution.actions.{file.name}")
        found: Prepare = action.prepare
        return found

    def is_attended(self, name: str) -> bool:
        """Whether a module cannot run in the background."""
        file = library.find(name)
        return file is not None and file.name in ATTENDED


@functools.cache
def _has_secrets(kind: Any) -> bool:
    return any(_is_secret(arg) for arg in kind.arguments().values())


def _is_secret(arg: Any) -> bool:
    return arg.secret or (isinstance(arg.of, dict) and any(_is_secret(inner) for inner in arg.of.values()))
