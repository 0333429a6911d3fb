"""Values as filters want them: plain text, plain containers, and their names for messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import Any

from opsengine.errors import TemplateError
from opsengine.templating.lazy import type_name


def plain(value: Any) -> Any:
    """
    The value in plain dicts, lists and strings, all the way down.

    Containers may render their items when they are read, so they are read through iteration and `items()` only.
    """
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Mapping):
        return {plain(key): plain(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return tuple(plain(item) for item in value)
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, Set):
        return {plain(item) for item in value}
    return value


def shallow(value: Mapping[Any, Any]) -> dict[Any, Any]:
    """A plain dict of a mapping's items, the items as they are."""
    return {key: item for key, item in value.items()}  # noqa: C416  (dict() of a dict subclass skips its methods)


def is_sequence(value: Any) -> bool:
    """Whether the value is a list or the like: not text, not bytes, not a mapping."""
    return isinstance(value, Sequence) and not isinstance(value, (str, bytes, bytearray))


def text_only(name: str, value: Any) -> str:
    """The value, which has to be text already; bytes are read as UTF-8. Raises TemplateError."""
    if not isinstance(value, (str, bytes)):
        raise wrong(f"{name} requires text", value)
    return text_of(value)


def text_of(value: Any) -> str:
    """The value as text: bytes as UTF-8, everything else as `str` shows it."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    if isinstance(value, (Mapping, list, tuple)):
        return str(plain(value))
    return str(value)


def bytes_of(value: Any, encoding: str = "utf-8") -> bytes:
    """The value as bytes of the given encoding."""
    if isinstance(value, bytes):
        return value
    errors = "surrogateescape" if encoding.replace("-", "").lower() == "utf8" else "strict"
    return text_of(value).encode(encoding, errors)


def wrong(expected: str, given: Any) -> TemplateError:
    """The error of a filter, test or lookup that got the wrong kind of value; the value itself may be a secret."""
    return TemplateError(f"{expected}, got {type_name(given)} instead")
