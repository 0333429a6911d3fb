"""The variables that a task on a host sees: the layers of the play and the host under the magic variables."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from opsengine.execution.files import ControllerFiles
from opsengine.execution.prompts import answers
from opsengine.inventory.ranges import short_name
from opsengine.playbook.loader import Render
from opsengine.playbook.nodes import Role, Task
from opsengine.templating.engine import Engine
from opsengine.templating.plugins import plugins_of
from opsengine.templating.scope import Scope
from opsengine.variables.host import HostVariables
from opsengine.variables.layers import PlayLayers
from opsengine.variables.magic import ANSIBLE_VERSION, HostVars, Lookups
from opsengine.variables.vars_files import HostFiles, VarsFiles
from opsengine.vault import keyring

if TYPE_CHECKING:
    from opsengine.execution.host import HostWork
    from opsengine.execution.play import PlayRun


NOT_OF_HOSTVARS = (
    *("hostvars", "vars", "ansible_search_path", "play_hosts", "ansible_play_hosts"),
    *("ansible_play_batch", "ansible_play_hosts_all", "ansible_play_name"),
)
"""What is not among the variables of a host as `hostvars` lists them: it belongs to the play, or has no end."""


def early_renderer(engine: Engine, extra_vars: Mapping[str, Any]) -> Render:
    """Renders what has to be known before any host is: the names of imports."""
    return lambda text, layers: engine.render(text, Scope(engine, [extra_vars, *layers]))


def learner(engine: Engine) -> Callable[[Path], None]:
    """Teaches an engine the filters and tests in the folder of a playbook or role."""
    return lambda folder: engine.add(plugins_of(folder, "filter"), plugins_of(folder, "test"), {})


class Scopes:
    """Makes the scopes of one play."""

    def __init__(self, play_run: PlayRun) -> None:
        self.play_run = play_run
        self.run = play_run.owner
        self.layers = PlayLayers(play_run.play, self.run.options.extra_vars, {})
        prompted = answers(play_run.play, self.run.options.extra_vars, self._early, self.run.ask)
        self.layers = PlayLayers(play_run.play, self.run.options.extra_vars, prompted)
        self.files = VarsFiles(play_run.play.keywords.get("vars_files", []), play_run.play.file.parent)
        self._same_files = {} if self.files.by_host else self.files.merged(self._early, facts_known=True)
        keyring.current().verify()
        self.hostvars = HostVars(lambda: self.run.inventory.hosts, self._of_host)
        self._shared = self._play_wide()

    def of(self, work: HostWork, task: Task | None) -> Scope:
        """The variables of a host in a task."""
        magic = Lookups({**self._shared, **self._of_host_and_task(work, task)}, unlisted=("vars",))
        files = self._host_files(magic, work.variables, task) if self.files.by_host else self._same_files
        layers = self.layers.layers(magic, work.variables, task, files)
        scope = Scope(self.run.engine, [*layers, {"ansible_host": work.name}])
        scope.files = ControllerFiles(self.play_run.play, task, scope)
        return scope

    def of_play(self) -> Scope:
        """The variables that do not depend on a host: for names of handlers and the play's own keywords."""
        magic = Lookups(self._shared)
        return Scope(self.run.engine, self.layers.layers(magic, HostVariables({}), None, self._same_files))

    def delegated(self, target: HostWork, task: Task) -> Scope:
        """The variables of the host that a task is delegated to, for reaching it."""
        return self.of(target, task)

    def _of_host(self, name: str) -> Scope:
        work = self.run.work(name)
        magic = Lookups({**self._shared, **self._of_host_and_task(work, None)}, unlisted=NOT_OF_HOSTVARS)
        layers = self.layers.of_host(magic, work.variables)
        scope = Scope(self.run.engine, layers)
        scope.files = ControllerFiles(self.play_run.play, None, scope)
        return scope

    def _host_files(self, magic: Lookups, host: HostVariables, task: Task | None) -> HostFiles:
        """The vars_files whose names hold templates: rendered with everything else that the host has."""
        below = Scope(self.run.engine, self.layers.layers(magic, host, task))
        return HostFiles(lambda: self.files.merged(lambda n: self.run.engine.render(n, below), bool(host.facts.known)))

    def _early(self, value: Any) -> Any:
        """A value rendered before any host is known."""
        scope = Scope(self.run.engine, self.layers.layers(Lookups({}), HostVariables({}), None))
        return self.run.engine.render(value, scope)

    def _play_wide(self) -> dict[str, Callable[[], Any]]:
        run, play_run, options = self.run, self.play_run, self.run.options
        return {
            "hostvars": lambda: self.hostvars,
            "groups": run.group_names,
            "play_hosts": lambda: play_run.alive_in_batch(),
            "ansible_play_hosts": lambda: play_run.alive(),
            "ansible_play_batch": lambda: play_run.alive_in_batch(),
            "ansible_play_hosts_all": lambda: list(play_run.selected_hosts),
            "ansible_play_name": lambda: run.title(play_run.play),
            "playbook_dir": lambda: str(play_run.play.file.parent.absolute()),
            "ansible_check_mode": lambda: options.check,
            "ansible_diff_mode": lambda: options.diff,
            "ansible_forks": lambda: options.forks,
            "ansible_verbosity": lambda: options.verbosity,
            "ansible_limit": lambda: options.limit,
            "ansible_run_tags": lambda: list(options.tags or ("all",)),
            "ansible_skip_tags": lambda: list(options.skip_tags),
            "ansible_version": lambda: dict(ANSIBLE_VERSION),
            "ansible_playbook_python": lambda: sys.executable,
        }

    def _of_host_and_task(self, work: HostWork, task: Task | None) -> dict[str, Callable[[], Any]]:
        name = work.name
        found: dict[str, Callable[[], Any]] = {
            "inventory_hostname": lambda: name,
            "inventory_hostname_short": lambda: short_name(name),
            "group_names": lambda: self.run.groups_of(name),
            "inventory_file": lambda: self.run.host_source(name)[0],
            "inventory_dir": lambda: self.run.host_source(name)[1],
            "vars": lambda: self.of(work, task),
            "ansible_search_path": lambda: ControllerFiles(self.play_run.play, task, None).search_path(),
        }
        if task is not None:
            found["environment"] = lambda: task.gathered("environment")
        role = task.role if task else None
        if role is not None:
            found |= _of_role(role)
        return found


def _of_role(role: Role) -> dict[str, Callable[[], Any]]:
    above = [node.role_name for node in role.lineage() if isinstance(node, Role)]
    return {
        "role_path": lambda: str(role.path),
        "role_name": lambda: role.role_name,
        "ansible_role_name": lambda: role.role_name,
        "role_names": lambda: _names(role.play.roles),
        "ansible_play_role_names": lambda: _names(role.play.roles),
        "ansible_dependent_role_names": lambda: _names(_dependencies(role.play.roles)),
        "ansible_role_names": lambda: _names([*_dependencies(role.play.roles), *role.play.roles]),
        "ansible_parent_role_names": lambda: above[1:] or None,
        "ansible_parent_role_paths": lambda: (
            [str(n.path) for n in list(role.lineage())[1:] if isinstance(n, Role)] or None
        ),
    }


def _names(roles: Iterable[Role]) -> list[str]:
    return list(dict.fromkeys(role.role_name for role in roles))


def _dependencies(roles: Iterable[Role]) -> list[Role]:
    return [found for role in roles for needed in role.dependencies for found in (*_dependencies([needed]), needed)]
