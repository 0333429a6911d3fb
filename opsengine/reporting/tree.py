"""A file a host with its result: what `opsengine exec --tree` writes, in the form of `ansible --tree`."""

from __future__ import annotations

import json
import os
from pathlib import Path

from opsengine.events import Event, HostResult, Status
from opsengine.reporting.jsonl import plain


class Tree:
    """Writes results into a folder, each as JSON that only its owner can read. Raises OSError where that cannot be."""

    title = "the folder of results"

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder

    def __call__(self, event: Event) -> None:
        if not isinstance(event, HostResult) or event.status is Status.SKIPPED:
            return
        result = {key: value for key, value in event.result.items() if not key.startswith("_")}
        path = self._folder / event.host.replace(os.sep, "_")
        beside = path.with_name(f".{path.name}.new")
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(json.dumps(plain(result), sort_keys=True))
        beside.replace(path)

    def close(self) -> None:
        """Nothing is kept open."""
