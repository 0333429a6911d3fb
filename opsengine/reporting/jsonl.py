"""Every event as one line of JSON, for programs that follow or evaluate a run (docs/output.md)."""

from __future__ import annotations

import dataclasses
import json
import math
import os
import re
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import Any, TextIO

from opsengine.events import Event, RunEnded

VERSION = 1
"""Of the schema: raised when a field goes away or changes its meaning, not when one is added."""


class JsonLines:
    """Writes events to a text stream, each line flushed. `owned` streams are closed at the end."""

    title = "the JSON lines output"

    def __init__(self, stream: TextIO, *, owned: bool = False) -> None:
        self._stream = stream
        self._owned = owned

    @classmethod
    def to(cls, path: Path) -> JsonLines:
        """Write to a new file, readable by its owner only. Raises OSError."""
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.fchmod(handle, 0o600)
        return cls(os.fdopen(handle, "w", encoding="utf-8"), owned=True)

    def __call__(self, event: Event) -> None:
        self._stream.write(json.dumps(record(event), separators=(",", ":"), allow_nan=False) + "\n")
        self._stream.flush()

    def close(self) -> None:
        """Close the stream where it is ours."""
        if self._owned:
            self._stream.close()


def event_name(kind: type[Event]) -> str:
    """The stable name of a kind of event: `HostResult` is `host_result`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower()


def record(event: Event) -> dict[str, Any]:
    """The event as a plain dict: version, name, and its fields."""
    fields = {field.name: plain(getattr(event, field.name)) for field in dataclasses.fields(event)}
    if isinstance(event, RunEnded):
        fields["stats"] = {host: dataclasses.asdict(stats) for host, stats in event.stats.items()}
    return {"v": VERSION, "event": event_name(type(event)), **fields}


def plain(value: Any) -> Any:
    """The value made of what JSON has; text stands for what it has not."""
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if hasattr(value, "_asdict"):
        return plain(value._asdict())
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in value]
    return str(value)
