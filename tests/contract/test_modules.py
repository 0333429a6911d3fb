"""What holds of every module's text: it travels alone, runs on every Python from 3.6, and explains its arguments."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from opsengine.agent import bootstrap, library
from opsengine.agent.client import AgentClient, Request
from opsengine.connection.local import LocalConnection
from opsengine.paths import modules_folder
from tests.contract.case import pythons
from tests.contract.cases import CASES

FILES = sorted(modules_folder().rglob("*.py"))
NAMES = sorted(library.module_files())
SUBJECTS = {case.module for case in CASES}


def named(path: Path) -> str:
    return str(path.relative_to(modules_folder()))


def interpreters() -> list[str]:
    """Every Python from 3.6 to 3.14 that is found."""
    return pythons(range(6, 15)) or [sys.executable]


@pytest.mark.parametrize("name", NAMES)
def test_every_module_has_a_contract_case(name: str) -> None:
    assert name in SUBJECTS, f"add a Case for {name} to tests/contract/cases"


@pytest.mark.parametrize("path", FILES, ids=named)
def test_modules_import_only_the_standard_library(path: Path) -> None:
    assert imported(path) <= sys.stdlib_module_names | {"modules"}


def imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("path", FILES, ids=named)
def test_modules_are_written_for_python_3_6(path: Path) -> None:
    tree = ast.parse(path.read_bytes(), feature_version=(3, 6))
    assert [] == list(too_new(tree))


def too_new(tree: ast.AST) -> Iterator[str]:
    """What a parser of a newer Python lets pass or calls that came later."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module in ("__future__", "dataclasses"):
            yield f"line {node.lineno}: import from {node.module}"
        if isinstance(node, ast.keyword) and node.arg in ("capture_output", "text", "missing_ok", "dirs_exist_ok"):
            yield f"line {node.lineno}: argument {node.arg}"
        if isinstance(node, ast.Attribute) and node.attr in ("removeprefix", "removesuffix", "cached_property"):
            yield f"line {node.lineno}: {node.attr}"


@pytest.mark.parametrize("path", [p for p in FILES if p.parent.name != "kit"], ids=named)
def test_no_module_handles_the_dry_run_by_itself(path: Path) -> None:
    assert not re.search(r"check_mode|context\.check|\.check\b(?!=)", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", NAMES)
def test_every_argument_has_a_sentence_of_help(name: str) -> None:
    assert [] == list(unexplained(library.module_files()[name].kind.arguments()))


def unexplained(arguments: dict[str, Any]) -> Iterator[str]:
    for name, arg in arguments.items():
        if not isinstance(arg.help, str) or len(arg.help.split()) < 2:
            yield name
        if isinstance(arg.of, dict):
            yield from (f"{name}.{inner}" for inner in unexplained(arg.of))


@pytest.mark.parametrize("name", NAMES)
def test_every_module_says_what_it_does(name: str) -> None:
    path = library.module_files()[name].path
    assert ast.get_docstring(ast.parse(path.read_bytes()))


@pytest.mark.parametrize("interpreter", interpreters(), ids=lambda path: Path(path).name)
def test_every_module_loads_in_an_agent_of(interpreter: str) -> None:
    connection = LocalConnection()
    agent = AgentClient(connection.open(bootstrap.command(interpreter)))
    try:
        for name, file in library.module_files().items():
            [(_, result)] = list(agent.run(Request(file, [{"nosuchargument": 1}], timeout=30)))
            assert "unknown argument" in result["msg"], f"{name}: {result}"
        [(_, result)] = list(agent.run(Request(library.module_files()["ping"], [{}])))
        assert "pong" == result["ping"]
    finally:
        agent.close()
