"""The counts of the recap."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from opsengine.events import HostStats, Status
from opsengine.execution.outcome import Outcome

COUNTS = ("ok", "changed", "unreachable", "failed", "skipped", "rescued", "ignored")


class Stats:
    """
    Counts outcomes as Ansible's recap does.

    `ok` holds the changed and the ignored too, each file that an include brings, and for each host that can be reached
    the gathering of facts of a play that has not ruled it out, whether or not a fact was needed.
    """

    def __init__(self) -> None:
        self._counts: dict[str, Counter[str]] = {}
        self.custom: dict[str, dict[str, Any]] = {}
        self._gathering: set[str] = set()
        self._lock = threading.Lock()

    def expect(self, hosts: Iterable[str]) -> None:
        """Have hosts appear in this order, once there is something to count."""
        with self._lock:
            for host in hosts:
                self._counts.setdefault(host, Counter())

    def gathering(self, hosts: Iterable[str]) -> None:
        """A play begins on hosts, the gathering of their facts is to be counted."""
        with self._lock:
            self._gathering.update(hosts)

    def gathered(self, hosts: Iterable[str]) -> None:
        """The play ends: the gathering counts on the hosts that had no task either."""
        with self._lock:
            for host in self._gathering.intersection(hosts):
                self._counts[host]["ok"] += 1
            self._gathering.difference_update(hosts)

    def count(self, host: str, outcome: Outcome) -> None:
        """Count an outcome."""
        with self._lock:
            counts = self._counts.setdefault(host, Counter())
            status = outcome.status
            if host in self._gathering:
                self._gathering.discard(host)
                counts["ok"] += 0 if _unreachable(outcome) else 1
            if status is Status.OK or status is Status.CHANGED:
                counts["ok"] += len(outcome.included) or 1
                if outcome.result.get("changed"):
                    counts["changed"] += 1
            elif status is Status.IGNORED:
                self._count_ignored(counts, outcome)
            elif status is not Status.RESCUED:
                counts[str(status)] += 1

    def _count_ignored(self, counts: Counter[str], outcome: Outcome) -> None:
        counts["ok"] += 1
        counts["ignored"] += 1
        if outcome.result.get("changed"):
            counts["changed"] += 1

    def rescued(self, host: str) -> None:
        """Count a rescue."""
        with self._lock:
            self._counts.setdefault(host, Counter())["rescued"] += 1

    def keep(self, name: str, values: Mapping[str, Any], add: bool) -> None:
        """Keep values of set_stats for a host, or for `run`; `add`: to those there are, where both can be added."""
        with self._lock:
            kept = self.custom.setdefault(name, {})
            for key, value in values.items():
                kept[key] = _added(kept[key], value) if add and key in kept else value

    def of_hosts(self) -> dict[str, HostStats]:
        """{host: counts}."""
        with self._lock:
            return {
                host: HostStats(**{name: counts[name] for name in COUNTS})
                for host, counts in self._counts.items()
                if counts
            }


def _unreachable(outcome: Outcome) -> bool:
    return outcome.status is Status.UNREACHABLE or bool(outcome.result.get("unreachable"))


def _added(old: Any, new: Any) -> Any:
    if isinstance(old, dict) and isinstance(new, dict):
        return {**old, **new}
    return old + new if type(old) is type(new) and isinstance(new, (int, float, str, list)) else new
