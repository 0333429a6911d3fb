"""Connections and agents out of settings."""

from __future__ import annotations

import getpass
import sys

from opsengine.agent import bootstrap
from opsengine.agent.client import AgentClient
from opsengine.connection.base import Connection
from opsengine.connection.become import Become
from opsengine.connection.local import LocalConnection
from opsengine.connection.settings import LOCAL, Settings


def connect(settings: Settings, silence: float) -> Connection:
    """A connection, not yet made: it connects when the first command is started."""
    if settings.kind == LOCAL:
        return LocalConnection()
    from opsengine.connection.ssh import SshConnection

    return SshConnection(settings, silence)


def open_agent(connection: Connection, settings: Settings, become: Become | None, silence: float) -> AgentClient:
    """Start an agent over a connection, as the user to become. Raises Unreachable."""
    interpreter = settings.interpreter
    if settings.kind == LOCAL:
        interpreter = interpreter or sys.executable
    script = bootstrap.command(interpreter)
    if become is not None and become.user == _own_user(settings):
        become = None
    command = become.wrap(script) if become else f"/bin/sh -c '{script}'"
    channel = connection.open(command)
    if become is not None and become.waits:
        channel = become.unlock(channel, settings.timeout + 5)
    return AgentClient(channel, silence, become.explain if become else None)


def _own_user(settings: Settings) -> str:
    return getpass.getuser() if settings.kind == LOCAL else settings.user
