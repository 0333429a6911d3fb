"""
One host's way through a play: which task comes next, as a generator.

It yields the next step and is sent its outcome; `rescue`, `always`, handlers and includes are plain
Python control flow.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from fnmatch import fnmatch

from opsengine.events import Status
from opsengine.execution.outcome import Outcome
from opsengine.playbook.nodes import Block, Handler, Play, Role, Task

Order = tuple[int, ...]


@dataclass(frozen=True)
class Step:
    """A task to run now. Hosts at the same order and task run it together; the lowest order goes first."""

    order: Order
    task: Task
    rescuable: bool = False


Steps = Generator[Step, Outcome, None]


class HostFailed(Exception):
    """
    The host cannot go on with the block it is in.

    spread: whether it is another host that has failed, and this one fails with it (`any_errors_fatal`, `run_once`).
    """

    def __init__(self, outcome: Outcome, task: Task | None, spread: bool = False) -> None:
        super().__init__(outcome.result.get("msg", ""))
        self.outcome = outcome
        self.task = task
        self.spread = spread

    @property
    def unreachable(self) -> bool:
        """Whether nothing more can be done on the host."""
        return self.outcome.status is Status.UNREACHABLE and not self.spread


class EndOfRole(Exception):
    """The host leaves the role it is in."""


class EndOfPlay(Exception):
    """The host leaves the play without having failed."""


class Flow:
    """
    One host's way through one play.

    selected: tells whether a task's tags are asked for. notified: the handlers to run for this host, by their place.
    failed: whether the host has failed, and no rescue takes over: only what runs `always` and forced handlers follow.
    ended: whether it has left the play without having failed.
    begins: tells the task to begin at; all before it are passed over. None: at the first.
    on_rescue: called with the failure when a rescue takes over.
    """

    def __init__(
        self,
        play: Play,
        first: Iterable[Task],
        selected: Callable[[Task], bool],
        on_rescue: Callable[[HostFailed], None],
        force_handlers: bool = False,
        begins: Callable[[Task], bool] | None = None,
    ) -> None:
        self.play = play
        self.first = list(first)
        self.selected = selected
        self.on_rescue = on_rescue
        self.force_handlers = force_handlers
        self.begins = begins
        self.notified: dict[Order, Handler] = {}
        self._requests: dict[str, Callable[[], Iterable[Handler]]] = {}
        self.failed = False
        self.ended = False
        self.roles_done: set[str] = set()
        self._roles_begun: set[str] = set()
        self._rescuable = 0
        self._forgiven = False

    def notify(self, handler: Handler) -> None:
        """Have a handler run at the next flush."""
        self.notified[handler.order] = handler

    def request(self, name: str, find: Callable[[], Iterable[Handler]]) -> None:
        """Have the handlers of a name run at the next flush: those that it stands for then."""
        self._requests[name] = find

    def _grant(self) -> None:
        requests, self._requests = self._requests, {}
        for find in requests.values():
            for handler in find():
                self.notify(handler)

    def steps(self) -> Steps:
        """Every step of the play for this host. Raises HostFailed at the end when the host has failed."""
        try:
            for task in self.first:
                yield from self._task(task, (0,))
            for number, section in enumerate(self.play.sections, 1):
                yield from self._of_section(number, section)
        except EndOfPlay:
            self.ended = True
        except HostFailed:
            self.failed = True
            raise

    def _of_section(self, number: int, section: Iterable[Block]) -> Steps:
        try:
            for block in section:
                yield from self._block(block, (number, 0))
        except HostFailed:
            self.failed = True
            if self.force_handlers:
                yield from self._handlers((number, 1))
            raise
        yield from self._handlers((number, 1))

    def _nodes(self, nodes: Iterable[Task | Block], order: Order) -> Steps:
        for node in nodes:
            if isinstance(node, Block):
                yield from self._block(node, order)
            elif self.selected(node) and self._has_begun(node):
                yield from self._task(node, order)

    def _has_begun(self, task: Task) -> bool:
        if self.begins is not None and self.begins(task):
            self.begins = None
        return self.begins is None

    def _block(self, block: Block, order: Order) -> Steps:
        if block.use_of is not None:
            yield from self._role(block, block.use_of, order)
            return
        try:
            yield from self._body(block, order)
        except HostFailed:
            self._forgiven = False
            self.failed = self.failed or not self._rescuable
            yield from self._nodes(block.always, order)
            if not self._forgiven:
                raise
        else:
            yield from self._nodes(block.always, order)

    def _role(self, block: Block, role: Role, order: Order) -> Steps:
        if role.use in self.roles_done and not role.allow_duplicates:
            return
        with suppress(EndOfRole):
            yield from self._nodes(block.body, order)
        if role.use in self._roles_begun:
            self.roles_done.add(role.use)

    def _body(self, block: Block, order: Order) -> Steps:
        if not self._has_selected(block.rescue):
            yield from self._nodes(block.body, order)
            return
        self._rescuable += 1
        try:
            yield from self._nodes(block.body, order)
        except HostFailed as failed:
            if failed.unreachable:
                raise
            self.on_rescue(failed)
        else:
            return
        finally:
            self._rescuable -= 1
        yield from self._nodes(block.rescue, order)

    def _has_selected(self, nodes: Iterable[Task | Block]) -> bool:
        """Whether the tags asked for leave anything of some tasks; an empty rescue rescues nothing."""
        tasks = (task for node in nodes for task in (node.tasks() if isinstance(node, Block) else (node,)))
        return any(self.selected(task) for task in tasks)

    def _task(self, task: Task, order: Order) -> Steps:
        place = (*order, *task.order)
        outcome = yield Step(place, task, self._rescuable > 0)
        if outcome.unwanted and isinstance(task, Handler):
            self.notify(task)
        if task.role is not None and outcome.ran:
            self._roles_begun.add(task.role.use)
        if outcome.control == "flush_handlers":
            yield from self._handlers(place)
        elif outcome.control == "clear_host_errors":
            self._forgiven = True
        elif outcome.control == "end_role" and task.role is not None:
            raise EndOfRole
        elif outcome.control in ("end_host", "end_play", "end_batch"):
            raise EndOfPlay
        for index, block in outcome.included:
            yield from self._block(block, (*place, index))
        if outcome.failed:
            raise HostFailed(outcome, task)

    def _handlers(self, order: Order) -> Steps:
        # A handler may notify others: those before it wait for the next flush, as in Ansible.
        self._grant()
        place: Order = (-1,)
        while waiting := [later for later in self.notified if later > place]:
            place = min(waiting)
            yield from self._task(self.notified.pop(place), order)
            self._grant()


def beginnings(play: Play) -> Iterator[Task]:
    """The tasks that a play may begin at: all but those of a rescue, as nothing before them has failed then."""

    def deep(nodes: Iterable[Task | Block]) -> Iterator[Task]:
        for node in nodes:
            if isinstance(node, Block):
                yield from deep((*node.body, *node.always))
            else:
                yield node

    for section in play.sections:
        yield from deep(section)


def begins_at(wanted: str | None, task: Task) -> bool:
    """Whether a task has the name to begin at: as it is written, with its role's name before it, or by a pattern."""
    name = task.name or task.module
    names = [name, f"{task.role.role_name} : {name}"] if task.role else [name]
    return wanted is not None and any(known == wanted or fnmatch(known, wanted) for known in names)
