"""Roles: found by name, read from their folders, with their dependencies."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from opsengine.errors import InputError, near
from opsengine.playbook import keywords
from opsengine.playbook.nodes import Block, Handler, Node, Play, Role, Task
from opsengine.playbook.tasks import TaskReader, early_layers
from opsengine.source.text import Origin, Text, TextDict, origin_of

if TYPE_CHECKING:
    from opsengine.playbook.loader import Loader

SYSTEM_FOLDERS = ("~/.ansible/roles", "/usr/share/ansible/roles", "/etc/ansible/roles")
META_KEYS = ("dependencies", "galaxy_info", "allow_duplicates", "collections", "argument_specs")
IMPORT_ARGS = (
    "name",
    "role",
    "tasks_from",
    "vars_from",
    "defaults_from",
    "handlers_from",
    "allow_duplicates",
    "public",
    "rolespec_validate",
)


class RoleReader:
    """Reads roles for one loader."""

    def __init__(self, loader: Loader) -> None:
        self.loader = loader

    def read_list(self, entries: Any, parent: Play) -> list[Role]:
        """The roles of a play's `roles`, each after its dependencies, duplicates left out."""
        if not isinstance(entries, list):
            self._problem("`roles` should be a list", origin_of(entries, parent.origin))
            return []
        found: list[Role] = []
        for entry in entries:
            role = self._entry(entry, parent)
            if role is not None:
                found.append(role)
        return found

    def _problem(self, message: str, origin: Origin, hint: str | None = None) -> None:
        self.loader.problems.append(InputError(message, origin=origin, hint=hint))

    def _entry(self, entry: Any, parent: Node) -> Role | None:
        if isinstance(entry, Text):
            return self.load(str(entry), parent, {}, {}, entry.origin)
        if not isinstance(entry, TextDict):
            self._problem(f"a role should be a name or a mapping, got {entry!r}", origin_of(entry, parent.origin))
            return None
        name = entry.get("role", entry.get("name"))
        if not name:
            self._problem("this role has no name", entry.origin, "write it as `- role: NAME`")
            return None
        params = {key: value for key, value in entry.items() if key not in keywords.KEYWORDS}
        found = keywords.check(entry, "role", self.loader.problems, tuple(params))
        found.pop("role", None)
        found.pop("name", None)
        return self.load(str(name), parent, found, params, entry.origin)

    def imported(self, args: Any, found: dict[str, Any], parent: Node, origin: Origin) -> Block:
        """The block that `import_role` stands for."""
        block = Block(origin=origin, keywords=found, parent=parent)
        args = args if isinstance(args, dict) else {}
        for key in args:
            if key not in IMPORT_ARGS:
                self._problem(
                    f"import_role: unknown argument `{key}`",
                    getattr(key, "origin", origin),
                    near(str(key), IMPORT_ARGS),
                )
        layers = early_layers(block)
        name = self.loader.import_name("import_role", args.get("name", args.get("role")), origin, layers)
        files: dict[str, Any] = {"allow_duplicates": True}
        for key, value in args.items():
            files[str(key)] = self._import_argument(str(key), value, origin, layers)
        if name is None or None in files.values():
            return block
        role = self.load(name, block, {}, {}, origin, files)
        if role is not None:
            block.body = [role_block(role)]
            add_handlers(parent.play, handlers_of(role))
            parent.play.roles.append(role)
        return block

    def _import_argument(self, key: str, value: Any, origin: Origin, layers: Any) -> Any:
        """An argument of import_role, rendered; None, with a problem noted, where that cannot be."""
        if key.endswith("_from") or (isinstance(value, Text) and value.is_template):
            value = self.loader.import_name(f"{key} of import_role", value, origin, layers)
        if key in ("allow_duplicates", "public", "rolespec_validate") and value is not None:
            return str(value).strip().lower() in ("true", "yes", "on", "1", "y", "t")
        return value

    def included(self, name: str, files: dict[str, Any], around: Block) -> Role:
        """
        Read a role that is included while a play runs, below the block `around`, which gets its blocks as body.

        Raises InputError with all that is wrong in it.
        """
        with self.loader.complete():
            role = self.load(name, around, {}, {}, around.origin, files)
        assert role is not None
        around.body = [role_block(role)]
        for number, task in enumerate(around.tasks(), 1):
            task.order = (number,)
        # Handlers of an earlier include of the same role give way to these, which know this one's variables.
        new = handlers_of(role)
        replaced = {handler.origin for handler in new}
        around.play.handlers = [h for h in around.play.handlers if h.origin not in replaced]
        add_handlers(around.play, new)
        return role

    def load(
        self,
        name: str,
        parent: Node,
        found: dict[str, Any],
        params: dict[str, Any],
        origin: Origin,
        files: dict[str, Any] | None = None,
    ) -> Role | None:
        """
        Read one use of a role; None, with a problem noted, when it cannot be found.

        files: tasks_from, vars_from, defaults_from and handlers_from of an import or include.
        """
        files = files or {}
        path = self._find(name, parent, origin)
        if path is None:
            return None
        self.loader.learn_from(path)
        role = Role(origin=origin, keywords=found, parent=parent, role_name=path.name, path=path, params=dict(params))
        role.entry = repr(sorted((name, value) for name, value in files.items() if name.endswith("_from")))
        if _contains_itself(role):
            self._problem(f"role `{name}` depends on itself", origin)
            return None
        role.defaults = self._vars(path / "defaults", str(files.get("defaults_from", "main")))
        role.role_vars = self._vars(path / "vars", str(files.get("vars_from", "main")))
        self._read_meta(role)
        if "allow_duplicates" in files:
            role.allow_duplicates = files["allow_duplicates"] is not False
        role.handlers = self._handlers(role, str(files.get("handlers_from", "main")))
        entry = str(files.get("tasks_from", "main"))
        role.blocks = self._tasks(role, entry, "tasks_from" in files, origin)
        if files.get("rolespec_validate") is not False:
            role.blocks = [*self._validation(role, entry), *role.blocks]
        return role

    def _find(self, name: str, parent: Node, origin: Origin) -> Path | None:
        folders = self._folders(parent)
        candidates = [Path(name).expanduser()] if "/" in name else []
        parts = name.split(".")
        if len(parts) >= 3:
            collection = Path("ansible_collections", parts[0], parts[1], "roles", *parts[2:])
            candidates += [
                root / collection for root in (*self.loader.roots(parent), Path("~/.ansible/collections").expanduser())
            ]
        candidates += [folder / name for folder in folders]
        for candidate in candidates:
            if candidate.is_dir():
                return candidate.resolve()
        known = [path.name for folder in folders[:-1] if folder.is_dir() for path in folder.iterdir() if path.is_dir()]
        where = ", ".join(str(folder) for folder in folders)
        self._problem(f"there is no role `{name}` in {where}", origin, near(name, known))
        return None

    def _folders(self, parent: Node) -> list[Path]:
        around = next((node.path.parent for node in parent.lineage() if isinstance(node, Role)), None)
        base = self.loader.base(parent)
        system = [Path(folder).expanduser() for folder in SYSTEM_FOLDERS]
        own = [base / "roles", *([around] if around else []), *self.loader.role_folders, *system, base]
        return list(dict.fromkeys(own))

    def _main(self, folder: Path, name: str = "main") -> Path | None:
        for ending in ("", ".yml", ".yaml", ".json"):
            path = folder / f"{name}{ending}"
            if path.is_file():
                if not path.resolve().is_relative_to(folder.resolve()):
                    self._problem(f"{path} is outside of the role's folder {folder}", Origin(str(folder)))
                    return None
                return path
        return None

    def _vars(self, folder: Path, name: str) -> dict[str, Any]:
        single = self._main(folder, name)
        paths = [single] if single else []
        if not single and (folder / name).is_dir():
            paths = sorted(path for path in (folder / name).rglob("*") if path.suffix in (".yml", ".yaml", ".json"))
        found: dict[str, Any] = {}
        for path in paths:
            content = self.loader.read(path)
            if isinstance(content, dict):
                found.update(content)
            elif content is not None:
                self._problem("should be a mapping of variables", origin_of(content, Origin(str(path))))
        return found

    def _read_meta(self, role: Role) -> None:
        path = self._main(role.path / "meta")
        meta = self.loader.read(path) if path else None
        if meta is None:
            return
        if not isinstance(meta, TextDict):
            self._problem("should be a mapping", Origin(str(path)))
            return
        role.allow_duplicates = meta.get("allow_duplicates") is True
        for entry in meta.get("dependencies") or []:
            dependency = self._entry(entry, role)
            if dependency is not None:
                role.dependencies.append(dependency)

    def _validation(self, role: Role, entry: str) -> list[Block]:
        """The task that checks the role's parameters, where it says what they should be."""
        specs = self._specs(role)
        spec = specs.get(entry.removesuffix(".yml").removesuffix(".yaml"))
        if not isinstance(spec, dict):
            return []
        said = spec.get("short_description")
        name = f"Validating arguments against arg spec '{entry}'" + (f" - {said}" if said else "")
        origin = origin_of(spec, role.origin)
        block = Block(origin=origin, keywords={}, parent=role)
        context = {"type": "role", "name": role.role_name, "argument_spec_name": entry, "path": str(role.path)}
        args = TextDict({"argument_spec": spec.get("options") or {}, "validate_args_context": context}, origin)
        block.body = [
            Task(
                origin=origin,
                keywords={"name": name, "tags": ["always"]},
                parent=block,
                module="validate_argument_spec",
                args=args,
                args_origin=origin,
            )
        ]
        return [block]

    def _specs(self, role: Role) -> dict[str, Any]:
        """What a role says of its parameters, {entry point: specification}."""
        own = self._main(role.path / "meta", "argument_specs")
        for path in (own, self._main(role.path / "meta")):
            content = self.loader.read(path) if path else None
            if isinstance(content, dict) and isinstance(content.get("argument_specs"), dict):
                return dict(content["argument_specs"])
        return {}

    def _handlers(self, role: Role, name: str) -> list[Any]:
        path = self._main(role.path / "handlers", name)
        if path is None:
            return []
        reader = TaskReader(self.loader, path)
        return flat(reader.read(self.loader.read(path), role, handlers=True))

    def _tasks(self, role: Role, name: str, asked: bool, origin: Origin) -> list[Block]:
        path = self._main(role.path / "tasks", name)
        if path is None:
            if asked:
                self._problem(f"role `{role.role_name}` has no tasks/{name}.yml", origin)
            return []
        reader = TaskReader(self.loader, path)
        return [reader.block_of(self.loader.read(path), role, Origin(str(path), 1, 1))]


