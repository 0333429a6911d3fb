"""The filters of community.general that playbooks use most."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from opsengine.errors import TemplateError
from opsengine.templating.filters._plain import is_sequence, plain, text_of, wrong
from opsengine.templating.filters.collections import combine, flatten
from opsengine.templating.filters.sets import difference, intersect, symmetric_difference, union


def to_dict(pairs: Iterable[Any]) -> dict[Any, Any]:
    """A dict of a list of pairs."""
    return {key: value for key, value in pairs}  # noqa: C416  (dict() of a dict subclass skips its methods)


def dict_kv(value: Any, key: Any) -> dict[Any, Any]:
    """A dict of one key and value."""
    return {key: value}


def counter(values: Any) -> dict[Any, int]:
    """How often each value is in the list."""
    if not is_sequence(values):
        raise wrong("counter requires a list", values)
    counts: dict[Any, int] = {}
    for value in values:
        counts[value] = counts.get(value, 0) + 1
    return counts


def groupby_as_dict(values: Any, attribute: str) -> dict[Any, Any]:
    """A dict of dicts by one of their own keys, which may not repeat."""
    result: dict[Any, Any] = {}
    for item in values:
        if not isinstance(item, Mapping):
            raise wrong("groupby_as_dict requires a list of dicts", item)
        if attribute not in item:
            raise TemplateError(f"groupby_as_dict: an item has no key `{attribute}`")
        if item[attribute] in result:
            raise TemplateError(f"groupby_as_dict: two items have the {attribute} `{item[attribute]}`")
        result[item[attribute]] = item
    return result


def _of_lists(name: str, function: Callable[[Any, Any], list[Any]]) -> Callable[..., list[Any]]:
    def over_all(*lists: Any, flatten: bool = False) -> list[Any]:
        found = _lists(lists) if flatten else list(lists)
        for item in found:
            if not is_sequence(item):
                raise wrong(f"{name} requires lists", item)
        result = function(found[0], found[0]) if name != "lists_symmetric_difference" and len(found) == 1 else found[0]
        for other in found[1:]:
            result = function(result, other)
        return list(result)

    return over_all


def _lists(values: Iterable[Any]) -> list[Any]:
    """The innermost lists of lists."""
    result: list[Any] = []
    for value in values:
        inner = is_sequence(value) and any(is_sequence(item) for item in value)
        result.extend(_lists(value) if inner else [value])
    return result


def lists_mergeby(*terms: Any, recursive: bool = False, list_merge: str = "replace") -> list[Any]:
    """
    The dicts of several lists, those with the same value under a key combined; sorted by that value.

    The last term is the key; recursive and list_merge are those of `combine`.
    """
    *lists, index = terms
    if not isinstance(index, str):
        raise wrong("lists_mergeby requires a key as its last argument", index)
    found: dict[Any, list[Any]] = {}
    for item in flatten(lists):
        if not isinstance(item, Mapping):
            raise wrong("lists_mergeby requires lists of dicts", item)
        if index in item:
            found.setdefault(item[index], []).append(item)
    return [combine(found[key], recursive=recursive, list_merge=list_merge) for key in sorted(found)]


def _chooser(target: Any, matching: str) -> Callable[[Any], bool]:
    names = [text_of(name) for name in target] if is_sequence(target) else [text_of(target)]
    if matching == "regex":
        if len(names) != 1:
            raise TemplateError("matching_parameter=regex takes one pattern as target")
        return lambda key: bool(re.match(names[0], text_of(key)))
    tests: dict[str, Callable[[str, str], bool]] = {
        "equal": lambda key, name: key == name,
        "starts_with": lambda key, name: key.startswith(name),
        "ends_with": lambda key, name: key.endswith(name),
    }
    if matching not in tests:
        raise TemplateError(f"matching_parameter should be one of {', '.join([*tests, 'regex'])}, not `{matching}`")
    return lambda key: any(tests[matching](text_of(key), name) for name in names)


def keep_keys(values: Any, target: Any, matching_parameter: str = "equal") -> list[Any]:
    """The dicts of a list with only the given keys."""
    chosen = _chooser(target, matching_parameter)
    return [{key: value for key, value in item.items() if chosen(key)} for item in values]


def remove_keys(values: Any, target: Any, matching_parameter: str = "equal") -> list[Any]:
    """The dicts of a list without the given keys."""
    chosen = _chooser(target, matching_parameter)
    return [{key: value for key, value in item.items() if not chosen(key)} for item in values]


def json_query(value: Any, query: str) -> Any:
    """What a JMESPath (https://jmespath.org) finds; needs the Python package `jmespath`."""
    import importlib

    try:
        jmespath = importlib.import_module("jmespath")
    except ImportError:
        hint = "install it beside opsengine, or use selectattr and map"
        raise TemplateError("json_query needs the Python package `jmespath`", hint=hint) from None
    return jmespath.search(str(query), plain(value))


def crc32(value: Any) -> str:
    """The CRC-32 of a text in hexadecimal."""
    import zlib

    return f"{zlib.crc32(text_of(value).encode()):x}"


def unicode_normalize(value: Any, form: str = "NFC") -> str:
    """The text in a normal form of Unicode: NFC, NFD, NFKC, NFKD."""
    import unicodedata

    if form not in ("NFC", "NFD", "NFKC", "NFKD"):
        raise TemplateError(f"unicode_normalize: the form should be NFC, NFD, NFKC or NFKD, not `{form}`")
    return unicodedata.normalize(form, text_of(value))  # type: ignore[arg-type]


def version_sort(values: Iterable[Any], reverse: bool = False) -> list[Any]:
    """The versions in order."""
    from opsengine.templating.tests.versions import loose

    return sorted(values, key=lambda value: loose(text_of(value)), reverse=reverse)


def random_mac(prefix: str, seed: Any = None) -> str:
    """The given first bytes of a MAC address (`52:54:00`) filled up by chance; the same way for the same seed."""
    from random import Random, SystemRandom

    parts = [part for part in str(prefix).lower().split(":") if part]
    if not parts or len(parts) > 5 or not all(re.fullmatch("[0-9a-f]{2}", part) for part in parts):
        raise TemplateError(f"random_mac: `{prefix}` should be one to five bytes such as 52:54:00")
    source = SystemRandom() if seed is None else Random(seed)
    rest = source.randint(68719476736, 1099511627775)
    return ":".join((parts + re.findall("..", f"{rest:x}"))[:6])


SECONDS = {"year": 365 * 86400, "month": 30 * 86400, "week": 7 * 86400, "day": 86400, "hour": 3600, "minute": 60}
UNITS = {
    **dict.fromkeys(("ms", "msec", "msecs", "millisecond", "milliseconds"), 0.001),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), 60),
    **dict.fromkeys(("h", "hour", "hours"), 3600),
    **dict.fromkeys(("d", "day", "days"), 86400),
    **dict.fromkeys(("w", "week", "weeks"), 7 * 86400),
    **dict.fromkeys(("mo", "month", "months"), 30 * 86400),
    **dict.fromkeys(("y", "year", "years"), 365 * 86400),
}


