"""
The order in which hosts take their steps. A strategy reads outcomes and touches nothing else of a host.

Linear: all hosts run a task, then all run the next; hosts in different places of the play wait for the hindmost.
Free: each host goes its own way as fast as it can.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace

from opsengine.events import Status
from opsengine.execution.flow import Flow, HostFailed, Step, Steps
from opsengine.execution.outcome import Outcome, passed_over
from opsengine.playbook.nodes import Task

RunStep = Callable[[str, Step], Outcome]


@dataclass(eq=False)
class Walker:
    """
    A host on its way: its steps, and the one it is at (None: through).

    lost: whether it is out of reach: then it stays where it is, in case its errors are cleared.
    """

    host: str
    steps: Steps
    at: Step | None = None
    failed: HostFailed | None = None
    lost: bool = False

    @classmethod
    def begin(cls, host: str, flow: Flow) -> Walker:
        """Set out; the first step is known at once."""
        walker = cls(host, flow.steps())
        walker._move(lambda: next(walker.steps))
        return walker

    def go_on(self, outcome: Outcome) -> None:
        """Take the next step after an outcome."""
        if outcome.status is Status.UNREACHABLE:
            self.failed, self.lost = HostFailed(outcome, _step(self).task), True
        else:
            self._move(lambda: self.steps.send(outcome))

    def forgive(self) -> None:
        """Forget that it failed; one that was out of reach goes on with the next task."""
        self.failed = None
        if self.lost:
            self.lost = False
            self._move(lambda: self.steps.send(passed_over()))

    def fail(self, failed: HostFailed) -> None:
        """Fail at the step it is at; a rescue around that goes on."""
        self._move(lambda: self.steps.throw(failed))

    def stop(self) -> None:
        """End here, without rescue or always."""
        self.steps.close()
        self.at = None

    def _move(self, move: Callable[[], Step]) -> None:
        try:
            self.at = move()
        except StopIteration:
            self.at = None
        except HostFailed as failed:
            self.at, self.failed = None, failed


@dataclass(frozen=True)
class Limits:
    """When failures of some hosts end the play for all. `percentage` None: never."""

    percentage: float | None
    batch: int


class Linear:
    """
    Runs the steps of a batch of hosts in lock step.

    run: runs one step on one host. inline: tells steps that need no host and run at once. pool: runs the others.
    begun, ended: called around each task with its hosts. share: called with the host that a `run_once` task ran on, and
    the others. stopped: whether to stop before the next task. truth: whether a keyword holds for a task.
    """

    def __init__(
        self,
        pool: ThreadPoolExecutor,
        run: RunStep,
        inline: Callable[[Task], bool],
        begun: Callable[[Task, Sequence[str]], None],
        ended: Callable[[Task, Sequence[str], float], None],
        share: Callable[[Task, Outcome, str, Sequence[str]], None],
        stopped: Callable[[], bool],
        truth: Callable[[Task, str], bool],
    ) -> None:
        self.pool = pool
        self.run = run
        self.inline = inline
        self.begun = begun
        self.ended = ended
        self.share = share
        self.stopped = stopped
        self.truth = truth
        self.width: Callable[[Task], int] = lambda task: 0
        """How many hosts at most run a task at once; 0: all."""
        self._gates: dict[int, threading.BoundedSemaphore] = {}
        self._lock = threading.Lock()
        self.exists: Callable[[str], bool] = lambda host: True
        """Whether a host is in the inventory; it may have gone when the inventory was read again."""
        self.walkers: list[Walker] = []
        self.broken_off = False
        """Whether more hosts have failed than the play allows (`max_fail_percentage`)."""
        self.skips: Callable[[Task, str], bool] | None = None
        """Asks whether a task is passed over; None where nobody is asked."""

    def play(self, flows: dict[str, Flow], limits: Limits) -> dict[str, HostFailed]:
        """Take every host to its end; returns those that failed on the way."""
        walkers = self.walkers = [Walker.begin(host, flow) for host, flow in flows.items()]
        while not self.stopped():
            waiting = [walker for walker in walkers if walker.at is not None and not walker.lost]
            if not waiting:
                break
            self._turn(_hindmost(waiting), waiting)
            if _over(limits, walkers):
                self.broken_off = True
                for walker in walkers:
                    walker.stop()
        for walker in walkers:
            walker.stop()
        return {walker.host: walker.failed for walker in walkers if walker.failed}

    def _turn(self, group: list[Walker], everyone: list[Walker]) -> None:
        task = _step(group[0]).task
        runners = group[:1] if self.truth(task, "run_once") else group
        hosts = [walker.host for walker in runners]
        if self.skips and self.skips(task, hosts[0]):
            for walker in group:
                walker.go_on(passed_over(unwanted=True))
            return
        self.begun(task, hosts)
        began = time.monotonic()
        outcomes = self._outcomes(task, runners)
        self.ended(task, hosts, time.monotonic() - began)
        if len(outcomes) < len(runners):
            return
        once = self.truth(task, "run_once")
        if once:
            first = group[0].host
            self.share(task, outcomes[0], first, [walker.host for walker in everyone if walker.host != first])
            outcomes += [replace(outcomes[0], included=[], shared=True) for _ in group[1:]]
        failed = next((outcome for outcome in outcomes if outcome.failed), None)
        if failed is not None and (once or self.truth(task, "any_errors_fatal")):
            self._spread(HostFailed(failed, task, spread=True), dict(zip(runners, outcomes, strict=False)), everyone)
            return
        for walker, outcome in zip(group, outcomes, strict=True):
            walker.go_on(outcome)
        self._heed({outcome.control for outcome in outcomes})

    def _heed(self, controls: set[str | None]) -> None:
        """Do what `meta` tasks ask for that concerns all hosts."""
        for walker in self.walkers:
            if "clear_host_errors" in controls:
                walker.forgive()
            if "refresh_inventory" in controls and not self.exists(walker.host):
                walker.stop()

    def _spread(self, failure: HostFailed, own: dict[Walker, Outcome], everyone: list[Walker]) -> None:
        """What failed on one host has failed on all; each goes on with its own rescue, where there is one."""
        for walker in everyone:
            if walker in own and own[walker].failed:
                walker.go_on(own[walker])
            else:
                walker.fail(failure)

    def _outcomes(self, task: Task, runners: list[Walker]) -> list[Outcome]:
        size = self.width(task) or len(runners)
        if self.inline(task) or len(runners) == 1:
            return [self.run(walker.host, _step(walker)) for walker in runners]
        outcomes: list[Outcome] = []
        for start in range(0, len(runners), size):
            futures: list[Future[Outcome]] = []
            for walker in runners[start : start + size]:
                futures.append(self.pool.submit(self.run, walker.host, _step(walker)))
            outcomes += [future.result() for future in futures]
        return outcomes


class Free(Linear):
    """Runs each host's steps by themselves; no host waits for another."""

    def play(self, flows: dict[str, Flow], limits: Limits) -> dict[str, HostFailed]:
        """Take every host to its end; returns those that failed on the way."""
        walkers = [Walker.begin(host, flow) for host, flow in flows.items()]
        list(self.pool.map(lambda walker: self._walk(walker, walkers, limits), walkers))
        return {walker.host: walker.failed for walker in walkers if walker.failed}

    def _walk(self, walker: Walker, everyone: list[Walker], limits: Limits) -> None:
        while walker.at is not None and not walker.lost and not self.stopped() and not _over(limits, everyone):
            task = walker.at.task
            if self.skips and self.skips(task, walker.host):
                walker.go_on(passed_over(unwanted=True))
                continue
            self.begun(task, [walker.host])
            began = time.monotonic()
            with self._gate(task):
                outcome = self.run(walker.host, walker.at)
            self.ended(task, [walker.host], time.monotonic() - began)
            walker.go_on(outcome)
        walker.stop()

    def _gate(self, task: Task) -> AbstractContextManager[object]:
        """What lets no more hosts than `throttle` says run a task at once."""
        width = self.width(task)
        if not width:
            return nullcontext()
        with self._lock:
            return self._gates.setdefault(id(task), threading.BoundedSemaphore(width))


STRATEGIES = {"linear": Linear, "free": Free, "host_pinned": Free}
"""By Ansible's names; its host_pinned starts no new host before one is through, and so does Free."""


def _step(walker: Walker) -> Step:
    assert walker.at is not None
    return walker.at


def _hindmost(waiting: list[Walker]) -> list[Walker]:
    first = min(waiting, key=lambda walker: _step(walker).order)
    at = _step(first)
    return [walker for walker in waiting if _step(walker).order == at.order and _step(walker).task is at.task]


def _over(limits: Limits, walkers: list[Walker]) -> bool:
    if limits.percentage is None:
        return False
    bad = sum(1 for walker in walkers if walker.failed)
    return bad > 0 and bad / limits.batch * 100 > limits.percentage
