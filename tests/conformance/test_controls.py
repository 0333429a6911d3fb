"""Run controls and the language's own modules through ansible-core and opsengine, each playbook with its options."""

from __future__ import annotations

import itertools
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.conformance.test_playbooks import COUNTS, HERE, INVENTORY, OPTIONS, RECAP, kept

PLAYBOOKS = sorted(path for folder in OPTIONS for path in (HERE / "playbooks" / folder).glob("*.yml"))
LISTINGS = HERE / "playbooks" / "controls" / "listings" / "all.yml"
HEADER = re.compile(r"^# (options|stdin|environment):[ ]?(.*)$", re.M)


class Case(NamedTuple):
    """A playbook, and how it is run: options, what is typed, further environment."""

    playbook: Path
    options: str = ""
    stdin: str = ""
    environment: str = ""

    def __str__(self) -> str:
        return f"{self.playbook.parent.name}/{self.playbook.stem} {self.options}".strip()


def cases(playbook: Path) -> list[Case]:
    """
    The runs that the comments of a playbook ask for; one without options where they ask for none.

    `# options: ...` begins a run; `# stdin: ...` and `# environment: ...` behind it belong to it.
    """
    found: list[Case] = []
    for name, text in HEADER.findall(playbook.read_text()):
        if name == "options" or not found:
            found.append(Case(playbook))
        found[-1] = found[-1]._replace(**{name: text})
    return found or [Case(playbook)]


@dataclass
class Ran:
    """What one engine made of a playbook."""

    code: int
    counts: dict[str, dict[str, int]]
    kept: dict[str, Any]
    output: str


