"""How a task ended on one host."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from opsengine.events import Status
from opsengine.playbook.nodes import Block
from opsengine.source.text import Origin


@dataclass
class Outcome:
    """
    How a task ended on one host.

    result: what `register` keeps. control: what a `meta` task asks of the flow (flush_handlers, end_play, ...).
    included: blocks that an include brings, to be run next, each with the index of the loop's item that brought it.
    """

    status: Status
    result: dict[str, Any] = field(default_factory=dict)
    hint: str | None = None
    origin: Origin | None = None
    seconds: float = 0.0
    control: str | None = None
    included: list[tuple[int, Block]] = field(default_factory=list)

    @property
    def failed(self) -> bool:
        """Whether the host goes no further, but for a rescue."""
        return self.status in (Status.FAILED, Status.UNREACHABLE, Status.RESCUED)

    @property
    def ran(self) -> bool:
        """Whether anything was done: it was neither passed over nor was the host out of reach."""
        return self.status is not Status.SKIPPED and not self.result.get("unreachable")


def passed_over() -> Outcome:
    """The outcome of a task that the person at the terminal did not want: as if it were not there."""
    return Outcome(Status.SKIPPED, {"skipped": True, "changed": False})


def failure(message: str, hint: str | None = None, origin: Origin | None = None, **values: Any) -> Outcome:
    """A failed outcome with a message."""
    return Outcome(Status.FAILED, {"failed": True, "changed": False, "msg": message, **values}, hint, origin)
