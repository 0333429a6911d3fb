"""
Host names as people write them: with a port (`db:2222`), as an IPv6 address (`[::1]:22`), as a range (`web[01:20]`).

https://docs.ansible.com/ansible/latest/inventory_guide/intro_inventory.html#adding-ranges-of-hosts
"""

from __future__ import annotations

import re
import string
import warnings
from collections.abc import Sequence
from ipaddress import AddressValueError, IPv6Address, ip_address

from opsengine.errors import InputError
from opsengine.source.text import Origin

_BRACKETED_PORT = re.compile(r"\[(.+)\]:([0-9]+)")
_PORT = re.compile(r"((?:[^:\[\]]|\[[^\]]*\])*):([0-9]+)")
_SPAN = r"\[(?:[a-z]:[a-z]|[0-9]+:[0-9]+)(?::[0-9]+)?\]"
_HEX_SPAN = re.compile(r"\[[0-9a-f]+:[0-9a-f]+(?::[0-9]+)?\]", re.IGNORECASE)
_LABEL = rf"(?:\w|{_SPAN})(?:[\w-]|{_SPAN})*(?<![_-])"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*", re.IGNORECASE)
_BRACKETS = re.compile(r"\[([^\[\]]*)\]")

_HOW = "ranges look like web[1:9], web[01:20], web[0:10:2] or db-[a:f]"


def split_port(text: str) -> tuple[str, int | None] | None:
    """The host (a name, an address, or a range of these) and its port; None where the text is not a host at all."""
    port: int | None = None
    for pattern in (_BRACKETED_PORT, _PORT):
        if match := pattern.fullmatch(text):
            text, port = match[1], int(match[2])
    return (text, port) if _NAME.fullmatch(text) or _is_ipv6(text) else None


def expand(text: str, origin: Origin | None = None) -> list[str]:
    """
    The host names that a name with ranges stands for; the name alone where it has none.

    Raises InputError for a range that cannot be understood.
    """
    if "[" not in text:
        return [text]
    match = _BRACKETS.search(text)
    if not match:
        raise InputError(f"`{text}`: a bracket is not closed", origin=origin, hint=_HOW)
    tails = expand(text[match.end() :], origin)
    head = text[: match.start()]
    return [head + step + tail for step in _steps(match[1], text, origin) for tail in tails]


def expand_host(text: str, origin: Origin | None = None) -> tuple[list[str], int | None]:
    """The host names and the port that the first word of an inventory line stands for. Raises InputError."""
    if not text.strip():
        raise InputError("the name of a host is empty", origin=origin)
    if text == "---":
        raise InputError(
            "`---` begins YAML, and this file is read as INI", origin=origin, hint="name the file .yml or .yaml"
        )
    host, port = split_port(text) or (text, None)
    if text.endswith(":") and not _is_ipv6(text):
        raise InputError(
            f"`{text}`: a colon must be followed by a port",
            origin=origin,
            hint="write `host:2222`; a YAML inventory must be named .yml or .yaml",
        )
    return expand(host, origin), port


def short_name(name: str) -> str:
    """Ansible's variable inventory_hostname_short: the name up to its first dot; of an IP address, all of it."""
    try:
        ip_address(name)
    except ValueError:
        return name.split(".")[0]
    return name


def _is_ipv6(text: str) -> bool:
    try:
        IPv6Address(_HEX_SPAN.sub("0", text))
    except AddressValueError:
        return False
    return True


def _steps(span: str, text: str, origin: Origin | None) -> Sequence[str]:
    """What stands between two brackets, step by step."""
    bounds = span.split(":")
    if len(bounds) not in (2, 3):
        raise InputError(f"`{text}`: [{span}] is not a range", origin=origin, hint=_HOW)
    first, last, step = (bounds[0] or "0"), bounds[1], (bounds[2] if len(bounds) == 3 else "1")
    if not last:
        raise InputError(f"`{text}`: the range [{span}] has no end", origin=origin, hint=_HOW)
    if not _is_number(step) or int(step) < 1:
        raise InputError(f"`{text}`: the step of [{span}] must be a number from 1 on", origin=origin, hint=_HOW)
    if _is_number(first) and _is_number(last):
        return _numbers(first, last, int(step), text, origin)
    if _is_letter(first) and _is_letter(last):
        return _letters(first, last, int(step), text, origin)
    raise InputError(
        f"`{text}`: [{span}] goes neither from number to number nor from letter to letter", origin=origin, hint=_HOW
    )


def _numbers(first: str, last: str, step: int, text: str, origin: Origin | None) -> list[str]:
    padded = first[0] == "0" and len(first) > 1
    if padded and len(first) != len(last):
        raise InputError(
            f"`{text}`: a range with leading zeros needs as many digits at its end as at its beginning",
            origin=origin,
            hint=f"write [{first}:{last.zfill(len(first))}]",
        )
    if int(first) > int(last):
        place = f"{origin}: " if origin else ""
        warnings.warn(f"{place}`{text}` stands for no host: the range ends before it begins", stacklevel=2)
    width = len(first) if padded else 0
    return [str(number).zfill(width) for number in range(int(first), int(last) + 1, step)]


def _letters(first: str, last: str, step: int, text: str, origin: Origin | None) -> Sequence[str]:
    letters = string.ascii_letters
    begin, end = letters.index(first), letters.index(last)
    if begin > end:
        raise InputError(f"`{text}`: the range ends before it begins", origin=origin, hint=_HOW)
    return letters[begin : end + 1 : step]


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _is_letter(text: str) -> bool:
    return len(text) == 1 and text in string.ascii_letters
