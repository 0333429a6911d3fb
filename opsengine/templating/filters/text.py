"""Filters on text: quoting, comments, splitting, choosing."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from typing import Any

from opsengine.errors import TemplateError, near
from opsengine.templating.filters._guard import takes_undefined
from opsengine.templating.filters._plain import text_of, text_only, wrong
from opsengine.templating.lazy import type_name

COMMENT_STYLES: dict[str, dict[str, Any]] = {
    "plain": {"decoration": "# "},
    "erlang": {"decoration": "% "},
    "c": {"decoration": "// "},
    "cblock": {"beginning": "/*", "decoration": " * ", "end": " */"},
    "xml": {"beginning": "<!--", "decoration": " - ", "end": "-->"},
}


def quote(value: Any) -> str:
    """The value as one word of a POSIX shell; None is the empty word."""
    return shlex.quote("" if value is None else text_of(value))


def split(value: str, sep: str | None = None, maxsplit: int = -1) -> list[str]:
    """The words of a text, or its parts between separators."""
    if not isinstance(value, str):
        raise wrong("split requires text", value)
    return str(value).split(sep, maxsplit)


def comment(text: str, style: str = "plain", **options: Any) -> str:
    """
    The text as a comment.

    options: newline, beginning, end, decoration, prefix, prefix_count, postfix, postfix_count.
    Raises TemplateError for an unknown style.
    """
    text = text_only("comment", text)
    if style not in COMMENT_STYLES:
        raise TemplateError(f"Invalid style {style!r}", hint=_styles(style))
    shape = COMMENT_STYLES[style]
    bare = options.get("decoration", shape["decoration"]).rstrip()
    around = {"beginning": "", "prefix": bare, "prefix_count": 1, "postfix": bare, "postfix_count": 1, "end": ""}
    shape = {"newline": "\n", **around, **shape, **options}
    newline, decoration = shape["newline"], shape["decoration"]
    lines = decoration + text.replace(newline, newline + decoration)
    return "".join(
        (
            shape["beginning"] and f"{shape['beginning']}{newline}",
            _prefix(shape["prefix"], newline) * int(shape["prefix_count"]),
            lines.replace(decoration + newline, decoration.rstrip() + newline),
            (newline + shape["postfix"]) * int(shape["postfix_count"]),
            shape["end"] and f"{newline}{shape['end']}",
        )
    )


def _prefix(prefix: str, newline: str) -> str:
    return f"{prefix}{newline}" if prefix and prefix != newline else prefix


def _styles(style: str) -> str:
    return near(style, COMMENT_STYLES) or f"known styles: {', '.join(COMMENT_STYLES)}"


@takes_undefined
def ternary(value: Any, true_val: Any, false_val: Any, none_val: Any = None) -> Any:
    """One of two values, by the truth of the first; `none_val`, where given, for None."""
    if value is None and none_val is not None:
        return none_val
    return true_val if value else false_val


@takes_undefined
def type_debug(value: Any) -> str:
    """The name of the value's type."""
    return type_name(value)


def urldecode(value: str) -> str:
    """The text behind %XX and plus signs."""
    from urllib.parse import unquote_plus

    return unquote_plus(value)


def urlsplit(value: str, query: str = "", alias: str = "urlsplit") -> Any:
    """The parts of a URL, or the one that `query` names."""
    from urllib.parse import urlsplit as parse

    url = parse(text_only(alias, value))
    names = ("fragment", "hostname", "netloc", "password", "path", "port", "query", "scheme", "username")
    parts: Mapping[str, Any] = {name: getattr(url, name) for name in names}
    if not query:
        return parts
    if query not in parts:
        raise TemplateError(f"{alias}: unknown URL component: {query}", hint=near(query, names))
    return parts[query]


FILTERS: dict[str, Callable[..., Any]] = {
    "comment": comment,
    "quote": quote,
    "split": split,
    "ternary": ternary,
    "type_debug": type_debug,
    "urldecode": urldecode,
    "urlsplit": urlsplit,
}
