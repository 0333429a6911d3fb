"""The cases of the tests that compare templates, as lines of text files."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).parent
VARIABLES = (HERE / "variables.yml").read_text("utf-8")


class Case(NamedTuple):
    """One case; `fails` where both engines have to refuse it."""

    value: Any
    fails: bool

    def __str__(self) -> str:
        return str(self.value)


def expressions(name: str) -> list[Case]:
    """A line is an expression; one that begins with `! ` has to fail, `##` begins a comment."""
    return [Case(line.removeprefix("! "), line.startswith("! ")) for line in _lines(name)]


def literals(name: str) -> list[Case]:
    """As `expressions`, but a line is a literal of Python."""
    return [Case(ast.literal_eval(case.value), case.fails) for case in expressions(name)]


def _lines(name: str) -> list[str]:
    lines = (line.strip() for line in (HERE / name).read_text("utf-8").splitlines())
    return [line for line in lines if line and not line.startswith("##")]
