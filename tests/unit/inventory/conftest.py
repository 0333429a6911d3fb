from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from opsengine.errors import InputError
from opsengine.inventory.load import load_inventory
from opsengine.inventory.model import Inventory

Load = Callable[..., Inventory]
Problems = Callable[..., list[str]]


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Load:
    """Load a file of the given content and name; its folder becomes the current one, so origins are short."""

    def loader(content: str, name: str = "hosts.ini") -> Inventory:
        (tmp_path / name).write_text(content)
        monkeypatch.chdir(tmp_path)
        return load_inventory([name])

    return loader


@pytest.fixture
def problems(load: Load) -> Problems:
    """What is wrong with a file, each problem as a person reads it."""

    def reported(content: str, name: str = "hosts.ini") -> list[str]:
        with pytest.raises(InputError) as caught:
            load(content, name)
        return [str(problem) for problem in caught.value.each()]

    return reported
