"""
A TCP proxy that delays every byte and counts exchanges: times that the client spoke after it had been answered.

With a delay that is long beside the work, exchanges are the dependent round trips.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from queue import SimpleQueue


@dataclass
class Counted:
    """What connections cost: exchanges, and bytes each way."""

    exchanges: int = 0
    up: int = 0
    down: int = 0
    answered: bool = True
    lock: threading.Lock = field(default_factory=threading.Lock)


class DelayingProxy:
    """
    Listens on 127.0.0.1 (port 0: on any that is free) and passes every connection on to a target.

    delay: seconds that every byte is late, each way.
    """

    def __init__(self, port: int, target: tuple[str, int], delay: float) -> None:
        self.target = target
        self.delay = delay
        self.connections: list[Counted] = []
        self._listener = socket.create_server(("127.0.0.1", port))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Listen no more."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def total(self) -> Counted:
        """All connections together."""
        found = Counted()
        for one in self.connections:
            found.exchanges += one.exchanges
            found.up += one.up
            found.down += one.down
        return found

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(self.target)
            for end in (client, server):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            counted = Counted()
            self.connections.append(counted)
            self._pipe(client, server, lambda size, c=counted: _spoke(c, size), lambda: None)
            self._pipe(server, client, lambda size: None, lambda c=counted: _answered(c))

    def _pipe(
        self, source: socket.socket, target: socket.socket, read: Callable[[int], None], written: Callable[[], None]
    ) -> None:
        late: SimpleQueue[tuple[float, bytes]] = SimpleQueue()

        def take() -> None:
            while True:
                try:
                    data = source.recv(1 << 18)
                except OSError:
                    data = b""
                if data:
                    read(len(data))
                late.put((time.monotonic() + self.delay, data))
                if not data:
                    return

        def give() -> None:
            while True:
                due, data = late.get()
                time.sleep(max(0.0, due - time.monotonic()))
                try:
                    if not data:
                        target.shutdown(socket.SHUT_WR)
                        return
                    written()
                    target.sendall(data)
                except OSError:
                    return

        threading.Thread(target=take, daemon=True).start()
        threading.Thread(target=give, daemon=True).start()


def _spoke(counted: Counted, size: int) -> None:
    with counted.lock:
        counted.up += size
        if counted.answered:
            counted.answered = False
            counted.exchanges += 1


def _answered(counted: Counted) -> None:
    with counted.lock:
        counted.answered = True
