"""Say something of the run as a whole."""

from typing import Any

from modules.kit.args import Arg
from opsengine.execution.actions.base import ControllerModule


class SetStats(ControllerModule):
    """Keep values for the end of the run, where the recap shows them."""

    module = "set_stats"

    data = Arg(dict, "The values")
    per_host = Arg(bool, "Keep them for each host, not for the run", default=False)
    aggregate = Arg(bool, "Add to the values of the same name instead of replacing them", default=True)

    def perform(self, task: Any) -> dict[str, Any]:
        """Keep them."""
        stats = {"data": dict(self.data), "per_host": self.per_host, "aggregate": self.aggregate}
        task.run.owner.stats.keep(task.work.name if self.per_host else "run", self.data, self.aggregate)
        return {"changed": False, "ansible_stats": stats}
