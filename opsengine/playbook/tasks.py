"""Task lists: YAML to blocks, tasks and handlers. Problems are collected, so that one run reports all of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from opsengine.errors import InputError, near
from opsengine.playbook import keywords
from opsengine.playbook.arguments import FURTHER, RAW, is_one_template, parse, split
from opsengine.playbook.catalogue import INCLUDES, STATIC_ROLES, STATIC_TASKS, short
from opsengine.playbook.keywords import KEYWORDS
from opsengine.playbook.nodes import Block, Handler, Loop, Node, Role, Task
from opsengine.source.text import Origin, Text, TextDict, TextList, origin_of

if TYPE_CHECKING:
    from opsengine.playbook.loader import Loader


class TaskReader:
    """Reads the task lists of one file."""

    def __init__(self, loader: Loader, file: Path) -> None:
        self.loader = loader
        self.file = file

    @property
    def problems(self) -> list[InputError]:
        """Where problems are collected."""
        return self.loader.problems

    def problem(self, message: str, origin: Origin, hint: str | None = None) -> None:
        """Note that something is wrong."""
        self.problems.append(InputError(message, origin=origin, hint=hint))

    def block_of(self, items: Any, parent: Node, origin: Origin) -> Block:
        """A task list as one block without keywords of its own."""
        block = Block(origin=origin, keywords={}, parent=parent)
        block.body = self.read(items, block)
        return block

    def read(self, items: Any, parent: Node, handlers: bool = False) -> list[Any]:
        """The tasks and blocks of a list."""
        if items is None:
            return []
        if not isinstance(items, list):
            self.problem("should be a list of tasks", origin_of(items, Origin(str(self.file))))
            return []
        found: list[Any] = []
        for item in items:
            if not isinstance(item, TextDict):
                where = origin_of(item, getattr(items, "origin", Origin(str(self.file))))
                self.problem(f"a task should be a mapping, got {item!r}", where, "write it as `- name: ...`")
            elif "block" in item:
                if handlers:
                    self.problem("a block cannot be a handler", item.origin, "write its tasks as handlers of their own")
                found.append(self._block(item, parent, handlers))
            else:
                task = self._task(item, parent, handlers)
                if task is not None:
                    found.append(task)
        return found

    def _block(self, item: TextDict, parent: Node, handlers: bool) -> Block:
        found = keywords.check(item, "block", self.problems)
        block = Block(origin=item.origin, keywords=found, parent=parent)
        block.body = self.read(found.pop("block", []), block, handlers)
        block.rescue = self.read(found.pop("rescue", []), block, handlers)
        block.always = self.read(found.pop("always", []), block, handlers)
        return block

    def _task(self, item: TextDict, parent: Node, handler: bool) -> Task | Block | None:
        place = "handler" if handler else "task"
        keys = [str(key) for key in item if not str(key).startswith("with_")]
        candidates = tuple(
            key
            for key in keys
            if key not in KEYWORDS or (place not in KEYWORDS[key].on.split() and self._is_module(key))
        )
        others = tuple(key for key in item if str(key).startswith("with_"))
        found_module = self._module_key(item, place, candidates)
        own = (found_module,) if found_module is not None else candidates
        found = keywords.check(item, place, self.problems, (*others, *own))
        if found_module is None:
            return None
        module, args, origin = self._module_and_args(item, found, found_module)
        loop = self._loop(item, found, others)
        if short(module) in INCLUDES:
            self._check_include(item, found, module)
        if handler and (short(module) in (*STATIC_ROLES, "include_role") or _is_flush(module, args)):
            self.problem(f"{short(module)} cannot be a handler", item.origin)
        if short(module) in STATIC_TASKS:
            return self.import_tasks(args, found, parent, origin, handler)
        if short(module) in STATIC_ROLES:
            return self.loader.roles.imported(args, found, parent, origin)
        kind = Handler if handler else Task
        return kind(
            origin=item.origin, keywords=found, parent=parent, module=module, args=args, args_origin=origin, loop=loop
        )

    def _check_include(self, item: TextDict, found: dict[str, Any], module: str) -> None:
        for name in found:
            if name not in keywords.ON_INCLUDES:
                hint = f"to have it hold for what is included, write it below `apply` of {short(module)}"
                self.problem(f"`{name}` is not a keyword of {short(module)}", item.origin_of(name), hint)

    def _is_module(self, name: str) -> bool:
        return short(name) in STATIC_TASKS + STATIC_ROLES or self.loader.catalogue.find(name) is not None

    def _module_key(self, item: TextDict, place: str, candidates: tuple[str, ...]) -> str | None:
        actions = [key for key in ("action", "local_action") if key in item]
        known = [key for key in candidates if self._is_module(key)]
        if len(known) + len(actions) == 1:
            return (known + actions)[0]
        if len(known) + len(actions) > 1:
            both = " and ".join(f"`{key}`" for key in known + actions)
            self.problem(f"a {place} runs one module, this one has {both}", item.origin, "make two tasks of it")
        elif candidates:
            names = [*self.loader.catalogue.names(), *STATIC_TASKS, *STATIC_ROLES, *keywords.names_on(place)]
            what = "module" if len(candidates) == 1 else "module or keyword"
            for key in candidates:
                hint = near(key, names) or near(key.rpartition(".")[2], names)
                self.problem(f"unknown {what} `{key}`", item.origin_of(key), hint)
        else:
            self.problem(f"this {place} names no module", item.origin, "a task is `name: ...` and `MODULE: arguments`")
        return None

    def _module_and_args(self, item: TextDict, found: dict[str, Any], key: str) -> tuple[str, Any, Origin]:
        value = item[key]
        origin = origin_of(value, item.origin_of(key))
        module = key
        if key in ("action", "local_action"):
            found.pop(key, None)
            module, value = self._from_action(value, origin)
            if key == "local_action":
                found.setdefault("delegate_to", Text("localhost", origin))
                found.setdefault("connection", Text("local", origin))
        args = self._arguments(module, value, origin)
        extra = found.pop("args", None)
        if isinstance(extra, dict):
            args = TextDict({**extra, **args} if isinstance(args, dict) else {FURTHER: args, **extra}, origin)
        elif extra is not None:
            args = TextDict({**args, FURTHER: extra}, origin) if args else extra
        return module, self._with_text(module, args), origin

    def _with_text(self, module: str, args: Any) -> Any:
        """The arguments with the module's own name for the text that Ansible calls `_raw_params`."""
        free_form = getattr(self.loader.catalogue.find(module), "free_form", None)
        if free_form is None or not isinstance(args, TextDict) or RAW not in args:
            return args
        return TextDict({free_form if key == RAW else key: value for key, value in args.items()}, args.origin)

    def _from_action(self, value: Any, origin: Origin) -> tuple[str, Any]:
        if isinstance(value, dict):
            rest = TextDict({key: item for key, item in value.items() if key not in ("module", "args")}, origin)
            if isinstance(value.get("args"), dict):
                rest = TextDict({**value["args"], **rest}, origin)
            if "module" not in value:
                self.problem("`action` does not say its module", origin)
            return value.get("module", ""), rest
        name, _, rest_text = str(value).partition(" ")
        if "{{" in str(value):
            words = split(str(value))
            name = words[0] if words else ""
            rest_text = str(value)[len(name) :].strip()
        elif self.loader.catalogue.find(name) is None:
            self.problem(f"unknown module `{name}`", origin, near(name, self.loader.catalogue.names()))
        return Text(name, origin), Text(rest_text, origin)

    def _arguments(self, module: str, value: Any, origin: Origin) -> Any:
        if value is None:
            return TextDict((), origin)
        declared = self.loader.catalogue.find(module)
        free_form = "file" if short(module) in STATIC_TASKS else getattr(declared, "free_form", None)
        if isinstance(value, dict):
            return value
        if isinstance(value, Text):
            if free_form is None and is_one_template(value):
                return value
            known = (
                {name for own, arg in declared.arguments().items() for name in (own, *arg.aliases)}
                if declared
                else set()
            )
            try:
                return parse(value, free_form, known)
            except ValueError as error:
                if free_form is not None:
                    return TextDict({free_form: value}, origin)
                self.problem(f"the arguments of `{module}`: {error}", origin, f"see: opsengine doc {module}")
                return TextDict((), origin)
        if free_form is not None and isinstance(value, (int, float, list)):
            return TextDict({free_form: value}, origin)
        self.problem(f"the arguments of `{module}` should be a mapping, got {value!r}", origin)
        return TextDict((), origin)

    def _loop(self, item: TextDict, found: dict[str, Any], with_keys: tuple[str, ...]) -> Loop | None:
        control = found.pop("loop_control", {}) or {}
        over, lookup, origin = found.pop("loop", None), "", item.origin
        if "loop" in item:
            origin = item.origin_of("loop")
        if with_keys:
            if over is not None or len(with_keys) > 1:
                self.problem("a task has one loop", item.origin_of(with_keys[-1]), "keep one of `loop` and `with_...`")
            over, lookup = item[with_keys[0]], with_keys[0][len("with_") :]
            origin = item.origin_of(with_keys[0])
        elif over is None:
            return None
        if isinstance(control, dict):
            for key in control:
                if key not in keywords.LOOP_CONTROL:
                    where = getattr(key, "origin", origin)
                    self.problem(f"unknown key `{key}` in loop_control", where, near(str(key), keywords.LOOP_CONTROL))
            control = {str(k): v for k, v in control.items() if k in keywords.LOOP_CONTROL}
        return Loop(over=over, lookup=lookup, origin=origin, **control)

    def import_tasks(
        self, args: Any, found: dict[str, Any], parent: Node, origin: Origin, handlers: bool = False
    ) -> Block:
        """The tasks of another file, in place, as a block with the import's keywords."""
        block = Block(origin=origin, keywords=found, parent=parent)
        written = args.get("file", args.get("_raw_params", "")) if isinstance(args, dict) else ""
        name = self.loader.import_name("import_tasks", written, origin, early_layers(block))
        if name is None:
            return block
        path = self.loader.task_file(name, parent, self.file, origin)
        if path is not None:
            block.body = TaskReader(self.loader, path).read(self.loader.read(path), block, handlers)
        return block


