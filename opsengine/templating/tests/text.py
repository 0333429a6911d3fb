"""Tests on text: patterns, truth words, URLs, vault values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from opsengine.errors import TemplateError
from opsengine.templating.filters._plain import text_of
from opsengine.templating.filters.regex import pattern_of
from opsengine.vault.values import Decrypted, Encrypted

TRUE = frozenset(("y", "yes", "on", "1", "true", "t"))
FALSE = frozenset(("n", "no", "off", "0", "false", "f"))
MATCH_TYPES = ("search", "match", "fullmatch")


def regex(
    value: Any = "", pattern: str = "", ignorecase: bool = False, multiline: bool = False, match_type: str = "search"
) -> bool:
    """Whether the pattern fits: somewhere (search), at the beginning (match) or on the whole (fullmatch)."""
    if match_type not in MATCH_TYPES:
        raise TemplateError(f"regex: no match_type `{match_type}`", hint=f"known: {', '.join(MATCH_TYPES)}")
    return bool(getattr(pattern_of(pattern, ignorecase, multiline), match_type)(text_of(value)))


def match(value: Any, pattern: str = "", ignorecase: bool = False, multiline: bool = False) -> bool:
    """Whether the pattern fits at the beginning."""
    return regex(value, pattern, ignorecase, multiline, "match")


def search(value: Any, pattern: str = "", ignorecase: bool = False, multiline: bool = False) -> bool:
    """Whether the pattern fits somewhere."""
    return regex(value, pattern, ignorecase, multiline)


def truthy(value: Any, convert_bool: bool = False) -> bool:
    """Whether the value is true; `convert_bool` reads yes/no, on/off, true/false and the like as what they say."""
    if not convert_bool:
        return bool(value)
    word = str(value).lower().strip()
    if isinstance(value, (str, int, float)) and (word in FALSE or value == 0):
        return False
    return bool(value)


def falsy(value: Any, convert_bool: bool = False) -> bool:
    """Whether the value is not true."""
    return not truthy(value, convert_bool)


def uri(value: Any, schemes: list[str] | None = None) -> bool:
    """Whether the text can be read as a URI, of one of the schemes where some are given."""
    from urllib.parse import urlparse

    try:
        scheme = urlparse(value).scheme
    except (AttributeError, TypeError, ValueError):
        return False
    return not schemes or scheme in schemes


def url(value: Any, schemes: list[str] | None = None) -> bool:
    """Whether the text is a URI with a host, or one of a file."""
    from urllib.parse import urlparse

    if not uri(value, schemes):
        return False
    parts = urlparse(value)
    return bool(parts.netloc or parts.scheme == "file")


def urn(value: Any) -> bool:
    """Whether the text is a URN."""
    return uri(value, ["urn"])


def vault_encrypted(value: Any) -> bool:
    """Whether a variable is a single `!vault` value."""
    return isinstance(value, (Decrypted, Encrypted))


TESTS: dict[str, Callable[..., Any]] = {
    "falsy": falsy,
    "match": match,
    "regex": regex,
    "search": search,
    "truthy": truthy,
    "uri": uri,
    "url": url,
    "urn": urn,
    "vault_encrypted": vault_encrypted,
}
