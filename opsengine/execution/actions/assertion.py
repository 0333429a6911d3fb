"""Check that conditions hold."""

from contextlib import suppress
from typing import Any

from modules.kit.args import Arg, Raw
from opsengine.errors import TemplateError
from opsengine.execution.actions.base import ControllerModule
from opsengine.source.text import Text
from opsengine.templating.lazy import plain


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
                found = {"assertion": plain(condition), "evaluated_to": False, "hint": f"does not hold: {condition}"}
                return {"failed": True, "msg": self.fail_msg or "Assertion failed", **found}
        return {"msg": self.success_msg or "All assertions passed"}

    def _conditions(self, task: Any) -> list[Any]:
        """The conditions as they are written; of a template that gives a list, those in it."""
        written = self.that
        if isinstance(written, Text) and written.is_template:
            with suppress(TemplateError):
                found = task.engine.render(written, task.here)
                written = found if isinstance(found, list) else written
        return written if isinstance(written, list) else [written]