def run(engine: list[str], case: Case, folder: Path, named: bool = True) -> subprocess.CompletedProcess[str]:
    """
    Run an engine on a playbook, with everything that it writes below a folder of its own.

    named: whether the playbook stands on the command line; else only its folder counts.
    """
    folder.mkdir(exist_ok=True)
    inventory = folder.parent / "hosts"
    inventory.write_text(INVENTORY.format(python=sys.executable))
    environment = {
        **os.environ,
        "OUT": str(folder),
        "ANSIBLE_LOCALHOST_WARNING": "0",
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_LOCAL_TEMP": str(folder / "tmp"),
        "ANSIBLE_HOME": str(folder / "home"),
        "PYTHONPATH": str(HERE.parent.parent),
        **dict(pair.split("=", 1) for pair in shlex.split(case.environment)),
    }
    return subprocess.run(
        [*engine, "-i", str(inventory), *shlex.split(case.options), *([str(case.playbook)] if named else [])],
        env=environment,
        cwd=case.playbook.parent,
        input=case.stdin.encode().decode("unicode_escape"),
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def through_ansible(case: Case, folder: Path) -> Ran:
    """Run it with ansible-core."""
    answer = run([str(Path(sys.executable).parent / "ansible-playbook")], case, folder)
    counts = {}
    for host, text in RECAP.findall(answer.stdout):
        counts[host] = {name: int(value) for name, value in re.findall(r"(\w+)=(\d+)", text)}
    return Ran(answer.returncode, counts, kept(folder), answer.stdout + answer.stderr)


def through_opsengine(case: Case, folder: Path) -> Ran:
    """Run it with opsengine."""
    answer = run([sys.executable, "-m", "opsengine", "run", "--output", "jsonl"], case, folder)
    events = [json.loads(line) for line in answer.stdout.splitlines() if line.startswith("{")]
    counts = {
        host: {name: stats[name] for name in COUNTS}
        for event in events
        if event["event"] == "run_ended"
        for host, stats in event["stats"].items()
    }
    return Ran(answer.returncode, counts, kept(folder), answer.stdout + answer.stderr)


def compared(case: Case, folder: Path, part: Callable[[Ran], Any]) -> tuple[Any, Any, str]:
    """One part of what both engines made of a playbook, and all that they said."""
    theirs, ours = through_ansible(case, folder / "ansible"), through_opsengine(case, folder / "opsengine")
    return part(theirs), part(ours), f"{theirs.output}\n{'=' * 80}\n{ours.output}"


def outcome(ran: Ran) -> tuple[int, dict[str, dict[str, int]], dict[str, Any]]:
    """The exit code, the counts of each host, the variables that were kept."""
    return ran.code, ran.counts, ran.kept


class TestAPlaybookWithOptions:
    @pytest.mark.parametrize("case", [case for playbook in PLAYBOOKS for case in cases(playbook)], ids=str)
    def test_means_what_it_means_in_ansible(self, case: Case, tmp_path: Path) -> None:
        theirs, ours, output = compared(case, tmp_path, outcome)
        assert theirs[1], output
        assert theirs == ours, output


def listed(text: str) -> list[str]:
    """The lines of a listing; hosts and tags sorted, which Ansible shows in any order."""
    lines = [
        re.sub(r"TAGS: \[(.*)\]", lambda tags: f"TAGS: {sorted(re.split(', ?', tags[1]))}", line).strip()
        for line in text.splitlines()
        if line.strip()
    ]
    groups = itertools.groupby(lines, key=lambda line: re.fullmatch(r"h\d", line) is not None)
    return [line for of_hosts, group in groups for line in (sorted(group) if of_hosts else group)]


class TestAListing:
    @pytest.mark.parametrize("case", cases(LISTINGS), ids=str)
    def test_shows_what_ansible_shows(self, case: Case, tmp_path: Path) -> None:
        theirs = run([str(Path(sys.executable).parent / "ansible-playbook")], case, tmp_path / "ansible")
        ours = run([sys.executable, "-m", "opsengine", "run"], case, tmp_path / "opsengine")
        assert (theirs.returncode, listed(theirs.stdout)) == (ours.returncode, listed(ours.stdout)), ours.stderr


class TestASyntaxCheck:
    @pytest.mark.parametrize(
        ("tasks", "passes"),
        [
            ("[debug: ]", True),
            ("[{debug: , name: '{{ nowhere }}'}]", True),
            ("[{include_tasks: '{{ nowhere }}.yml'}]", True),
            ("[{include_role: {name: nowhere}, when: false}]", True),
            ("[{command: 'true', whn: x}]", False),
            ("[no_such_module: ]", False),
            ("[import_tasks: nowhere.yml]", False),
            ("[import_role: {name: nowhere}]", False),
            ("[{debug: , register: [x]}]", False),
            ("[{debug: , loop: [1], with_items: [1]}]", False),
            ("[{debug: , ping: }]", False),
            ("[{block: [debug: ], loop: [1]}]", False),
            ("[{debug: , tags: {a: b}}]", False),
            ("{a: b", False),
        ],
    )
    def test_refuses_what_ansible_refuses(self, tasks: str, passes: bool, tmp_path: Path) -> None:
        (tmp_path / "p.yml").write_text(f"- hosts: web\n  tasks: {tasks}\n")
        case = Case(tmp_path / "p.yml", "--syntax-check")
        theirs = run([str(Path(sys.executable).parent / "ansible-playbook")], case, tmp_path / "ansible")
        ours = run([sys.executable, "-m", "opsengine", "run"], case, tmp_path / "opsengine")
        assert (passes, passes) == (theirs.returncode == 0, ours.returncode == 0), theirs.stderr + ours.stderr


class TestKeptFacts:
    def test_are_seen_by_the_next_run_and_forgotten_with_flush_cache(self, tmp_path: Path) -> None:
        (tmp_path / "p.yml").write_text(
            "- name: kept_facts\n  hosts: web\n  gather_facts: false\n  vars: {keep: [seen]}\n  tasks:\n"
            "    - set_fact: {seen: \"{{ [ansible_facts.mark | default('none'), mark | default('none')] }}\"}\n"
            "    - set_fact: {mark: kept, cacheable: true}\n"
            f"    - import_tasks: {HERE}/playbooks/keep.yml\n"
            "    - {meta: clear_facts, when: clear | default(false) | bool}\n"
        )
        environment = f"ANSIBLE_CACHE_PLUGIN=jsonfile ANSIBLE_CACHE_PLUGIN_CONNECTION={tmp_path}"
        for options in ("", "", "--flush-cache", "-e clear=yes", "", "--limit h2 --flush-cache", ""):
            of_ansible = Case(tmp_path / "p.yml", options, environment=f"{environment}/of_ansible")
            of_opsengine = Case(tmp_path / "p.yml", options, environment=f"{environment}/of_opsengine")
            theirs = through_ansible(of_ansible, tmp_path / "ansible")
            ours = through_opsengine(of_opsengine, tmp_path / "opsengine")
            assert outcome(theirs) == outcome(ours), options
