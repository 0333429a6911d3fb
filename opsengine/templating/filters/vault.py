"""The vault filters: refused until opsengine can read and write vault values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from opsengine.errors import TemplateError


def vault(*_: Any, **__: Any) -> str:
    """Refused: vault values are not supported yet."""
    raise TemplateError("vault: vault values are not supported yet", hint="keep secrets in files that git ignores")


def unvault(*_: Any, **__: Any) -> str:
    """Refused: vault values are not supported yet."""
    raise TemplateError("unvault: vault values are not supported yet", hint="decrypt them with ansible-vault first")


FILTERS: dict[str, Callable[..., Any]] = {"unvault": unvault, "vault": vault}
