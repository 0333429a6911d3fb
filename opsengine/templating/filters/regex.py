"""Filters with regular expressions, in Python's own syntax (https://docs.python.org/3/library/re.html)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from opsengine.errors import TemplateError
from opsengine.templating.filters._plain import text_of


def pattern_of(pattern: str, ignorecase: bool = False, multiline: bool = False) -> re.Pattern[str]:
    """
    The compiled pattern (Python keeps the recent ones).

    Raises TemplateError that says where the pattern is wrong.
    """
    flags = (re.IGNORECASE if ignorecase else 0) | (re.MULTILINE if multiline else 0)
    try:
        return re.compile(str(pattern), flags)
    except re.error as error:
        raise TemplateError(f"{error} in the pattern {str(pattern)!r}") from None


def regex_replace(
    value: Any = "",
    pattern: str = "",
    replacement: str = "",
    ignorecase: bool = False,
    multiline: bool = False,
    count: int = 0,
    mandatory_count: int = 0,
) -> str:
    """
    The text with every match (at most `count`, 0 is all) replaced.

    Raises TemplateError unless there are `mandatory_count` matches, where that is not 0.
    """
    text, found = pattern_of(pattern, ignorecase, multiline).subn(str(replacement), text_of(value), count=count)
    if mandatory_count and mandatory_count != found:
        raise TemplateError(f"'{pattern}' should match {mandatory_count} times, but matches {found} times")
    return text


def regex_findall(value: Any, regex: str, multiline: bool = False, ignorecase: bool = False) -> list[Any]:
    """All matches; tuples of groups where the pattern has more than one group."""
    return pattern_of(regex, ignorecase, multiline).findall(text_of(value))


def regex_search(
    value: Any, regex: str, *args: str, ignorecase: bool = False, multiline: bool = False, **further: Any
) -> Any:
    r"""
    The first match, None without one.

    args: groups to return as a list, written `\1` or `\g<name>`. further: passed over, as Ansible does.
    """
    groups = [_group(reference) for reference in args]
    match = pattern_of(regex, ignorecase, multiline).search(text_of(value))
    if match is None:
        return None
    return [match.group(group) for group in groups] if groups else match.group()


def _group(reference: str) -> int | str:
    if named := re.match(r"\\g<(\S+)>", reference):
        return str(named[1])
    if numbered := re.match(r"\\(\d+)", reference):
        return int(numbered[1])
    raise TemplateError(f"Unknown argument {reference!r}", hint=r"write \\1 or \\g<name>")


def regex_escape(value: Any, re_type: str = "python") -> str:
    """The text with every special character of the given dialect (python, posix_basic) escaped."""
    if re_type == "python":
        return re.escape(text_of(value))
    if re_type == "posix_basic":
        return re.sub(r"([].[^$*\\])", r"\\\1", text_of(value))
    if re_type == "posix_extended":
        raise TemplateError(
            "Regex type (posix_extended) not yet implemented", hint="known dialects: python, posix_basic"
        )
    raise TemplateError(f"Invalid regex type ({re_type})", hint="known dialects: python, posix_basic")


FILTERS: dict[str, Callable[..., Any]] = {
    "regex_escape": regex_escape,
    "regex_findall": regex_findall,
    "regex_replace": regex_replace,
    "regex_search": regex_search,
}
