"""Tests on files of the controller."""

from __future__ import annotations

import os.path
from collections.abc import Callable
from pathlib import Path
from typing import Any

from opsengine.errors import TemplateError
from opsengine.templating.filters._guard import volatile
from opsengine.templating.filters._plain import text_of
from opsengine.vault.files import is_vault


def _on_path(function: Callable[[str], bool]) -> Callable[[Any], bool]:
    @volatile
    def test(path: Any) -> bool:
        return function(text_of(path))

    return test


@volatile
def same_file(one: Any, other: Any) -> bool:
    """Whether two paths lead to the same file."""
    return Path(text_of(one)).samefile(text_of(other))


@volatile
def vaulted_file(path: Any) -> bool:
    """Whether a file is encrypted by ansible-vault."""
    try:
        return is_vault(text_of(path))
    except OSError as error:
        raise TemplateError(f"vaulted_file: {path} cannot be read: {error.strerror}") from None


_directory = _on_path(os.path.isdir)
_file = _on_path(os.path.isfile)
_link = _on_path(os.path.islink)
_mount = _on_path(os.path.ismount)
_absolute = _on_path(os.path.isabs)

TESTS: dict[str, Callable[..., Any]] = {
    "abs": _absolute,
    "directory": _directory,
    "exists": _on_path(os.path.exists),
    "file": _file,
    "is_abs": _absolute,
    "is_dir": _directory,
    "is_file": _file,
    "is_link": _link,
    "is_mount": _mount,
    "is_same_file": same_file,
    "link": _link,
    "link_exists": _on_path(os.path.lexists),
    "mount": _mount,
    "same_file": same_file,
    "vaulted_file": vaulted_file,
}
