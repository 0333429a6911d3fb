"""The same playbook through ansible-core and opsengine: same exit code, same counts for each host, same variables."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.web import web

HERE = Path(__file__).parent
PLAYBOOKS = sorted((HERE / "playbooks").glob("*.yml"))
RECAP = re.compile(r"^(\S+)\s+: (ok=.*)$", re.M)
COUNTS = ("ok", "changed", "unreachable", "failed", "skipped", "rescued", "ignored")
INVENTORY = (
    "[web]\nh1 n=1\nh2 n=2\n[db]\nh3 n=3\n[all:vars]\nansible_connection=local\nansible_python_interpreter={python}\n"
)


@dataclass
class Ran:
    """What one engine made of a playbook."""

    code: int
    counts: dict[str, dict[str, int]]
    kept: dict[str, Any]
    output: str


def kept(folder: Path) -> dict[str, Any]:
    """The variables that the playbook wrote down (tasks/keep.yml), by host and name."""
    return {path.name: json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))}


def run(command: list[str], folder: Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run an engine with everything that it writes below a folder of its own."""
    folder.mkdir()
    environment = {
        **os.environ,
        "OUT": str(folder),
        "ANSIBLE_VAULT_PASSWORD_FILE": str(HERE / "playbooks" / "vault" / "password"),
        "ANSIBLE_LOCALHOST_WARNING": "0",
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_LOCAL_TEMP": str(folder / "tmp"),
        "ANSIBLE_HOME": str(folder / "home"),
        "PYTHONPATH": str(HERE.parent.parent),
    }
    return subprocess.run(command, env=environment, cwd=cwd, capture_output=True, text=True, timeout=240, check=False)


def through_ansible(playbook: Path, inventory: Path, folder: Path) -> Ran:
    """Run it with ansible-core."""
    ansible = Path(sys.executable).parent / "ansible-playbook"
    answer = run([str(ansible), "-i", str(inventory), "-f", "10", str(playbook)], folder, playbook.parent)
    counts = {}
    for host, text in RECAP.findall(answer.stdout):
        counts[host] = {name: int(value) for name, value in re.findall(r"(\w+)=(\d+)", text)}
    return Ran(answer.returncode, counts, kept(folder), answer.stdout + answer.stderr)


def through_opsengine(playbook: Path, inventory: Path, folder: Path) -> Ran:
    """Run it with opsengine."""
    command = [sys.executable, "-m", "opsengine", "run", "-i", str(inventory), "--output", "jsonl", str(playbook)]
    answer = run(command, folder, playbook.parent)
    events = [json.loads(line) for line in answer.stdout.splitlines() if line.startswith("{")]
    ended = [event for event in events if event["event"] == "run_ended"]
    counts = (
        {host: {name: stats[name] for name in COUNTS} for host, stats in ended[0]["stats"].items()} if ended else {}
    )
    return Ran(answer.returncode, counts, kept(folder), answer.stdout + answer.stderr)


@pytest.fixture(scope="module", autouse=True)
def server() -> Iterator[None]:
    """A web server that playbooks find in $WEB."""
    with web() as url:
        os.environ["WEB"] = url
        yield
        del os.environ["WEB"]


class TestAPlaybook:
    @pytest.mark.parametrize("playbook", PLAYBOOKS, ids=lambda path: path.stem)
    def test_means_what_it_means_in_ansible(self, playbook: Path, tmp_path: Path) -> None:
        inventory = tmp_path / "hosts"
        inventory.write_text(INVENTORY.format(python=sys.executable))
        theirs = through_ansible(playbook, inventory, tmp_path / "ansible")
        ours = through_opsengine(playbook, inventory, tmp_path / "opsengine")
        assert theirs.counts, theirs.output
        assert (theirs.code, theirs.counts) == (ours.code, ours.counts), f"{theirs.output}\n{'=' * 80}\n{ours.output}"
        assert theirs.kept == ours.kept
        assert theirs.kept, "a conformance playbook keeps something to compare: import_tasks: tasks/keep.yml"
