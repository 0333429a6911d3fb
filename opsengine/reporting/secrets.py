"""Masks secrets by value, in whatever form they turn up: the one place that does so for everything visible."""

from __future__ import annotations

import base64
import dataclasses
import json
import re
import threading
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from enum import Enum
from functools import cache
from itertools import groupby
from typing import Any, TypeVar, cast

from opsengine.events import Event, HostStats
from opsengine.source.text import Origin

MASK = "********"
SHORTEST_PART = 3
"""Shorter secrets are masked only where they are the whole value: `a` inside every word would leave nothing to read."""
SHORTEST_ENCODED_PART = 6
"""Shorter secrets are too common in base64 to be looked for in the middle of it."""

E = TypeVar("E", bound=Event)


class Secrets:
    """The secret values known so far. Safe to use from several threads."""

    def __init__(self, values: Iterable[str] = ()) -> None:
        self._lock = threading.Lock()
        self._values: set[str] = set()
        self._pattern: re.Pattern[str] | None = None
        for value in values:
            self.add(value)

    def add(self, value: Any) -> None:
        """Register a secret: a text, a number, or a container of such. Empty ones and truth values are no secrets."""
        if isinstance(value, Mapping):
            value = list(value.values())
        if isinstance(value, (list, tuple, set, frozenset)):
            for item in value:
                self.add(item)
        elif value is not None and not isinstance(value, bool) and str(value).strip():
            with self._lock:
                self._values.add(str(value))
                self._pattern = None

    def __bool__(self) -> bool:
        return bool(self._values)

    def mask(self, value: Any) -> Any:
        """The value with every secret in it replaced, at any depth; itself when no secret is known."""
        return self._masked(value, self._current()) if self._values else value

    def mask_event(self, event: E) -> E:
        """The event with every secret in its texts and containers replaced; its numbers and status stay."""
        if not self._values:
            return event
        pattern = self._current()
        changes = {}
        for name in _field_names(cast(Hashable, type(event))):
            value = getattr(event, name)
            if not isinstance(value, (int, float)):
                changes[name] = self._masked(value, pattern)
        return dataclasses.replace(event, **changes)

    def _current(self) -> re.Pattern[str]:
        pattern = self._pattern
        if pattern is None:
            with self._lock:
                parts = {form for value in self._values for form in forms(value)}
                pattern = self._pattern = re.compile(_alternation(sorted(parts)) or r"(?!)")
        return pattern

    def _masked(self, value: Any, pattern: re.Pattern[str]) -> Any:
        if isinstance(value, Enum) or value is None or isinstance(value, bool):
            return value
        if isinstance(value, str):
            return MASK if value in self._values else pattern.sub(MASK, value)
        if isinstance(value, (int, float)):
            return MASK if str(value) in self._values else value
        if isinstance(value, Mapping):
            return {self._masked(key, pattern): self._masked(item, pattern) for key, item in value.items()}
        if isinstance(value, Origin):
            return value._replace(file=self._masked(value.file, pattern))
        if isinstance(value, (Sequence, set, frozenset)) and not isinstance(value, bytes):
            return [self._masked(item, pattern) for item in value]
        if isinstance(value, HostStats):
            return value
        return self._masked(value.decode(errors="replace") if isinstance(value, bytes) else str(value), pattern)


@cache
def _field_names(kind: Hashable) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(cast(Any, kind)))


def forms(secret: str) -> Iterator[str]:
    """Every text in which a secret is looked for: itself, its lines, and what quoting and encoding make of them."""
    for part in {secret, secret.strip(), *(line.strip() for line in secret.splitlines())}:
        if len(part) >= SHORTEST_PART:
            yield from _quoted(part)
            yield from _encoded(part.encode(errors="surrogatepass"))
    whole = secret.encode(errors="surrogatepass")
    if len(whole) >= SHORTEST_PART:
        yield from _encoded(whole)


def _quoted(part: str) -> Iterator[str]:
    from urllib.parse import quote, quote_plus

    escaped = repr(part)[1:-1]
    yield part
    yield json.dumps(part)[1:-1]
    yield json.dumps(part, ensure_ascii=False)[1:-1]
    yield escaped
    yield escaped.replace("\\'", "'").replace("'", "\\'")
    yield part.replace("'", "'\"'\"'")
    yield part.replace("\n", "\r\n")
    yield quote(part, safe="", errors="surrogatepass")
    yield quote_plus(part, errors="surrogatepass")


def _encoded(data: bytes) -> Iterator[str]:
    """Base64 of the bytes alone, and what is certain of it where they stand in the middle of something longer."""
    texts = [base64.b64encode(data).decode().rstrip("=")]
    if len(data) >= SHORTEST_ENCODED_PART:
        for before in range(3):
            text = base64.b64encode(bytes(before) + data).decode()
            spoilt = (len(data) + before) % 3
            texts.append(text[(0, 2, 3)[before] : len(text) - (4 if spoilt else 0)])
    for text in texts:
        if len(text) > SHORTEST_PART:
            yield text
            yield text.replace("+", "-").replace("/", "_")


def _alternation(parts: Sequence[str]) -> str:
    """A pattern for any of the sorted texts, longest first, that tells them apart letter by letter."""
    choices = []
    ends = False
    for first, group in groupby(parts, key=lambda part: part[:1]):
        if not first:
            ends = True
            continue
        same = list(group)
        prefix = _shared_start(same[0], same[-1])
        rest = [part[len(prefix) :] for part in same] if len(same) > 1 else []
        choices.append(re.escape(prefix) + _alternation(rest))
    if not choices:
        return ""
    return f"(?:{'|'.join(choices)}){'?' if ends else ''}"


def _shared_start(one: str, other: str) -> str:
    length = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return one[:length]
