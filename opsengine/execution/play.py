"""One play over its hosts: batches, the variables that tasks see, and the events that tell of it."""

from __future__ import annotations

import functools
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from opsengine.agent import library
from opsengine.agent.client import Request
from opsengine.config import config
from opsengine.connection.become import Become
from opsengine.connection.settings import Settings
from opsengine.errors import InputError, OpsError, TaskFailed, UndefinedVariable, near
from opsengine.events import Event, HostResult, HostStarted, Notice, Status, TaskEnded, TaskStarted
from opsengine.execution import connecting
from opsengine.execution.actions.include import IncludeVars, Inclusion
from opsengine.execution.actions.meta import Meta
from opsengine.execution.flow import Flow, HostFailed, Step, begins_at
from opsengine.execution.host import HostWork
from opsengine.execution.outcome import Outcome, failure
from opsengine.execution.results import truth, visible
from opsengine.execution.scopes import Scopes
from opsengine.execution.strategy import STRATEGIES, Limits, Linear
from opsengine.execution.task import TaskOnHost
from opsengine.playbook import keywords
from opsengine.playbook.nodes import Block, Handler, Node, Play, Task, with_role_names
from opsengine.source.text import Origin, Text, TextDict, origin_of
from opsengine.templating.lazy import OMIT, plain
from opsengine.templating.scope import Scope
from opsengine.variables.host import GATHERED
from opsengine.variables.magic import Lookups

if TYPE_CHECKING:
    from opsengine.execution.run import Run

GATHERING = ("implicit", "explicit", "smart")


