"""Arguments written as text behind a module's name: `name=nginx state=started`, `echo hi creates=/tmp/x`."""

from __future__ import annotations

import re
from typing import Any

from opsengine.source.text import Text, TextDict

KEY = re.compile(r"^([A-Za-z_][\w.-]*)=")
TEMPLATED_KEY = re.compile(r"^((?:[A-Za-z_]|\{\{.*?\}\})(?:[\w.-]|\{\{.*?\}\})*)=")
RAW = "_raw_params"
"""The key of what is not KEY=VALUE in the arguments of a module that takes no such text."""
FURTHER = "_variable_params"
"""The key of arguments that a template gives, beside those written out."""
_OPENING = {"{{": "}}", "{%": "%}", "{#": "#}"}


def split(text: str) -> list[str]:
    """Cut text at white space that is neither quoted nor inside jinja2 braces; raises ValueError when unbalanced."""
    parts: list[str] = []
    word, quote, closing, at = "", "", "", 0
    while at < len(text):
        char, pair = text[at], text[at : at + 2]
        if closing:
            if pair == closing:
                word, closing, at = word + pair, "", at + 2
                continue
        elif pair in _OPENING:
            word, closing, at = word + pair, _OPENING[pair], at + 2
            continue
        elif quote:
            if char == "\\" and at + 1 < len(text):
                word, at = word + pair, at + 2
                continue
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        elif char.isspace():
            if word:
                parts.append(word)
            word, at = "", at + 1
            continue
        word, at = word + char, at + 1
    if quote or closing:
        raise ValueError(f"unbalanced {'quotes' if quote else 'braces'}")
    return [*parts, word] if word else parts


def is_one_template(text: Text) -> bool:
    """Whether a text is a template that gives all arguments, not arguments of the form KEY=VALUE."""
    try:
        words = split(text)
    except ValueError:
        return text.is_template and text.strip().startswith("{{")
    return text.is_template and text.strip().startswith("{{") and not any(map(TEMPLATED_KEY.match, words))


def unquote(word: str) -> str:
    """A word without the quotes around it."""
    if len(word) > 1 and word[0] == word[-1] and word[0] in "'\"":
        return word[1:-1]
    return word


def parse(text: Text, free_form: str | None, known: set[str]) -> TextDict:
    """
    The arguments in a text.

    free_form: the argument that takes what is not KEY=VALUE, None where a module has none. known: the module's
    arguments, which alone are taken out of a free-form text. Raises ValueError for unbalanced quotes and braces.
    """
    found: dict[Any, Any] = {}
    rest: list[str] = []
    for word in split(text):
        match = KEY.match(word) or (TEMPLATED_KEY.match(word) if free_form is None else None)
        if match and (free_form is None or (match.group(1) in known and match.group(1) != free_form)):
            value = unquote(word[match.end() :])
            found[Text(match.group(1), text.origin)] = Text(value, text.origin)
        else:
            rest.append(word)
    if rest and free_form is None:
        found[RAW] = Text(" ".join(rest), text.origin)
    elif free_form is not None and rest:
        found[Text(free_form, text.origin)] = Text(str(text).strip() if not found else " ".join(rest), text.origin)
    return TextDict(found, text.origin)
