"""
Checks values against a specification of arguments as roles declare them in meta/argument_specs.yml.

https://docs.ansible.com/ansible/latest/playbook_guide/playbooks_reuse_roles.html#role-argument-validation
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import yaml

from opsengine.playbook.keywords import TRUTH


def errors_in(spec: Mapping[str, Any], given: Mapping[str, Any], path: str = "") -> list[str]:
    """What is wrong with given values, {name: value}, by a specification, {name: what it says of the argument}."""
    within = f" found in {path}" if path else ""
    found: list[str] = []
    missing = [name for name, says in spec.items() if (says or {}).get("required") and name not in given]
    if missing:
        found.append(f"missing required arguments: {', '.join(sorted(missing))}{within}")
    for name, says in spec.items():
        value = given.get(name)
        if value is not None or (name in given and (says or {}).get("required")):
            found += _errors_of(name, says or {}, value, path)
    return found


def _errors_of(name: str, says: Mapping[str, Any], value: Any, path: str) -> list[str]:
    place = f"{path} -> {name}" if path else name
    kind = says.get("type") or ("dict" if says.get("options") and not says.get("elements") else "str")
    try:
        value = converted(value, kind)
    except ValueError as error:
        where = f" found in '{path}'." if path else ""
        return [f"argument '{name}' is of type {_type(value)}{where} and we were unable to convert to {kind}: {error}"]
    if kind == "list":
        return _errors_of_items(name, says, value, place)
    found = _not_chosen(name, says, [value])
    if kind == "dict" and says.get("options"):
        found += _errors_inside(says, value, place)
    return found


def _errors_of_items(name: str, says: Mapping[str, Any], items: list[Any], place: str) -> list[str]:
    kind = says.get("elements")
    if not kind:
        return _not_chosen(name, says, items)
    try:
        items = [converted(item, kind) for item in items]
    except ValueError as error:
        what = f"Elements value for option '{name}' is of type {_type(items)}"
        return [f"{what} and we were unable to convert to {kind}: {error}"]
    found = _not_chosen(name, says, items)
    for item in items if kind == "dict" and says.get("options") else ():
        found += _errors_inside(says, item, place)
    return found


def _errors_inside(says: Mapping[str, Any], value: Mapping[str, Any], place: str) -> list[str]:
    return errors_in(says["options"], value, place) + strangers_in(says["options"], value, place.replace(" -> ", "."))


def strangers_in(spec: Mapping[str, Any], given: Mapping[str, Any], path: str = "") -> list[str]:
    """What is said of values that a specification does not know; nothing where it knows them all."""
    known = {*spec, *(alias for says in spec.values() for alias in (says or {}).get("aliases") or ())}
    strange = sorted(f"{path}.{name}" if path else str(name) for name in given if name not in known)
    if not strange:
        return []
    return [f"{', '.join(strange)}. Supported parameters include: {', '.join(sorted(map(str, known)))}."]


def _not_chosen(name: str, says: Mapping[str, Any], values: list[Any]) -> list[str]:
    choices = says.get("choices") or ()
    wrong = [value for value in values if choices and value not in choices and str(value) not in map(str, choices)]
    if not wrong:
        return []
    got = ", ".join(str(value) for value in wrong)
    what = "must be one or more of" if says.get("type") == "list" else "must be one of"
    return [f"value of {name} {what}: {', '.join(map(str, choices))}, got: {got}"]


def converted(value: Any, kind: str) -> Any:
    """A value as an argument of a type would take it; raises ValueError where it cannot be."""
    convert = _CONVERTERS.get(kind)
    if convert is None:
        return value
    return convert(value)


def _type(value: Any) -> str:
    known = (bool, int, float, str, bytes, list, dict)
    return next((kind.__name__ for kind in known if isinstance(value, kind)), type(value).__name__)


def _refused(value: Any, wanted: str) -> ValueError:
    shown = '"None"' if value is None else f"<class '{_type(value)}'>"
    return ValueError(f"{shown} cannot be converted to {wanted}")


def _int(value: Any) -> int:
    try:
        if isinstance(value, float) and value != int(value):
            raise ValueError
        return int(value)
    except (TypeError, ValueError):
        raise _refused(value, "an int") from None


def _float(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        raise _refused(value, "a float") from None


def _bool(value: Any) -> bool:
    word = str(value).strip().lower()
    word = {"y": "yes", "n": "no", "t": "true", "f": "false", "1.0": "1", "0.0": "0"}.get(word, word)
    if word not in TRUTH:
        raise ValueError(f"The value {value!r} is not a valid boolean.")
    return TRUTH[word]


def _list(value: Any) -> list[Any]:
    if isinstance(value, (list, tuple)):
        return list(value)
    if isinstance(value, str):
        return value.split(",")
    if isinstance(value, (int, float)):
        return [str(value)]
    raise _refused(value, "a list")


def _dict(value: Any) -> dict[str, Any]:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, str) and value.strip().startswith("{"):
        loaded = yaml.safe_load(value)
        if isinstance(loaded, dict):
            return loaded
    if isinstance(value, str) and "=" in value:
        return dict(part.strip().split("=", 1) for part in value.split(",") if "=" in part)
    if isinstance(value, str):
        raise ValueError("dictionary requested, could not parse JSON or key=value")
    raise _refused(value, "a dict")


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else json.dumps(value, default=str)


_CONVERTERS = {
    "str": _text,
    "path": _text,
    "int": _int,
    "float": _float,
    "bool": _bool,
    "list": _list,
    "dict": _dict,
}
