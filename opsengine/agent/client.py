"""The controller's end of the protocol: one object for each agent."""

from __future__ import annotations

import contextlib
import itertools
import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from opsengine.agent import bootstrap, library
from opsengine.agent.protocol import MAGIC, Frames, pack
from opsengine.connection.base import Channel
from opsengine.errors import Unreachable

Result = dict[str, Any]
Content = Callable[[str], Iterable[bytes]]

PING_AFTER = 5.0
NOISE_KEPT = 4000


@dataclass
class Request:
    """
    One module and the argument sets to run it with, in order.

    timeout: seconds for all of it, or None. coming: (kind, name, task) that earlier tasks of a dry run would bring.
    background: {"jobs": [an id for each item], "limit": seconds} where the host goes on with it by itself.
    folder: where relative paths start; None for the home of the user.
    content: gives the bytes of a controller's file by its SHA-256.
    """

    module: library.ModuleFile
    items: list[dict[str, Any]]
    check: bool = False
    diff: bool = False
    environment: dict[str, str] = field(default_factory=dict)
    timeout: float | None = None
    coming: list[tuple[str, str, str]] = field(default_factory=list)
    folder: str | None = None
    background: dict[str, Any] | None = None
    content: Content | None = None

    def head(self, number: int) -> dict[str, Any]:
        """The request as the agent reads it; what is not set does not travel."""
        head: dict[str, Any] = {"t": "run", "id": number, "m": self.module.import_name, "a": self.items}
        optional = {
            "c": self.check,
            "d": self.diff,
            "e": self.environment,
            "x": self.timeout,
            "f": self.folder,
            "b": self.background,
            "w": self.coming if self.check else None,
        }
        head.update({key: value for key, value in optional.items() if value})
        return head


class AgentClient:
    """
    Sends requests and hands their results out; any number may be in flight, from any thread.

    silence: seconds without a sign of life, while something is asked, after which the host counts as lost.
    explain: what a message means that came instead of the agent.
    """

    def __init__(
        self,
        channel: Channel,
        silence: float = 30.0,
        explain: Callable[[str], Unreachable | None] | None = None,
    ) -> None:
        self._channel = channel
        self._explain = explain
        self._silence = silence
        self._numbers = itertools.count(1)
        self._waiting: dict[int, queue.SimpleQueue[tuple[dict[str, Any], bytes] | None]] = {}
        self._sent: set[str] = set()
        self._lock = threading.Lock()
        self._noise = b""
        self._hello: dict[str, Any] | None = None
        self._last_sign = time.monotonic()
        self._ended = False
        self._unsent = bootstrap.agent_source()
        self._reader = threading.Thread(target=self._read, name="agent reader", daemon=True)
        self._reader.start()

    def run(self, request: Request) -> Iterator[tuple[int, Result]]:
        """
        Run a request; yields (index of the item, result) as they come.

        A module's process that died yields index -1 for all items left. Raises Unreachable when contact is lost.
        """
        number = next(self._numbers)
        answers: queue.SimpleQueue[tuple[dict[str, Any], bytes] | None] = queue.SimpleQueue()
        self._waiting[number] = answers
        try:
            self._submit(request, number)
            while True:
                head, _ = self._next(answers)
                if head["t"] == "need":
                    self._deliver(number, head["hash"], request.content)
                elif head["t"] == "result":
                    yield head["i"], head["r"]
                    if head.get("last"):
                        return
        finally:
            del self._waiting[number]

    def _submit(self, request: Request, number: int) -> None:
        with self._lock:
            names = tuple(n for n in library.sources_of(request.module.import_name) if n not in self._sent)
            data = self._unsent
            if names:
                files, body = library.packed(names)
                data += pack({"t": "code", "files": files}, body)
            self._send(data + pack(request.head(number)))
            self._unsent = b""
            self._sent.update(names)

    def _send(self, data: bytes) -> None:
        if self._ended:
            raise self._lost()
        try:
            self._channel.send(data)
        except Unreachable:
            if self._ended or self._hello is None:
                self._reader.join(timeout=2)
                raise self._lost() from None
            raise

    def _next(self, answers: queue.SimpleQueue[tuple[dict[str, Any], bytes] | None]) -> tuple[dict[str, Any], bytes]:
        asked = time.monotonic()
        while True:
            try:
                answer = answers.get(timeout=min(PING_AFTER, self._silence))
            except queue.Empty:
                self._check_life(asked)
                continue
            if answer is None:
                raise self._lost()
            return answer

    def _check_life(self, asked: float) -> None:
        quiet = time.monotonic() - max(self._last_sign, asked)
        if quiet >= self._silence:
            self._ended = True
            self._channel.close()
            raise Unreachable(
                f"no sign of life for {quiet:.0f} seconds while a task was running",
                kind="lost",
                hint="the host or the network to it hangs; --silence sets how long to wait",
            )
        with self._lock:
            self._send(pack({"t": "ping"}))

    def _deliver(self, number: int, digest: str, content: Content | None) -> None:
        end: dict[str, Any] = {"t": "end", "id": number}
        try:
            for part in content(digest) if content else ():
                with self._lock:
                    self._send(pack({"t": "data", "id": number}, part))
        except OSError as error:
            end["error"] = str(error)
        with self._lock:
            self._send(pack(end))

    def _read(self) -> None:
        frames = Frames()
        try:
            while data := self._channel.receive():
                self._last_sign = time.monotonic()
                if self._hello is None:
                    self._noise += data
                    before, magic, data = self._noise.partition(MAGIC)
                    if not magic:
                        self._noise = self._noise[-NOISE_KEPT:]
                        continue
                    self._noise = before
                    self._hello = {}
                for head, body in frames.feed(data):
                    self._hand_out(head, body)
        except Unreachable as error:
            self._noise = str(error).encode()
        self._ended = True
        for answers in list(self._waiting.values()):
            answers.put(None)

    def _hand_out(self, head: dict[str, Any], body: bytes) -> None:
        if head["t"] == "hello":
            self._hello = head
        elif answers := self._waiting.get(head.get("id", 0)):
            answers.put((head, body))

    def _lost(self) -> Unreachable:
        noise = self._noise.decode("utf-8", "replace").strip()
        if self._hello is not None:
            return Unreachable("the connection was lost while a task was running", kind="lost")
        if bootstrap.NO_PYTHON in noise:
            return Unreachable(
                "there is no Python 3.6 or newer on the host",
                kind="no-python",
                hint="install one with the `raw` module, or name it: ansible_python_interpreter=/path/to/python3",
            )
        if self._explain is not None and (explained := self._explain(noise)):
            return explained
        code = self._channel.exit_code()
        said = f": {noise[-400:]}" if noise else ""
        return Unreachable(
            f"the agent could not be started (exit code {code}){said}",
            kind="lost",
            hint="try the same user by hand: ssh HOST 'python3 -V'",
        )

    def close(self) -> None:
        """Close the channel, which ends the agent and everything it runs."""
        self._ended = True
        with contextlib.suppress(Unreachable):
            self._channel.close()
