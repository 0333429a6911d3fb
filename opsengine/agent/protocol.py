"""
The frames between controller and agent (docs/protocol.md): a header of two 32-bit lengths, a JSON head, raw bytes.

The agent has its own copy of this, since it travels alone.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from typing import Any

from opsengine.errors import Unreachable

HEADER = struct.Struct(">II")
MAGIC = b"\0OPSENGINE\n"
LARGEST_HEAD = 1 << 28


def pack(head: dict[str, Any], body: bytes = b"") -> bytes:
    """One frame as bytes."""
    text = json.dumps(head, separators=(",", ":")).encode()
    return HEADER.pack(len(text), len(body)) + text + body


class Frames:
    """Cuts a stream of bytes into frames."""

    def __init__(self) -> None:
        self.buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[tuple[dict[str, Any], bytes]]:
        """Take bytes in; yields (head, body) for each frame that is complete."""
        self.buffer += data
        while len(self.buffer) >= HEADER.size:
            head, body = HEADER.unpack_from(self.buffer)
            if head > LARGEST_HEAD:
                raise Unreachable("the agent's stream is torn", kind="lost", hint="something else wrote into it")
            end = HEADER.size + head + body
            if len(self.buffer) < end:
                return
            frame = bytes(self.buffer[HEADER.size : end])
            del self.buffer[:end]
            yield json.loads(frame[:head]), frame[head:]
