"""One task on one host: conditions, loop, arguments, the module, and what is made of its result."""

from __future__ import annotations

import itertools
import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from opsengine.agent import library
from opsengine.agent.client import Request
from opsengine.connection.settings import LOCAL, Settings
from opsengine.errors import InputError, OpsError, TaskFailed, TemplateError, Unreachable, near
from opsengine.events import ItemResult, Status
from opsengine.execution import loops
from opsengine.execution.actions.base import Prepared
from opsengine.execution.outcome import Outcome
from opsengine.execution.results import Result, asynchronous, completed, joined, judge, status_of, truth, visible
from opsengine.execution.terms import Terms, vary
from opsengine.playbook.arguments import FURTHER
from opsengine.playbook.nodes import Block, Loop, Task
from opsengine.source.text import Origin, Text, TextDict
from opsengine.templating.lazy import OMIT, plain
from opsengine.templating.scope import Scope

if TYPE_CHECKING:
    from opsengine.execution.host import HostWork
    from opsengine.execution.play import PlayRun


NOT_UNREACHABLE = ("become", "no-python", "settings")
"""Causes of failing to start an agent on a host that does answer: as in Ansible, the task has failed then."""


@dataclass
class Item:
    """One pass of a task: the only one, or one item of its loop."""

    index: int
    scope: Scope
    values: dict[str, Any]
    label: str = ""
    delegate: str | None = None
    prepared: Prepared | None = None
    terms: Terms | None = None
    attempts: int = 0
    result: Result | None = None
    hidden: bool = False


