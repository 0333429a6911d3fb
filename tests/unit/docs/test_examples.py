"""
The examples of docs/*.md: every playbook runs, and shows what the page says; every command line has options that exist.

A fenced block that begins with `# file: NAME` is a file beside the others of its page, in /srv/app.
A console block says what is typed, and what is shown: a line `...` stands for any lines. Playbooks that no console line
names are run as they are, and have to end well. They run on web1, web2 and db1, all of them this machine.
"""

from __future__ import annotations

import importlib
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import click
import pytest
import yaml

from opsengine.cli.main import COMMANDS
from opsengine.playbook import keywords

ROOT = Path(__file__).parents[3]
PAGES = sorted((ROOT / "docs").glob("*.md"))
RUN = [page for page in PAGES if page.name != "inventory.md"]
"""inventory.md is run beside ansible-inventory: tests/conformance/test_inventory_documentation.py."""
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"# file: (\S+)\n")
HOSTS = "[web]\nweb1\nweb2\n[db]\ndb1\n[all:vars]\nansible_connection=local\n"
SETTINGS = "[defaults]\ninventory = hosts.ini\n"
SECONDS = re.compile(r"\d+\.\d s")
LINE = re.compile(r"^(?:    |\$ )(opsengine .*)$|`(opsengine [^`]*)`", re.MULTILINE)


class Command(NamedTuple):
    """What is typed, and what the page says is shown."""

    line: str
    output: list[str]


def blocks(page: Path) -> list[tuple[str, str]]:
    """The fenced blocks of a page: language and content."""
    return BLOCK.findall(page.read_text())


def is_playbook(kind: str, content: str) -> bool:
    """Whether a block is a playbook."""
    value = yaml.load(content, yaml.BaseLoader) if kind == "yaml" and "hosts:" in content else None
    return isinstance(value, list) and any("hosts" in play for play in value if isinstance(play, dict))


def consoles(page: Path) -> Iterator[list[Command]]:
    """The console blocks of a page, as commands."""
    for kind, content in blocks(page):
        if kind == "console" and page in RUN:
            parts = [part.splitlines() for part in re.split(r"^\$ ", content, flags=re.MULTILINE)[1:]]
            yield [Command(lines[0], lines[1:]) for lines in parts]


def playbooks(page: Path) -> Iterator[str]:
    """The playbooks of a page that no console line names."""
    typed = " ".join(command.line for commands in consoles(page) for command in commands)
    for kind, content in blocks(page):
        named = FILE.match(content)
        if is_playbook(kind, content) and not (named and named[1] in typed):
            yield content


@pytest.fixture
def folder(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """The files of a page."""
    page: Path = request.getfixturevalue("page")
    files = {"hosts.ini": HOSTS, "ansible.cfg": SETTINGS}
    files |= {named[1]: content for _, content in blocks(page) if (named := FILE.match(content))}
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)
    return tmp_path


def run(folder: Path, line: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    """Run a line of a shell in which `opsengine` is this one."""
    (folder / "bin").mkdir(exist_ok=True)
    script = folder / "bin" / "opsengine"
    script.write_text(f'#!/bin/sh\nexec {sys.executable} -m opsengine "$@"\n')
    script.chmod(0o755)
    environment = {
        "PYTHONPATH": str(ROOT),
        "PATH": f"{script.parent}:{os.environ['PATH']}",
        "HOME": str(folder),
        "LC_ALL": "C.UTF-8",
    }
    return subprocess.run(
        ["sh", "-c", line],
        cwd=folder,
        env=environment,
        input=typed,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        check=False,
    )


def expected(output: list[str]) -> re.Pattern[str]:
    """A pattern of what is shown: `...` stands for any lines, and times are not compared."""
    lines = [
        "(?:.*\n)*?" if line.strip() == "..." else re.escape(SECONDS.sub("S", line.rstrip())) + "\n" for line in output
    ]
    return re.compile("".join(lines))


def shown(text: str, folder: Path) -> str:
    """What is compared of an output: without times, empty lines at both ends, blanks at the ends of lines."""
    lines = text.strip("\n").replace(str(folder), "/srv/app").splitlines()
    return "".join(f"{SECONDS.sub('S', line.rstrip())}\n" for line in lines)


class TestAPlaybook:
    @pytest.mark.parametrize(
        ("page", "playbook"),
        [(page, book) for page in RUN for book in playbooks(page)],
        ids=lambda value: value.stem if isinstance(value, Path) else "",
    )
    def test_of_a_page_runs(self, page: Path, playbook: str, folder: Path) -> None:
        (folder / "playbook.yml").write_text(playbook)
        ended = run(folder, "opsengine run playbook.yml")
        assert ended.returncode == 0, ended.stdout


class TestAConsole:
    @pytest.mark.parametrize(
        ("page", "commands"),
        [(page, commands) for page in RUN for commands in consoles(page)],
        ids=lambda value: value.stem if isinstance(value, Path) else "",
    )
    def test_shows_what_the_page_says(self, page: Path, commands: list[Command], folder: Path) -> None:
        code = 0
        for command in commands:
            ended = run(folder, f"(exit {code}); {command.line}")
            code = ended.returncode
            assert expected(command.output).fullmatch(shown(ended.stdout, folder)), ended.stdout


@cache
def options_of(name: str, subcommand: str) -> set[str]:
    """The options of a command of opsengine."""
    command: click.Command = importlib.import_module(f"opsengine.cli.{name}").command
    if isinstance(command, click.Group):
        found = command.commands.get(subcommand)
        assert found is not None, f"there is no opsengine {name} {subcommand}"
        command = found
    return {option for parameter in command.params for option in parameter.opts} | {"-h", "--help"}


class TestACommandLine:
    @pytest.mark.parametrize("page", [*PAGES, ROOT / "README.md", ROOT / "README.zh-CN.md"], ids=lambda page: page.stem)
    def test_has_options_that_exist(self, page: Path) -> None:
        for line in ("".join(found) for found in LINE.findall(page.read_text())):
            words = [word for word in shlex.split(line, comments=True) if word not in ("/", "...")]
            if len(words) < 2 or words[1].startswith("-"):
                continue
            assert words[1] in COMMANDS, line
            known = options_of(words[1], words[2] if len(words) > 2 else "")
            for word in words[2:]:
                if re.match(r"--?[a-zA-Z]", word):
                    option = word.partition("=")[0] if word.startswith("--") else word[:2]
                    assert option in known, f"{line}: there is no {option}"


class TestThePages:
    @pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
    def test_are_linked_from_the_readme(self, readme: str) -> None:
        text = (ROOT / readme).read_text()
        assert [] == [page.name for page in PAGES if f"docs/{page.name}" not in text]

    @pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
    def test_link_to_what_is_there(self, page: Path) -> None:
        links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text())
        assert [] == [link for link in links if not (page.parent / link).exists()]


class TestTheTableOfKeywords:
    def test_has_every_keyword_with_its_places(self) -> None:
        rows = re.findall(r"^\| `(\w+)` \| ([a-z, ]+) \| (.*)\|$", (ROOT / "docs/plays.md").read_text(), re.MULTILINE)
        places = {"all": keywords.EVERYWHERE, "tasks": keywords.TASKS}
        told = {
            name: (
                " ".join(places.get(place, place) for place in where.split(", ")),
                text.startswith("refused"),
            )
            for name, where, text in rows
        }
        assert {word.name: (word.on, bool(word.refused)) for word in keywords.KEYWORDS.values()} == told
