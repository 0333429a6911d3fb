"""What the HTML report shows: the events of a run, gathered and grouped."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from opsengine import events as ev
from opsengine.events import Status
from opsengine.reporting.blocks import LOOKS, word_of
from opsengine.reporting.diffs import SharedDiff, shared_diffs
from opsengine.reporting.layout import yaml_lines
from opsengine.reporting.recap import rank, total
from opsengine.reporting.results import TROUBLE, Failure, ItemCounts, failure_of, is_debug, said, visible, worst

MOST_CELLS = 20_000
"""More than these make a page slow; then the matrix has only the hosts on which something happened."""
HOSTS_ACROSS = 60
"""Columns of one matrix; more hosts get a further one below."""
LONGEST_TEXT = 20_000
"""Characters of one result."""
SLOWEST = 12
"""Tasks in the chart of times."""


@dataclass
class TaskRecord:
    """A task and what came of it."""

    started: ev.TaskStarted
    results: dict[str, ev.HostResult] = field(default_factory=dict)
    items: ItemCounts = field(default_factory=ItemCounts)
    seconds: float = 0.0

    def take(self, event: ev.HostResult | ev.ItemResult | ev.TaskEnded) -> None:
        """Add an event of this task."""
        if isinstance(event, ev.HostResult):
            self.results[event.host] = event
        elif isinstance(event, ev.ItemResult):
            self.items.take(event, keep=False)
        else:
            self.seconds = event.seconds

    @property
    def key(self) -> str:
        """The anchor of the task."""
        return f"t{self.started.task}"

    @property
    def name(self) -> str:
        """What the task is called."""
        return self.started.name or self.started.module

    @property
    def worst(self) -> Status:
        """The status that it goes by."""
        return worst(result.status for result in self.results.values())

    @property
    def statuses(self) -> dict[Status, int]:
        """How many hosts ended how."""
        found = [result.status for result in self.results.values()]
        return {status: found.count(status) for status in Status if status in found}

    def diffs(self) -> list[SharedDiff]:
        """The different diffs, each with its hosts."""
        return shared_diffs(self.results.values())

    def assumptions(self) -> dict[str, list[str]]:
        """What a dry run took for granted, with the hosts that it holds for."""
        found: dict[str, list[str]] = {}
        for result in self.results.values():
            for text in result.assumes:
                found.setdefault(text, []).append(result.host)
        return found

    def outcomes(self) -> list[tuple[Status, str, list[ev.HostResult]]]:
        """Results that are the same but for the host: their status, their text, and who had them."""
        found: dict[tuple[Status, str], list[ev.HostResult]] = {}
        for result in self.results.values():
            found.setdefault((result.status, self._text(result)), []).append(result)
        return [(status, text, results) for (status, text), results in found.items()]

    def _text(self, result: ev.HostResult) -> str:
        if is_debug(self.started.module) and "results" not in result.result:
            return "\n".join(said(result.result))
        values: dict[str, Any] = visible(result.result)
        if isinstance(loop := result.result.get("results"), (list, tuple)):
            values["results"] = [visible(item) if isinstance(item, dict) else item for item in loop]
        text = "\n".join(yaml_lines(values)) if values else ""
        if len(text) > LONGEST_TEXT:
            text = f"{text[:LONGEST_TEXT]}\n… {len(text) - LONGEST_TEXT} more characters"
        return text

    def failures(self) -> list[tuple[Status, Failure, list[str]]]:
        """The different failures and whom they struck."""
        found: dict[tuple[Status, Failure], list[str]] = {}
        for host, result in self.results.items():
            if result.status in TROUBLE:
                failure = failure_of(result, self.items.troubled.get(host, ()))
                found.setdefault((result.status, failure), []).append(host)
        return [(status, failure, hosts) for (status, failure), hosts in found.items()]


@dataclass
class PlayRecord:
    """A play, or a batch of it, and its tasks."""

    started: ev.PlayStarted
    tasks: list[TaskRecord] = field(default_factory=list)


@dataclass
class Page:
    """A whole run, as far as it has come."""

    started: ev.RunStarted | None = None
    ended: ev.RunEnded | None = None
    finished: float = 0.0
    plays: list[PlayRecord] = field(default_factory=list)
    notices: dict[str, list[str]] = field(default_factory=dict)
    """Messages with the hosts that they came from."""

    def view(self) -> dict[str, Any]:
        """The values that the template shows."""
        tasks = [task for play in self.plays for task in play.tasks]
        stats = self._stats(tasks)
        check = bool(self.started and self.started.check)
        hosts = sorted(stats, key=lambda host: rank(stats[host]))
        number = {host: index for index, host in enumerate(self._hosts())}
        failures = [(task, *failure) for task in tasks for failure in task.failures()]
        return {
            **self._heading(),
            "check": check,
            "plays": self.plays,
            "tasks": tasks,
            "failures": sorted(failures, key=lambda found: found[1] not in (Status.FAILED, Status.UNREACHABLE)),
            "hosts": [(host, stats[host]) for host in hosts],
            "number": number,
            "matrix": self._matrix_hosts(stats, len(tasks)),
            "totals": total(stats) if stats else ev.HostStats(),
            "changes": [(task, diff) for task in tasks for diff in task.diffs()],
            "assumptions": [(task, text, who) for task in tasks for text, who in task.assumptions().items()],
            "slowest": sorted((task for task in tasks if task.seconds), key=lambda task: -task.seconds)[:SLOWEST],
            "looks": {status: LOOKS[status][0] for status in Status},
            "words": {status: word_of(status, check) for status in Status},
            "notices": {**self.notices, **self._warnings(tasks)},
        }

    def _heading(self) -> dict[str, Any]:
        first = self.started
        began = first.at if first else self.finished
        return {
            "title": ", ".join(first.playbooks) if first else "run",
            "command": shlex.join(first.command) if first else "",
            "inventory": ", ".join(first.inventory) if first else "",
            "began": datetime.fromtimestamp(began).astimezone().strftime("%Y-%m-%d %H:%M:%S %z"),
            "seconds": self.ended.seconds if self.ended else max(self.finished - began, 0.0),
            "interrupted": self.ended is None or self.ended.interrupted,
        }

    def _hosts(self) -> list[str]:
        """Every host, in the order in which the plays name them."""
        return list(dict.fromkeys(self._host_names()))

    def _host_names(self) -> Iterator[str]:
        for play in self.plays:
            yield from play.started.hosts
            for task in play.tasks:
                yield from task.results
        if self.ended:
            yield from self.ended.stats

    def _stats(self, tasks: list[TaskRecord]) -> dict[str, ev.HostStats]:
        """The counts of the run's end; those of the tasks where there was none."""
        if self.ended:
            return dict(self.ended.stats)
        counts: dict[str, dict[str, int]] = {host: {} for host in self._hosts()}
        for task in tasks:
            for host, result in task.results.items():
                name = result.status.value
                counts[host][name] = counts[host].get(name, 0) + 1
                if result.status is Status.CHANGED:
                    counts[host]["ok"] = counts[host].get("ok", 0) + 1
        return {host: ev.HostStats(**found) for host, found in counts.items()}

    def _matrix_hosts(self, stats: dict[str, ev.HostStats], tasks: int) -> list[list[str]]:
        hosts = self._hosts()
        if len(hosts) * tasks > MOST_CELLS:
            hosts = [host for host in hosts if host in stats and not all(rank(stats[host]))]
        return [hosts[start : start + HOSTS_ACROSS] for start in range(0, len(hosts), HOSTS_ACROSS)]

    def _warnings(self, tasks: list[TaskRecord]) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for task in tasks:
            for host, result in task.results.items():
                for text in result.result.get("warnings") or ():
                    found.setdefault(str(text), []).append(host)
        return found