def _seconds(value: Any) -> float:
    total = 0.0
    for part in str(value).split():
        match = re.fullmatch(r"(-?\d+)([a-z]*)", part, re.IGNORECASE)
        if not match or (match[2] and match[2].lower() not in UNITS):
            raise TemplateError(f"`{value}` is no length of time", hint="write 1w 2d 3h 4m 5s 6ms")
        total += int(match[1]) * UNITS[match[2].lower() or "ms"]
    return total


def _to_time(unit: float) -> Callable[[Any], float]:
    def convert(value: Any) -> float:
        return round(_seconds(value) / unit, 12)

    return convert


FILTERS: dict[str, Callable[..., Any]] = {
    "counter": counter,
    "crc32": crc32,
    "dict": to_dict,
    "dict_kv": dict_kv,
    "groupby_as_dict": groupby_as_dict,
    "json_query": json_query,
    "keep_keys": keep_keys,
    "lists_difference": _of_lists("lists_difference", difference),
    "lists_intersect": _of_lists("lists_intersect", intersect),
    "lists_mergeby": lists_mergeby,
    "lists_symmetric_difference": _of_lists("lists_symmetric_difference", symmetric_difference),
    "lists_union": _of_lists("lists_union", union),
    "random_mac": random_mac,
    "remove_keys": remove_keys,
    "to_milliseconds": _to_time(0.001),
    "to_seconds": _to_time(1),
    **{f"to_{name}s": _to_time(seconds) for name, seconds in SECONDS.items()},
    "unicode_normalize": unicode_normalize,
    "version_sort": version_sort,
}
