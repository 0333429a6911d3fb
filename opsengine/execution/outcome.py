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
    shared: whether another host has run the task for this one (`run_once`).
    unwanted: whether the person at the terminal did not want the task (`--step`).
    """

    status: Status
    result: dict[str, Any] = field(default_factory=dict)
    hint: str | None = None
    origin: Origin | None = None
    seconds: float = 0.0
    control: str | None = None
    included: list[tuple[int, Block]] = field(default_factory=list)
    shared: bool = False
    unwanted: bool = False

    @property
    def failed(self) -> bool:
        """Whether the host goes no further, but for a rescue."""
        return self.status in (Status.FAILED, Status.UNREACHABLE, Status.RESCUED)

    @property
    def ran(self) -> bool:
        """Whether the host has done anything: it neither passed the task over nor was it out of reach."""
        return not self.shared and self.status is not Status.SKIPPED and not self.result.get("unreachable")


def passed_over(unwanted: bool = False) -> Outcome:
    """The outcome of a task that is passed over as if it were not there."""
    return Outcome(Status.SKIPPED, {"skipped": True, "changed": False}, unwanted=unwanted)


def failure(message: str, hint: str | None = None, origin: Origin | None = None, **values: Any) -> Outcome:
    """A failed outcome with a message."""
    return Outcome(Status.FAILED, {"failed": True, "changed": False, "msg": message, **values}, hint, origin)
