"""What the loader asks about modules; execution knows the answers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol


class Declared(Protocol):
    """A module's declaration: the arguments it takes, and which of them takes free text."""

    free_form: str | None

    @classmethod
    def arguments(cls) -> dict[str, Any]:
        """{name: Arg} of its arguments."""


class Catalogue(Protocol):
    """Every module that a task may name."""

    def find(self, name: str) -> Any:
        """The module's declaration (see Declared), or None for an unknown name; raises nothing."""

    def names(self) -> Iterable[str]:
        """Every short name, for hints."""


INCLUDES = ("include_tasks", "include_role")
STATIC_TASKS = ("import_tasks",)
STATIC_ROLES = ("import_role",)


def short(name: str) -> str:
    """A builtin's name without its collection: `ansible.builtin.copy` is `copy`."""
    for prefix in ("ansible.builtin.", "ansible.legacy."):
        if name.startswith(prefix):
            return name[len(prefix) :]
    return name
