"""What every connection offers."""

from __future__ import annotations

from typing import Protocol


class Channel(Protocol):
    """The two streams of one running command; standard error comes in the same stream as standard output."""

    def send(self, data: bytes) -> None:
        """Write all bytes. Raises Unreachable (kind `lost`) when that is not possible any more."""

    def receive(self) -> bytes:
        """Wait for bytes; empty when the command has ended or the connection is gone."""

    def exit_code(self) -> int | None:
        """The command's exit code after the end, where it is known."""

    def close(self) -> None:
        """Close both streams at once; never raises, and may be called from another thread and twice."""


class Connection(Protocol):
    """One host, reached in one way; connects at the first `open`."""

    def open(self, command: str) -> Channel:
        """
        Start a command (text for /bin/sh) on the host.

        Raises Unreachable, whose `kind` tells the cause apart: name, refused, timeout, network, host-key,
        authentication, lost.
        """

    def close(self) -> None:
        """End everything that was opened; never raises."""
