"""The examples of docs/inventory.md: what they say is shown is what is shown, here and by ansible-inventory."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

THEIRS = {"inventory": "ansible-inventory", "exec": "ansible"}
ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs/inventory.md").read_text()
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)


def commands() -> Iterator[tuple[str, str]]:
    """Every command of a console block with what it prints."""
    for kind, content in BLOCKS:
        if kind == "console":
            for part in content.split("$ ")[1:]:
                line, _, output = part.partition("\n")
                yield line, output


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for _, content in BLOCKS:
        if named := re.match(r"# file: (\S+)\n", content):
            path = tmp_path / named[1]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
    return tmp_path


@pytest.mark.parametrize(("line", "output"), commands(), ids=lambda words: words if words.startswith("ops") else "")
def test_a_command_shows_what_is_said(folder: Path, line: str, output: str) -> None:
    name, *words = shlex.split(line)
    assert name == "opsengine"
    assert output == shown(folder, [sys.executable, "-m", "opsengine", *words])
    if words[0] == "inventory":
        words = words if {"--host", "--list"} & set(words) else [*words, "--graph"]
    theirs = shown(folder, [str(Path(sys.executable).with_name(THEIRS[words[0]])), *words[1:]])
    assert output.splitlines() == theirs.splitlines()


def test_there_are_examples() -> None:
    assert len(list(commands())) > 5


def shown(folder: Path, command: list[str]) -> str:
    environment = {"PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin", "HOME": str(folder)}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
