"""What a person asked for on the command line."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Options:
    """
    The options of a run.

    inventory: the sources as given. forks: how many hosts work at once. connection: the connection variables that
    options stand for (user, key, become, ...). silence: seconds without a sign of life until a host counts as lost.
    start_at: the name, or pattern of names, of the task to begin at. step: whether to ask before each task.
    flush_cache: whether the facts that earlier runs have kept are forgotten first.
    """

    inventory: tuple[str, ...] = ()
    check: bool = False
    diff: bool = False
    forks: int = 50
    limit: str | None = None
    tags: tuple[str, ...] = ()
    skip_tags: tuple[str, ...] = ()
    extra_vars: dict[str, Any] = field(default_factory=dict)
    connection: dict[str, Any] = field(default_factory=dict)
    force_handlers: bool = False
    verbosity: int = 0
    silence: float = 30.0
    start_at: str | None = None
    step: bool = False
    flush_cache: bool = False
