"""One line a host: what `opsengine exec --one-line` prints, in the form of `ansible --one-line`."""

from __future__ import annotations

import json
from typing import TextIO

from opsengine.events import Event, HostResult, Notice, Status, TaskStarted
from opsengine.reporting.jsonl import plain

SPOKEN = ("command", "shell", "raw")
"""Modules whose result is what a command has said."""
WORDS = {Status.OK: "SUCCESS", Status.CHANGED: "CHANGED", Status.SKIPPED: "SKIPPED", Status.UNREACHABLE: "UNREACHABLE!"}


class OneLine:
    """Writes a line for each host to `stream`, and warnings to `remarks`."""

    title = "the one-line output"

    def __init__(self, stream: TextIO, remarks: TextIO) -> None:
        self._stream = stream
        self._remarks = remarks
        self._modules: dict[int, str] = {}

    def __call__(self, event: Event) -> None:
        if isinstance(event, TaskStarted):
            self._modules[event.task] = event.module.rpartition(".")[2]
        elif isinstance(event, HostResult):
            print(self._line(event), file=self._stream, flush=True)
        elif isinstance(event, Notice):
            print(f"{event.level}: {event.message}", file=self._remarks, flush=True)

    def close(self) -> None:
        """Nothing is kept open."""

    def _line(self, event: HostResult) -> str:
        result = {key: value for key, value in event.result.items() if not key.startswith("_")}
        word = WORDS.get(event.status, "FAILED!")
        if event.status is Status.SKIPPED:
            return f"{event.host} | {word}"
        if event.status is Status.UNREACHABLE:
            return f"{event.host} | {word}: {result.get('msg', '')}"
        if word != "FAILED!" and self._modules[event.task] in SPOKEN and "ansible_job_id" not in result:
            errors = f" (stderr) {_flat(result['stderr'])}" if result.get("stderr") else ""
            said = f"(stdout) {_flat(result.get('stdout', ''))}{errors}"
            return f"{event.host} | {word} | rc={result.get('rc', -1)} | {said}"
        return f"{event.host} | {word} => {json.dumps(plain(result), sort_keys=True, separators=(',', ': '))}"


def _flat(text: str) -> str:
    return text.replace("\n", "\\n").replace("\r", "\\r")
