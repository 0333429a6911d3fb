"""The `version` test: versions compared in four ways."""

from __future__ import annotations

import operator as operators
import re
from collections.abc import Callable
from typing import Any

from opsengine.errors import TemplateError, near
from opsengine.templating.filters._plain import text_of

OPERATORS = {
    **dict.fromkeys(("==", "=", "eq"), operators.eq),
    **dict.fromkeys(("!=", "<>", "ne"), operators.ne),
    **dict.fromkeys(("<", "lt"), operators.lt),
    **dict.fromkeys(("<=", "le"), operators.le),
    **dict.fromkeys((">", "gt"), operators.gt),
    **dict.fromkeys((">=", "ge"), operators.ge),
}
# Something that Python compares; how a kind of version is read.
Key = Callable[[str], Any]


def version(
    value: Any, version: Any, operator: str = "eq", strict: bool | None = None, version_type: str | None = None
) -> bool:
    """
    Whether the value compares to the version as the operator says (==, !=, <, <=, >, >=, or eq, ne, lt, le, gt, ge).

    version_type: loose, strict (two or three numbers), semver (https://semver.org), pep440 (Python's own).
    Raises TemplateError for what is no version of that kind.
    """
    if strict is not None and version_type is not None:
        raise TemplateError("Cannot specify both 'strict' and 'version_type'")
    kind = str(version_type) if version_type else ("strict" if strict else "loose")
    if kind not in KINDS:
        raise TemplateError(f"Invalid version type ({kind}). Must be one of {', '.join(KINDS)}", hint=near(kind, KINDS))
    if operator not in OPERATORS:
        raise TemplateError(f"Invalid operator type ({operator}). Must be one of {', '.join(OPERATORS)}")
    if not value:
        raise TemplateError("Input version value cannot be empty")
    if not version:
        raise TemplateError("Version parameter to compare against cannot be empty")
    one, other = text_of(value), text_of(version)
    keys = KINDS[kind](one), KINDS[kind](other)
    try:
        # As versions compare, even to be equal they have to be comparable.
        order = 0 if keys[0] == keys[1] else -1 if keys[0] < keys[1] else 1
        return bool(OPERATORS[operator](order, 0))
    except TypeError:
        hint = "with letters in one of them, use version_type='semver' or 'pep440'"
        raise TemplateError(f"Version comparison failed: `{one}` and `{other}`", hint=hint) from None


def loose(text: str) -> list[int | str]:
    """A version as Python compares it: its numbers and words, in order."""
    parts = re.split(r"(\d+|[a-z]+|\.)", text)
    return [int(part) if re.fullmatch(r"\d+", part) else part for part in parts if part and part != "."]


def _strict(text: str) -> tuple[Any, ...]:
    match = re.match(r"(\d+)\.(\d+)(?:\.(\d+))?(?:([ab])(\d+))?$", text, re.ASCII)
    if not match:
        raise TemplateError(
            f"Version comparison failed: invalid version number '{text}'", hint="write 1.2, 1.2.3 or 1.2.3b4"
        )
    numbers = (int(match[1]), int(match[2]), int(match[3] or 0))
    # A release is later than every alpha and beta.
    return (*numbers, match[4] or "c", int(match[5] or 0))


def _semver(text: str) -> tuple[Any, ...]:
    number, name = r"(0|[1-9]\d*)", r"[0-9A-Za-z-]+"
    pre = r"(?:0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*)"
    pattern = rf"{number}\.{number}\.{number}(?:-({pre}(?:\.{pre})*))?(?:\+{name}(?:\.{name})*)?$"
    match = re.match(pattern, text)
    if not match:
        raise TemplateError(
            f"Version comparison failed: invalid semantic version '{text}'", hint="write 1.2.3 or 1.2.3-rc.1+build"
        )
    marks = match[4].split(".") if match[4] else []
    ranked = tuple((0, int(mark), "") if mark.isdigit() else (1, 0, mark) for mark in marks)
    return (int(match[1]), int(match[2]), int(match[3]), not marks, ranked)


PEP440 = r"""\s*v?(?:(?P<epoch>\d+)!)?(?P<release>\d+(?:\.\d+)*)
    (?:[-_.]?(?P<pre>alpha|beta|preview|pre|rc|a|b|c)[-_.]?(?P<pre_number>\d*))?
    (?P<post>-(?P<post_dash>\d+)|[-_.]?(?:post|rev|r)[-_.]?(?P<post_number>\d*))?
    (?P<dev>[-_.]?dev[-_.]?(?P<dev_number>\d*))?
    (?:\+(?P<local>[a-z0-9]+(?:[-_.][a-z0-9]+)*))?\s*"""
PRE_RANKS = {"alpha": 0, "a": 0, "beta": 1, "b": 1, "c": 2, "rc": 2, "pre": 2, "preview": 2}
BEFORE_ALL, AFTER_ALL = (-1, 0), (9, 0)


def _pep440(text: str) -> tuple[Any, ...]:
    """The order of https://peps.python.org/pep-0440/#summary-of-permitted-suffixes-and-relative-ordering."""
    match = re.fullmatch(PEP440, text, re.VERBOSE | re.IGNORECASE)
    if not match:
        raise TemplateError(
            f"Version comparison failed: Invalid version: '{text}' (PEP 440)",
            hint="write 1.2.3, 1.2rc1, 1.2.post1, ...",
        )
    release = re.sub(r"(\.0+)+$", "", match["release"])
    post = int(match["post_dash"] or match["post_number"] or 0) if match["post"] else -1
    dev = int(match["dev_number"] or 0) if match["dev"] else None
    if match["pre"]:
        pre = (PRE_RANKS[match["pre"].lower()], int(match["pre_number"] or 0))
    else:
        pre = BEFORE_ALL if dev is not None and post == -1 else AFTER_ALL
    local = re.split(r"[-_.]", match["local"].lower()) if match["local"] else []
    return (
        int(match["epoch"] or 0),
        tuple(int(part) for part in release.split(".")),
        pre,
        post,
        float("inf") if dev is None else dev,
        tuple((1, int(part), "") if part.isdigit() else (0, 0, part) for part in local),
    )


KINDS: dict[str, Key] = {"loose": loose, "strict": _strict, "semver": _semver, "semantic": _semver, "pep440": _pep440}
TESTS: dict[str, Callable[..., Any]] = {"version": version, "version_compare": version}
