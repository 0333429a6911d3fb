"""One host's work: its connection, its agents and its variables. Nothing outside touches what is in here."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import Any, Protocol

from opsengine.agent.client import AgentClient, Request, Result
from opsengine.connection.become import Become
from opsengine.connection.factory import connect, open_agent
from opsengine.connection.settings import Settings
from opsengine.errors import Unreachable
from opsengine.variables.host import HostVariables


class InventoryHost(Protocol):
    """What is asked of a host of the inventory."""

    name: str


class HostWork:
    """
    One host for the length of a run.

    coming: what earlier tasks of a dry run would bring, as (kind, name, task).
    """

    def __init__(self, name: str, variables: HostVariables, silence: float) -> None:
        self.name = name
        self.variables = variables
        self.coming: list[tuple[str, str, str]] = []
        self._silence = silence
        self._connections: dict[Settings, Any] = {}
        self._agents: dict[tuple[Settings, Become | None], AgentClient] = {}
        self._lock = threading.Lock()

    def run(self, settings: Settings, become: Become | None, request: Request) -> Iterator[tuple[int, Result]]:
        """
        Run a request on the host as a user; yields (item, result). Raises Unreachable, after which a later request
        connects anew.
        """
        try:
            yield from self._agent(settings, become).run(request)
        except Unreachable:
            self._drop(settings, become)
            raise

    def _agent(self, settings: Settings, become: Become | None) -> AgentClient:
        with self._lock:
            agent = self._agents.get((settings, become))
            if agent is None:
                connection = self._connections.get(settings)
                if connection is None:
                    connection = self._connections[settings] = connect(settings, self._silence)
                agent = self._agents[settings, become] = open_agent(connection, settings, become, self._silence)
            return agent

    def _drop(self, settings: Settings, become: Become | None) -> None:
        with self._lock:
            agent = self._agents.pop((settings, become), None)
            others = [key for key in self._agents if key[0] == settings]
            connection = None if others else self._connections.pop(settings, None)
        if agent is not None:
            agent.close()
        if connection is not None:
            connection.close()

    def disconnect(self) -> None:
        """End the agents and connections; the next request connects anew. Never raises."""
        with self._lock:
            agents, self._agents = list(self._agents.values()), {}
            connections, self._connections = list(self._connections.values()), {}
        for part in (*agents, *connections):
            with contextlib.suppress(Exception):
                part.close()

    def foresee(self, brought: list[list[str]], task: str) -> None:
        """Note what a task of a dry run would bring."""
        self.coming += [(kind, name, task) for kind, name in brought]
