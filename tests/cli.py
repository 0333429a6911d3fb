"""opsengine as a person runs it, with its events read back."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]


@dataclass
class Ran:
    """What one run said: its exit code, its events, and what it printed on standard error."""

    code: int
    events: list[dict[str, Any]]
    errors: str

    def results(self, host: str) -> list[dict[str, Any]]:
        """The host's results, in order."""
        return [event for event in self.events if event["event"] == "host_result" and event["host"] == host]

    def statuses(self) -> dict[str, list[str]]:
        """{host: how its tasks ended, in order}."""
        found: dict[str, list[str]] = {}
        for event in self.events:
            if event["event"] == "host_result":
                found.setdefault(event["host"], []).append(event["status"])
        return found


def command(*words: str | Path) -> list[str]:
    """The command line of opsengine."""
    return [sys.executable, "-m", "opsengine", *map(str, words)]


def run(*words: str | Path, timeout: float = 100) -> Ran:
    """Run opsengine to its end with JSON lines."""
    line = command(*words, "--output", "jsonl")
    ended = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, timeout=timeout, check=False)
    events = [json.loads(text) for text in ended.stdout.splitlines() if text.startswith("{")]
    return Ran(ended.returncode, events, ended.stderr)


def playbook(path: Path, tasks: str, head: str = "") -> Path:
    """Write a playbook of one play over all hosts; tasks as YAML list items."""
    lines = "".join(f"    {line}\n" for line in tasks.strip().splitlines())
    path.write_text(f"- hosts: all\n  gather_facts: false\n{head}  tasks:\n{lines}")
    return path
