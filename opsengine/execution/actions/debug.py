"""Show a message or a variable."""

from typing import Any

from modules.kit.args import Arg, Raw
from opsengine.errors import TaskFailed
from opsengine.execution.actions.base import ControllerModule
from opsengine.source.text import Text


class Debug(ControllerModule):
    """Show a message or a variable while a play runs."""

    module = "debug"
    unrendered = ("var",)
    exclusive = (("msg", "var"),)

    msg = Arg(Raw, "The message; any value", default="Hello world!")
    var = Arg(Raw, "The name of a variable, or an expression, whose value is shown", default=None)
    verbosity = Arg(int, "Show it only with at least so many -v", default=0)

    def __init__(self, given: dict[str, Any]) -> None:
        super().__init__(given)
        if "msg" in given:
            self.msg = given["msg"]  # None is a message, too: the value of a variable.

    def perform(self, task: Any) -> dict[str, Any]:
        """The message or value as the result."""
        if self.verbosity > task.verbosity:
            return {"skipped": True, "skipped_reason": "Verbosity threshold not met."}
        if self.var is None:
            return {"msg": self.msg, "_shown": "msg"}
        name = str(self.var)
        return {name: self._value(task), "_shown": name}

    def _value(self, task: Any) -> Any:
        if not isinstance(self.var, Text):
            what = "an untrusted template or expression" if isinstance(self.var, str) else "which is not text"
            raise TaskFailed(f"`var` should be an expression of the playbook, got {self.var!r}, {what}")
        if self.var.is_template:
            return task.render(self.var)
        return task.expression(self.var)
