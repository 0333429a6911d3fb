"""Fail with a message."""

from typing import Any

from modules.kit.args import Arg, Raw
from opsengine.execution.actions.base import ControllerModule


class Fail(ControllerModule):
    """Fail with a message, usually under a `when`."""

    module = "fail"

    msg = Arg(Raw, "Why it fails", default="Failed as requested from task")

    def perform(self, task: Any) -> dict[str, Any]:
        """The failure."""
        return {"failed": True, "changed": False, "msg": self.msg}
