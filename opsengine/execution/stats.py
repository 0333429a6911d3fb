"""The counts of the recap."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable

from opsengine.events import HostStats, Status
from opsengine.execution.outcome import Outcome

COUNTS = ("ok", "changed", "unreachable", "failed", "skipped", "rescued", "ignored")


class Stats:
    """Counts outcomes as Ansible's recap does: `ok` holds the changed and the ignored too."""

    def __init__(self) -> None:
        self._counts: dict[str, Counter[str]] = {}
        self._lock = threading.Lock()

    def expect(self, hosts: Iterable[str]) -> None:
        """Have hosts appear in this order, once there is something to count."""
        with self._lock:
            for host in hosts:
                self._counts.setdefault(host, Counter())

    def count(self, host: str, outcome: Outcome) -> None:
        """Count an outcome."""
        with self._lock:
            counts = self._counts.setdefault(host, Counter())
            status = outcome.status
            if status is Status.OK or status is Status.CHANGED:
                counts["ok"] += 1
                if outcome.result.get("changed"):
                    counts["changed"] += 1
            elif status is Status.IGNORED:
                self._count_ignored(counts, outcome)
            elif status is not Status.RESCUED:
                counts[str(status)] += 1

    def _count_ignored(self, counts: Counter[str], outcome: Outcome) -> None:
        if outcome.result.get("unreachable"):
            counts["unreachable"] += 1
            counts["skipped"] += 1
            return
        counts["ok"] += 1
        counts["ignored"] += 1
        if outcome.result.get("changed"):
            counts["changed"] += 1

    def rescued(self, host: str) -> None:
        """Count a rescue."""
        with self._lock:
            self._counts.setdefault(host, Counter())["rescued"] += 1

    def of_hosts(self) -> dict[str, HostStats]:
        """{host: counts}."""
        with self._lock:
            return {host: HostStats(**{name: counts[name] for name in COUNTS}) for host, counts in self._counts.items()}
