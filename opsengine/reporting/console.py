"""Shows a run to the person who started it."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TextIO

from opsengine import events as ev
from opsengine.reporting import blocks
from opsengine.reporting.diffs import CONTEXT, shared_diffs
from opsengine.reporting.layout import clean, count, duration, names
from opsengine.reporting.recap import recap
from opsengine.reporting.results import TROUBLE, Failure, ItemCounts, failure_of, is_debug
from opsengine.reporting.terminal import Terminal

MOST_BLOCKS = 10
"""Different failures of one task that are shown whole unasked."""
SLOWEST = 3
"""Hosts that the live line names."""


@dataclass
class Running:
    """A task between its start and its end."""

    task: ev.TaskStarted
    results: list[ev.HostResult] = field(default_factory=list)
    items: ItemCounts = field(default_factory=ItemCounts)
    working: dict[str, float] = field(default_factory=dict)
    """Since when a host has been at it; the first is the slowest."""
    failures: dict[Failure, list[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Showing:
    """
    What is shown besides failures and changes: tasks that all hosts have skipped, or that were ok on all of them, what
    set_stats has kept; context: how many lines around a difference.
    """

    skipped: bool = True
    ok: bool = True
    custom_stats: bool = False
    context: int = CONTEXT

    def hides(self, results: Iterable[ev.HostResult]) -> bool:
        """Whether nothing of a task is to be seen."""
        hidden = {ev.Status.SKIPPED: not self.skipped, ev.Status.OK: not self.ok}
        return all(hidden.get(result.status) for result in results)


class Console:
    """
    Writes events for people to a stream, standard output unless another is given.

    verbosity: as many as there are `v` in `-vvv`. environ: where NO_COLOR, FORCE_COLOR, TERM and COLUMNS are read.
    """

    title = "the console output"

    def __init__(
        self,
        stream: TextIO | None = None,
        verbosity: int = 0,
        environ: Mapping[str, str] | None = None,
        showing: Showing | None = None,
    ) -> None:
        self._showing = showing or Showing()
        self.terminal = Terminal(stream or sys.stdout, environ)
        self.verbosity = verbosity
        self._setting = blocks.Setting(check=False, hosts=0)
        self._tasks: dict[int, Running] = {}
        self._warned: set[str] = set()
        self._handlers: dict[type[ev.Event], Callable[[Any], None]] = {
            ev.RunStarted: self._run_started,
            ev.PlayStarted: self._play_started,
            ev.PlaySkipped: self._play_skipped,
            ev.TaskStarted: self._task_started,
            ev.HostStarted: self._host_started,
            ev.ItemResult: self._item_result,
            ev.HostResult: self._host_result,
            ev.TaskEnded: self._task_ended,
            ev.Notice: self._notice,
            ev.RunEnded: self._run_ended,
        }

    def __call__(self, event: ev.Event) -> None:
        handler = self._handlers.get(type(event))
        if handler is not None:
            handler(event)

    def close(self) -> None:
        """Leave the terminal as it was."""
        self.terminal.unfollow()

    def _print(self, *lines: str) -> None:
        if lines:
            self.terminal.write("\n".join(lines) + "\n")

    def _run_started(self, event: ev.RunStarted) -> None:
        self._setting = blocks.Setting(check=event.check, hosts=0)
        if event.check:
            self._print(self.terminal.paint("DRY RUN", "title") + ": nothing is changed on any host")
        if self.verbosity:
            self._print(self.terminal.paint(clean(" ".join(event.command)), "dim"))

    def _play_started(self, event: ev.PlayStarted) -> None:
        self._setting = blocks.Setting(self._setting.check, len(event.hosts))
        self._print(*blocks.play_header(self.terminal, event))

    def _play_skipped(self, event: ev.PlaySkipped) -> None:
        self._print("", blocks.rule(self.terminal, f"PLAY {clean(event.play)}", "skipped"))
        self._print(f"  {clean(event.reason)}" + self.terminal.paint(f"  {event.origin}", "dim"))

    def _task_started(self, event: ev.TaskStarted) -> None:
        self._tasks[event.task] = Running(event)
        self.terminal.follow(self._describe)

    def _host_started(self, event: ev.HostStarted) -> None:
        if event.task in self._tasks:
            self._tasks[event.task].working[event.host] = event.at

    def _item_result(self, event: ev.ItemResult) -> None:
        running = self._tasks.get(event.task)
        if running:
            running.items.take(event, keep=is_debug(running.task.module))

    def _host_result(self, event: ev.HostResult) -> None:
        running = self._tasks.get(event.task)
        if running is None:
            return
        running.working.pop(event.host, None)
        running.results.append(event)
        if event.status in TROUBLE:
            self._trouble(running, event)
        for text in event.result.get("warnings") or ():
            self._warn(str(text), event.host)

    def _trouble(self, running: Running, event: ev.HostResult) -> None:
        """Show a failure at once, unless one just like it was shown for another host of the task."""
        failure = failure_of(event, running.items.troubled.get(event.host, ()))
        hosts = running.failures.setdefault(failure, [])
        hosts.append(event.host)
        if len(hosts) > 1 or (len(running.failures) > MOST_BLOCKS and not self.verbosity):
            return
        if event.status in (ev.Status.FAILED, ev.Status.UNREACHABLE):
            block = blocks.failure_block(self.terminal, running.task, event.status, event.host, failure, self.verbosity)
            self._print(*block)

    def _task_ended(self, event: ev.TaskEnded) -> None:
        running = self._tasks.pop(event.task, None)
        if running:
            self._conclude(running, event.seconds)

    def _conclude(self, running: Running, seconds: float) -> None:
        terminal, results, of = self.terminal, running.results, len(running.task.hosts)
        if (not of and not results) or (results and self._showing.hides(results)):
            return
        lines = [blocks.task_line(terminal, running.task, results, running.items, seconds, self._setting)]
        lines += self._further_failures(running)
        if is_debug(running.task.module):
            lines += blocks.debug_lines(terminal, results, running.items, of)
        elif self.verbosity:
            lines += [line for each in results for line in blocks.result_lines(terminal, each, self.verbosity)]
        for diff in shared_diffs(results, self._showing.context):
            lines += blocks.diff_block(terminal, diff, of, self.verbosity)
        lines += blocks.assumption_lines(terminal, results, of)
        self._print(*lines)

    def _further_failures(self, running: Running) -> list[str]:
        """The failures that have no block of their own: expected ones, repeated ones, and those beyond the limit."""
        status_of = {result.host: result.status for result in running.results}
        lines, unseen = [], []
        for number, (failure, hosts) in enumerate(running.failures.items()):
            expected = [host for host in hosts if status_of[host] in (ev.Status.IGNORED, ev.Status.RESCUED)]
            if expected:
                who = names([clean(host) for host in expected], blocks.MANY)
                lines.append(blocks.brief_failure(self.terminal, status_of[expected[0]], who, failure))
            elif number >= MOST_BLOCKS and not self.verbosity:
                unseen += hosts
            elif len(hosts) > 1:
                who = names([clean(host) for host in hosts[1:]], blocks.MANY)
                lines.append(self.terminal.paint(f"    failed as {clean(hosts[0])} did: ", "alarm") + who)
        if unseen:
            who = names([clean(host) for host in unseen], blocks.MANY)
            text = f"    {count(len(unseen), 'more host')} failed otherwise (-v shows how): "
            lines.append(self.terminal.paint(text, "alarm") + who)
        return lines

    def _notice(self, event: ev.Notice) -> None:
        self._warn(event.message, event.host, event.level)

    def _warn(self, text: str, host: str | None, level: str = "warning") -> None:
        if text in self._warned:
            return
        self._warned.add(text)
        who = f" ({clean(host)})" if host else ""
        colour = "yellow" if level == "warning" else "alarm" if level == "error" else "dim"
        head, *rest = clean(text).splitlines() or [""]
        self._print(
            self.terminal.paint(f"  ▲ {level}: ", colour) + head + who,
            *(" " * (len(level) + 6) + line for line in rest),
        )

    def _run_ended(self, event: ev.RunEnded) -> None:
        self.terminal.unfollow()
        for running in self._tasks.values():
            self._conclude(running, event.at - running.task.at)
        self._tasks.clear()
        self._print(*recap(self.terminal, event, self.verbosity, custom=self._showing.custom_stats))

    def _describe(self) -> str:
        """The live line: the oldest task at work, how far it is, and whom it waits for."""
        running = next(iter(list(self._tasks.values())), None)
        if running is None:
            return ""
        done, of = len(running.results), len(running.task.hosts)
        took = duration(time.time() - running.task.at)
        parts = [f"{blocks.task_name(running.task)}  {done}/{of}  {took}"]
        waiting = [clean(host) for host in list(running.working)]
        if waiting and of > 1:
            parts.append(f"waiting for {names(waiting, SLOWEST)}")
        if len(self._tasks) > 1:
            parts.append(f"and {count(len(self._tasks) - 1, 'more task')}")
        return "  ".join(parts)
