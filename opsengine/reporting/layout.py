"""Values and times as people read them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_PLAIN = re.compile(r"[A-Za-z0-9_/.~+=@%^$(<][^\n]*")
_AMBIGUOUS = re.compile(r"(?i)(null|true|false|yes|no|on|off|~|[-+]?[\d.][\d_.,:eE+-]*|0x[\da-f]+)$")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def clean(text: str) -> str:
    """The text with control characters made visible, so that a host's output cannot steer the terminal."""
    return _CONTROL.sub(_visible, text.replace("\r\n", "\n"))


def _visible(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def yaml_lines(value: Any) -> list[str]:
    """A value as lines that look like YAML; multi-line text as a block."""
    return list(_lines(value))


def _lines(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping) and value:
        for key, item in value.items():
            yield from _entry(f"{_scalar(key)}:", item)
    elif isinstance(value, Sequence) and not isinstance(value, (str, bytes)) and value:
        for item in value:
            if isinstance(item, (Mapping, list, tuple)) and item:
                first, *rest = _lines(item)
                yield f"- {first}"
                yield from (f"  {line}" for line in rest)
            else:
                yield from _entry("-", item)
    else:
        yield from _entry("", value)


def _entry(head: str, value: Any) -> Iterator[str]:
    """`head` and its value: on one line where it is a scalar, else indented below."""
    if isinstance(value, str) and "\n" in value:
        yield f"{head} |".strip() if value.endswith("\n") else f"{head} |-".strip()
        yield from (f"  {line}" if line else "" for line in value.splitlines())
    elif isinstance(value, (Mapping, list, tuple)) and value:
        yield head
        yield from (f"  {line}" for line in _lines(value))
    else:
        yield f"{head} {_scalar(value)}".strip()


def _scalar(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return "{}"
    if isinstance(value, (list, tuple)):
        return "[]"
    if not isinstance(value, str):
        return str(value)
    odd = _AMBIGUOUS.match(value) or ": " in value or " #" in value or value.endswith((":", " "))
    if _PLAIN.fullmatch(value) and not odd:
        return value
    return "'" + value.replace("'", "''").replace("\n", "\\n") + "'"


def duration(seconds: float) -> str:
    """`0.4 s`, `12 s`, `3 min 05 s`, `2 h 10 min`."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02} min"


def count(number: int, noun: str) -> str:
    """`1 host`, `3 hosts`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def names(hosts: Sequence[str], most: int) -> str:
    """The hosts in a line, at most so many by name."""
    shown = ", ".join(hosts[:most])
    return shown if len(hosts) <= most else f"{shown} and {len(hosts) - most} more"
