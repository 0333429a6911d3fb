"""Filters on dicts and lists."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from jinja2.utils import pass_environment

from opsengine.errors import TemplateError, near
from opsengine.templating.filters._plain import is_sequence, plain, shallow, wrong

LIST_MERGES = ("replace", "keep", "append", "prepend", "append_rp", "prepend_rp")


def combine(*terms: Any, recursive: bool = False, list_merge: str = "replace", **further: Any) -> Any:
    """
    One dict of many; the later ones win.

    recursive: dicts inside dicts are combined too.
    list_merge: what becomes of two lists under one key: replace, keep, append, prepend, append_rp, prepend_rp
    (the last two drop from the earlier list what the later one has).
    Raises TemplateError for what is not a dict, and for further options.
    """
    if further:
        raise TemplateError("'recursive' and 'list_merge' are the only valid keyword arguments")
    if list_merge not in LIST_MERGES:
        known = " or ".join(repr(name) for name in LIST_MERGES)
        raise TemplateError(f"'list_merge' argument can only be equal to {known}", hint=near(list_merge, LIST_MERGES))
    dicts = flatten(terms, levels=1)
    if len(dicts) < 2:
        return dicts[0] if dicts else {}
    for item in dicts:
        if not isinstance(item, Mapping):
            raise wrong("failed to combine variables, expected dicts but got something else", item)
    # From the right, as the last dict is most often the smallest; which is also what fixes the order of keys.
    result = shallow(dicts[-1])
    for lower in reversed(dicts[:-1]):
        result = _merged(lower, result, recursive, list_merge)
    return result


def _merged(low: Mapping[Any, Any], high: Mapping[Any, Any], recursive: bool, list_merge: str) -> dict[Any, Any]:
    result = shallow(low)
    for key, value in high.items():
        result[key] = _merged_value(result[key], value, recursive, list_merge) if key in result else value
    return result


def _merged_value(low: Any, high: Any, recursive: bool, list_merge: str) -> Any:
    if isinstance(low, Mapping) and isinstance(high, Mapping):
        return _merged(low, high, recursive, list_merge) if recursive else high
    if isinstance(low, list) and isinstance(high, list):
        return _merged_list(low, high, list_merge)
    return high


def _merged_list(low: list[Any], high: list[Any], list_merge: str) -> list[Any]:
    if list_merge == "replace":
        return high
    if list_merge == "keep":
        return low
    if list_merge.endswith("_rp"):
        present = plain(high)
        low = [item for item in low if plain(item) not in present]
    return [*low, *high] if list_merge.startswith("append") else [*high, *low]


def flatten(values: Iterable[Any], levels: int | None = None, skip_nulls: bool = True) -> list[Any]:
    """The items of lists inside lists, down to the given depth, without None, 'None' and 'null'."""
    result: list[Any] = []
    for item in values:
        if skip_nulls and (item is None or (isinstance(item, str) and item in ("None", "null"))):
            continue
        if is_sequence(item) and (levels is None or levels >= 1):
            result.extend(flatten(item, None if levels is None else int(levels) - 1, skip_nulls))
        else:
            result.append(item)
    return result


def dict2items(value: Mapping[Any, Any], key_name: str = "key", value_name: str = "value") -> list[dict[str, Any]]:
    """A list of dicts with key and value."""
    if not isinstance(value, Mapping):
        raise wrong("dict2items requires a dictionary", value)
    return [{key_name: key, value_name: item} for key, item in value.items()]


def items2dict(value: list[Any], key_name: str = "key", value_name: str = "value") -> dict[Any, Any]:
    """A dict of a list of dicts with key and value."""
    if not is_sequence(value):
        raise wrong("items2dict requires a list", value)
    keys = (key_name, value_name)
    return {_member(item, key_name, keys): _member(item, value_name, keys) for item in value}


def _member(item: Any, name: Any, keys: tuple[Any, Any]) -> Any:
    try:
        return item[name]
    except (LookupError, TypeError):
        if not isinstance(item, Mapping):
            raise wrong("items2dict requires a list of dictionaries", item) from None
        has = ", ".join(str(key) for key in item)
        raise TemplateError(
            f"items2dict requires each dictionary in the list to contain the keys '{keys[0]}' and '{keys[1]}'; "
            f"there are: {has}"
        ) from None


@pass_environment
def extract(environment: Any, item: Any, container: Any, morekeys: Any = None) -> Any:
    """What stands in the container under the given key or index, then under the further ones."""
    further = [] if morekeys is None else morekeys if isinstance(morekeys, list) else [morekeys]
    value = container
    for key in (item, *further):
        value = environment.getitem(value, key)
    return value


def subelements(value: Any, subelements: Any, skip_missing: bool = False) -> list[tuple[Any, Any]]:
    """
    Every dict of a list (or of a dict's values) beside every item of the list inside it.

    subelements: the way to that list: keys as a list, or as text with dots.
    skip_missing: leave out dicts without that list.
    """
    if not isinstance(value, (dict, list)):
        raise wrong("obj must be a list of dicts or a nested dict", value)
    if not isinstance(subelements, (str, list)):
        raise wrong("subelements must be a list or a string", subelements)
    path = str(subelements).split(".") if isinstance(subelements, str) else subelements
    elements = value.values() if isinstance(value, dict) else value
    return [(element, item) for element in elements for item in _sublist(element, path, skip_missing)]


def _sublist(element: Any, path: Iterable[Any], skip_missing: bool) -> list[Any]:
    found: Any = element
    for key in path:
        if not isinstance(found, Mapping):
            raise wrong(f"the key {key} should point to a dictionary", found)
        if key not in found:
            if skip_missing:
                return []
            raise TemplateError(
                f"could not find '{key}' key in iterated item", hint="skip_missing=true leaves such out"
            )
        found = found[key]
    if not isinstance(found, list):
        raise wrong(f"the key '{'.'.join(str(key) for key in path)}' should point to a list", found)
    return found


def rekey_on_member(value: Any, key: str, duplicates: str = "error") -> dict[Any, Any]:
    """
    A dict of dicts by one of their own keys.

    duplicates: error, or overwrite (the last one wins).
    """
    if duplicates not in ("error", "overwrite"):
        hint = "it may be error or overwrite"
        raise TemplateError(f"duplicates parameter to rekey_on_member has unknown value {duplicates!r}", hint=hint)
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise wrong("Type is not a valid list, set, or dict", value)
    result: dict[Any, Any] = {}
    for item in value.values() if isinstance(value, Mapping) else value:
        if not isinstance(item, Mapping):
            raise wrong("List item is not a valid dict", item)
        if key not in item:
            raise TemplateError(f"Key {key!r} was not found in an item")
        name = item[key]
        if name in result and duplicates == "error":
            raise TemplateError(f"Key {name!r} is not unique, cannot convert to dict")
        result[name] = item
    return result


FILTERS: dict[str, Callable[..., Any]] = {
    "combine": combine,
    "dict2items": dict2items,
    "extract": extract,
    "flatten": flatten,
    "items2dict": items2dict,
    "rekey_on_member": rekey_on_member,
    "subelements": subelements,
}
