"""Playbook files: YAML to plays. All problems of a playbook, its roles and imported files are reported at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from opsengine.config import config
from opsengine.errors import InputError, OpsError, near
from opsengine.playbook import keywords
from opsengine.playbook.catalogue import Catalogue, short
from opsengine.playbook.nodes import Block, Node, Play, Playbook, Role
from opsengine.playbook.roles import RoleReader, flat, handlers_of, role_block
from opsengine.playbook.tasks import TaskReader
from opsengine.source.text import Origin, Text, TextDict, TextList
from opsengine.source.yaml import load_file

SET_FOR_PLAYS = {"any_errors_fatal": "ANSIBLE_ANY_ERRORS_FATAL", "no_log": "ANSIBLE_NO_LOG"}
"""Keywords that a setting gives to every play that does not say otherwise."""
SECTIONS = ("pre_tasks", "tasks", "post_tasks")
NOTHING: Mapping[str, Any] = {}
Render = Callable[[Text, Sequence[Mapping[str, Any]]], Any]


class Loader:
    """
    Reads playbooks. `problems` collects what is wrong; `load` raises it all as one InputError.

    role_folders: further folders to look for roles in. render: renders the name of what is imported with the variables
    that are known before any host is (layers, strongest first); raises OpsError. learn: called once with the folder of
    each playbook and role, for the filters and tests in it; raises OpsError.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        role_folders: tuple[Path, ...] = (),
        render: Render | None = None,
        learn: Callable[[Path], None] = lambda folder: None,
    ) -> None:
        self.catalogue = catalogue
        self.role_folders = role_folders
        self.render = render
        self._learn = learn
        self._learnt: set[Path] = set()
        self.problems: list[InputError] = []
        self.roles = RoleReader(self)
        self._files: dict[Path, Any] = {}
        self._lock = threading.RLock()

    def learn_from(self, folder: Path) -> None:
        """Take in the filters and tests that the folder of a playbook or role brings along."""
        if folder in self._learnt:
            return
        self._learnt.add(folder)
        try:
            self._learn(folder)
        except InputError as error:
            self.problems.append(error)

    def load(self, path: Path | str) -> Playbook:
        """Read a playbook and everything it names statically; raises InputError with every problem found."""
        playbook = self.load_leniently(path)
        if self.problems:
            raise InputError.of(self.problems)
        return playbook

    def load_leniently(self, path: Path | str) -> Playbook:
        """As `load`, but leaves the problems in `problems`."""
        path = Path(path)
        self.learn_from(path.parent)
        return Playbook(path, self._plays(path, {}))

    @contextmanager
    def complete(self) -> Iterator[None]:
        """Read something further, an include; all that is found wrong with it is raised as one InputError."""
        with self._lock:
            before, self.problems = self.problems, []
            try:
                yield
                if self.problems:
                    raise InputError.of(self.problems)
            finally:
                self.problems = before

    def read(self, path: Path) -> Any:
        """The value of a YAML file, read once; a file that is not YAML is a problem and gives None."""
        if path not in self._files:
            try:
                self._files[path] = load_file(path)
            except InputError as error:
                self.problems.append(error)
                self._files[path] = None
        return self._files[path]

    def base(self, node: Node) -> Path:
        """The folder of the playbook that a node belongs to."""
        return node.play.file.parent

    def roots(self, node: Node) -> list[Path]:
        """The folders that may hold `ansible_collections`."""
        base = self.base(node)
        return [base, base / "collections"]

    def import_name(self, what: str, value: Any, origin: Origin, layers: Sequence[Mapping[str, Any]]) -> str | None:
        """The name of what an import names, rendered; None, with a problem noted, where there is none."""
        try:
            if isinstance(value, Text) and value.is_template and self.render is not None:
                value = self.render(value, layers)
        except OpsError as error:
            hint = "at an import only what the play and the command line say is known; an include knows all variables"
            self.problems.append(InputError(f"the name of {what}: {error.message}", origin=origin, hint=hint))
            return None
        if isinstance(value, bool) or (
            value and isinstance(value, str) and not (isinstance(value, Text) and value.is_template)
        ):
            return str(value)
        self.problems.append(InputError(f"{what} needs a name", origin=origin))
        return None

    def task_file(self, name: str, parent: Node, beside: Path, origin: Origin) -> Path | None:
        """A file of tasks: beside the file that names it, in the role's tasks, in the playbook's folder."""
        role = parent.role
        folders = [beside.parent, *([role.path / "tasks", role.path] if role else []), self.base(parent)]
        for folder in folders:
            path = folder / name
            if path.is_file():
                return path
        looked = ", ".join(str(folder) for folder in dict.fromkeys(folders))
        self.problems.append(
            InputError(f"there is no file `{name}` in {looked}", origin=origin, hint=_near_file(name, folders))
        )
        return None

    def _plays(self, path: Path, given: dict[str, Any]) -> list[Play]:
        """The plays of a file. given: the variables that come with its import."""
        items = self.read(path)
        if not items and isinstance(items, (type(None), TextList)):
            if not self.problems:
                hint = "begin it with `- hosts: ...`"
                self.problems.append(
                    InputError("a playbook needs at least one play", origin=Origin(str(path)), hint=hint)
                )
            return []
        if not isinstance(items, TextList):
            self.problems.append(
                InputError(
                    "a playbook should be a list of plays",
                    origin=Origin(str(path), 1, 1),
                    hint="begin it with `- hosts: ...`",
                )
            )
            return []
        plays: list[Play] = []
        for item in items:
            if not isinstance(item, TextDict):
                self.problems.append(
                    InputError(
                        f"a play should be a mapping, got {item!r}", origin=getattr(item, "origin", items.origin)
                    )
                )
            elif any(short(str(key)) == "import_playbook" for key in item):
                plays += self._imported(item, path, given)
            else:
                plays.append(self.play_of(item, path, given))
        return plays

    def _imported(self, item: TextDict, path: Path, given: dict[str, Any]) -> list[Play]:
        key = next(key for key in item if short(str(key)) == "import_playbook")
        allowed = ("name", "vars", "tags", "when")
        for other in item:
            if other != key and other not in allowed:
                self.problems.append(
                    InputError(
                        f"`{other}` is not a keyword of import_playbook",
                        origin=item.origin_of(other),
                        hint=near(str(other), allowed),
                    )
                )
        variables = item.get("vars") or {}
        name = self.import_name("import_playbook", item[key], item.origin_of(key), [variables])
        target = self._playbook(name, path) if name else None
        if target is None:
            return []
        if not target.is_file():
            self.problems.append(InputError(f"there is no playbook {target}", origin=item.origin_of(key)))
            return []
        plays = self._plays(target, {**variables, **given})
        for play in plays:
            if item.get("tags"):
                tags = keywords.typed("tags", item["tags"])
                play.keywords["tags"] = TextList([*tags, *play.keywords.get("tags", [])], item.origin)
            if item.get("when") is not None:
                play.keywords["when"] = item["when"]
        return plays

    def _playbook(self, name: str, path: Path) -> Path:
        """The file of a playbook: beside the one that names it, or by its full name in a collection."""
        parts = name.split(".")
        if len(parts) > 2 and "/" not in name and parts[-1] not in ("yml", "yaml"):
            folder = Path("ansible_collections", *parts[:2], "playbooks", *parts[2:])
            for root in (path.parent, path.parent / "collections", Path("~/.ansible/collections").expanduser()):
                for ending in (".yml", ".yaml"):
                    if (found := root / folder.with_name(folder.name + ending)).is_file():
                        return found
        return path.parent / name

    def play_of(self, item: TextDict, path: Path, given: Mapping[str, Any] = NOTHING) -> Play:
        """
        One play as written in a file; what is wrong with it is added to `problems`.

        given: the variables that come with the import of the file.
        """
        found = keywords.check(item, "play", self.problems)
        if given:
            found["vars"] = {**found.get("vars", {}), **given}
        for name, setting in SET_FOR_PLAYS.items():
            if config().truth(setting):
                found.setdefault(name, True)
        if "hosts" not in item:
            self.problems.append(
                InputError("this play does not say its `hosts`", origin=item.origin, hint=self._misspelt(item, "hosts"))
            )
        elif found.get("hosts") in (None, [], [""]):
            self.problems.append(InputError("`hosts` is empty", origin=item.origin_of("hosts"), hint="name a pattern"))
        play = Play(origin=item.origin, keywords=found, file=path, hosts=found.get("hosts", []))
        play.handlers = []
        reader = TaskReader(self, path)
        handlers = flat(reader.read(found.pop("handlers", None), play, handlers=True))
        roles = self.roles.read_list(found.pop("roles", []) or [], play)
        play.roles = roles + play.roles
        parts: dict[str, list[Block]] = {}
        for section in SECTIONS:
            items = found.pop(section, None)
            parts[section] = [reader.block_of(items, play, item.origin_of(section))] if items else []
        in_roles = [role_block(role) for role in roles]
        play.sections = [parts["pre_tasks"], in_roles + parts["tasks"], parts["post_tasks"]]
        # As in Ansible, the play's own handlers come first, and a later handler of the same name wins.
        play.handlers = [handler for role in roles for handler in handlers_of(role)] + play.handlers + handlers
        for number, task in enumerate(play.tasks(), 1):
            task.order = (number,)
        for number, handler in enumerate(play.handlers):
            handler.order = (number,)
        return play

    def _misspelt(self, item: TextDict, name: str) -> str | None:
        near_key = next((key for key in item if near(name, [str(key)])), None)
        return f"did you mean `{name}` for `{near_key}`?" if near_key else None


def _near_file(name: str, folders: list[Path]) -> str | None:
    known = [path.name for folder in folders if folder.is_dir() for path in folder.glob("*.y*ml")]
    return near(Path(name).name, known)


def roles_of(play: Play) -> list[Role]:
    """Every role of a play, dependencies before the roles that need them."""

    def deep(role: Role) -> list[Role]:
        return [found for dependency in role.dependencies for found in deep(dependency)] + [role]

    return [found for role in play.roles for found in deep(role)]