def _contains_itself(role: Role) -> bool:
    """Whether a role stands below the same use of itself; what is included while the play runs may."""
    for node in list(role.lineage())[1:]:
        if isinstance(node, Role) and (node.path, node.entry) == (role.path, role.entry):
            return True
        if "include_vars" in node.keywords:
            return False
    return False


def flat(nodes: list[Any]) -> list[Any]:
    """Handlers out of the blocks they may stand in."""
    return [task for node in nodes for task in (node.tasks() if isinstance(node, Block) else (node,))]


def role_block(role: Role) -> Block:
    """A role's tasks, those of its dependencies first."""
    before = [role_block(dependency) for dependency in role.dependencies]
    return Block(origin=role.origin, keywords={}, parent=role, body=[*before, *role.blocks], use_of=role)


def add_handlers(play: Play, handlers: list[Handler]) -> None:
    """Put handlers behind those that a play has."""
    place = max((handler.order[0] for handler in play.handlers), default=-1) + 1
    for number, handler in enumerate(handlers, place):
        handler.order = (number,)
    play.handlers = [*play.handlers, *handlers]


def handlers_of(role: Role) -> list[Any]:
    """A role's handlers, those of its dependencies first."""
    return [handler for dependency in role.dependencies for handler in handlers_of(dependency)] + role.handlers
