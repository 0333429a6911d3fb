"""
The layers of one host's variables in one task, strongest first.

After Ansible's order of precedence
(https://docs.ansible.com/ansible/latest/playbook_guide/playbooks_variables.html#understanding-variable-precedence):
extra vars; parameters of includes and roles; set_fact and register; include_vars; task and block vars; role vars;
vars_files; play vars; facts; what the inventory says of the host; role defaults.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from opsengine.inventory.variables import combine
from opsengine.playbook.loader import roles_of
from opsengine.playbook.nodes import Block, Play, Role, Task
from opsengine.variables.host import HostVariables

Layer = Mapping[str, Any]


class PlayLayers:
    """The layers that come from a play: worked out once for each task, shared by all hosts."""

    def __init__(self, play: Play, extra: Layer, prompted: Layer) -> None:
        self.play = play
        self.extra = extra
        self._play_vars = [prompted, play.keywords.get("vars", {})]
        roles = roles_of(play)
        self._all_role_vars = _merged(role.role_vars for role in roles)
        self._all_defaults = _merged(role.defaults for role in roles)
        self._of_task: dict[int, tuple[list[Layer], list[Layer], list[Layer], list[Layer]]] = {}

    def publish(self, role: Role) -> None:
        """Have the variables of a role hold in every task of the play from now on (`public` of include_role)."""
        combine(self._all_role_vars, role.role_vars)
        combine(self._all_defaults, role.defaults)
        self._of_task.clear()

    def layers(self, magic: Layer, host: HostVariables, task: Task | None, files: Layer | None = None) -> list[Layer]:
        """
        Every layer for a host and a task (None: for the play as a whole), strongest first.

        files: what the play's vars_files say.
        """
        params, own, role_vars, defaults = self._parts(task)
        found = [magic, self.extra, *params, host.set, host.included, *own, *role_vars, files, *self._play_vars]
        return [*(layer for layer in found if layer is not None), host.facts, host.inventory, *defaults]

    def of_host(self, magic: Layer, host: HostVariables) -> list[Layer]:
        """The layers of a host seen from elsewhere, by `hostvars`: nothing of the play is among them, as in Ansible."""
        return [magic, self.extra, host.set, host.included, host.facts, host.inventory]

    def _parts(self, task: Task | None) -> tuple[list[Layer], list[Layer], list[Layer], list[Layer]]:
        key = id(task)
        if key not in self._of_task:
            self._of_task[key] = self._work_out(task)
        return self._of_task[key]

    def _work_out(self, task: Task | None) -> tuple[list[Layer], list[Layer], list[Layer], list[Layer]]:
        roles = [node for node in task.lineage() if isinstance(node, Role)] if task else []
        params = [role.params for role in roles]
        if task:
            params = [
                node.keywords["include_vars"] for node in task.lineage() if "include_vars" in node.keywords
            ] + params
        own = [node.keywords["vars"] for node in _own_nodes(task) if node.keywords.get("vars")] if task else []
        role_keyword_vars = [role.keywords["vars"] for role in roles if role.keywords.get("vars")]
        role_vars = [*role_keyword_vars, *(role.role_vars for role in roles), self._all_role_vars]
        defaults = [*(role.defaults for role in roles), self._all_defaults]
        return _filled(params), _filled(own), _filled(role_vars), _filled(defaults)


def _own_nodes(task: Task) -> list[Task | Block]:
    return [node for node in task.lineage() if isinstance(node, (Task, Block))]


def _filled(layers: Sequence[Layer]) -> list[Layer]:
    return [layer for layer in layers if layer]


def _merged(parts: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for part in parts:
        combine(found, part)
    return found
