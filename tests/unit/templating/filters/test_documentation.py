"""docs/templating.md names everything that templates have."""

from __future__ import annotations

from pathlib import Path

import pytest

from opsengine.templating.filters import all_filters
from opsengine.templating.lookups import all_lookups
from opsengine.templating.tests import all_tests

DOCUMENT = Path(__file__).parents[4] / "docs" / "templating.md"


class TestTheDocumentation:
    @pytest.mark.parametrize(
        ("chapter", "table"), [("Filters", all_filters()), ("Tests", all_tests()), ("Lookups", all_lookups())]
    )
    def test_names_every_one(self, chapter: str, table: dict[str, object]) -> None:
        text = DOCUMENT.read_text().partition(f"\n## {chapter}\n")[2].partition("\n## ")[0]
        missing = {name for name in table if "." not in name and f"`{name}`" not in text}
        assert not missing
