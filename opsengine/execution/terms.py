"""On what terms a task's request goes to a host. Items of a loop that go on the same terms travel together."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from opsengine.config import config
from opsengine.connection.become import Become
from opsengine.connection.settings import Settings
from opsengine.errors import TaskFailed
from opsengine.execution.connecting import KEYWORD_VARIABLES
from opsengine.playbook.nodes import Task
from opsengine.source.text import Text
from opsengine.templating.lazy import has_templates

if TYPE_CHECKING:
    from opsengine.execution.host import HostWork
    from opsengine.execution.task import TaskOnHost

POLL = 15.0
"""Seconds between two looks at a task with `async`, unless `poll` says otherwise; none of ours waits for a look."""
LONGEST = 100_000_000
"""Seconds that `timeout` may say at most, as in Ansible."""
KEYWORDS = (*KEYWORD_VARIABLES, "async", "check_mode", "delegate_to", "diff", "environment", "poll", "timeout")


@dataclass(frozen=True)
class Terms:
    """
    The host, how it is reached and as whom, and how the module is to run there.

    limit: seconds of `async`; None for a task without. timeout: seconds that the module may take. background: whether
    the host goes on with it by itself.
    """

    target: HostWork
    settings: Settings
    become: Become | None
    environment: tuple[tuple[str, str], ...]
    check: bool
    diff: bool
    limit: float | None
    timeout: float | None
    background: bool

    @classmethod
    def of(cls, on: TaskOnHost) -> Terms:
        """The terms of the item that a task is at. Raises OpsError for keywords that make no sense."""
        scope = on.here
        target = on.run.delegate(on, scope) or on.work
        settings, become = on.run.settings(target, on.task, scope)
        limit = on.seconds("async")
        gathering = on.module in ("setup", "gather_facts")
        return cls(
            target=target,
            settings=settings,
            become=become,
            environment=tuple(on.run.environment(on.task, scope, gathering).items()),
            check=on.check,
            diff=on.diff,
            limit=limit,
            timeout=limit or timeout(on),
            background=bool(limit) and not on.seconds("poll", _poll()) and not on.check,
        )

    def jobs(self, items: int) -> dict[str, Any] | None:
        """With `async` and `poll: 0`: jobs that the host goes on with by itself. A dry run waits for each."""
        if not self.background:
            return None
        return {"jobs": [f"j{secrets.randbelow(10**12)}.{os.getpid()}" for _ in range(items)], "limit": self.limit}


def timeout(on: TaskOnHost) -> float | None:
    """Seconds that the task of an item may take; None: any. Raises TaskFailed for what is no such time."""
    seconds = on.seconds("timeout", config().number("ANSIBLE_TASK_TIMEOUT"))
    if seconds is not None and not 0 <= seconds <= LONGEST:
        raise TaskFailed(f"Timeout {seconds:.0f} is invalid, it must be between 0 and {LONGEST}")
    return seconds


def _poll() -> float:
    """How often a task with `async` is asked how it is where it does not say, in seconds; 0: it is not waited for."""
    seconds = config().number("ANSIBLE_POLL_INTERVAL")
    return POLL if seconds is None else float(seconds)


def vary(task: Task) -> bool:
    """Whether the terms may be others for each item of the task's loop."""
    return any(
        has_templates(node.keywords[name]) for node in task.lineage() for name in KEYWORDS if name in node.keywords
    )


def looks_back(task: Task) -> bool:
    """Whether an item of the task's loop reads what the item before has registered."""
    name = task.keywords.get("register")
    if not name:
        return False
    word = re.compile(rf"\b{re.escape(str(name))}\b")
    return any(word.search(text) for text in _texts([task.conditions, task.args]))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, Text):
        yield value
    elif isinstance(value, dict):
        yield from _texts(list(value.values()))
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
