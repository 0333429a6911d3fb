"""Filters that read and write JSON, YAML and base64."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from typing import Any

from opsengine.errors import TemplateError
from opsengine.templating.filters._guard import lazy
from opsengine.templating.filters._plain import bytes_of, plain, wrong
from opsengine.templating.lazy import type_name


def to_json(value: Any, profile: str | None = None, **options: Any) -> str:
    """The value as JSON; options are those of Python's `json.dumps` (indent, sort_keys, ensure_ascii, ...)."""
    for name in ("vault_to_text", "preprocess_unsafe"):
        options.pop(name, None)
    if profile not in (None, "tagless"):
        raise TemplateError(f"no profile `{profile}`", hint="leave the profile out")
    return json.dumps(_with_text_keys(plain(value)), default=_json_default, **options)


def _with_text_keys(value: Any) -> Any:
    """The value with its keys as JSON writes them, so that they can be sorted."""
    if isinstance(value, dict):
        return {_json_key(key): _with_text_keys(item) for key, item in value.items()}
    return [_with_text_keys(item) for item in value] if isinstance(value, (list, tuple)) else value


def _json_key(key: Any) -> str:
    if isinstance(key, str):
        return key
    if key is None or isinstance(key, (bool, int, float)):
        return json.dumps(key)
    raise TypeError(f"a {type_name(key)} cannot be a key in JSON")


def to_nice_json(value: Any, indent: int = 4, sort_keys: bool = True, **options: Any) -> str:
    """The value as JSON on several lines, keys in order."""
    options.pop("separators", None)
    return to_json(value, indent=indent, sort_keys=sort_keys, separators=(",", ": "), **options)


def _json_default(value: Any) -> Any:
    from datetime import date, time

    if isinstance(value, (set, frozenset, range)):
        return list(value)
    if isinstance(value, (date, time)):
        return value.isoformat()
    raise TypeError(f"a {type_name(value)} cannot be written as JSON")


def from_json(value: Any, profile: str | None = None, **options: Any) -> Any:
    """The value of a JSON text; options are those of Python's `json.loads`."""
    if profile not in (None, "tagless"):
        raise TemplateError(f"no profile `{profile}`", hint="leave the profile out")
    if not isinstance(value, (str, bytes)):
        raise wrong("the JSON object must be text", value)
    try:
        return json.loads(value, **options)
    except ValueError as error:
        raise TemplateError(str(error)) from None


@lazy
def to_yaml(value: Any, *_: Any, default_flow_style: bool | None = None, **options: Any) -> str:
    """The value as YAML, lists and dicts of scalars on one line; options are those of PyYAML's `dump`."""
    import yaml

    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    options.setdefault("allow_unicode", True)
    text: str = yaml.dump(_same_once(value, {}), Dumper=dumper, default_flow_style=default_flow_style, **options)
    return text


def _same_once(value: Any, known: dict[int, tuple[Any, Any]]) -> Any:
    """The plain value; what is one object stays one object, which YAML writes once and refers to (`&id001`)."""
    if isinstance(value, str):
        return str(value)
    if not isinstance(value, (Mapping, list, tuple)):
        return value
    if id(value) not in known:
        result: Any = {} if isinstance(value, Mapping) else []
        # The original is kept too, so that its id is not given to another object.
        known[id(value)] = (value, result)
        if isinstance(value, Mapping):
            result.update((_same_once(key, known), _same_once(item, known)) for key, item in value.items())
        else:
            result.extend(_same_once(item, known) for item in value)
    return known[id(value)][1]


@lazy
def to_nice_yaml(value: Any, indent: int = 4, *_: Any, default_flow_style: bool = False, **options: Any) -> str:
    """The value as YAML on several lines."""
    return to_yaml(value, indent=indent, default_flow_style=default_flow_style, **options)


def from_yaml(value: Any) -> Any:
    """The value of a YAML text; what is not text is itself."""
    if not isinstance(value, str):
        return value
    documents = _documents(value)
    if len(documents) > 1:
        raise TemplateError(f"expected a single document, found {len(documents)}", hint="use from_yaml_all")
    return documents[0] if documents else None


def from_yaml_all(value: Any) -> Any:
    """The values of all documents of a YAML text."""
    if value is None:
        return []
    return _documents(value) if isinstance(value, str) else value


def _documents(text: str) -> list[Any]:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return list(yaml.load_all(str(text), Loader=loader))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f" (line {mark.line + 1}, column {mark.column + 1})" if mark else ""
        raise TemplateError(f"{getattr(error, 'problem', None) or error}{place}") from None


def b64encode(value: Any, encoding: str = "utf-8", urlsafe: bool = False) -> str:
    """The text, in the given encoding, as base64."""
    data = bytes_of(value, encoding)
    return (base64.urlsafe_b64encode(data) if urlsafe else base64.b64encode(data)).decode("ascii")


def b64decode(value: Any, encoding: str = "utf-8", urlsafe: bool = False) -> str:
    """The text behind base64; bytes that are not text of the encoding are kept as surrogates."""
    data = bytes_of(value)
    decoded = base64.urlsafe_b64decode(data) if urlsafe else base64.b64decode(data)
    return decoded.decode(encoding, "surrogateescape")


FILTERS: dict[str, Callable[..., Any]] = {
    "b64decode": b64decode,
    "b64encode": b64encode,
    "from_json": from_json,
    "from_yaml": from_yaml,
    "from_yaml_all": from_yaml_all,
    "to_json": to_json,
    "to_nice_json": to_nice_json,
    "to_nice_yaml": to_nice_yaml,
    "to_yaml": to_yaml,
}
