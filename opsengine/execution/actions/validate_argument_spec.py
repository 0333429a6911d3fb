"""Check variables against a specification."""

from typing import Any

from modules.kit.args import Arg
from opsengine.errors import TaskFailed
from opsengine.execution.actions.base import ControllerModule
from opsengine.execution.argument_spec import errors_in, strangers_in
from opsengine.source.text import Text
from opsengine.templating.lazy import plain


class ValidateArgumentSpec(ControllerModule):
    """Check the variables of the host, and given arguments, against a specification as roles have it."""

    module = "validate_argument_spec"
    unrendered = ("argument_spec",)

    argument_spec = Arg(dict, "The specification: {name: {type, required, choices, options, ...}}")
    provided_arguments = Arg(dict, "Values that win over variables of the same name", default={})
    validate_args_context = Arg(dict, "What the specification belongs to, for the result", default={})

    def __init__(self, given: dict[str, Any]) -> None:
        spec = given.get("argument_spec")
        super().__init__({**given, "argument_spec": {}} if isinstance(spec, Text) else given)
        self.argument_spec = spec

    def perform(self, task: Any) -> dict[str, Any]:
        """Compare; raises TaskFailed that lists everything that does not fit."""
        spec = plain(task.render(self.argument_spec))
        values = {name: plain(task.variables[name]) for name in spec if name in task.variables}
        values.update(self.provided_arguments)
        errors = errors_in(spec, values) + strangers_in(spec, self.provided_arguments)
        if errors:
            result = {
                "argument_errors": errors,
                "argument_spec_data": spec,
                "validate_args_context": self.validate_args_context,
            }
            raise TaskFailed("Validation of arguments failed:\n" + "\n".join(errors), result=result)
        return {
            "changed": False,
            "msg": "The arg spec validation passed",
            "validate_args_context": self.validate_args_context,
        }
