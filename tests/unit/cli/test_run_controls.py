"""--start-at-task and --step: where a run begins, and what is left out of it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.cli import command

BOOK = """
- hosts: h1,h2
  gather_facts: false
  tasks:
    - {name: one, debug: {msg: said-1}}
    - block:
        - {name: two, debug: {msg: said-2}}
        - {name: three of them, debug: {msg: said-3}}
      rescue:
        - {name: six, debug: {msg: said-6}}
      always:
        - {name: four, debug: {msg: said-4}}
- hosts: h1
  gather_facts: false
  tasks:
    - {name: five, debug: {msg: said-5}}
"""


def said(folder: Path, *words: str, answers: str = "") -> tuple[int, list[str], str]:
    """The exit code, which tasks spoke, and the errors."""
    (folder / "site.yml").write_text(BOOK)
    ran = subprocess.run(
        command("run", "-i", "h1,h2,", "-c", "local", folder / "site.yml", *words),
        input=answers,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return ran.returncode, [n for n in "12345" if f"said-{n}" in ran.stdout], ran.stderr


class TestStartAtTask:
    @pytest.mark.parametrize(
        ("wanted", "expected"),
        [("one", "12345"), ("two", "2345"), ("three*", "345"), ("four", "45"), ("five", "5")],
    )
    def test_passes_over_all_before_it(self, tmp_path: Path, wanted: str, expected: str) -> None:
        assert (0, list(expected), "") == said(tmp_path, "--start-at-task", wanted)

    def test_that_is_nowhere_is_refused_with_the_nearest_name(self, tmp_path: Path) -> None:
        code, tasks, errors = said(tmp_path, "--start-at-task", "fiv")
        assert (5, []) == (code, tasks)
        assert "there is no task `fiv` to begin at" in errors
        assert "five" in errors

    @pytest.mark.parametrize("words", [("five", "--tags", "none"), ("six",)])
    def test_that_cannot_be_reached_is_refused(self, tmp_path: Path, words: tuple[str, ...]) -> None:
        code, tasks, errors = said(tmp_path, "--start-at-task", *words)
        assert (5, []) == (code, tasks)
        assert f"there is no task `{words[0]}` to begin at" in errors


class TestStep:
    def test_leaves_out_what_is_not_wanted(self, tmp_path: Path) -> None:
        assert (0, ["1", "3", "5"]) == said(tmp_path, "--step", answers="y\nn\ny\n\ny\n")[:2]

    def test_goes_on_without_asking_when_told_to(self, tmp_path: Path) -> None:
        assert (0, ["2", "3", "4", "5"]) == said(tmp_path, "--step", answers="n\nc\n")[:2]


class TestRetryFiles:
    def test_hold_the_hosts_that_failed_for_limit(self, tmp_path: Path) -> None:
        (tmp_path / "ansible.cfg").write_text("[defaults]\ninventory = hosts\nretry_files_enabled = yes\n")
        (tmp_path / "hosts").write_text("h1 ansible_connection=local\nh2 ansible_connection=local\n")
        (tmp_path / "p.yml").write_text(
            "- hosts: all\n  tasks:\n    - assert: {that: inventory_hostname == 'h1', fail_msg: 'no, {{ n }}'}\n"
            "      vars: {n: '{{ inventory_hostname }}'}\n"
        )
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
        for words, expected in (([], 1), (["--limit", "@p.retry"], 0)):
            line = command("run", "p.yml", *words)
            ran = subprocess.run(line, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
            assert (2, expected) == (ran.returncode, ran.stdout.count("h1       :"))
            assert "h2\n" == (tmp_path / "p.retry").read_text()
