"""Tests on files of the controller."""

from __future__ import annotations

import os.path
from collections.abc import Callable
from typing import Any

from opsengine.errors import TemplateError
from opsengine.templating.filters._plain import text_only
from opsengine.vault.files import is_vault

NUMBERS_TOO = ("directory", "exists", "file")


def _on_path(name: str, function: Callable[[str], bool]) -> Callable[[Any], bool]:
    def test(path: Any) -> bool:
        # A number is no path, but has always been one that does not exist.
        return not (isinstance(path, int) and name in NUMBERS_TOO) and function(text_only(name, path))

    return test


def same_file(one: Any, other: Any) -> bool:
    """Whether two paths lead to the same file."""
    return os.path.samefile(text_only("same_file", one), text_only("same_file", other))  # noqa: PTH121  ('' is no folder)


def vaulted_file(path: Any) -> bool:
    """Whether a file is encrypted by ansible-vault."""
    try:
        return is_vault(text_only("vaulted_file", path))
    except OSError as error:
        raise TemplateError(f"Cannot test if the file {str(path)!r} is a vault: {error.strerror}") from None


_directory = _on_path("directory", os.path.isdir)
_file = _on_path("file", os.path.isfile)
_link = _on_path("link", os.path.islink)
_mount = _on_path("mount", os.path.ismount)
_absolute = _on_path("abs", os.path.isabs)

TESTS: dict[str, Callable[..., Any]] = {
    "abs": _absolute,
    "directory": _directory,
    "exists": _on_path("exists", os.path.exists),
    "file": _file,
    "is_abs": _absolute,
    "is_dir": _directory,
    "is_file": _file,
    "is_link": _link,
    "is_mount": _mount,
    "is_same_file": same_file,
    "link": _link,
    "link_exists": _on_path("link_exists", os.path.lexists),
    "mount": _mount,
    "same_file": same_file,
    "vaulted_file": vaulted_file,
}
