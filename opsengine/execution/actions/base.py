"""The controller's part of tasks: what it may ask for, and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from opsengine.agent.library import make_importable

make_importable()

from modules.kit.args import bind  # noqa: E402 - the kit can be imported from here on
from modules.kit.module import Base  # noqa: E402
from opsengine.errors import TaskFailed  # noqa: E402

if TYPE_CHECKING:
    from opsengine.execution.task import TaskOnHost


class Surroundings(Protocol):
    """One task on one host, as its action sees it."""

    check: bool
    diff: bool

    @property
    def variables(self) -> Mapping[str, Any]:
        """Every variable of the host and task, rendered when it is read."""

    def find_file(self, folder: str, name: str) -> Path:
        """
        The controller's file or folder that a task names: looked for in `folder` (files, templates, vars, tasks) of the
        role, beside the task's file, and in the playbook's folder, as Ansible does. An absolute path is itself.

        Raises TaskFailed that lists the places where it was looked for.
        """

    def render_text(self, text: str, file: str, options: Mapping[str, Any], extra: Mapping[str, Any]) -> str:
        """
        Render the whole text of a template file.

        options: jinja2 environment options that the task sets (trim_blocks, block_start_string, ...).
        extra: variables that hold in this template only (template_path, ansible_managed, ...).
        Raises TemplateError with file, line and column.
        """


@dataclass
class Prepared:
    """A task's arguments made ready for its module on the target."""

    args: dict[str, Any]
    content: Callable[[str], Iterable[bytes]] | None = None
    """Gives the bytes of a controller's file by its SHA-256, in pieces, when the target asks for it."""


Prepare = Callable[[dict[str, Any], Surroundings], Prepared]


class ControllerModule(Base):  # type: ignore[misc]
    """
    A module that the controller runs itself: it reaches no host and needs no agent.

    module: its name. unrendered: arguments that it renders itself. inline: whether it is over in an instant, and so
    runs without a thread of its own. once: whether it runs on the first host for all. open_ended: whether it takes
    further arguments of any name, as variables.
    """

    module: ClassVar[str] = ""
    unrendered: ClassVar[tuple[str, ...]] = ()
    inline: ClassVar[bool] = True
    once: ClassVar[bool] = False
    open_ended: ClassVar[bool] = False

    def __init__(self, given: dict[str, Any]) -> None:
        """Bind the rendered arguments; raises TaskFailed naming every one that is wrong."""
        values, problems = bind(self.arguments(), given, type(self))
        if problems:
            text = "; ".join(f"{problem['argument']}: {problem['message']}" for problem in problems)
            raise TaskFailed(text, result={"problems": problems})
        for name, value in values.items():
            setattr(self, name, value)

    def perform(self, task: TaskOnHost) -> dict[str, Any]:
        """Do it; returns the result. Raises TaskFailed when it cannot be done."""
        raise NotImplementedError
