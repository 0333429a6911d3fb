"""A run: playbooks over an inventory, from the first event to the last."""

from __future__ import annotations

import functools
import getpass
import itertools
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from opsengine.config import config, role_folders
from opsengine.errors import InputError, OpsError, TaskFailed, UsageError, near
from opsengine.events import Notice, PlaySkipped, PlayStarted, RunEnded, RunStarted
from opsengine.execution.catalogue import Modules
from opsengine.execution.exitcodes import FAILED, INTERRUPTED, OK, UNREACHABLE
from opsengine.execution.flow import HostFailed, beginnings, begins_at
from opsengine.execution.host import HostWork
from opsengine.execution.options import Options
from opsengine.execution.play import PlayRun
from opsengine.execution.scopes import early_renderer, learner
from opsengine.execution.stats import Stats
from opsengine.inventory.load import load_inventory
from opsengine.inventory.model import Host, Inventory
from opsengine.inventory.patterns import ordered, select
from opsengine.inventory.variables import VarsFolders, combine
from opsengine.playbook.loader import Loader
from opsengine.playbook.nodes import Play, Playbook, Task
from opsengine.reporting.bus import Bus
from opsengine.source.text import Text
from opsengine.templating.engine import Engine
from opsengine.templating.functions import equipped_engine
from opsengine.templating.lazy import OMIT
from opsengine.templating.scope import Scope
from opsengine.variables.cache import configured
from opsengine.variables.host import Facts, HostVariables
from opsengine.vault import keyring


