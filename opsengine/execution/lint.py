"""
Checks a playbook as a whole, without a host: modules, arguments, templates, conditions, handlers, files.

What depends on variables is left to the run; everything else is found here, all of it at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from opsengine.config import config
from opsengine.errors import InputError, OpsError, near
from opsengine.execution import prompts
from opsengine.execution.actions.base import ControllerModule
from opsengine.execution.files import ControllerFiles
from opsengine.playbook.arguments import FURTHER, RAW
from opsengine.playbook.catalogue import short
from opsengine.playbook.loader import Loader
from opsengine.playbook.nodes import Block, Handler, Node, Play, Playbook, Task, with_role_names
from opsengine.source.text import Origin, Text, TextDict
from opsengine.templating.engine import Engine
from opsengine.templating.lazy import has_templates
from opsengine.templating.scope import Scope

from modules.kit.args import bind  # isort: skip - importable once actions.base has been read

CONDITIONS = ("when", "changed_when", "failed_when", "until")
FILE_FOLDERS = {"copy": ("src", "files"), "template": ("src", "templates"), "include_tasks": ("file", "tasks")}


def checked(loader: Loader, engine: Engine, paths: Sequence[Path]) -> list[Playbook]:
    """The playbooks, read and found without a problem; raises InputError with every problem of all of them."""
    playbooks, problems = examine(loader, engine, paths)
    if problems:
        raise InputError.of(problems)
    return playbooks


def examine(loader: Loader, engine: Engine, paths: Sequence[Path]) -> tuple[list[Playbook], list[InputError]]:
    """The playbooks, and every problem found in them."""
    playbooks = [loader.load_leniently(path) for path in paths]
    checker = _Checker(loader, engine)
    for playbook in playbooks:
        for play in playbook.plays:
            checker.play(play)
    return playbooks, loader.problems + checker.problems


def check_play(loader: Loader, engine: Engine, play: Play) -> None:
    """Check a play that stands in no file; raises InputError with every problem."""
    checker = _Checker(loader, engine)
    checker.play(play)
    problems = loader.problems + checker.problems
    if problems:
        raise InputError.of(problems)


class _Checker:
    def __init__(self, loader: Loader, engine: Engine) -> None:
        self.loader = loader
        self.engine = engine
        self.problems: list[InputError] = []
        self._seen: set[int] = set()

    def problem(self, message: str, origin: Origin, hint: str | None = None) -> None:
        self.problems.append(InputError(message, origin=origin, hint=hint))

    def play(self, play: Play) -> None:
        self.keywords(play)
        self.problems += prompts.problems(play)
        known = self._known_handlers(play)
        for task in (*play.tasks(), *play.handlers):
            for node in task.lineage():
                if id(node) not in self._seen:
                    self._seen.add(id(node))
                    self.keywords(node)
            self.arguments(task)
            self.place(task)
            if not _may_fail(task):
                self.templates(task.args, self._unrendered(task))
                if task.loop is not None:
                    self.templates(task.loop.over)
            self.file(task)
            if known is not None:
                self.notifications(task, known)

    def keywords(self, node: Node) -> None:
        for name, value in node.keywords.items():
            if isinstance(node, (Task, Block)) and _may_fail(node):
                continue
            if name in CONDITIONS:
                for test in value if isinstance(value, list) else [value]:
                    self.condition(test, node.origin)
            elif name != "vars":
                self.templates(value)

    def _unrendered(self, task: Task) -> tuple[str, ...]:
        kind = self.loader.catalogue.find(task.module)
        return kind.unrendered if isinstance(kind, type) and issubclass(kind, ControllerModule) else ()

    def arguments(self, task: Task) -> None:
        kind = self.loader.catalogue.find(task.module)
        if kind is None or not isinstance(task.args, TextDict) or FURTHER in task.args or _may_fail(task):
            return
        if getattr(kind, "open_ended", False) and RAW not in task.args:
            return
        _, problems = bind(kind.arguments(), dict(task.args), kind, has_templates)
        defaults = task.gathered("module_defaults")
        for problem in problems:
            name = problem["argument"]
            if defaults and ("missing" in problem["message"] or "required" in problem["message"]):
                continue
            where = task.args.origin_of(name) if name in task.args else task.args_origin
            hint = f"see: opsengine doc {short(task.module)}"
            self.problem(f"{short(task.module)}: {name}: {problem['message']}", where, hint)

    def place(self, task: Task) -> None:
        """What a task may only do where it stands in a role."""
        ends_role = isinstance(task.args, dict) and task.args.get("action") == "end_role"
        if short(task.module) == "meta" and ends_role and (task.role is None or isinstance(task, Handler)):
            self.problem("`end_role` can only be used in the tasks of a role", task.origin)

    def templates(self, value: Any, conditions: tuple[str, ...] = ()) -> None:
        for text in _texts(value, conditions):
            if text.is_template:
                self.syntax(text)

    def condition(self, test: Any, origin: Origin) -> None:
        if isinstance(test, Text):
            self.syntax(test, condition=True)

    def syntax(self, text: Text, condition: bool = False) -> None:
        error = self.engine.syntax_error(text, condition)
        if error is not None:
            self.problem(error.message, error.origin or text.origin, error.hint)

    def file(self, task: Task) -> None:
        named = FILE_FOLDERS.get(short(task.module))
        if (
            named is None
            or not isinstance(task.args, dict)
            or task.loop is not None
            or task.conditions
            or _may_fail(task)
        ):
            return
        argument, folder = named
        name = task.args.get(argument)
        if (
            not isinstance(name, Text)
            or name.is_template
            or str(task.args.get("remote_src", "no")).lower() in ("yes", "true")
        ):
            return
        try:
            ControllerFiles(task.play, task, Scope(self.engine, [])).find_file(folder, str(name))
        except OpsError as error:
            self.problem(error.message, name.origin, error.hint)

    def _known_handlers(self, play: Play) -> set[str] | None:
        """The names that handlers may be notified by; None where some are only known when the play runs."""
        names, templated = _handler_names(play.handlers)
        dynamic = any(short(task.module) == "include_role" for task in play.tasks())
        return None if templated or dynamic else names

    def notifications(self, task: Task, names: set[str]) -> None:
        if not config().truth("ANSIBLE_ERROR_ON_MISSING_HANDLER", default=True):
            return
        for name in task.keywords.get("notify", []):
            if isinstance(name, Text) and not name.is_template and name not in names:
                hint = near(name, names) or ("this play has no handlers" if not names else None)
                self.problem(f"there is no handler `{name}`", name.origin, hint)


def _may_fail(task: Task | Block) -> bool:
    """Whether the playbook itself deals with a failure of the task or block: then it is left to the run."""
    return any(
        "ignore_errors" in node.keywords or "failed_when" in node.keywords or (isinstance(node, Block) and node.rescue)
        for node in task.lineage()
    )


def _handler_names(handlers: Iterable[Handler]) -> tuple[set[str], bool]:
    names: set[str] = set()
    templated = False
    for handler in handlers:
        for name in (handler.keywords.get("name", ""), *handler.topics):
            templated = templated or (isinstance(name, Text) and name.is_template)
            names |= with_role_names(handler, str(name))
    return names - {""}, templated


def _texts(value: Any, without: tuple[str, ...] = ()) -> Iterator[Text]:
    if isinstance(value, Text):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            if key not in without:
                yield from _texts(key)
                yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
