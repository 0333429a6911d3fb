"""
Everything visible is an event: what execution emits and reporting subscribes to.

Every event is a frozen dataclass of plain values. Secrets are masked by the bus (opsengine.reporting.bus) before any
subscriber sees an event.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from opsengine.source.text import Origin


class Status(StrEnum):
    """How a task ended on a host."""

    OK = "ok"
    CHANGED = "changed"
    SKIPPED = "skipped"
    FAILED = "failed"
    UNREACHABLE = "unreachable"
    IGNORED = "ignored"
    """Failed, and the task says `ignore_errors`."""
    RESCUED = "rescued"
    """Failed, and a `rescue` takes over."""


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened; `at` is Unix time in seconds."""

    at: float = field(default_factory=time.time)


@dataclass(frozen=True, kw_only=True)
class RunStarted(Event):
    """A run begins. `command` is the command line, with secrets masked."""

    playbooks: Sequence[str]
    command: Sequence[str]
    check: bool
    diff: bool
    inventory: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class PlayStarted(Event):
    """A play (or one batch of its `serial`) begins; `batch` is (number, of how many), from 1."""

    play: str
    hosts: Sequence[str]
    origin: Origin
    batch: tuple[int, int] = (1, 1)


@dataclass(frozen=True, kw_only=True)
class PlaySkipped(Event):
    """A play has no hosts."""

    play: str
    reason: str
    origin: Origin


@dataclass(frozen=True, kw_only=True)
class TaskStarted(Event):
    """
    A task begins on some hosts. `task` is a number, unique in the run, that its other events carry.

    name: the rendered name, without its role.
    """

    task: int
    name: str
    module: str
    hosts: Sequence[str]
    origin: Origin
    role: str = ""
    handler: bool = False


@dataclass(frozen=True, kw_only=True)
class HostStarted(Event):
    """A task begins on one host."""

    task: int
    host: str


@dataclass(frozen=True, kw_only=True)
class ItemResult(Event):
    """One item of a loop has ended on one host; the HostResult of the whole loop follows."""

    task: int
    host: str
    label: str
    index: int
    status: Status
    result: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class HostResult(Event):
    """
    A task has ended on one host.

    result: as the module returned it (msg, changed, stdout, rc, `results` of a loop, ...): without `diff`.
    diffs: [{before, after, before_header, after_header}], where before and after are text, or dicts of a state.
    assumes: what a dry run took for granted. hint: what to do about a failure.
    delegate: the host that did it instead, of `delegate_to`. A result under `no_log` comes censored already.
    """

    task: int
    host: str
    status: Status
    seconds: float
    result: Mapping[str, Any]
    diffs: Sequence[Mapping[str, Any]] = ()
    assumes: Sequence[str] = ()
    hint: str | None = None
    origin: Origin | None = None
    delegate: str | None = None


@dataclass(frozen=True, kw_only=True)
class TaskEnded(Event):
    """A task has ended on all of its hosts."""

    task: int
    seconds: float


@dataclass(frozen=True, kw_only=True)
class Notice(Event):
    """A warning or a remark for the person who runs it."""

    message: str
    level: str = "warning"
    host: str | None = None


@dataclass(frozen=True, kw_only=True)
class HostStats:
    """What became of one host: the counts of the recap."""

    ok: int = 0
    changed: int = 0
    unreachable: int = 0
    failed: int = 0
    skipped: int = 0
    rescued: int = 0
    ignored: int = 0


@dataclass(frozen=True, kw_only=True)
class RunEnded(Event):
    """
    A run is over; `stats` is {host: counts}. In Ansible's counting, `ok` holds the changed ones too.

    custom: what set_stats has kept, {host, or `run`: {name: value}}.
    """

    stats: Mapping[str, HostStats]
    seconds: float
    exit_code: int
    interrupted: bool = False
    check: bool = False
    custom: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