class Run:
    """One run. `secrets` of the bus is where values to be masked are told."""

    def __init__(self, options: Options, inventory: Inventory, bus: Bus, engine: Engine | None = None) -> None:
        self.options = options
        self.inventory = inventory
        self.bus = bus
        self.secrets = bus.secrets
        self.modules = Modules()
        self.engine = engine or equipped_engine()
        early = early_renderer(self.engine, options.extra_vars)
        self.loader = Loader(self.modules, role_folders(), early, learner(self.engine))
        self.stats = Stats()
        self.stopping = threading.Event()
        self.stepping = options.step
        self.gone: set[str] = set()
        self.waiting = options.start_at is not None
        """Whether the task to begin at is still to come."""
        self.unreachable: set[str] = set()
        self.beside_playbook = VarsFolders()
        self._place: tuple[Playbook, Path] | None = None
        self.fact_cache = configured(config())
        self._changes: list[Callable[[], object]] = []
        """What add_host and group_by have done to the inventory, for when it is read again."""
        self._works: dict[str, HostWork] = {}
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)

    def play_all(self, playbooks: Sequence[Playbook], command: Sequence[str] = ()) -> int:
        """Run playbooks that have been loaded, in turn; returns the exit code (opsengine.execution.exitcodes)."""
        began = time.monotonic()
        self._find_beginning(playbooks)
        self._read_ahead(playbooks)
        self._flush_cache()
        self.bus.emit(
            RunStarted(
                playbooks=[str(playbook.path) for playbook in playbooks],
                command=list(command),
                check=self.options.check,
                diff=self.options.diff,
                inventory=list(self.options.inventory),
            )
        )
        pool = ThreadPoolExecutor(max_workers=self.options.forks, thread_name_prefix="host")
        interrupted = False
        try:
            for playbook in playbooks:
                if not all(self._play_in_place(play, playbook, pool) for play in playbook.plays):
                    break
        except KeyboardInterrupt:
            interrupted = True
            self.stopping.set()
        finally:
            self._finish(pool)
        code = INTERRUPTED if interrupted else self._exit_code()
        stats = self.stats.of_hosts()
        seconds = time.monotonic() - began
        self.bus.emit(
            RunEnded(
                stats=stats,
                seconds=seconds,
                exit_code=code,
                interrupted=interrupted,
                check=self.options.check,
                custom=self.stats.custom,
            )
        )
        return code

    def _find_beginning(self, playbooks: Sequence[Playbook]) -> None:
        """Raise UsageError where the task to begin at is in none of the playbooks."""
        wanted = self.options.start_at
        if wanted is None:
            return
        plays = [play for playbook in playbooks for play in playbook.plays]
        if not any(self._begins_in(play) for play in plays):
            hint = near(wanted, [task.name for play in plays for task in beginnings(play) if task.name])
            hint = hint or "not within a rescue, nor what is included while running; --list-tasks shows what there is"
            raise UsageError(f"there is no task `{wanted}` to begin at", hint=hint)

    def _begins_in(self, play: Play) -> bool:
        """Whether the task to begin at is in a play, and is asked for."""
        return any(begins_at(self.options.start_at, task) and self.selected(task) for task in beginnings(play))

    def _read_ahead(self, playbooks: Sequence[Playbook]) -> None:
        """Raise InputError for wrong variable files and vault passwords of any play before the first one begins."""
        problems: list[InputError] = []
        for playbook in playbooks:
            hosts = {
                name: host
                for play in playbook.plays
                for name in self.hosts_of(play)
                if (host := self.inventory.host(name))
            }
            groups = {group.name for host in hosts.values() for group in self.inventory.groups_of(host)}
            beside = {play.file.parent for play in playbook.plays}
            for folders in (self.inventory.folders, *(VarsFolders([folder]) for folder in sorted(beside))):
                try:
                    folders.preload(groups, hosts)
                except InputError as problem:
                    problems.append(problem)
        if problems:
            raise InputError.of(problems)
        keyring.current().verify()

    def _play_in_place(self, play: Play, playbook: Playbook, pool: ThreadPoolExecutor) -> bool:
        """Run a play with the group_vars and host_vars beside its file; whether the run goes on."""
        if self._place != (playbook, play.file.parent):
            self._place = (playbook, play.file.parent)
            self.beside_playbook = VarsFolders([play.file.parent])
            self._learn_anew(list(self._works))
        return self._play(play, pool)

    def _finish(self, pool: ThreadPoolExecutor) -> None:
        works = list(self._works.values())
        if self.stopping.is_set():
            for work in works:
                work.disconnect()
        pool.shutdown(wait=True, cancel_futures=True)
        closers = [threading.Thread(target=work.disconnect) for work in works]
        for closer in closers:
            closer.start()
        for closer in closers:
            closer.join()

    def _exit_code(self) -> int:
        if self.unreachable:
            return UNREACHABLE
        return FAILED if self.gone else OK

    def _play(self, play: Play, pool: ThreadPoolExecutor) -> bool:
        hosts = self.hosts_of(play)
        remaining = [host for host in hosts if host not in self.gone]
        if not remaining:
            reason = "no host matches its pattern" if not hosts else "every host has failed before"
            self.bus.emit(PlaySkipped(play=self.title(play), reason=reason, origin=play.origin))
            return True
        if self.waiting and not self._begins_in(play):
            reason = "the task to begin at is not in it"
            self.bus.emit(PlaySkipped(play=self.title(play), reason=reason, origin=play.origin))
            return True
        self.stats.expect(remaining)
        play_run = PlayRun(self, play, self.selected_by(play))
        batches = batch_sizes(self.engine.render(play.keywords.get("serial"), play_run.scopes.of_play()), hosts)
        for number, batch in enumerate(batches, 1):
            # As in Ansible, hosts that have failed before keep their places in the batches.
            left = [host for host in batch if host not in self.gone]
            if not left:
                continue
            name = self.title(play)
            self.bus.emit(PlayStarted(play=name, hosts=left, origin=play.origin, batch=(number, len(batches))))
            failed = play_run.run_batch(left, len(batch), pool)
            self._bury(failed)
            if self.stopping.is_set():
                return False
            if play_run.ended:
                break
            if len(failed) == len(batch) or play_run.broken_off:
                return False
        self.waiting = False
        return True

    def _bury(self, failed: dict[str, HostFailed]) -> None:
        self.gone.update(failed)
        for host, reason in failed.items():
            if reason.unreachable:
                self.unreachable.add(host)

    def title(self, play: Play) -> str:
        """The play's name, its pattern where it has none; rendered, or as it was written where that fails."""
        name = play.keywords.get("name") or ",".join(str(part) for part in play.hosts)
        try:
            return str(self.engine.render(Text(name, play.origin), self._early_scope(play)))
        except OpsError:
            return str(name)

    def pattern_of(self, play: Play) -> list[str]:
        """The parts of a play's pattern, rendered with what is known before any host is."""
        rendered = self.engine.render(play.hosts, self._early_scope(play))
        return [str(part) for item in rendered for part in (item if isinstance(item, list) else [item])]

    def _early_scope(self, play: Play) -> Scope:
        return Scope(self.engine, [self.options.extra_vars, play.keywords.get("vars", {})])

    def hosts_of(self, play: Play) -> list[str]:
        """The names of the hosts that a play's pattern and --limit select, in the play's order."""
        order = self.engine.render(play.keywords.get("order", "inventory"), self._early_scope(play))
        return [host.name for host in ordered(self._selected(play), "inventory" if order is OMIT else order)]

    def selected_by(self, play: Play) -> list[str]:
        """The names of those hosts in the order of the pattern and the inventory."""
        return [host.name for host in self._selected(play)]

    def _selected(self, play: Play) -> list[Host]:
        return select(self.inventory, ",".join(self.pattern_of(play)), self.options.limit)

    def work(self, name: str) -> HostWork:
        """The work of a host, made when it is first asked for; of a name not in the inventory too (delegate_to)."""
        with self._lock:
            if name not in self._works:
                variables = HostVariables(self._inventory_variables(name), self._facts(name))
                self._works[name] = HostWork(name, variables, self.options.silence)
            return self._works[name]

    def _facts(self, name: str) -> Facts:
        """What is known of a host: nothing yet, or what an earlier run has kept."""
        cache = self.fact_cache
        if cache is None:
            return Facts()
        return Facts(cache.read(name), functools.partial(cache.write, name))

    def _flush_cache(self) -> None:
        """Forget what earlier runs have kept of any host, whether or not it takes part in this one."""
        if self.options.flush_cache and self.fact_cache is not None:
            for name in self.inventory.hosts:
                self.fact_cache.forget(name)

    def _inventory_variables(self, name: str) -> dict[str, Any]:
        host = self.inventory.host(name)
        if host is None:
            return {"ansible_host": name}
        found: dict[str, Any] = {}
        for _, variables in self.inventory.host_vars_layers(host, self.beside_playbook):
            combine(found, variables)
        return found

    def group_names(self) -> dict[str, list[str]]:
        """{group: names of its hosts}."""
        return self.inventory.group_members()

    def groups_of(self, name: str) -> list[str]:
        """The names of a host's groups, `all` excepted."""
        host = self.inventory.host(name)
        if host is None:
            return []
        return sorted(group.name for group in self.inventory.groups_of(host) if group.name != "all")

    def host_source(self, name: str) -> tuple[str | None, str | None]:
        """The inventory source that a host comes from, and its folder."""
        host = self.inventory.host(name)
        return (host.inventory_file, host.inventory_dir) if host else (None, None)

    def add_host(self, name: str, groups: Sequence[str], variables: Mapping[str, Any]) -> bool:
        """Add a host to the inventory for the rest of the run; whether that changed anything."""
        return self._change([name], lambda: self.inventory.add_host_while_running(name, groups, variables))

    def group_host(self, name: str, group: str, parents: Sequence[str]) -> bool:
        """Put a host into a group for the rest of the run; whether that changed anything."""
        if self.inventory.host(name) is None:
            raise TaskFailed(f"{name} is not in the inventory, so it can be in no group of it")
        return self._change([name], lambda: self._group(name, group, parents))

    def _group(self, name: str, group: str, parents: Sequence[str]) -> bool:
        host = self.inventory.host(name)
        return host is not None and self.inventory.group_host_while_running(host, group, parents)

    def _change(self, names: Sequence[str], change: Callable[[], bool]) -> bool:
        with self._lock:
            changed = change()
            self._changes.append(change)
            self._learn_anew(names)
        return changed

    def refresh_inventory(self) -> None:
        """Read the inventory's sources again; what tasks have added to it stays."""
        with self._lock:
            self.inventory = load_inventory(self.options.inventory, extra_vars=self.options.extra_vars)
            for change in self._changes:
                change()
            self._learn_anew(list(self._works))

    def _learn_anew(self, names: Iterable[str]) -> None:
        for name in names:
            if name in self._works:
                self._works[name].variables.inventory = self._inventory_variables(name)
                self._works[name].variables.connection_version += 1

    def ask(self, prompt: str, echo: bool = True) -> str:
        """Ask the person at the terminal; what is typed hidden is masked in every output."""
        self.bus.emit(Notice(message=prompt, level="question"))
        try:
            if echo:
                return input()
            typed = getpass.getpass("")
        except (EOFError, OSError) as error:
            hint = "-e NAME=VALUE gives an answer beforehand"
            raise InputError(f"nobody has answered `{prompt}`: {error or 'the input has ended'}", hint=hint) from None
        self.secrets.add(typed)
        return typed

    def skips(self, title: str) -> bool:
        """Whether the person at the terminal wants a task left out (`--step`)."""
        if not self.stepping:
            return False
        answer = self.ask(f"Perform task: {title} (N)o/(y)es/(c)ontinue: ").strip().lower()
        self.stepping = answer not in ("c", "continue")
        return self.stepping and answer not in ("y", "yes")

    def next_number(self) -> int:
        """A number for a task, unique in the run."""
        return next(self._numbers)

    def selected(self, task: Task) -> bool:
        """Whether a task's tags are asked for; templates among them know what is known before any host is."""
        tags = task.tags
        if any(isinstance(tag, Text) and tag.is_template for tag in task.written_tags):
            rendered = self.engine.render(task.written_tags, self._early_scope(task.play))
            tags = frozenset(str(tag) for item in rendered for tag in (item if isinstance(item, list) else [item]))
        return tags_ask_for(tags, set(self.options.tags or ("all",)), set(self.options.skip_tags))

    def warn(self, message: str) -> None:
        """Tell the person who runs it something."""
        self.bus.emit(Notice(message=message))


