"""What a person wants to know of a host's result."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from opsengine.events import HostResult, ItemResult, Status
from opsengine.reporting.layout import yaml_lines

WORST_FIRST = (
    Status.UNREACHABLE,
    Status.FAILED,
    Status.RESCUED,
    Status.IGNORED,
    Status.CHANGED,
    Status.OK,
    Status.SKIPPED,
)
TROUBLE = frozenset({Status.UNREACHABLE, Status.FAILED, Status.RESCUED, Status.IGNORED})
TAIL = 12
"""Lines of a failed command's output that are shown unasked."""

_HOUSEKEEPING = {"changed", "failed", "skipped", "warnings", "deprecations", "ansible_facts", "invocation", "results"}


def worst(statuses: Iterable[Status]) -> Status:
    """The status that a summary of these goes by."""
    found = set(statuses)
    return next((status for status in WORST_FIRST if status in found), Status.OK)


def is_debug(module: str) -> bool:
    """Whether the module exists to show something."""
    return module.rpartition(".")[2] == "debug"


def message(result: Mapping[str, Any]) -> str:
    """The words of a result: its msg, or the nearest thing to it."""
    for key in ("msg", "censored", "skip_reason", "skipped_reason", "reason", "module_stderr"):
        value = result.get(key)
        if value:
            return value if isinstance(value, str) else "\n".join(yaml_lines(value))
    return ""


def said(result: Mapping[str, Any]) -> list[str]:
    """What a debug task has to say: text as text, anything else as YAML."""
    if "msg" in result or "censored" in result:
        value = result.get("msg", result.get("censored"))
        return value.splitlines() or [""] if isinstance(value, str) else yaml_lines(value)
    return yaml_lines(visible(result))


def spoken(result: Mapping[str, Any]) -> list[str] | None:
    """The lines that a command has put out; None for what is no command."""
    if "rc" not in result or not isinstance(result.get("stdout"), str):
        return None
    return [*str(result["stdout"]).splitlines(), *str(result.get("stderr") or "").splitlines()]


def visible(result: Mapping[str, Any]) -> dict[str, Any]:
    """A result without what every result has."""
    return {key: value for key, value in result.items() if key not in _HOUSEKEEPING and not str(key).startswith("_")}


@dataclass(frozen=True)
class Failure:
    """Why a task failed on a host, or one item of it; texts have no colours."""

    message: str
    hint: str
    place: str
    facts: tuple[tuple[str, str], ...]
    """Short values by name: cmd, rc, attempts, problems."""
    outputs: tuple[tuple[str, tuple[str, ...]], ...]
    """Lines by name: stderr, stdout, exception."""
    items: tuple[tuple[str, Failure], ...] = ()
    """The failures of a loop's items, by label."""


def failure_of(event: HostResult, items: Iterable[ItemResult] = ()) -> Failure:
    """The failure that an event reports, with those of the loop's items that failed."""
    failed = tuple((item.label, _failure(item.result)) for item in items if item.status in TROUBLE)
    place = str(event.origin) if event.origin else ""
    return _failure(event.result, event.hint or "", place, failed)


def _failure(
    result: Mapping[str, Any], hint: str = "", place: str = "", items: tuple[tuple[str, Failure], ...] = ()
) -> Failure:
    outputs = tuple((name, lines) for name in ("stderr", "stdout", "exception") if (lines := _output(result, name)))
    text = message(result)
    if not text:
        text = f"exited with {result['rc']}" if "rc" in result else "failed, and the module did not say why"
    facts = tuple((name, shown) for name in ("cmd", "rc", "attempts", "problems") if (shown := _fact(result, name)))
    return Failure(text.strip(), hint or str(result.get("hint") or ""), place, facts, outputs, items)


def _fact(result: Mapping[str, Any], name: str) -> str:
    value = result.get(name)
    if name == "cmd" and isinstance(value, (list, tuple)):
        import shlex

        return shlex.join(str(word) for word in value)
    if value is None or value == "" or value == [] or (name == "attempts" and value == 1):
        return ""
    if isinstance(value, (list, tuple, Mapping)):
        return "; ".join(yaml_lines(value))
    return str(value)


def _output(result: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = result.get(name)
    return tuple(value.rstrip().splitlines()) if isinstance(value, str) and value.strip() else ()


@dataclass
class ItemCounts:
    """How the items of a task's loops went, over all hosts."""

    total: int = 0
    by_status: Counter[Status] = field(default_factory=Counter)
    troubled: dict[str, list[ItemResult]] = field(default_factory=dict)
    """The items that went wrong, by host."""
    said: list[ItemResult] = field(default_factory=list)
    """Every item, where the task is a debug."""

    def take(self, event: ItemResult, keep: bool) -> None:
        """Count an item's result; `keep` it where its content is to be shown."""
        self.total += 1
        self.by_status[event.status] += 1
        if event.status in TROUBLE:
            self.troubled.setdefault(event.host, []).append(event)
        if keep:
            self.said.append(event)