class TaskOnHost:
    """Runs one task on one host. Also what actions see of both (see actions.base.Surroundings)."""

    def __init__(self, run: PlayRun, work: HostWork, task: Task, number: int, rescuable: bool) -> None:
        self.run = run
        self.work = work
        self.task = task
        self.number = number
        self.rescuable = rescuable
        self.engine = run.engine
        self.scope = run.scope(work, task)
        self.check = run.options.check
        self.diff = run.options.diff
        self.verbosity = run.options.verbosity
        self.target = work
        self.module = str(self._module_name())
        self.kind = run.modules.controller(self.module)
        self.included: list[tuple[int, Block]] = []
        self.control: str | None = None
        self.item: Item | None = None
        self.items: list[Item] = []
        self.loop: Loop | None = None
        self.hidden = task.keyword("no_log") not in (None, False)
        self._undoing: list[Callable[[], None]] = []
        """How to undo what variables and facts the task has set."""

    def outcome(self) -> Outcome:
        """Run the task; never raises for what goes wrong with the task or the host."""
        began = time.monotonic()
        try:
            result = self._looped() if self.task.loop else self._single()
            self.hidden = any(item.hidden for item in self.items)
        except Unreachable as error:
            result = _out_of_reach(error)
        except OpsError as error:
            result = _failed(error, self.task.origin)
        outcome = self._concluded(result)
        outcome.seconds = time.monotonic() - began
        return outcome

    def _module_name(self) -> Any:
        name = self.task.module
        if not (isinstance(name, Text) and name.is_template):
            return name
        name = self.engine.render(name, self.scope)
        if self.run.modules.find(str(name)) is None:
            hint = near(str(name), self.run.modules.names())
            raise TaskFailed(f"unknown module `{name}`", hint=hint, origin=self.task.origin)
        return name

    def _truth(self, keyword: str, default: bool) -> bool:
        value = self.task.keyword(keyword)
        if value is None:
            return default
        if isinstance(value, Text):
            value = self.engine.render(value, self.here)
        return default if value is OMIT else truth(value)

    def _concluded(self, result: Result) -> Outcome:
        status = status_of(result)
        hint, origin = result.pop("hint", None), result.pop("_origin", None)
        name = self.task.keywords.get("register")
        if name and (self.kind is None or self.kind.module != "meta"):
            self._register(str(name), result)
        if status is Status.FAILED:
            self._take_back()
        if status in (Status.FAILED, Status.UNREACHABLE) and self._is_ignored(status):
            status = Status.IGNORED
        elif status is Status.FAILED and self.rescuable:
            status = Status.RESCUED
        return Outcome(status, result, hint, origin, control=self.control, included=self.included)

    def _is_ignored(self, status: Status) -> bool:
        """Whether the task's failure is; of a loop, whether that of each item which failed is."""
        failed = [item for item in self.items if item.result is not None and status_of(item.result) is status]
        return all(self._ignores(status, item) for item in failed) if failed else self._ignores(status, self.item)

    def _ignores(self, status: Status, item: Item | None) -> bool:
        self.item = item
        return self._truth("ignore_errors" if status is Status.FAILED else "ignore_unreachable", False)

    def _take_back(self) -> None:
        """Undo what variables and facts a task has set that has failed in the end, in one item or as a whole."""
        for undo in reversed(self._undoing):
            undo()

    def _register(self, name: str, result: Result) -> None:
        kept = {key: value for key, value in result.items() if not key.startswith("_")}
        self.work.variables.assign({name: kept})

    def _single(self) -> Result:
        self.items = [Item(0, self.scope, {})]
        return self.run_item(self.items[0])

    def _looped(self) -> Result:
        assert self.task.loop is not None
        loop = self.loop = loops.named(self, self.task.loop)
        try:
            values = loops.values(self, loop)
        except TemplateError:
            if self._skipped(self.scope):
                return self._skip_result(self.scope)
            raise
        items = [Item(i, self.scope.with_layer(v), v) for i, v in enumerate(loops.variables(loop, values))]
        self.items = items
        together = loops.in_one_go(self.task, self.kind)
        results = self._pass(items) if together else loops.one_by_one(self, loop, items)
        told: Result = {}
        for item, result in zip(items, results, strict=False):
            told = {name: result.pop(name) for name in ("hint", "_origin") if name in result} | told
            result.update({key: plain(value) for key, value in item.values.items()})
        return {**joined(results), **told}

    def run_item(self, item: Item) -> Result:
        """One pass by itself, repeated as `until` says."""
        retries, delay = loops.patience(self, item.scope)
        return self._until(item, retries, delay) if retries else self._pass([item])[0]

    def _until(self, item: Item, retries: int, delay: float) -> Result:
        """Run it until `until` holds (without one: until it does not fail), and again at most so many times."""
        until = self.task.keywords.get("until")
        name = self.task.keywords.get("register")
        for attempt in range(1, retries + 2):
            item.result, item.prepared, item.attempts = None, None, attempt
            result = self._pass([item])[0]
            if result.get("skipped") and "skip_reason" in result:
                return result
            view = item.scope.with_layer({str(name): result}) if name else item.scope
            if not result["failed"] if until is None else self.engine.condition(until, view, self.task.origin):
                return result
            if attempt > retries or self.run.stopping.wait(delay):
                break
        result.update(failed=True, attempts=retries)
        return result

    def _pass(self, items: list[Item]) -> list[Result]:
        """Run some items: all the requests they make travel together."""
        for item in items:
            self.item = item
            try:
                self._prepare(item)
            except Unreachable as error:
                item.result = _out_of_reach(error)
            except OpsError as error:
                item.result = _failed(error, self.task.origin)
        waiting = [item for item in items if item.result is None]
        for terms, group in itertools.groupby(waiting, key=lambda item: item.terms):
            assert terms is not None
            self._send(terms, list(group))
        return [self._settled(item, len(items) > 1 or self.task.loop is not None) for item in items]

    def _prepare(self, item: Item) -> None:
        if self.task.keyword("delegate_to") is not None:
            item.scope = item.scope.with_layer(self.run.delegated_vars(self, item.scope))
        if self._skipped(item.scope):
            item.result = self._skip_result(item.scope)
            return
        self.check = self._truth("check_mode", self.run.options.check)
        self.diff = self._truth("diff", self.run.options.diff)
        args = self._arguments(item.scope)
        if self.kind is not None:
            self._refuse_async()
            item.result = self._on_controller(args)
            return
        prepare = self.run.modules.prepare(self.module)
        item.prepared = prepare(args, self) if prepare else Prepared(args)
        if item.prepared.content or self.run.modules.is_attended(self.module):
            self._refuse_async()
        item.terms = self._terms()

    def _refuse_async(self) -> None:
        """Raise TaskFailed for `async` on a task in which the controller has a part while it runs."""
        if self.seconds("async"):
            raise TaskFailed(f"This action ({self.module}) does not support async.")

    def _skipped(self, scope: Scope) -> bool:
        return any(not self.engine.condition(test, scope, self.task.origin) for test in self.task.conditions)

    def _skip_result(self, scope: Scope) -> Result:
        result: Result = {"skipped": True, "skip_reason": "Conditional result was False", "changed": False}
        for test in self.task.conditions:
            if not self.engine.condition(test, scope, self.task.origin):
                result["false_condition"] = plain(test)
                break
        return result

    def _arguments(self, scope: Scope) -> dict[str, Any]:
        written = self.task.args
        unrendered = self.kind.unrendered if self.kind else ()
        if not isinstance(written, dict):
            written = self.engine.render(written, scope)
            if not isinstance(written, dict):
                raise TaskFailed(f"the arguments should be a mapping, got {written!r}", origin=self.task.args_origin)
        further = self.engine.render(written.get(FURTHER), scope)
        if further is not None and not isinstance(further, dict):
            raise TaskFailed(f"the arguments should be a mapping, got {further!r}", origin=self.task.args_origin)
        args = dict(further or {})
        for key, value in written.items():
            name = self.engine.render(key, scope) if isinstance(key, Text) and key.is_template else key
            if name != FURTHER:
                args[name] = value if key in unrendered else self.engine.render(value, scope)
        # What is omitted hides the default too.
        args = {key: value for key, value in {**self._defaults(scope), **args}.items() if value is not OMIT}
        self.run.learn_secrets(self.module, args)
        return args

    def _defaults(self, scope: Scope) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for level in self.task.gathered("module_defaults"):
            for defaults in level if isinstance(level, list) else [level]:
                rendered = self.engine.render(defaults, scope)
                for name in rendered:
                    if self.run.modules.covers(str(name), self.module):
                        found.update(rendered[name] or {})
        return found

    def _on_controller(self, args: dict[str, Any]) -> Result:
        assert self.kind is not None
        try:
            result = self.kind(args).perform(self)
        except TaskFailed as error:
            return _failed(error, self.task.origin)
        if "_included" in result:
            block = self.run.included(self, result.pop("_included"))
            self.included.append((self.item.index if self.item else 0, block))
        self.control = result.pop("_control", self.control)
        return result

    def _terms(self) -> Terms:
        """The terms of an item; where no template can make a difference, those of the first hold for all."""
        first = self.items[0].terms if self.items else None
        if first is None or vary(self.task):
            return Terms.of(self)
        return first

    def _send(self, terms: Terms, items: list[Item]) -> None:
        file = library.find(self.module)
        assert file is not None
        self.target = terms.target
        background = terms.jobs(len(items))
        contents = [item.prepared.content for item in items if item.prepared and item.prepared.content]
        request = Request(
            module=file,
            items=[item.prepared.args for item in items if item.prepared],
            check=terms.check,
            diff=terms.diff,
            environment=dict(terms.environment),
            timeout=None if background else terms.timeout,
            coming=self.target.coming,
            folder=self._folder(terms.settings),
            background=background,
            content=_first_of(contents),
        )
        try:
            for index, result in self.target.run(terms.settings, terms.become, request):
                for item in items if index < 0 else [items[index]]:
                    if item.result is None:
                        item.result = asynchronous(dict(result), request) if terms.limit else dict(result)
        except Unreachable as error:
            for item in items:
                item.result = item.result or _out_of_reach(error)

    def seconds(self, keyword: str, default: float | None = None) -> float | None:
        """A keyword that says how long; None where it says nothing, or nought."""
        value = self.task.keyword(keyword)
        seconds = self.engine.render(value, self.here) if isinstance(value, Text) else value
        if seconds is None or seconds is OMIT:
            return default
        try:
            return float(seconds) or None
        except (TypeError, ValueError):
            raise TaskFailed(f"`{keyword}` should be a number of seconds, got {seconds!r}") from None

    def _settled(self, item: Item, in_loop: bool) -> Result:
        self.item = item
        item.hidden = self._truth("no_log", False)
        no_result: Result = {"failed": True, "msg": "the module gave no result"}
        result = completed(no_result if item.result is None else item.result)
        if item.attempts and not result.get("skipped"):
            result["attempts"] = item.attempts
        facts = result.get("ansible_facts")
        if isinstance(facts, dict) and self.kind is None:
            self._undoing.append(self.run.learn_facts(self, facts))
        brought = result.pop("_brings", None)
        if brought:
            self.target.foresee(brought, self.run.title(self.task))
        problems = result.pop("problems", None)
        if problems:
            result["_origin"] = self._argument_origin(problems[0]["argument"])
        try:
            judge(self.task, result, item.scope, self.engine)
        except TemplateError as error:
            result = {**result, **_failed(error, self.task.origin), "changed": result["changed"]}
        item.result = result
        if in_loop:
            self._announce(item, result)
        return result

    def _announce(self, item: Item, result: Result) -> None:
        loop = self.loop
        if loop is None or not item.values:
            return
        label = loops.label(self, loop, item.scope)
        shown, _, _ = visible(result, item.hidden)
        status = status_of(result)
        self.run.emit(
            ItemResult(
                task=self.number, host=self.work.name, label=label, index=item.index, status=status, result=shown
            )
        )

    def _argument_origin(self, name: str) -> Origin:
        written = self.task.args
        return written.origin_of(name) if isinstance(written, TextDict) else self.task.args_origin

    # What actions may ask for

    @property
    def variables(self) -> Mapping[str, Any]:
        """Every variable of the host and task, rendered when it is read."""
        return self.here

    @property
    def here(self) -> Scope:
        """The variables of the item that the task is at."""
        return self.item.scope if self.item else self.scope

    @property
    def loader(self) -> Any:
        """The loader of the run, for includes."""
        return self.run.loader

    def render(self, value: Any) -> Any:
        """A value rendered in this task."""
        return self.engine.render(value, self.here)

    def expression(self, text: Text) -> Any:
        """The value of an expression; something missing is shown as such, as Ansible's debug does."""
        value, problems = self.engine.displayed(text, text.origin, self.here)
        for number, problem in enumerate(problems, 1):
            warnings.warn(f"{text.origin}: error {number} - {problem}", stacklevel=2)
        return value

    def condition(self, test: Any) -> bool:
        """Whether a condition holds in this task."""
        return self.engine.condition(test, self.here, self.task.origin)

    def find_file(self, folder: str, name: str) -> Path:
        """The controller's file that the task names; see Surroundings."""
        found: Path = self.here.files.find_file(folder, name)
        return found

    def render_text(self, text: str, file: str, options: Mapping[str, Any], extra: Mapping[str, Any]) -> str:
        """The text of a template file rendered; see Surroundings."""
        found: str = self.here.files.render_text(text, file, options, extra)
        return found

    def set_variables(self, values: Mapping[str, Any], as_facts: bool) -> None:
        """Set variables of the host, and of the delegate where the task says `delegate_facts`."""
        variables = self.run.facts_target(self).variables
        self._undoing.append(variables.assign(values))
        if as_facts:
            self._undoing.append(variables.facts.update(values))
        self._forget_rendered()

    def _forget_rendered(self) -> None:
        self.scope = self.run.scope(self.work, self.task)

    def include_variables(self, values: Mapping[str, Any]) -> None:
        """Add variables as include_vars does, to the delegate where the task says `delegate_facts`."""
        self.run.facts_target(self).variables.included.update(values)

    def clear_facts(self) -> None:
        """Forget what the host has told."""
        self.work.variables.facts.forget()

    def ask_host(self, module: str, args: dict[str, Any], connect_timeout: float | None = None) -> Result:
        """
        What a module says that is run on the task's host beside the task itself. Raises Unreachable.

        connect_timeout: the seconds that connecting may take, where it is not as the settings say.
        """
        file = library.find(module)
        assert file is not None
        target = self._target()
        settings, become = self.run.settings(target, self.task, self.scope)
        if connect_timeout is not None:
            settings = replace(settings, timeout=float(connect_timeout))
        request = Request(
            module=file,
            items=[args],
            check=self.check,
            environment=self.run.environment(self.task, self.scope),
            folder=self._folder(settings),
        )
        return dict(next(iter([result for _, result in target.run(settings, become, request)])))

    def _folder(self, settings: Settings) -> str | None:
        """On this machine tasks start in the playbook's folder, as Ansible's do."""
        return str(self.run.play.file.parent.absolute()) if settings.kind == LOCAL else None

    def _target(self) -> HostWork:
        """The host itself, or the one that the task is delegated to."""
        return self.run.delegate(self, self.scope) or self.work

    @property
    def connection_kind(self) -> str:
        """How the task's host is reached: ssh or local."""
        settings, _ = self.run.settings(self._target(), self.task, self.scope)
        return settings.kind

    def reset_connection(self) -> None:
        """Connect to the task's host anew at the next task."""
        self._target().disconnect()

    def shared(self, key: Any, make: Callable[[], Any]) -> Any:
        """Something made once for all hosts that run this task."""
        return self.run.shared(key, make)


def _first_of(contents: list[Callable[[str], Any]]) -> Callable[[str], Any] | None:
    if not contents:
        return None

    def find(digest: str) -> Any:
        for content in contents[:-1]:
            try:
                return content(digest)
            except KeyError:
                continue
        return contents[-1](digest)

    return find


def _out_of_reach(error: Unreachable) -> Result:
    verdict = "failed" if error.kind in NOT_UNREACHABLE else "unreachable"
    return {verdict: True, "msg": error.message, "hint": error.hint, "kind": error.kind, "changed": False}


def _failed(error: OpsError, origin: Origin) -> Result:
    result: Result = {"changed": False, **getattr(error, "result", {}), "failed": True, "msg": error.message}
    if error.hint:
        result["hint"] = error.hint
    result["_origin"] = error.origin or origin
    if isinstance(error, InputError) and error.others:
        result["msg"] = "\n".join(str(problem) for problem in error.each())
    return result
