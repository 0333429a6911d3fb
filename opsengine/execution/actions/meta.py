"""Tell the engine something: flush handlers, end the play, ..."""

from typing import Any

from modules.kit.args import Arg
from opsengine.execution.actions.base import ControllerModule

ACTIONS = (
    "clear_facts",
    "clear_host_errors",
    "end_batch",
    "end_host",
    "end_play",
    "end_role",
    "flush_handlers",
    "noop",
    "refresh_inventory",
    "reset_connection",
)


class Meta(ControllerModule):
    """Control the run itself."""

    module = "meta"
    free_form = "action"

    action = Arg(str, "What to do", choices=ACTIONS)

    def perform(self, task: Any) -> dict[str, Any]:
        """Ask the flow for it."""
        if self.action == "clear_facts":
            task.clear_facts()
        elif self.action == "refresh_inventory":
            task.shared((id(task.task), task.number, "refreshed"), task.run.owner.refresh_inventory)
        elif self.action == "reset_connection":
            task.reset_connection()
        return {"_control": self.action}
