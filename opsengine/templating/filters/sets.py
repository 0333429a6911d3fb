"""Filters that read lists as sets, and that pair and mix lists. The order is that of the lists, never by chance."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from random import Random, SystemRandom
from typing import Any

from jinja2.filters import FILTERS as JINJA
from jinja2.utils import pass_environment

from opsengine.errors import TemplateError
from opsengine.templating.filters._plain import plain, wrong


class _Seen:
    """Which values have been met; those without a hash (dicts, lists) are compared one by one."""

    def __init__(self, values: Iterable[Any] = ()) -> None:
        self.hashed: set[Any] = set()
        self.others: list[Any] = []
        for value in values:
            self.add(value)

    def add(self, value: Any) -> None:
        value = plain(value)
        try:
            self.hashed.add(value)
        except TypeError:
            self.others.append(value)

    def __contains__(self, value: Any) -> bool:
        value = plain(value)
        try:
            return value in self.hashed
        except TypeError:
            return value in self.others


def _distinct(values: Iterable[Any]) -> list[Any]:
    seen = _Seen()
    result = []
    for value in values:
        if value not in seen:
            seen.add(value)
            result.append(value)
    return result


@pass_environment
def unique(environment: Any, values: Any, case_sensitive: bool | None = None, attribute: Any = None) -> list[Any]:
    """Every value once; text of different case is the same unless `case_sensitive`."""
    try:
        found = JINJA["unique"](environment, values, case_sensitive=bool(case_sensitive), attribute=attribute)
        return list(found)
    except TypeError:
        if case_sensitive is False or attribute:
            raise TemplateError(
                "cannot fall back to comparing values as they are: attribute or case_sensitive=False were given"
            ) from None
        return _distinct(values)


def intersect(one: Any, other: Any) -> list[Any]:
    """What is in both lists."""
    others = _Seen(other)
    return _distinct(value for value in one if value in others)


def difference(one: Any, other: Any) -> list[Any]:
    """What is in the first list and not in the second."""
    others = _Seen(other)
    return _distinct(value for value in one if value not in others)


def symmetric_difference(one: Any, other: Any) -> list[Any]:
    """What is in one of the lists only."""
    return difference(one, other) + difference(other, one)


def union(one: Any, other: Any) -> list[Any]:
    """What is in either list."""
    return _distinct([*one, *other])


def random(end: Any, start: int | None = None, step: int | None = None, seed: Any = None) -> Any:
    """A random item of a list, or a number below `end`; the same one for the same seed."""
    source = SystemRandom() if seed is None else Random(_seed(seed))
    if isinstance(end, int):
        return source.randrange(start or 0, end, step or 1)
    if not hasattr(end, "__iter__"):
        raise wrong("random can only be used on sequences and integers", end)
    if start or step:
        raise TemplateError("start and step can only be used with integer values")
    return source.choice(end)


def shuffle(values: Any, seed: Any = None) -> Any:
    """The items in random order; in the same one for the same seed. What has no items is left as it is."""
    try:
        result = list(values)
    except TypeError:
        return values
    (Random(_seed(seed)) if seed else SystemRandom()).shuffle(result)
    return result


def _seed(seed: Any) -> Any:
    return str(seed) if isinstance(seed, str) else seed


FILTERS: dict[str, Callable[..., Any]] = {
    "combinations": itertools.combinations,
    "difference": difference,
    "intersect": intersect,
    "permutations": itertools.permutations,
    "product": itertools.product,
    "random": random,
    "shuffle": shuffle,
    "symmetric_difference": symmetric_difference,
    "union": union,
    "unique": unique,
    "zip": zip,
    "zip_longest": itertools.zip_longest,
}
