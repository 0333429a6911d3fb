"""Tests on the registered result of a task."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from opsengine.templating.filters._plain import wrong


def _result(name: str, value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise wrong(f"The '{name}' test expects a dictionary", value)
    return value


def failed(result: Any) -> bool:
    """Whether the task failed."""
    return bool(_result("failed", result).get("failed"))


def succeeded(result: Any) -> bool:
    """Whether the task did not fail."""
    return not _result("succeeded", result).get("failed")


def changed(result: Any) -> bool:
    """Whether the task changed something, in one of its items for a loop."""
    result = _result("changed", result)
    if "changed" in result:
        return bool(result["changed"])
    items = result.get("results")
    return isinstance(items, list) and any(isinstance(item, Mapping) and item.get("changed") for item in items)


def skipped(result: Any) -> bool:
    """Whether the task was skipped."""
    return bool(_result("skipped", result).get("skipped"))


def unreachable(result: Any) -> bool:
    """Whether the host could not be reached."""
    return bool(_result("unreachable", result).get("unreachable"))


def reachable(result: Any) -> bool:
    """Whether the host could be reached."""
    return not _result("reachable", result).get("unreachable")


def timedout(result: Any) -> bool:
    """Whether the task ran out of time."""
    limit = _result("timedout", result).get("timedout")
    return bool(isinstance(limit, Mapping) and limit.get("period"))


def started(result: Any) -> bool:
    """Whether an asynchronous task has begun; every other one has."""
    return bool(_result("started", result).get("started", True))


def finished(result: Any) -> bool:
    """Whether an asynchronous task has ended; every other one has."""
    return bool(_result("finished", result).get("finished", True))


TESTS: dict[str, Callable[..., Any]] = {
    "change": changed,
    "changed": changed,
    "failed": failed,
    "failure": failed,
    "finished": finished,
    "reachable": reachable,
    "skip": skipped,
    "skipped": skipped,
    "started": started,
    "succeeded": succeeded,
    "success": succeeded,
    "successful": succeeded,
    "timedout": timedout,
    "unreachable": unreachable,
}
