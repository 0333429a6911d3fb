"""A real agent on this machine, started as connections start it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from opsengine.agent import bootstrap
from opsengine.agent.client import AgentClient
from opsengine.connection.local import LocalConnection


def interpreters() -> list[str]:
    """Every Python 3.6 or newer on this machine, one of each minor version."""
    names = [f"python3.{minor}" for minor in range(6, 16)]
    paths = [shutil.which(name) for name in names]
    paths += map(str, Path("~").expanduser().glob(".pyenv/versions/3.*/bin/python"))
    found: dict[str, str] = {}
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    for path in filter(None, paths):
        answer = subprocess.run([path, "-c", code], capture_output=True, text=True, check=False)
        version = answer.stdout.strip()
        if answer.returncode == 0 and tuple(map(int, version.split("."))) >= (3, 6):
            found.setdefault(version, path)
    return [found[version] for version in sorted(found, key=lambda text: int(text.split(".")[1]))] or [sys.executable]


StartAgent = Callable[..., AgentClient]


@pytest.fixture
def start_agent() -> Iterator[StartAgent]:
    """Start agents; they end with the test."""
    connection = LocalConnection()
    agents: list[AgentClient] = []

    def start(interpreter: str = sys.executable, silence: float = 30.0) -> AgentClient:
        agents.append(AgentClient(connection.open(bootstrap.command(interpreter)), silence))
        return agents[-1]

    yield start
    for agent in agents:
        agent.close()
    connection.close()


@pytest.fixture
def pidfile(tmp_path: Path) -> Path:
    """Where a test's command notes its process id."""
    return tmp_path / "pid"
