"""How a module is run within the process of the tests."""

from collections.abc import Callable
from typing import Any

import pytest

from opsengine.agent import library

Perform = Callable[..., dict[str, Any]]


@pytest.fixture
def perform() -> Perform:
    """perform(module, check=False, coming=(), **args): a module's result."""

    def run(name: str, /, check: bool = False, coming: Any = (), **args: Any) -> dict[str, Any]:
        file = library.find(name)
        assert file is not None
        kind = file.kind
        from modules.kit.perform import Context, perform

        result: dict[str, Any] = perform(kind, args, Context(check, True, coming))
        return result

    return run
