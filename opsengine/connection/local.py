"""This machine: a child process."""

from __future__ import annotations

import contextlib
import os
import subprocess

from opsengine.errors import Unreachable


class LocalChannel:
    """A child process and its pipes."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdin is not None and process.stdout is not None
        self._process = process
        self._input = process.stdin
        self._output = process.stdout

    def send(self, data: bytes) -> None:
        """Write all bytes to the process."""
        try:
            self._input.write(data)
        except (OSError, ValueError) as error:
            raise Unreachable(f"the local agent is gone: {error}", kind="lost") from None

    def receive(self) -> bytes:
        """Wait for bytes of the process."""
        try:
            return os.read(self._output.fileno(), 1 << 18)
        except (OSError, ValueError):
            return b""

    def exit_code(self) -> int | None:
        """The exit code of the process."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self._process.wait(timeout=5)
        return None

    def close(self) -> None:
        """Close the agent's input, which ends it."""
        with contextlib.suppress(OSError, ValueError):
            self._input.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=5)


class LocalConnection:
    """Starts commands on this machine."""

    def __init__(self) -> None:
        self._channels: list[LocalChannel] = []

    def open(self, command: str) -> LocalChannel:
        """Start a command in a session of its own, so that a Ctrl-C in the terminal reaches only the controller."""
        process = subprocess.Popen(
            ["/bin/sh", "-c", command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            bufsize=0,
            start_new_session=True,
        )
        channel = LocalChannel(process)
        self._channels.append(channel)
        return channel

    def close(self) -> None:
        """End the processes."""
        for channel in self._channels:
            channel.close()
