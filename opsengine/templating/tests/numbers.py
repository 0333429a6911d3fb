"""Tests on numbers and sets."""

from __future__ import annotations

import builtins
import math
from collections.abc import Callable, Iterable
from typing import Any


def nan(value: Any) -> bool:
    """Whether the value is the float that is not a number."""
    return isinstance(value, (int, float)) and math.isnan(value)


def subset(part: Iterable[Any], whole: Iterable[Any]) -> bool:
    """Whether the second list holds every item of the first."""
    return set(part) <= set(whole)


def superset(whole: Iterable[Any], part: Iterable[Any]) -> bool:
    """Whether the first list holds every item of the second."""
    return set(whole) >= set(part)


def contains(whole: Any, item: Any) -> bool:
    """Whether the list, dict or text holds the item: `in` the other way round."""
    return item in whole


def any(values: Iterable[Any]) -> bool:
    """Whether one of the values is true."""
    return builtins.any(True for value in values if value)


def all(values: Iterable[Any]) -> bool:
    """Whether every value is true."""
    return not builtins.any(True for value in values if not value)


TESTS: dict[str, Callable[..., Any]] = {
    "all": all,
    "any": any,
    "contains": contains,
    "isnan": nan,
    "issubset": subset,
    "issuperset": superset,
    "nan": nan,
    "subset": subset,
    "superset": superset,
}
