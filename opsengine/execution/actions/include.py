"""Bring in tasks, roles and variables while a play runs."""

from pathlib import Path
from typing import Any

from modules.kit.args import Arg
from modules.kit.args import Path as TargetPath
from opsengine.errors import TaskFailed
from opsengine.execution.actions.base import ControllerModule
from opsengine.playbook.tasks import tasks_of_file
from opsengine.source.yaml import load_file
from opsengine.templating.lazy import plain


class IncludeTasks(ControllerModule):
    """Run the tasks of another file, chosen while the play runs."""

    module = "include_tasks"
    free_form = "file"
    inline = False

    file = Arg(
        str, "The file of tasks: beside the file that names it, in the role's tasks, or in the playbook's folder"
    )
    apply = Arg(dict, "Keywords that hold for every task included", default=None)

    def perform(self, task: Any) -> dict[str, Any]:
        """Read the file and hand its tasks to the flow."""
        path = task.find_file("tasks", self.file)
        block = task.shared(("tasks", path), lambda: tasks_of_file(task.loader, path, task.task))
        return {"include": str(self.file), "_included": (block, self.apply or {})}


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
        task.include_variables(found)
        return {"ansible_included_var_files": [str(path) for path in paths], "ansible_facts": plain(found)}

    def _folder(self, task: Any) -> list[Path]:
        folder = task.find_file("vars", self.dir)
        endings = tuple(f".{ending.lstrip('.')}" for ending in self.extensions)
        return sorted(path for path in folder.rglob("*") if path.is_file() and path.name.endswith(endings))
