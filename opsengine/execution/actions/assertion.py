"""Check that conditions hold."""

from typing import Any

from modules.kit.args import Arg, Raw
from opsengine.errors import TaskFailed
from opsengine.execution.actions.base import ControllerModule
from opsengine.source.text import Text


class Assert(ControllerModule):
    """Fail unless every condition holds."""

    module = "assert"
    unrendered = ("that",)

    that = Arg(Raw, "A condition, or a list of them, as `when` takes them")
    fail_msg = Arg(Raw, "What to say when one does not hold", default=None, aliases=("msg",))
    success_msg = Arg(Raw, "What to say when all hold", default=None)
    quiet = Arg(bool, "Leave the single conditions out of the result", default=False)

    def perform(self, task: Any) -> dict[str, Any]:
        """Test each condition in turn."""
        for condition in self._conditions(task):
            if not task.condition(condition):
                result = {"changed": False, "assertion": str(condition), "evaluated_to": False}
                raise TaskFailed(_text(self.fail_msg) or "Assertion failed", result=result)
        return {"msg": _text(self.success_msg) or "All assertions passed"}

    def _conditions(self, task: Any) -> list[Any]:
        """The conditions one by one; a template may give a list of them."""
        that = self.that
        if isinstance(that, Text) and that.is_template and that.strip().startswith("{{"):
            given = task.render(that)
            that = given if isinstance(given, list) else that
        return that if isinstance(that, list) else [that]


def _text(message: Any) -> str:
    return "\n".join(str(line) for line in message) if isinstance(message, list) else str(message or "")
