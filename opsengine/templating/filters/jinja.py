"""Filters of jinja2 that behave otherwise in Ansible, or would change what they are given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from jinja2.filters import FILTERS as JINJA

from opsengine.templating.filters._plain import plain, wrong


def indent(text: Any, width: int | str = 4, first: bool = False, blank: bool = False) -> str:
    """The text with its lines indented, without `first` all but the first one, with `blank` empty ones too."""
    if not isinstance(text, str):
        raise wrong("indent requires text", text)
    return str(JINJA["indent"](text, width, first, blank))


def pprint(value: Any) -> str:
    """The value as Python writes it, dicts in their own order."""
    return repr(plain(value)) if isinstance(value, (Mapping, list, tuple)) else str(JINJA["pprint"](value))


FILTERS: dict[str, Callable[..., Any]] = {"indent": indent, "pprint": pprint}
