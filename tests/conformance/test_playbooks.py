"""
The same playbook through ansible-core and opsengine: same exit code, same counts for each host, same variables.

A playbook stands in the folder of its subject; one that needs a project of its own (ansible.cfg, group_vars, ...) is
the site.yml of a folder there. Comments at its beginning say with which options both engines run it, a line a run:

    # options: --tags a --skip-tags b
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest

from tests.web import web

HERE = Path(__file__).parent
FOLDER = HERE / "playbooks"
OPTIONS = ("controls", "language_modules")
"""Folders whose playbooks are run by test_controls.py, which types and sets more than options."""
PLAYBOOKS = sorted(
    path for path in (*FOLDER.glob("*/*.yml"), *FOLDER.glob("*/*/site.yml")) if not set(OPTIONS) & set(path.parts)
)
RECAP = re.compile(r"^(\S+)\s+: (ok=.*)$", re.M)
COUNTS = ("ok", "changed", "unreachable", "failed", "skipped", "rescued", "ignored")
INVENTORY = (
    "[web]\nh1 n=1\nh2 n=2\n[db]\nh3 n=3\n[all:vars]\nansible_connection=local\nansible_python_interpreter={python}\n"
)


@dataclass
class Ran:
    """What one engine made of a playbook, once."""

    code: int
    counts: dict[str, dict[str, int]]
    kept: dict[str, Any]
    output: Path


@dataclass
class Engine:
    """One of the two, with a folder for all that it writes."""

    folder: Path
    inventory: Path

    @property
    def command(self) -> list[str]:
        """The beginning of the command line."""
        raise NotImplementedError

    def counts(self, output: str) -> dict[str, dict[str, int]]:
        """The counts of each host."""
        raise NotImplementedError

    def runs(self, playbook: Path) -> list[Ran]:
        """Run it with each of its lines of options in turn; the cache of facts lasts from one run to the next."""
        return [self._run(playbook, options, f"run-{number}") for number, options in enumerate(options_of(playbook))]

    def _run(self, playbook: Path, options: Sequence[str], name: str) -> Ran:
        out = self.folder / name
        out.mkdir(parents=True)
        environment = {
            **os.environ,
            "OUT": str(out),
            "ANSIBLE_CACHE_PLUGIN_CONNECTION": str(self.folder / "facts"),
            "ANSIBLE_VAULT_PASSWORD_FILE": str(FOLDER / "vault" / "secret" / "password"),
            "ANSIBLE_LOCALHOST_WARNING": "0",
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_PIPELINING": "1",
            "ANSIBLE_LOCAL_TEMP": str(out / "tmp"),
            "ANSIBLE_HOME": str(out / "home"),
            "PYTHONPATH": str(HERE.parent.parent),
        }
        command = [*self.command, "-i", str(self.inventory), "-f", "10", *options, playbook.name]
        answer = subprocess.run(
            command, env=environment, cwd=playbook.parent, capture_output=True, text=True, timeout=240, check=False
        )
        (out / "output").write_text(answer.stdout + answer.stderr)
        return Ran(answer.returncode, self.counts(answer.stdout), kept(out), out / "output")


class Ansible(Engine):
    """ansible-core."""

    @property
    def command(self) -> list[str]:
        return [str(Path(sys.executable).parent / "ansible-playbook")]

    def counts(self, output: str) -> dict[str, dict[str, int]]:
        found = {}
        for host, text in RECAP.findall(output):
            found[host] = {name: int(value) for name, value in re.findall(r"(\w+)=(\d+)", text)}
        return found


class Opsengine(Engine):
    """opsengine."""

    @property
    def command(self) -> list[str]:
        return [sys.executable, "-m", "opsengine", "run", "--output", "jsonl"]

    def counts(self, output: str) -> dict[str, dict[str, int]]:
        events = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
        stats = next((event["stats"] for event in events if event["event"] == "run_ended"), {})
        return {host: {name: counted[name] for name in COUNTS} for host, counted in stats.items()}


def kept(folder: Path) -> dict[str, list[Any]]:
    """What the playbook wrote down (keep.yml), by host and play, each time that it did."""
    return {path.name: [json.loads(line) for line in path.open()] for path in sorted(folder.glob("*.json"))}


def options_of(playbook: Path) -> list[list[str]]:
    """The options of each run; one run without any where the playbook says nothing of them."""
    with playbook.open() as lines:
        comments = list(takewhile(lambda line: line.startswith("#"), lines))
    found = [line.partition(":")[2] for line in comments if line.startswith("# options:")]
    return [shlex.split(text) for text in found or [""]]


def name_of(playbook: Path) -> str:
    """What the playbook is called among the tests."""
    return str(playbook.relative_to(FOLDER).with_suffix("")).removesuffix("/site")


@pytest.fixture(scope="module", autouse=True)
def server() -> Iterator[None]:
    """A web server that playbooks find in $WEB."""
    with web() as url:
        os.environ["WEB"] = url
        yield
        del os.environ["WEB"]


class TestAPlaybook:
    @pytest.mark.parametrize("playbook", PLAYBOOKS, ids=name_of)
    def test_means_what_it_means_in_ansible(self, playbook: Path, tmp_path: Path) -> None:
        inventory = tmp_path / "hosts"
        inventory.write_text(INVENTORY.format(python=sys.executable))
        engines = Ansible(tmp_path / "ansible", inventory), Opsengine(tmp_path / "opsengine", inventory)
        # What modules do to this machine they cannot do at the same time.
        at_once = 1 if playbook.parent.name == "host_modules" else 2
        with ThreadPoolExecutor(at_once) as pool:
            all_theirs, all_ours = pool.map(lambda engine: engine.runs(playbook), engines)
        for theirs, ours in zip(all_theirs, all_ours, strict=True):
            where = f"{name_of(playbook)}: compare {theirs.output} with {ours.output}"
            assert theirs.counts, where
            assert (theirs.code, theirs.counts, theirs.kept) == (ours.code, ours.counts, ours.kept), where
        assert any(ran.kept for ran in all_theirs), "a conformance playbook keeps something: import_tasks: ../keep.yml"
