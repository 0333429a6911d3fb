"""Bring in tasks, roles and variables while a play runs."""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from modules.kit.args import Arg
from modules.kit.args import Path as TargetPath
from opsengine.errors import TaskFailed
from opsengine.execution.actions.base import ControllerModule
from opsengine.playbook.nodes import Block, Handler
from opsengine.playbook.tasks import tasks_of_file
from opsengine.source.yaml import load_file


@dataclass(frozen=True)
class Inclusion:
    """
    What an include brings.

    key: tells it from others of the same task. fill: reads it into a block that stands at the include's place.
    apply: keywords that hold for all of it.
    """

    key: Any
    fill: Callable[[Block], None]
    apply: dict[str, Any]


class IncludeTasks(ControllerModule):
    """Run the tasks of another file, chosen while the play runs."""

    module = "include_tasks"
    free_form = "file"
    inline = False
    unrendered = ("apply",)

    file = Arg(
        str, "The file of tasks: beside the file that names it, in the role's tasks, or in the playbook's folder"
    )
    apply = Arg(dict, "Keywords that hold for every task included", default=None)

    def perform(self, task: Any) -> dict[str, Any]:
        """Read the file and hand its tasks to the flow."""
        path = task.find_file("tasks", self.file)

        def fill(around: Block) -> None:
            around.body = [tasks_of_file(task.loader, path, around, isinstance(task.task, Handler))]

        return {"include": str(self.file), "include_args": {}, "_included": Inclusion(path, fill, self.apply or {})}


class IncludeRole(ControllerModule):
    """Run a role, chosen while the play runs."""

    module = "include_role"
    inline = False
    unrendered = ("apply",)

    name = Arg(str, "The role", aliases=("role",))
    tasks_from = Arg(str, "The file of tasks in the role's folder tasks", default="main")
    vars_from = Arg(str, "The file of variables in the role's folder vars", default="main")
    defaults_from = Arg(str, "The file of variables in the role's folder defaults", default="main")
    handlers_from = Arg(str, "The file of handlers in the role's folder handlers", default="main")
    apply = Arg(dict, "Keywords that hold for every task of the role", default=None)
    public = Arg(bool, "Let the role's variables and defaults hold in the tasks that follow", default=False)
    allow_duplicates = Arg(bool, "Run it although it has run before", default=True)
    rolespec_validate = Arg(bool, "Check the parameters against the role's argument specification", default=True)

    def perform(self, task: Any) -> dict[str, Any]:
        """Read the role and hand its tasks to the flow."""
        files = {
            name: getattr(self, name)
            for name in ("tasks_from", "vars_from", "defaults_from", "handlers_from")
            if getattr(self, name) != "main"
        }
        files |= {"rolespec_validate": self.rolespec_validate, "allow_duplicates": self.allow_duplicates}

        def fill(around: Block) -> None:
            role = task.loader.roles.included(self.name, files, around)
            if self.public:
                task.run.scopes.layers.publish(role)

        key = (self.name, repr(files))
        return {"include_args": {"name": self.name}, "_included": Inclusion(key, fill, self.apply or {})}


class IncludeVars(ControllerModule):
    """Read variables from files while the play runs."""

    module = "include_vars"
    free_form = "file"
    inline = False
    one_of = (("file", "dir"),)
    exclusive = (("file", "dir"),)

    file = Arg(str, "A file of variables, YAML or JSON", default=None)
    dir = Arg(TargetPath, "A folder of them, read in the order of their names", default=None)
    name = Arg(str, "Put them all below this variable", default=None)
    depth = Arg(int, "How deep below the folder files are looked for; 0: at any depth", default=0)
    files_matching = Arg(str, "Of a folder's files, only those whose name has this pattern in it", default=None)
    ignore_files = Arg(list, "Names of a folder's files to pass over, as patterns", default=[])
    extensions = Arg(list, "Endings of the files of a folder", default=["json", "yaml", "yml"])
    ignore_unknown_extensions = Arg(bool, "Pass over other files of a folder", default=False)
    hash_behaviour = Arg(str, "How values of the same name are combined", default=None, choices=("replace", "merge"))

    def perform(self, task: Any) -> dict[str, Any]:
        """Read the files and set the variables."""
        found: dict[str, Any] = {}
        paths = self._folder(task) if self.dir else [task.find_file("vars", self.file)]
        for path in paths:
            values = load_file(path)
            if values is not None and not isinstance(values, dict):
                raise TaskFailed(f"{path} should be a mapping of variables")
            found.update(values or {})
        found = {self.name: found} if self.name else found
        if self.hash_behaviour == "merge":
            before = {name: task.variables[name] for name in found if name in task.variables}
            found = {name: _merged(before.get(name), value) for name, value in found.items()}
        task.include_variables(found)
        return {"ansible_included_var_files": [str(path) for path in paths], "ansible_facts": found}

    def _folder(self, task: Any) -> list[Path]:
        folder = self._place(task)
        endings = {f".{ending.lstrip('.')}" if ending else "" for ending in self.extensions}
        walked = sorted(os.walk(folder, followlinks=True))
        files = [Path(parent, name) for parent, _, names in walked for name in sorted(names)]
        own = task.task.role.path / "vars" / "main.yml" if task.task.role else None
        found = [path for path in files if path != own and self._wanted(path, folder)]
        other = [path for path in found if path.suffix not in endings]
        if other and not self.ignore_unknown_extensions:
            message = f"{other[0]} does not have a valid extension: {', '.join(self.extensions)}"
            raise TaskFailed(
                message,
                result={"message": message},
                hint="name its ending in `extensions`, or set `ignore_unknown_extensions`",
            )
        return [path for path in found if path not in other]

    def _place(self, task: Any) -> Path:
        """The folder: beside the file that the task is in, unless that is a role's; then in the role's vars first."""
        beside = Path(task.task.origin.file).parent / self.dir
        folder: Path = beside if task.task.role is None and beside.exists() else task.find_file("vars", self.dir)
        if not folder.is_dir():
            raise TaskFailed(f"{folder} is not a directory")
        return folder

    def _wanted(self, path: Path, folder: Path) -> bool:
        if self.depth and len(path.relative_to(folder).parts) > self.depth:
            return False
        if self.files_matching and not _found(self.files_matching, path.name):
            return False
        return not any(_found(pattern + "$", path.name) for pattern in self.ignore_files)


def _found(pattern: str, name: str) -> bool:
    try:
        return re.search(pattern, name) is not None
    except re.error as error:
        raise TaskFailed(f"`{pattern}` is no pattern: {error}", hint="files are told by regular expressions") from None


def _merged(old: Any, new: Any) -> Any:
    if isinstance(old, dict) and isinstance(new, dict):
        return {**old, **{key: _merged(old.get(key), value) for key, value in new.items()}}
    return new
