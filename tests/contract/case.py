"""What a case says, and the target it is tried on."""

from __future__ import annotations

import functools
import shutil
import subprocess
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from opsengine.agent import bootstrap, library
from opsengine.agent.client import AgentClient, Request, Result
from opsengine.connection.local import LocalChannel
from opsengine.execution.actions import copy
from opsengine.execution.actions.base import Prepared

FILES = "find {folder} -printf '%P %y %m %u %g %s %T@ %l\\n' | sort; find {folder} -type f -exec sha1sum {} +"


class Target(Protocol):
    """Where a case is tried: a folder of this machine, or a host of the lab."""

    folder: str
    agent: AgentClient

    def run(self, command: str) -> str:
        """Run a shell command there, past the agent."""


@dataclass(frozen=True)
class Case:
    """
    One use of one module.

    args may contain `{folder}`, the target's own folder. arrange: a shell command run there before. snapshot: a shell
    command whose output shows the part of the world that the module could touch. kind: `module` (checked, applied,
    applied again), `action` (runs each time) or `query` (changes nothing). undo: arguments that take it back. same:
    whether nothing is to be done from the start. volatile: words in keys of a diff that differ from run to run.
    lab: whether it needs a host. docker: whether one with an engine inside. rpm: whether one of the RPM family.
    disks: whether one that is there for disks, and gets the programs for them.
    """

    module: str
    name: str
    args: Mapping[str, Any]
    arrange: str = "true"
    snapshot: str = FILES
    kind: str = "module"
    undo: Mapping[str, Any] | None = None
    same: bool = False
    repeats: bool = False
    expect: Mapping[str, Any] = field(default_factory=dict)
    volatile: tuple[str, ...] = ()
    lab: bool = False
    docker: bool = False
    rpm: bool = False
    disks: bool = False

    def __str__(self) -> str:
        return f"{self.module}: {self.name}"


def placed(value: Any, folder: str) -> Any:
    """The value with the target's folder filled in."""
    if isinstance(value, str):
        return value.replace("{folder}", folder)
    if isinstance(value, list):
        return [placed(item, folder) for item in value]
    return {key: placed(item, folder) for key, item in value.items()} if isinstance(value, Mapping) else value


def pythons(minors: Iterable[int]) -> list[str]:
    """The paths of those Pythons 3.x that are found and really start (a version manager's shim may not)."""
    found = [path for minor in minors if (path := shutil.which(f"python3.{minor}"))]
    return [path for path in found if subprocess.run([path, "-c", ""], capture_output=True).returncode == 0]


class Controller:
    """What the controller's part of copy asks for, without a playbook."""

    check = False
    diff = True
    variables: Mapping[str, Any] = {}

    def find_file(self, folder: str, name: str) -> Path:
        """An absolute path, as it is."""
        return Path(name)

    def render_text(self, text: str, file: str, options: Mapping[str, Any], extra: Mapping[str, Any]) -> str:
        """The text with one variable of the tests filled in."""
        return text.replace("{{ greeting }}", "good morning")


@functools.cache
def preparations() -> dict[str, Callable[[dict[str, Any], Any], Prepared]]:
    """The modules whose arguments the controller prepares."""
    from opsengine.execution.actions import template, unarchive

    return {"copy": copy.prepare, "template": template.prepare, "unarchive": unarchive.prepare}


def perform(
    target: Target,
    module: str,
    args: Mapping[str, Any],
    check: bool = False,
    coming: Sequence[tuple[str, str, str]] = (),
) -> Result:
    """Run a module on the target with a diff, and return its result. coming: what earlier tasks would bring."""
    given = placed(args, target.folder)
    prepare = preparations().get(module)
    prepared = prepare(given, Controller()) if prepare else Prepared(given)
    file = library.find(module)
    assert file is not None, f"there is no module {module}"
    request = Request(
        file, [prepared.args], check=check, diff=True, coming=list(coming), content=prepared.content, timeout=100
    )
    [(_, result)] = list(target.agent.run(request))
    return result


class DockerExec:
    """A connection into a container, by the docker client: client(*words) is its command line."""

    def __init__(self, client: Callable[..., list[str]], container: str) -> None:
        self.client = client
        self.container = container

    def open(self, command: str) -> LocalChannel:
        """Start a command in the container."""
        argv = self.client("exec", "--interactive", self.container, "sh", "-c", command)
        process = subprocess.Popen(
            argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, bufsize=0
        )
        return LocalChannel(process)


class LocalTarget:
    """A folder of this machine, and an agent under a Python of one's choice."""

    def __init__(self, folder: Path, channel: LocalChannel) -> None:
        self.folder = str(folder)
        self.agent = AgentClient(channel)

    def run(self, command: str) -> str:
        """Run a shell command here."""
        return subprocess.run(["sh", "-c", command], check=True, stdout=subprocess.PIPE, text=True).stdout


class LabTarget:
    """A host of the lab, and an agent in it."""

    folder = "/root/contract"

    def __init__(self, host: Any, client: Callable[..., list[str]]) -> None:
        self.host = host
        self.agent = AgentClient(DockerExec(client, host.container).open(bootstrap.command()))

    def run(self, command: str) -> str:
        """Run a shell command in the host, past the agent."""
        return str(self.host.run(command))
