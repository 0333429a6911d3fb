"""
What a playbook is made of. A node holds its keywords as written; what it inherits it asks its parents for.

    Playbook > Play > Block > Task
                 └── Role > Block > Task
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from opsengine.source.text import Origin


@dataclass(eq=False, kw_only=True)
class Node:
    """A play, role, block or task; `keywords` are those written on it."""

    origin: Origin
    keywords: dict[str, Any]
    parent: Node | None = None

    @property
    def name(self) -> str:
        """The name as written, empty where there is none."""
        return str(self.keywords.get("name", ""))

    def lineage(self) -> Iterator[Node]:
        """This node and all above it, innermost first."""
        node: Node | None = self
        while node is not None:
            yield node
            node = node.parent

    def keyword(self, name: str, default: Any = None) -> Any:
        """The keyword's value from the innermost node that has it."""
        for node in self.lineage():
            if name in node.keywords:
                return node.keywords[name]
        return default

    def gathered(self, name: str) -> list[Any]:
        """The values of a keyword that adds up (when, vars, environment, module_defaults), outermost first."""
        found = [node.keywords[name] for node in self.lineage() if name in node.keywords]
        return found[::-1]

    @cached_property
    def written_tags(self) -> list[Any]:
        """Its tags as they are written, those of everything around it included."""
        return [tag for value in self.gathered("tags") for tag in value]

    @cached_property
    def tags(self) -> frozenset[str]:
        """Its tags, those of everything around it included; of a template the text of it."""
        return frozenset(str(tag) for tag in self.written_tags if tag != "")

    @property
    def play(self) -> Play:
        """The play it belongs to."""
        for node in self.lineage():
            if isinstance(node, Play):
                return node
        raise LookupError(f"{self.origin}: belongs to no play")

    @property
    def role(self) -> Role | None:
        """The innermost role it belongs to."""
        return next((node for node in self.lineage() if isinstance(node, Role)), None)


@dataclass(frozen=True)
class Loop:
    """What a task loops over: `lookup` is the name behind `with_`, empty for `loop`."""

    over: Any
    lookup: str
    origin: Origin
    loop_var: str = "item"
    index_var: str | None = None
    label: Any = None
    pause: Any = 0
    extended: bool = False
    extended_allitems: bool = True
    break_when: Any = None


@dataclass(eq=False, kw_only=True)
class Task(Node):
    """
    One task. `module` is the name as written; `args` the arguments, a mapping, or a template that gives one.

    order: where it stands in its play, comparable among all tasks of the play, included ones too.
    """

    module: str
    args: Any
    args_origin: Origin
    loop: Loop | None = None
    order: tuple[int, ...] = ()

    @cached_property
    def conditions(self) -> list[Any]:
        """Every `when` that has to hold, outermost first."""
        found = []
        for value in self.gathered("when"):
            found.extend(value if isinstance(value, list) else [value])
        return found

    @cached_property
    def own_vars(self) -> dict[str, Any]:
        """The `vars` of the task and the blocks around it, the innermost winning."""
        found: dict[str, Any] = {}
        for node in reversed(list(self.lineage())):
            if isinstance(node, (Block, Task)):
                found.update(node.keywords.get("vars", {}))
        return found


@dataclass(eq=False, kw_only=True)
class Handler(Task):
    """A task that runs when it has been notified, by its name or one of the topics it listens to."""

    @property
    def topics(self) -> list[Any]:
        """What it listens to, beside its name."""
        return list(self.keywords.get("listen", []))


@dataclass(eq=False, kw_only=True)
class Block(Node):
    """
    Tasks that share keywords, and what is done when one of them fails (rescue) and in any case (always).

    use_of: the role whose tasks, and whose dependencies', the block is.
    """

    body: list[Task | Block] = field(default_factory=list)
    rescue: list[Task | Block] = field(default_factory=list)
    always: list[Task | Block] = field(default_factory=list)
    use_of: Role | None = None

    def tasks(self) -> Iterator[Task]:
        """Every task in it, in the order of writing."""
        for node in (*self.body, *self.rescue, *self.always):
            if isinstance(node, Block):
                yield from node.tasks()
            else:
                yield node


@dataclass(eq=False, kw_only=True)
class Role(Node):
    """A role as used once: its folder, variables and tasks; `params` are the variables given where it is used."""

    role_name: str
    path: Path
    defaults: dict[str, Any] = field(default_factory=dict)
    role_vars: dict[str, Any] = field(default_factory=dict)
    params: dict[str, Any] = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)
    handlers: list[Handler] = field(default_factory=list)
    dependencies: list[Role] = field(default_factory=list)
    allow_duplicates: bool = False
    entry: str = "main"

    @cached_property
    def use(self) -> str:
        """What tells one use of a role from another: a host that has been through one does not run it again."""
        written = {name: value for name, value in self.keywords.items() if name != "name"}
        return repr(
            (self.path, self.entry, sorted(self.params.items()), sorted((k, repr(v)) for k, v in written.items()))
        )

    @property
    def full_name(self) -> str:
        """Its name with that of the collection it comes from, where it comes from one."""
        parts = self.path.parts
        if "ansible_collections" not in parts:
            return self.role_name
        at = parts.index("ansible_collections")
        return ".".join((*parts[at + 1 : at + 3], self.role_name))


@dataclass(eq=False, kw_only=True)
class Play(Node):
    """One play. `sections` are its lists of blocks in order; handlers run after each."""

    file: Path
    hosts: list[Any]
    roles: list[Role] = field(default_factory=list)
    sections: list[list[Block]] = field(default_factory=list)
    handlers: list[Handler] = field(default_factory=list)

    def tasks(self) -> Iterator[Task]:
        """Every task of the play, handlers excepted."""
        for section in self.sections:
            for block in section:
                yield from block.tasks()


@dataclass(frozen=True)
class Playbook:
    """The plays of one file."""

    path: Path
    plays: list[Play]


def with_role_names(handler: Handler, name: str) -> set[str]:
    """The forms in which a name of a handler, or a topic of its, may be notified: also behind its role's name."""
    role = handler.role
    return {name, f"{role.role_name} : {name}", f"{role.full_name} : {name}"} if role else {name}
