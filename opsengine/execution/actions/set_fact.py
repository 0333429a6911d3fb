"""Set variables of a host."""

from typing import Any

from modules.kit.args import Arg, Raw
from opsengine.errors import TaskFailed
from opsengine.execution.actions.base import ControllerModule
from opsengine.playbook.arguments import RAW
from opsengine.playbook.keywords import is_variable_name


class SetFact(ControllerModule):
    """Set variables of the host, for the rest of the run."""

    module = "set_fact"
    open_ended = True

    cacheable = Arg(bool, "Keep them as facts too", default=False)
    variables = Arg(Raw, "NAME: VALUE, any number of them, written as arguments of their own", default=None)

    def __init__(self, given: dict[str, Any]) -> None:
        super().__init__({key: value for key, value in given.items() if key in ("cacheable", RAW)})
        self.values = {key: value for key, value in given.items() if key != "cacheable"}

    def perform(self, task: Any) -> dict[str, Any]:
        """The variables as facts of the result."""
        for name in self.values:
            if str(name).startswith("_ansible_"):
                raise TaskFailed(
                    f"Invalid parameter specified beginning with keyword '_ansible_' for action 'set_fact': '{name}'",
                    hint="names that begin so are the engine's own",
                )
            if not is_variable_name(name):
                kind = "" if isinstance(name, str) else f" of type '{type(name).__name__}'"
                raise TaskFailed(
                    f"Invalid variable name {str(name)!r}{kind}.",
                    hint="letters, digits and _, not beginning with a digit, and no word of the language",
                )
        if not self.values:
            raise TaskFailed("set_fact sets nothing", hint="write the variables as its arguments: NAME: VALUE")
        task.set_variables(self.values, as_facts=self.cacheable)
        return {"ansible_facts": dict(self.values), **({"_cacheable": True} if self.cacheable else {})}