class PlayRun:
    """One play of a run, on one batch of hosts after another."""

    def __init__(self, run: Run, play: Play, selected: Sequence[str]) -> None:
        self.owner = run
        self.play = play
        self.engine = run.engine
        self.options = run.options
        self.modules = run.modules
        self.loader = run.loader
        self.stopping = run.stopping
        self.emit: Callable[[Event], None] = run.bus.emit
        self.selected_hosts = list(selected)
        """Those that the play's pattern selects, whether or not they have failed before."""
        self.batch: list[str] = []
        self.ended = False
        self.broken_off = False
        """Whether more hosts of a batch have failed than the play allows."""
        self.lost: set[str] = set()
        """Hosts of the batch that are out of reach."""
        self.flows: dict[str, Flow] = {}
        self.scopes = Scopes(self)
        self._numbers: dict[tuple[int, str], int] = {}
        self._shared: dict[Any, Any] = {}
        self._lock = threading.RLock()
        self._settings: dict[Any, tuple[Settings, Become | None]] = {}

    # Running

    def run_batch(self, batch: Sequence[str], size: int, pool: ThreadPoolExecutor) -> dict[str, HostFailed]:
        """Run the play on one batch; returns the hosts that failed. size: with those that have failed before."""
        self.batch = list(batch)
        self.lost = set()
        self.flows = {host: self._flow(host) for host in batch}
        strategy = self._strategy()(
            pool, self._step, self._is_inline, self._begun, self._ended, self._share, self.stopping.is_set, self._truth
        )
        strategy.width = self._width
        strategy.exists = lambda host: self.owner.inventory.host(host) is not None
        strategy.skips = self._skips if self.options.step else None
        if self._gathers_silently():
            self.owner.stats.gathering(host for host in batch if not self._knows_enough(host))
        failed = strategy.play(self.flows, Limits(self._max_fail_percentage(), size))
        self.broken_off = strategy.broken_off
        self.owner.stats.gathered(batch)
        return failed

    def _max_fail_percentage(self) -> float | None:
        written = self.play.keywords.get("max_fail_percentage")
        value = self.engine.render(written, self.scopes.of_play())
        try:
            return None if value is None or value is OMIT else float(str(value).rstrip("%"))
        except ValueError:
            message = f"`max_fail_percentage` should be a number, got {value!r}"
            raise InputError(message, origin=origin_of(written, self.play.origin)) from None

    def _strategy(self) -> type[Linear]:
        wanted = self.play.keywords.get("strategy") or config().get("ANSIBLE_STRATEGY", "linear")
        name = str(self.engine.render(wanted, self.scopes.of_play()))
        found = STRATEGIES.get(name.rpartition(".")[2])
        if found is None:
            raise InputError(f"there is no strategy `{name}`", hint=near(name, STRATEGIES), origin=self.play.origin)
        return found

    def _flow(self, host: str) -> Flow:
        wanted = "gather_facts" in self.play.keywords and self._truth(self.play, "gather_facts")
        wanted = wanted and not self._knows_enough(host) and self.owner.selected(connecting.gather_task(self.play))
        first = [connecting.gather_task(self.play)] if wanted else []
        if wanted or self._gathers_silently():
            self._gather_when_used(self.owner.work(host))
        force = self._truth(self.play, "force_handlers", self.options.force_handlers)
        begins = functools.partial(begins_at, self.options.start_at) if self.owner.waiting else None
        return Flow(self.play, first, self.owner.selected, lambda failed: self._rescued(host, failed), force, begins)

    def _knows_enough(self, host: str) -> bool:
        """Whether a host that has been asked once is not asked again (`gathering = smart`)."""
        smart = config().choice("ANSIBLE_GATHERING", GATHERING) == "smart"
        return smart and self.owner.work(host).variables.facts.gathered

    def _gathers_silently(self) -> bool:
        """Whether facts are gathered, though only when they are needed, as the play does not say."""
        silent = "gather_facts" not in self.play.keywords
        silent = silent and config().choice("ANSIBLE_GATHERING", GATHERING) != "explicit"
        return silent and self.owner.selected(connecting.gather_task(self.play))

    def _truth(self, node: Node, keyword: str, default: bool = False) -> bool:
        """Whether a keyword holds that is said once for all hosts; the default where nothing is said, or omit."""
        kind = self.modules.controller(node.module) if isinstance(node, Task) and keyword == "run_once" else None
        value = node.keyword(keyword)
        if isinstance(value, Text):
            value = self.engine.render(value, self.scope(self.owner.work(self.batch[0]), None))
        said = value is not None and value is not OMIT
        return (kind is not None and kind.once) or (truth(value) if said else default)

    def _is_inline(self, task: Task) -> bool:
        kind = self.modules.controller(task.module)
        return kind is not None and kind.inline and task.keywords.get("until") is None

    def _is_silent(self, task: Task) -> bool:
        """Whether a task controls the run itself, and so is neither shown nor counted."""
        return self.modules.controller(task.module) is Meta

    def _begun(self, task: Task, hosts: Sequence[str]) -> None:
        number = self.owner.next_number()
        self._numbers.update({(id(task), host): number for host in hosts})
        if self._is_silent(task):
            return
        role = task.role
        self.emit(
            TaskStarted(
                task=number,
                name=self.title(task, hosts[0]),
                module=task.module,
                hosts=list(hosts),
                origin=task.origin,
                role=role.role_name if role else "",
                handler=isinstance(task, Handler),
            )
        )

    def _ended(self, task: Task, hosts: Sequence[str], seconds: float) -> None:
        if not self._is_silent(task):
            self.emit(TaskEnded(task=self._numbers[id(task), hosts[0]], seconds=seconds))

    def _share(self, task: Task, outcome: Outcome, first: str, hosts: Sequence[str]) -> None:
        """Have a task that ran once, on the first host, count for all: what it registered and what facts it set."""
        if not truth(task.keyword("run_once")):
            return  # Modules that run once by themselves register on their one host, as in Ansible.
        name = task.keywords.get("register")
        kept = {key: value for key, value in outcome.result.items() if not key.startswith("_")}
        for host in hosts:
            if name:
                self.owner.work(host).variables.assign({str(name): kept})
        if outcome.status in (Status.OK, Status.CHANGED) and not truth(task.keyword("delegate_facts")):
            for result in outcome.result["results"] if task.loop else [outcome.result]:
                if isinstance(result.get("ansible_facts"), dict):
                    self._share_facts(task, result, first, hosts)

    def _share_facts(self, task: Task, result: dict[str, Any], first: str, hosts: Sequence[str]) -> None:
        facts = result["ansible_facts"]
        included = self.owner.work(first).variables.included
        for host in hosts:
            variables = self.owner.work(host).variables
            if self.modules.controller(task.module) is IncludeVars:
                variables.included.update({name: included[name] for name in facts if name in included})
                continue
            sets = self.modules.controller(task.module) is not None
            if sets:
                variables.assign(facts)
            if not sets or result.get("_cacheable"):
                variables.facts.update(facts)

    def _step(self, host: str, step: Step) -> Outcome:
        if self.stopping.is_set():
            return failure("interrupted")
        work = self.owner.work(host)
        number = self._numbers[id(step.task), host]
        silent = self._is_silent(step.task)
        if not silent:
            self.emit(HostStarted(task=number, host=host))
        began = time.monotonic()
        hidden = True
        delegate = None
        try:
            on = TaskOnHost(self, work, step.task, number, step.rescuable)
            outcome = on.outcome()
            hidden = on.hidden
            delegate = on.target.name if on.target is not work else None
            self._notify(on, host, outcome)
        except OpsError as error:
            hidden = False
            outcome = failure(error.message, error.hint, error.origin)
        except Exception as error:
            hidden = False
            outcome = failure(
                f"{type(error).__name__}: {error}", "this is a fault of opsengine itself", step.task.origin
            )
            if self.options.verbosity >= 3:
                raise
        outcome.seconds = time.monotonic() - began
        self.ended = self.ended or outcome.control == "end_play"
        if outcome.status is Status.UNREACHABLE:
            self.lost.add(host)
        elif outcome.control == "clear_host_errors":
            self._clear_errors()
        if (self.stopping.is_set() and outcome.failed) or (silent and not outcome.failed):
            return outcome
        self._report(host, number, step.task, outcome, hidden, delegate)
        return outcome

    def _clear_errors(self) -> None:
        """Every host of the play takes part again: in this play from where it was out of reach, in the next anyhow."""
        self.lost.clear()
        for flow in self.flows.values():
            flow.failed = False
        self.owner.gone.difference_update(self.selected_hosts)
        self.owner.unreachable.difference_update(self.selected_hosts)

    def _report(self, host: str, number: int, task: Task, outcome: Outcome, hidden: bool, delegate: str | None) -> None:
        shown, diffs, assumes = visible(outcome.result, hidden)
        self.owner.stats.count(host, outcome)
        for message in outcome.result.get("warnings", ()) if not hidden else ():
            self.emit(Notice(message=str(message), host=host))
        self.emit(
            HostResult(
                task=number,
                host=host,
                status=outcome.status,
                seconds=outcome.seconds,
                result=shown,
                diffs=diffs,
                assumes=assumes,
                hint=None if hidden else outcome.hint,
                origin=outcome.origin or (task.origin if outcome.status not in (Status.OK, Status.CHANGED) else None),
                delegate=delegate,
            )
        )

    def _rescued(self, host: str, failed: HostFailed) -> None:
        if failed.spread:
            return
        self.owner.stats.rescued(host)
        result = failed.outcome.result
        known = self._described(failed.task) if failed.task else {}
        self.owner.work(host).variables.assign({"ansible_failed_task": known, "ansible_failed_result": result})

    def _described(self, task: Task) -> dict[str, Any]:
        """What `ansible_failed_task` holds: the task's keywords as they are written, its name rendered."""
        found: dict[str, Any] = {name: task.keyword(name) for name in keywords.names_on("task")}
        found |= {name: task.gathered(name) for name in ("environment", "module_defaults")}
        found |= {"when": task.conditions, "tags": sorted(task.tags), "vars": task.keywords.get("vars", {})}
        return {**found, "name": self.title(task) if task.name else "", "action": task.module, "args": task.args}

    def _notify(self, on: TaskOnHost, host: str, outcome: Outcome) -> None:
        names = on.task.keyword("notify")
        if not names or outcome.status is not Status.CHANGED:
            return
        ran = [item for item in on.items if item.result and not item.result.get("skipped")]
        wanted = [name for item in ran for name in self.engine.render(names, item.scope)]
        listed = [one for name in wanted for one in (name if isinstance(name, list) else [name])]
        for one in dict.fromkeys(str(name) for name in listed):
            self._notify_one(one, host, on)

    def _notify_one(self, name: str, host: str, on: TaskOnHost) -> None:
        role = on.task.role
        names = {name, f"{role.role_name} : {name}"} if role else {name}
        if not self._handlers_of(name, names):
            if not config().truth("ANSIBLE_ERROR_ON_MISSING_HANDLER", default=True):
                self.owner.warn(f"there is no handler `{name}` in this play")
                return
            raise TaskFailed(
                f"there is no handler `{name}` in this play", hint="check `notify` against the handlers' names"
            )
        # What is included up to the flush may bring another handler of the name, which runs then, as in Ansible.
        self.flows[host].request(", ".join(sorted(names)), lambda: self._handlers_of(name, names))

    def _handlers_of(self, topic: str, names: set[str]) -> list[Handler]:
        """The handlers that a topic, or one of the forms of a name, stands for now."""
        named = [h for h in self.play.handlers if self.handler_names(h) & names]
        listening = list({h.name or id(h): h for h in self.play.handlers if topic in _topics(h)}.values())
        # Of several handlers with one name the first of the file that was read last runs, as in Ansible; every one that
        # listens to a topic does.
        last = named[-1:]
        chosen = [h for h in named if (h.origin.file, h.role) == (last[0].origin.file, last[0].role)][:1]
        return chosen + [handler for handler in listening if handler not in chosen]

    def handler_names(self, handler: Handler) -> set[str]:
        """The names that a handler may be notified by; none where its name needs what only a host knows."""
        name = handler.keywords.get("name", "")
        if isinstance(name, Text) and name.is_template:
            try:
                name = self.engine.render(name, self.scopes.of_play())
            except OpsError as error:
                self._warn_of_name(handler, error)
                return set()
        return with_role_names(handler, str(name))

    def _warn_of_name(self, handler: Handler, error: OpsError) -> None:
        def warn() -> None:
            where = f"{handler.origin}: handler `{handler.name}`"
            self.emit(Notice(message=f"{where} cannot be notified by its name: {error.message}"))

        if not handler.topics:
            self.shared(("handler's name", id(handler)), warn)

    # What a task on a host asks for

    def scope(self, work: HostWork, task: Task | None) -> Scope:
        """The variables of a host in a task."""
        return self.scopes.of(work, task)

    def title(self, task: Task, host: str | None = None) -> str:
        """The task's name, rendered; where that fails, as it was written."""
        name = task.keywords.get("name")
        if not isinstance(name, Text):
            return str(name or task.module)
        if not name.is_template:
            return str(name)
        try:
            work = self.owner.work(host or self.batch[0])
            return str(self.engine.render(name, self.scope(work, task)))
        except OpsError:
            return str(name)

    def _width(self, task: Task) -> int:
        """The `throttle` of a task. Raises InputError for what is no whole number."""
        value = task.keyword("throttle")
        if isinstance(value, Text):
            value = self.engine.render(value, self.scope(self.owner.work(self.batch[0]), task))
        try:
            return max(int(value or 0), 0)
        except (TypeError, ValueError):
            raise InputError(f"`throttle` should be a whole number, got {value!r}", origin=task.origin) from None

    def _skips(self, task: Task, host: str) -> bool:
        return not self._is_silent(task) and self.owner.skips(self.title(task, host))

    def settings(self, target: HostWork, task: Task, scope: Scope) -> tuple[Settings, Become | None]:
        """How to reach a host for a task, and as whom to work there."""
        key = connecting.cache_key(target, task)
        if key in self._settings:
            return self._settings[key]
        if target.name != scope.get("inventory_hostname"):
            scope = self.scopes.delegated(target, task)
        found = connecting.settings(task, scope, self.options, self.engine)
        for secret in connecting.secrets_of(found):
            self.owner.secrets.add(secret)
        if key is not None:
            self._settings[key] = found
        return found

    def delegate(self, on: TaskOnHost, scope: Scope) -> HostWork | None:
        """The host that a task is delegated to, None for the host itself."""
        name = self._delegate_name(on)
        return None if name in (None, on.work.name) else self.owner.work(name)

    def _delegate_name(self, on: TaskOnHost) -> str | None:
        """None where the task is not delegated. Rendered once for each item: it may be left to chance."""
        written = on.task.keyword("delegate_to")
        if not written:
            return None
        if on.item and on.item.delegate is not None:
            return on.item.delegate
        rendered = on.render(written)
        if not rendered:
            hint = "`omit` stands for the host itself"
            raise TaskFailed(f"`delegate_to` gives no host: {written}", hint=hint, origin=on.task.origin)
        name = None if rendered is OMIT else str(rendered)
        if on.item:
            on.item.delegate = name
        return name

    def delegated_vars(self, on: TaskOnHost, scope: Scope) -> dict[str, Any]:
        """
        `ansible_delegated_vars`: the variables of the host that a task is delegated to, under its name.

        And its address, where the task's own host has none of its own, as in Ansible.
        """
        name = self._delegate_name(on)
        if name is None:
            return {}
        delegate = self.scope(self.owner.work(name), on.task).with_layer({"inventory_hostname": on.work.name})
        found: dict[str, Any] = {"ansible_delegated_vars": Lookups({name: lambda: delegate})}
        if not any("ansible_host" in layer for layer in scope.layers[:-1]):
            found["ansible_host"] = delegate["ansible_host"]
        return found

    def environment(self, task: Task, scope: Scope, gathering: bool = False) -> dict[str, str]:
        """
        The environment of a task, outermost level first.

        gathering: whether facts are gathered, so that what needs the environment among them is left out, as in Ansible.
        """
        found: dict[str, str] = {}
        for level in task.gathered("environment"):
            written = self.engine.render(level, scope) if isinstance(level, Text) else level
            for part in written if isinstance(written, list) else [written]:
                values = self.engine.render(part, scope) if isinstance(part, Text) else part
                if values is OMIT:
                    continue
                if not isinstance(values, dict):
                    raise TaskFailed(f"`environment` should be a mapping, got {values!r}", origin=task.origin)
                for name, value in values.items():
                    self._add_to_environment(found, str(name), value, scope, gathering)
        return found

    def _add_to_environment(self, found: dict[str, str], name: str, value: Any, scope: Scope, gathering: bool) -> None:
        try:
            rendered = self.engine.render(value, scope)
        except UndefinedVariable as error:
            if gathering and "ansible_env" in str(error):
                return
            raise
        if rendered is not OMIT:
            found[name] = str(rendered)

    def facts_target(self, on: TaskOnHost) -> HostWork:
        """The host whose facts a task sets."""
        if on.task.keyword("delegate_facts") is True:
            return self.delegate(on, on.scope) or on.work
        return on.work

    def learn_facts(self, on: TaskOnHost, facts: dict[str, Any]) -> Callable[[], None]:
        """Take in facts that a module returned; returns what undoes it."""
        asked = {GATHERED: True} if on.module in ("setup", "gather_facts") else {}
        return self.facts_target(on).variables.facts.update({**facts, **asked})

    def learn_secrets(self, module: str, args: dict[str, Any]) -> None:
        """Have the secret arguments of a task masked wherever they would be seen."""
        for secret in self.modules.secret_values(module, args):
            self.owner.secrets.add(secret)

    def included(self, on: TaskOnHost, inclusion: Inclusion) -> Block:
        """The block that an include brings, with the include's own variables and loop item, and its `apply`."""
        values = dict(on.task.keywords.get("vars", {}))
        if on.item is not None:
            values.update(on.item.values)

        def make() -> Block:
            origin = on.task.args_origin
            applied = {**self._applied(inclusion, origin), "include_vars": values}
            around = Block(origin=origin, keywords=applied, parent=on.task.parent)
            inclusion.fill(around)
            return around

        # Hosts that include the same with the same values share the tasks, and so run them together.
        found: Block = self.shared((id(on.task), inclusion.key, repr(plain(values))), make)
        return found

    def _applied(self, inclusion: Inclusion, origin: Origin) -> dict[str, Any]:
        apply = TextDict(inclusion.apply, origin)
        with self.loader.complete():
            return keywords.check(apply, "block", self.loader.problems)

    def alive(self) -> list[str]:
        """The hosts of the play that have neither failed nor left it."""
        away = {host for host, flow in self.flows.items() if flow.failed or flow.ended} | self.lost
        return [host for host in self.selected_hosts if host not in self.owner.gone and host not in away]

    def alive_in_batch(self) -> list[str]:
        """Those of them that are run together now."""
        alive = set(self.alive())
        return [host for host in self.batch if host in alive]

    def shared(self, key: Any, make: Callable[[], Any]) -> Any:
        """Something made once for all hosts of the play."""
        with self._lock:
            if key not in self._shared:
                self._shared[key] = make()
            return self._shared[key]

    # Facts

    def _gather_when_used(self, work: HostWork) -> None:
        if not self._knows_enough(work.name):
            work.variables.facts.gather = lambda: self._gather(work)

    def _gather(self, work: HostWork) -> None:
        task = connecting.gather_task(self.play)
        scope = self.scope(work, task)
        settings, become = self.settings(work, task, scope)
        file = library.find("setup")
        assert file is not None
        args = {name: self.engine.render(value, scope) for name, value in task.args.items()}
        environment = self.environment(task, scope, gathering=True)
        for _, result in work.run(settings, become, Request(module=file, items=[args], environment=environment)):
            if result.get("failed"):
                raise TaskFailed(f"facts could not be gathered: {result.get('msg')}")
            work.variables.facts.update({**result.get("ansible_facts", {}), GATHERED: True})


def _topics(handler: Handler) -> set[str]:
    return {known for topic in handler.topics for known in with_role_names(handler, str(topic))}