def early_layers(node: Node) -> list[Mapping[str, Any]]:
    """The variables that the playbook itself gives at a node, strongest first: what is known before any host is."""
    lineage = list(node.lineage())
    roles = [part for part in lineage if isinstance(part, Role)]
    own = [part.keywords["vars"] for part in lineage if isinstance(part.keywords.get("vars"), dict)]
    magic = {"playbook_dir": str(node.play.file.parent.absolute())}
    if roles:
        magic |= {"role_path": str(roles[0].path), "role_name": roles[0].role_name}
    role_vars, defaults = [role.role_vars for role in roles], [role.defaults for role in roles]
    return [magic, *(role.params for role in roles), *own, *role_vars, *defaults]


def _is_flush(module: str, args: Any) -> bool:
    return short(module) == "meta" and isinstance(args, dict) and args.get("action") == "flush_handlers"


def tasks_of_file(loader: Loader, path: Path, parent: Node, handlers: bool = False) -> Block:
    """
    The tasks of a file that is included while a play runs; raises InputError with all that is wrong in it.

    handlers: whether a handler includes it.
    """
    block = Block(origin=Origin(str(path), 1, 1), keywords={}, parent=parent)
    with loader.complete():
        items = loader.read(path)
        block.body = TaskReader(loader, path).read(items if items is not None else TextList(), block, handlers)
    for number, task in enumerate(block.tasks(), 1):
        task.order = (number,)
    return block
