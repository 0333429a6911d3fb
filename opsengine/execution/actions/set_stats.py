"""Say something of the run as a whole."""

from typing import Any

from modules.kit.args import Arg, Raw
from opsengine.errors import TaskFailed
from opsengine.execution.actions.base import ControllerModule
from opsengine.playbook.keywords import is_variable_name


class SetStats(ControllerModule):
    """Keep values for the end of the run, where the recap shows them."""

    module = "set_stats"
    unrendered = ("data",)

    data = Arg(Raw, "The values, a mapping of names to them")
    per_host = Arg(bool, "Keep them for each host, not for the run", default=False)
    aggregate = Arg(bool, "Add to the values of the same name instead of replacing them", default=True)

    def perform(self, task: Any) -> dict[str, Any]:
        """Keep them."""
        written = self.data if isinstance(self.data, dict) else task.render(self.data)
        if not isinstance(written, dict):
            raise TaskFailed(f"`data` should be a mapping of values, got {written!r}")
        data = {self._name(task, key): task.render(value) for key, value in written.items()}
        stats = {"data": data, "per_host": self.per_host, "aggregate": self.aggregate}
        task.run.owner.stats.keep(task.work.name if self.per_host else "run", data, self.aggregate)
        return {"changed": False, "ansible_stats": stats}

    def _name(self, task: Any, key: Any) -> str:
        """The name of a value, rendered."""
        name = task.render(key)
        if not is_variable_name(name):
            raise TaskFailed(
                f"Invalid variable name {str(name)!r}.", hint="letters, digits and _, not beginning with a digit"
            )
        return str(name)
