"""Lookups that shape lists, as the loops `with_...` do."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from typing import Any

from opsengine.errors import TemplateError
from opsengine.templating.filters._plain import is_sequence, shallow
from opsengine.templating.lazy import type_name
from opsengine.templating.lookups.base import Variables, flat, inline_options, is_true


def items(terms: list[Any], variables: Variables) -> list[Any]:
    """The items, those of lists inside the list one level down."""
    return flat(terms)


def as_is(terms: list[Any], variables: Variables) -> list[Any]:
    """The items as they are."""
    return list(terms)


def flattened(terms: list[Any], variables: Variables) -> list[Any]:
    """The items of lists inside lists, all the way down."""
    result: list[Any] = []
    for term in terms:
        if is_sequence(term):
            result.extend(flattened(term, variables))
        elif not (term is None or term in ("None", "null")):
            result.append(term)
    return result


def indexed_items(terms: list[Any], variables: Variables) -> list[Any]:
    """Each item beside its number, from 0."""
    return list(enumerate(flat(terms)))


def together(terms: list[Any], variables: Variables) -> list[Any]:
    """The first items of all lists, the second ones, ...; None where a list is shorter."""
    _some("together", terms)
    return [flat(group) for group in itertools.zip_longest(*terms)]


def nested(terms: list[Any], variables: Variables) -> list[Any]:
    """Every item of the first list with every one of the second, and so on."""
    _some("nested", terms)
    result = terms[0]
    for term in terms[1:]:
        result = [flat([found, item]) for found in result for item in term]
    return [flat(found) for found in result]


def _some(name: str, terms: list[Any]) -> None:
    if not terms:
        raise TemplateError(f"with_{name} requires at least one element in each list")


def cartesian(terms: list[Any], variables: Variables) -> list[Any]:
    """Every item of the first list with every one of the second, and so on; text is a list of one."""
    lists = [term if is_sequence(term) else [term] for term in terms]
    _some("cartesian", lists)
    return [flat(list(group)) for group in itertools.product(*lists)]


def from_dict(terms: list[Any], variables: Variables) -> list[Any]:
    """The pairs of dicts as dicts with key and value."""
    for term in terms:
        if not isinstance(term, Mapping):
            raise TemplateError(f"the 'dict' lookup plugin expects a dictionary, got {type_name(term)}")
    return [{"key": key, "value": value} for term in terms for key, value in term.items()]


def random_choice(terms: list[Any], variables: Variables) -> list[Any]:
    """One of the items, by chance."""
    import secrets

    return [secrets.choice(terms)] if terms else []


def subelements(terms: list[Any], variables: Variables) -> list[Any]:
    """
    Every dict of a list beside every item of the list inside it.

    terms: the list (or dict) of dicts, the way to the inner list with dots, and optionally {skip_missing: true}.
    The dicts come back without that inner list, as Ansible gives them.
    """
    expects = "subelements lookup expects a list of two or three items"
    if not 2 <= len(terms) <= 3:
        raise TemplateError(expects)
    if not isinstance(terms[0], (list, dict)) or not isinstance(terms[1], str):
        raise TemplateError(f"{expects}, first a dict or a list, second a string pointing to the subkey")
    flags = terms[2] if len(terms) == 3 else {}
    if not isinstance(flags, Mapping) or set(flags) - {"skip_missing"}:
        raise TemplateError(f"{expects}, the optional third item must be a dict with skip_missing")
    elements: Any = terms[0]
    if isinstance(elements, Mapping):
        if elements.get("skipped", False) is not False:
            return []
        elements = list(elements.values())
    skip = is_true(flags.get("skip_missing", False))
    return [pair for element in elements for pair in _pairs(element, str(terms[1]).split("."), skip)]


def _pairs(element: Any, path: list[str], skip_missing: bool) -> list[tuple[Any, Any]]:
    if not isinstance(element, Mapping):
        raise TemplateError(f"subelements lookup expects a dictionary, got {type_name(element)}")
    if element.get("skipped", False) is not False:
        return []
    bare = holder = shallow(element)
    for key in path[:-1]:
        inner = _inside(holder, key, Mapping, skip_missing)
        if inner is not None:
            holder[key] = holder = shallow(inner)
    found = _inside(holder, path[-1], list, skip_missing)
    if found is None:
        return []
    del holder[path[-1]]
    return [(bare, item) for item in found]


def _inside(holder: Mapping[Any, Any], key: str, kind: type, skip_missing: bool) -> Any:
    """The dict or list under a key; None where it may be missing."""
    if key not in holder:
        if skip_missing:
            return None
        hint = "a third term {skip_missing: true} leaves such out"
        raise TemplateError(f"could not find '{key}' key in iterated item", hint=hint)
    found = holder[key]
    if isinstance(found, kind):
        return found
    if skip_missing and kind is Mapping:
        return None
    expected = "list" if kind is list else "dictionary"
    raise TemplateError(f"the key {key} should point to a {expected}, got {type_name(found)}")


NUMBER = r"(0?x?[0-9a-f]+)"
SHORTCUT = re.compile(rf"(?:{NUMBER}-)?{NUMBER}(?:/{NUMBER})?(?::(.+))?", re.IGNORECASE)


def sequence(
    terms: list[Any],
    variables: Variables,
    *,
    start: Any = None,
    end: Any = None,
    count: Any = None,
    stride: Any = None,
    format: Any = None,
) -> list[str]:
    """
    Numbers as text, in one of the forms `start=1 end=9 stride=2 format=host%02d`, `count=4` or `1-9/2:host%02d`.

    Numbers may be hexadecimal (0xff). Raises TemplateError for what gives no sequence.
    """
    given = {"start": start, "end": end, "count": count, "stride": stride, "format": format}
    given = {name: value for name, value in given.items() if value is not None}
    options = {"start": 1, "end": None, "count": None, "stride": 1, "format": "%d", **given}
    return [text for term in terms or ([""] if given else []) for text in _sequence(str(term), options)]


def _sequence(term: str, defaults: Mapping[str, Any]) -> list[str]:
    options = {**defaults, **_sequence_options(term)}
    start, stride = _integer(options["start"]), _integer(options["stride"])
    if (options["count"] is None) == (options["end"] is None):
        raise TemplateError(
            "must specify count or end in with_sequence"
            if options["end"] is None
            else "can't specify both count and end in with_sequence"
        )
    if options["count"] is not None:
        count = _integer(options["count"])
        if count == 0:
            return []
        end = start + count * stride - 1
    else:
        end = _integer(options["end"])
    if stride == 0:
        return []
    if (end - start) * stride < 0:
        way = "to count backwards make stride negative" if stride > 0 else "to count forward don't make stride negative"
        raise TemplateError(f"{way}: from {start} to {end} in steps of {stride}")
    if str(options["format"]).count("%") != 1:
        raise TemplateError(f"bad formatting string: {options['format']}; it should have one %")
    return [str(options["format"]) % number for number in range(start, end + (1 if stride > 0 else -1), stride)]


def _sequence_options(term: str) -> dict[str, Any]:
    if match := SHORTCUT.fullmatch(term):
        given = dict(zip(("start", "end", "stride", "format"), match.groups(), strict=True))
        return {name: value for name, value in given.items() if value is not None}
    unknown = "unrecognized arguments to with_sequence: {}"
    text, options = inline_options(term, ("start", "end", "count", "stride", "format"), unknown)
    if text and (not options or text != term):
        raise TemplateError(unknown.format(text), hint="write start=1 end=9, or 1-9/2:host%02d")
    return options


def _integer(value: Any) -> int:
    if isinstance(value, int):
        return value
    text = str(value).lower()
    try:
        return int(text, 16 if text.startswith("0x") else 10)
    except ValueError:
        raise TemplateError(f"an option has an invalid value: `{value}` is no number") from None


LOOKUPS = {
    "cartesian": cartesian,
    "dict": from_dict,
    "flattened": flattened,
    "indexed_items": indexed_items,
    "items": items,
    "list": as_is,
    "nested": nested,
    "random_choice": random_choice,
    "sequence": sequence,
    "subelements": subelements,
    "together": together,
}
