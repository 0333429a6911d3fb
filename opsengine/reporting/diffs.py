"""Turns the diffs of results into lines, and finds the hosts that share one."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from opsengine.events import HostResult
from opsengine.reporting.layout import yaml_lines

CONTEXT = 3
NO_NEWLINE = "\\ no newline at the end"


@dataclass
class SharedDiff:
    """One difference and the hosts that have it."""

    subject: str
    lines: list[str]
    hosts: list[str] = field(default_factory=list)

    @property
    def added(self) -> int:
        """How many lines are new."""
        return sum(line.startswith("+") for line in self.lines)

    @property
    def removed(self) -> int:
        """How many lines go."""
        return sum(line.startswith("-") for line in self.lines)


def shared_diffs(results: Iterable[HostResult], context: int = CONTEXT) -> list[SharedDiff]:
    """The different diffs of a task's results, in the order in which they came, with so many lines of context."""
    found: dict[Any, SharedDiff] = {}
    for result in results:
        for diff in result.diffs:
            key = _key(diff)
            shared = found.get(key)
            if shared is None:
                lines = unified(diff, context)
                if not lines:
                    continue
                shared = found[key] = SharedDiff(_subject(diff), lines)
            if result.host not in shared.hosts[-1:]:
                shared.hosts.append(result.host)
    return list(found.values())


def unified(diff: Mapping[str, Any], context: int = CONTEXT) -> list[str]:
    """The lines of a unified diff without its two header lines; states are compared as YAML-like lines."""
    if "prepared" in diff:
        return str(diff["prepared"]).splitlines()
    before, after = diff.get("before", ""), diff.get("after", "")
    states = not (isinstance(before, str) and isinstance(after, str))
    old, new = _side(before, states), _side(after, states)
    joined = "\n".join(list(difflib.unified_diff(old, new, lineterm="", n=context))[2:])
    lines = joined.split("\n") if joined else []
    if states or not before or not after:
        lines = [line for line in lines if not line.startswith("@@")]
    return lines


def _side(value: Any, states: bool) -> list[str]:
    if states:
        return yaml_lines(value) if value not in (None, "", {}) else []
    lines: list[str] = value.split("\n")
    if lines[-1]:
        lines[-1] += "\n" + NO_NEWLINE
    else:
        lines.pop()
    return lines


def _subject(diff: Mapping[str, Any]) -> str:
    before, after = str(diff.get("before_header") or ""), str(diff.get("after_header") or "")
    if before and after and before != after:
        return f"{before} → {after}"
    return after or before


def _key(diff: Mapping[str, Any]) -> Any:
    sides: Sequence[Any] = [diff.get(name) for name in ("before", "after", "before_header", "after_header", "prepared")]
    return tuple(side if isinstance(side, str) else json.dumps(side, default=str) for side in sides)
