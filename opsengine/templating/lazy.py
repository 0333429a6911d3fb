"""
Containers whose elements are rendered when they are read, so that an unused broken element hurts nobody.

To filters and tests they are a dict and a list like any other. `plain` turns whatever rendering yields into plain data.
"""

from __future__ import annotations

import datetime
import operator
from collections.abc import Callable, ItemsView, Iterable, Iterator, KeysView, Mapping, ValuesView
from contextvars import ContextVar
from typing import Any, Protocol, SupportsIndex

from jinja2.runtime import Undefined

from opsengine.errors import TemplateError
from opsengine.source.text import Text
from opsengine.vault.values import Decrypted

STRICT: ContextVar[bool] = ContextVar("STRICT", default=False)
"""Whether to read something missing out of a lazy container is to use it: so it is in filters, tests and methods."""


class Renderer(Protocol):
    """What the containers need of the engine and scope they were read in."""

    def lazily(self, value: Any) -> Any:
        """The value, rendered if it is a template, or wrapped if it is a container that may hold some."""


def has_templates(value: Any) -> bool:
    """Whether there is a template anywhere in a value."""
    if isinstance(value, Text):
        return value.is_template
    if isinstance(value, dict):
        return any(has_templates(item) for item in value.values()) or any(
            isinstance(key, Text) and key.is_template for key in value
        )
    if isinstance(value, (list, tuple)):
        return any(has_templates(item) for item in value)
    return False


class LazyDict(dict[Any, Any]):
    """A dict that renders a value when it is read, once."""

    __slots__ = ("_renderer", "_waiting")

    def __init__(self, source: dict[Any, Any], renderer: Renderer) -> None:
        super().__init__(source)
        self._renderer = renderer
        self._waiting = set(source)

    def __getitem__(self, key: Any) -> Any:
        value = super().__getitem__(key)
        if key in self._waiting:
            value = self._renderer.lazily(value)
            if isinstance(value, Undefined):
                return _missing(value)
            super().__setitem__(key, value)
            self._waiting.discard(key)
        return value

    def __setitem__(self, key: Any, value: Any) -> None:
        self._waiting.discard(key)
        super().__setitem__(key, value)

    def get(self, key: Any, default: Any = None) -> Any:
        return self[key] if key in self else default  # noqa: SIM401 - the dict's own get would not render

    def __iter__(self) -> Iterator[Any]:
        return super().__iter__()

    def items(self) -> Any:
        return self._complete().items()

    def values(self) -> Any:
        return self._complete().values()

    def _complete(self) -> dict[Any, Any]:
        return {key: self[key] for key in list(super().keys())}

    def copy(self) -> dict[Any, Any]:
        return self._complete()

    def pop(self, key: Any, *default: Any) -> Any:
        if key in self:
            self[key]
        return super().pop(key, *default)

    def __or__(self, other: Any) -> Any:
        return self._complete() | other

    def __ror__(self, other: Any) -> Any:
        return other | self._complete()

    def __eq__(self, other: object) -> bool:
        return self._complete() == other

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __repr__(self) -> str:
        return repr(self._complete())

    def __reduce__(self) -> Any:
        return (dict, (self._complete(),))

    __hash__ = None


