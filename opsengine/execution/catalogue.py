"""Every module that a task may name: those of the agent, and those that the controller runs itself."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Iterable
from typing import Any

from opsengine.agent import library
from opsengine.execution.actions.base import ControllerModule, Prepare
from opsengine.playbook.catalogue import short

CONTROLLER_FILES = ("assertion", "debug", "fail", "include", "meta", "set_fact")
PREPARED = {"copy": "copy", "template": "template"}


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
        return [*_controller_modules(), *library.module_files()]

    @functools.cache  # noqa: B019 - one catalogue lives as long as the process
    def controller(self, name: str) -> type[ControllerModule] | None:
        """The class of a module that the controller runs itself; None for any other."""
        return _controller_modules().get(short(name))

    @functools.cache  # noqa: B019
    def prepare(self, name: str) -> Prepare | None:
        """What makes the arguments of a module ready before they travel; None where nothing has to be."""
        file = library.find(name)
        if file is None or file.name not in PREPARED:
            return None
        action = importlib.import_module(f"opsengine.execution.actions.{PREPARED[file.name]}")
        found: Prepare = action.prepare
        return found


@functools.cache
def _controller_modules() -> dict[str, type[ControllerModule]]:
    found = {}
    for file in CONTROLLER_FILES:
        module = importlib.import_module(f"opsengine.execution.actions.{file}")
        for kind in vars(module).values():
            if isinstance(kind, type) and issubclass(kind, ControllerModule) and kind.module:
                found[kind.module] = kind
    return found
