"""
Text from the project's own files.

The type is the trust rule: only a `Text` is ever rendered as a template. A plain `str` is data for ever, wherever it
comes from: a host, a fact, the result of another template.
"""

from __future__ import annotations

from typing import Any, NamedTuple


class Origin(NamedTuple):
    """Where something was written. Lines and columns count from 1; 0 means the whole file."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        if not self.line:
            return self.file
        return f"{self.file}:{self.line}:{self.column}"

    @property
    def sort_key(self) -> tuple[str, int, int]:
        """Order of reading."""
        return (self.file, self.line, self.column)


COMMAND_LINE = Origin("command line")


class Text(str):
    """A string that a person wrote in a file of the project, or on the command line."""

    __slots__ = ("is_template", "origin")

    origin: Origin
    is_template: bool

    def __new__(cls, value: str, origin: Origin = COMMAND_LINE) -> Text:
        self = super().__new__(cls, value)
        self.origin = origin
        self.is_template = "{{" in value or "{%" in value or "{#" in value or value.startswith("#jinja2:")
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return (Text, (str(self), self.origin))

    def __deepcopy__(self, memo: dict[int, Any]) -> Text:
        return self


class TextDict(dict[Any, Any]):
    """A mapping that a person wrote; `origin` is where it begins. Its string keys are `Text`."""

    __slots__ = ("origin",)

    def __init__(self, items: Any = (), origin: Origin = COMMAND_LINE) -> None:
        super().__init__(items)
        self.origin = origin

    def origin_of(self, key: str) -> Origin:
        """Where the given key was written; the mapping's own place where the key does not know."""
        for own in self:
            if own == key:
                return getattr(own, "origin", self.origin)
        return self.origin


class TextList(list[Any]):
    """A list that a person wrote; `origin` is where it begins."""

    __slots__ = ("origin",)

    def __init__(self, items: Any = (), origin: Origin = COMMAND_LINE) -> None:
        super().__init__(items)
        self.origin = origin


def origin_of(value: Any, fallback: Origin) -> Origin:
    """Where a value was written, or the given place for values that carry none (numbers, booleans)."""
    return getattr(value, "origin", fallback)


def trust(value: Any, origin: Origin = COMMAND_LINE) -> Any:
    """Turn the strings of a plain value (as from JSON on the command line) into `Text`, containers included."""
    if isinstance(value, Text):
        return value
    if isinstance(value, str):
        return Text(value, origin)
    if isinstance(value, dict):
        return TextDict(((trust(k, origin), trust(v, origin)) for k, v in value.items()), origin)
    if isinstance(value, list):
        return TextList((trust(item, origin) for item in value), origin)
    return value


def merged(before: Any, value: Any) -> Any:
    """A value over the one before it: two mappings become a new one, however deep; anything else is replaced."""
    if not (isinstance(before, dict) and isinstance(value, dict)) or not before:
        return value
    both = TextDict(before, origin_of(value, COMMAND_LINE))
    for key, item in value.items():
        both[key] = merged(both.get(key), item)
    return both
