"""No filter, test or lookup of ansible-core is missing, neither in the tables nor in docs/templating.md."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import ansible.plugins.filter
import ansible.plugins.lookup
import ansible.plugins.test
import pytest
from jinja2.filters import FILTERS
from jinja2.tests import TESTS

from opsengine.templating.filters import all_filters
from opsengine.templating.lookups import all_lookups
from opsengine.templating.tests import all_tests

DOCUMENT = (Path(__file__).parents[2] / "docs" / "templating.md").read_text("utf-8")


def modules(package: Any) -> Iterable[Any]:
    """The modules of a package of plugins."""
    for found in pkgutil.iter_modules(package.__path__):
        yield importlib.import_module(f"{package.__name__}.{found.name}")


def their_names(kind: str) -> set[str]:
    """The names that ansible-core has, jinja2's included."""
    if kind == "Filters":
        return {name for module in modules(ansible.plugins.filter) for name in module.FilterModule().filters()} | {
            *FILTERS
        }
    if kind == "Tests":
        return {name for module in modules(ansible.plugins.test) for name in module.TestModule().tests()} | {*TESTS}
    return {found.name for found in pkgutil.iter_modules(ansible.plugins.lookup.__path__)}


@pytest.mark.parametrize(
    ("kind", "ours"), [("Filters", all_filters()), ("Tests", all_tests()), ("Lookups", all_lookups())]
)
class TestTheNamesOfAnsibleCore:
    def test_are_all_known(self, kind: str, ours: dict[str, object]) -> None:
        names = their_names(kind)
        assert len(names) > 20
        assert set() == names - set(ours)
        assert set() == {name for name in names if f"ansible.builtin.{name}" not in ours}

    def test_are_all_in_the_documentation(self, kind: str, ours: dict[str, object]) -> None:
        chapter = DOCUMENT.partition(f"\n## {kind}\n")[2].partition("\n## ")[0]
        assert set() == {name for name in their_names(kind) if f"`{name}`" not in chapter}

    def test_work_or_are_refused_with_the_reason(self, kind: str, ours: dict[str, object]) -> None:
        chapter = DOCUMENT.partition(f"\n## {kind}\n")[2].partition("\n## ")[0]
        rows = re.findall(r"^\| (`.*) \| (.*) \| (.*) \|$", chapter, re.M)
        assert rows
        assert [] == [row for row in rows if row[1] not in ("works", "refused") or not row[2].endswith(".")]
