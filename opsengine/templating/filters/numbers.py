"""Filters on numbers and sizes."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

from opsengine.errors import TemplateError
from opsengine.templating.filters._plain import wrong

PREFIXES = "YZEPTGMKB"
LIMITS = {prefix: 1 << 10 * (8 - place) for place, prefix in enumerate(PREFIXES)}
NAMES = {
    "Y": "yotta",
    "Z": "zetta",
    "E": "exa",
    "P": "peta",
    "T": "tera",
    "G": "giga",
    "M": "mega",
    "K": "kilo",
    "B": "",
}
SIZE = re.compile(r"([0-9]*\.?[0-9]+)(?:\s*([A-Za-z]+))?\s*")


def _number(expected: str, value: Any) -> float:
    if not isinstance(value, (int, float)):
        raise wrong(expected, value)
    return value


def log(value: Any, base: Any = math.e) -> float:
    """The logarithm, the natural one without a base."""
    if base == 10:
        return math.log10(_number("log() can only be used on numbers", value))
    return math.log(
        _number("log() can only be used on numbers", value), _number("log() can only be used on numbers", base)
    )


def power(value: Any, exponent: Any) -> float:
    """The power, as a float."""
    return math.pow(
        _number("pow() can only be used on numbers", value), _number("pow() can only be used on numbers", exponent)
    )


def root(value: Any, base: Any = 2) -> float:
    """The root, the square root without a base."""
    if base == 2:
        return math.sqrt(_number("root() can only be used on numbers", value))
    return math.pow(_number("root() can only be used on numbers", value), 1.0 / float(base))


def human_readable(size: Any, isbits: bool = False, unit: str | None = None) -> str:
    """A number of bytes (or bits) with the unit that fits, or the given one: `1.50 MB`. Steps of 1024."""
    size = _number("human_readable() failed on bad input: a number is needed", size)
    chosen = "B"
    for prefix, limit in LIMITS.items():
        if (size >= limit) if unit is None else (unit.upper() == prefix):
            chosen = prefix
            break
    suffix = ("bits" if isbits else "Bytes") if chosen == "B" else chosen + ("b" if isbits else "B")
    return f"{size / LIMITS[chosen]:.2f} {suffix}"


def human_to_bytes(size: Any, default_unit: str | None = None, isbits: bool = False) -> int:
    """
    The number of bytes that a text such as `1.5 MB`, `2K` or `3 gigabyte` says. Steps of 1024.

    isbits: read bits (Kb, Mb, ...) and give bits.
    Raises TemplateError for anything else.
    """
    match = SIZE.fullmatch(str(size))
    if not match:
        raise TemplateError(
            f"human_to_bytes() can't interpret following string: {size}",
            hint="write a number and a unit, such as 1.5 MB",
        )
    unit = match[2] or default_unit
    if unit is None:
        return round(float(match[1]))
    prefix = unit[0].upper()
    if prefix not in LIMITS:
        raise TemplateError(
            f"human_to_bytes() can't interpret {size}: the suffix of `{unit}` must be one of {', '.join(PREFIXES)}"
        )
    symbol, word = ("b", "bit") if isbits else ("B", "byte")
    known = (symbol, word) if prefix == "B" else (prefix + symbol, NAMES[prefix] + word)
    if len(unit) > 1 and unit != known[0] and unit.lower() != known[1]:
        raise TemplateError(
            f"human_to_bytes() can't interpret {size}: value is not a valid string (expect {known[0]} or {prefix})"
        )
    return round(float(match[1]) * LIMITS[prefix])


FILTERS: dict[str, Callable[..., Any]] = {
    "human_readable": human_readable,
    "human_to_bytes": human_to_bytes,
    "log": log,
    "pow": power,
    "root": root,
}
