"""How a host is reached for a task, out of keywords, variables and options; and the task that gathers facts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from opsengine.connection.become import Become
from opsengine.connection.settings import Settings
from opsengine.playbook.nodes import Play, Task
from opsengine.source.text import Text
from opsengine.templating.engine import Engine
from opsengine.templating.scope import Scope

if TYPE_CHECKING:
    from opsengine.execution.host import HostWork
    from opsengine.execution.options import Options

KEYWORD_VARIABLES = {
    "connection": "ansible_connection",
    "port": "ansible_port",
    "remote_user": "ansible_user",
    "become": "ansible_become",
    "become_user": "ansible_become_user",
    "become_method": "ansible_become_method",
    "become_exe": "ansible_become_exe",
    "become_flags": "ansible_become_flags",
}
NAMES = Settings.VARIABLES + Become.VARIABLES


def settings(task: Task, scope: Scope, options: Options, engine: Engine) -> tuple[Settings, Become | None]:
    """
    The settings of a connection and the user to become.

    As in Ansible, variables (ansible_user, ...) win over keywords (remote_user, ...), which win over the command line's
    options (-u); what is given with -e is a variable.
    """
    found: dict[str, Any] = dict(options.connection)
    for keyword, name in KEYWORD_VARIABLES.items():
        value = task.keyword(keyword)
        if value is not None:
            found[name] = engine.render(value, scope)
    for name in NAMES:
        if name in scope:
            found[name] = engine.render(scope[name], scope)
    found.setdefault("ansible_host", scope["inventory_hostname"])
    return Settings.of(found), Become.of(found)


def cache_key(target: HostWork, task: Task) -> Any:
    """What decides the settings of a host and task; None where they have to be worked out each time."""
    own = []
    for node in task.lineage():
        if any(str(name).startswith("ansible_") for name in node.keywords.get("vars", {})):
            return None
        if any(str(name).startswith("ansible_") for name in node.keywords.get("include_vars", {})):
            return None
        for keyword in KEYWORD_VARIABLES:
            if keyword in node.keywords:
                value = node.keywords[keyword]
                if isinstance(value, Text) and value.is_template:
                    return None
                own.append((keyword, value))
    return target.name, target.variables.connection_version, tuple(own)


def secrets_of(found: tuple[Settings, Become | None]) -> Iterator[str]:
    """The passwords in settings."""
    for part in found:
        password = getattr(part, "password", None)
        if password:
            yield password


def gather_task(play: Play) -> Task:
    """The task that gathers a play's facts."""
    names = ("gather_subset", "gather_timeout", "fact_path")
    args = {name: play.keywords[name] for name in names if name in play.keywords}
    subset = args.get("gather_subset", ())
    if len(subset) == 1:
        args["gather_subset"] = subset[0]  # a template may give the whole list
    tags = {} if play.tags else {"tags": ["always"]}
    return play_wide_task(play, "setup", args, {"name": "Gathering Facts", **tags})


def play_wide_task(play: Play, module: str, args: dict[str, Any], keywords: dict[str, Any]) -> Task:
    """A task that stands nowhere in the playbook; the same object each time, so that hosts run it together."""
    cache: dict[str, Task] = play.__dict__.setdefault("_own_tasks", {})
    if module not in cache:
        cache[module] = Task(
            origin=play.origin, keywords=keywords, parent=play, module=module, args=args, args_origin=play.origin
        )
    return cache[module]