class LazyList(list[Any]):
    """A list that renders an element when it is read, once."""

    __slots__ = ("_renderer", "_waiting")

    def __init__(self, source: Iterable[Any], renderer: Renderer) -> None:
        super().__init__(source)
        self._renderer = renderer
        self._waiting = set(range(len(self)))

    def _element(self, index: int) -> Any:
        value = super().__getitem__(index)
        if index in self._waiting:
            value = self._renderer.lazily(value)
            if isinstance(value, Undefined):
                return _missing(value)
            super().__setitem__(index, value)
            self._waiting.discard(index)
        return value

    def __getitem__(self, index: SupportsIndex | slice) -> Any:
        if isinstance(index, slice):
            return [self._element(at) for at in range(*index.indices(len(self)))]
        at = operator.index(index)  # a TypeError, which jinja2 expects, for what is no number
        return self._element(at + len(self) if at < 0 else at)

    def __iter__(self) -> Iterator[Any]:
        return (self._element(index) for index in range(len(self)))

    def __reversed__(self) -> Iterator[Any]:
        return (self._element(index) for index in range(len(self) - 1, -1, -1))

    def _complete(self) -> list[Any]:
        return [self._element(index) for index in range(len(self))]

    def copy(self) -> list[Any]:
        return self._complete()

    def __contains__(self, value: object) -> bool:
        return any(own == value for own in self)

    def index(self, value: Any, *bounds: Any) -> int:
        return self._complete().index(value, *bounds)

    def count(self, value: Any) -> int:
        return self._complete().count(value)

    def pop(self, index: SupportsIndex = -1) -> Any:
        self._settle()
        return super().pop(index)

    def _settle(self) -> None:
        self[:] = self._complete()
        self._waiting.clear()

    def append(self, value: Any) -> None:
        super().append(value)

    def insert(self, index: SupportsIndex, value: Any) -> None:
        self._settle()
        super().insert(index, value)

    def sort(self, **options: Any) -> None:
        self._settle()
        super().sort(**options)

    def reverse(self) -> None:
        self._settle()
        super().reverse()

    def __add__(self, other: Any) -> Any:
        return self._complete() + list(other)

    def __radd__(self, other: Any) -> Any:
        return list(other) + self._complete()

    def __mul__(self, times: SupportsIndex) -> Any:
        return self._complete() * times

    __rmul__ = __mul__

    def __eq__(self, other: object) -> bool:
        return self._complete() == (list(other) if isinstance(other, LazyList) else other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __lt__(self, other: Any) -> bool:
        return self._complete() < list(other)

    def __gt__(self, other: Any) -> bool:
        return self._complete() > list(other)

    def __repr__(self) -> str:
        return repr(self._complete())

    def __reduce__(self) -> Any:
        return (list, (self._complete(),))

    __hash__ = None


def _missing(value: Undefined) -> Undefined:
    if STRICT.get():
        str(value)  # fails
    return value


class Omit:
    """The value of `omit`: an argument or element that has it is left out."""

    def __repr__(self) -> str:
        return "omit"


OMIT = Omit()
SCALARS = (str, int, float, bool, type(None), bytes, datetime.date, datetime.time)
CONTAINERS = (dict, list, tuple, set)


def type_name(value: Any) -> str:
    """The name of a value's plain type: str for `Text`, dict for whatever maps names to values."""
    kind = type(value)
    if isinstance(value, (bool, datetime.date)) or kind in SCALARS:
        return kind.__name__
    if isinstance(value, Undefined):
        return "UndefinedMarker"
    if kind.__name__ == "Scope":
        return "HostVarsVars"
    for plain_kind in (str, int, float, *CONTAINERS):
        if isinstance(value, plain_kind) and kind.__module__.startswith("opsengine."):
            return plain_kind.__name__
    return kind.__name__


Instead = Callable[[Undefined], Any]
"""Gives what stands in a value in the place of something missing."""


def plain(value: Any, strictly: bool = True, instead: Instead | None = None) -> Any:
    """
    A rendered value as plain data: no template, no lazy container, nothing omitted left, tuples and sets as lists.

    Text of the project's files that is no template stays `Text`: a condition may be given by a variable's value. What
    was a `!vault` value stays `Decrypted`.

    strictly: what is neither data nor a container of data is an error; otherwise it is left as it is. instead: what to
    put in the place of something missing, which is an error otherwise (MissingUsed). Raises TemplateError.
    """
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, str):
        kept = type(value) is str or isinstance(value, Decrypted) or (isinstance(value, Text) and not value.is_template)
        return value if kept else str(value)
    if isinstance(value, Mapping):
        pairs = value.items() if type(value) is LazyDict or not isinstance(value, dict) else dict.items(value)
        found = ((plain(key, strictly), item) for key, item in pairs if item is not OMIT)
        return {key: plain(item, strictly, instead) for key, item in found}
    if isinstance(value, (list, tuple)):
        return [plain(item, strictly, instead) for item in value if item is not OMIT]
    if isinstance(value, Undefined):
        return instead(value) if instead else _not_missing(value, strictly)
    return value if isinstance(value, SCALARS) else _of_other_kind(value, strictly)


def _not_missing(value: Undefined, strictly: bool) -> str:
    # jinja2's own is what an `if` without `else` gives; the engine's fails here.
    text = str(value)
    if strictly:
        raise TemplateError("a condition without `else` is false, so that there is no value", hint="add an `else`")
    return text


def known(value: Any) -> Any:
    """As `plain`, without the elements that are missing; OMIT for what is missing itself."""
    if isinstance(value, Undefined):
        return OMIT
    if isinstance(value, Mapping):
        pairs = ((plain(key), known(item)) for key, item in value.items())
        return {key: item for key, item in pairs if item is not OMIT}
    if isinstance(value, (list, tuple)):
        return [item for item in map(known, value) if item is not OMIT]
    return plain(value)


def _of_other_kind(value: Any, strictly: bool) -> Any:
    if not strictly:
        return value
    if isinstance(value, (set, frozenset)):
        return [plain(item) for item in sorted(value, key=str)]
    if isinstance(value, (KeysView, ItemsView, ValuesView)):
        return [plain(item) for item in value]
    if isinstance(value, range) or hasattr(value, "__next__"):
        hint: str | None = "make it a list: `... | list`"
    else:
        hint = "call it: `...()`" if callable(value) else "make it text or a number"
    raise TemplateError(f"type '{type(value).__name__}' cannot be the value of a template", hint=hint)