def tags_ask_for(own: frozenset[str], only: set[str], skip: set[str]) -> bool:
    """Whether a task with its own tags runs under --tags and --skip-tags."""
    tags = own or frozenset(("untagged",))
    tagged = tags != {"untagged"}
    wanted = (
        "always" in tags
        or ("all" in only and "never" not in tags)
        or bool(tags & only)
        or ("tagged" in only and tagged and "never" not in tags)
    )
    if not wanted:
        return False
    if "all" in skip:
        return "always" in tags and "always" not in skip
    return not (tags & skip or ("tagged" in skip and tagged))


def batch_sizes(serial: Any, hosts: list[str]) -> list[list[str]]:
    """The hosts in the batches that `serial` asks for: a number, a percentage, or a list of both."""
    sizes = [
        _size(item, len(hosts))
        for item in (serial if isinstance(serial, list) else [serial])
        if item and item is not OMIT
    ]
    sizes = [size for size in sizes if size > 0]
    if not sizes:
        return [hosts]
    batches, rest, turn = [], hosts, 0
    while rest:
        size = sizes[min(turn, len(sizes) - 1)]
        batches.append(rest[:size])
        rest, turn = rest[size:], turn + 1
    return batches


def _size(item: Any, total: int) -> int:
    text = str(item).strip()
    try:
        if text.endswith("%"):
            return max(1, int(total * float(text[:-1]) / 100))
        return int(text)
    except ValueError:
        raise InputError(f"`serial` should be a number or a percentage, got {item!r}") from None
