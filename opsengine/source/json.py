"""Reads JSON as Ansible does: texts may be templates, unless Ansible's marks say that they are data or encrypted."""

from __future__ import annotations

import json
from typing import Any

from opsengine.source.text import COMMAND_LINE, Origin, Text, TextDict, TextList
from opsengine.vault.values import Encrypted

UNSAFE = "__ansible_unsafe"
VAULT = "__ansible_vault"
"""The only keys of objects that stand for a text: one that is data, never a template; one that is encrypted."""


def load_json(content: str | bytes, origin: Origin = COMMAND_LINE, text: type[Text] = Text) -> Any:
    """The value of a JSON document whose texts may be templates, of the given type. Raises ValueError."""
    return _trusted(json.loads(content), origin, text)


def _trusted(value: Any, origin: Origin, text: type[Text]) -> Any:
    if isinstance(value, str):
        return text(value, origin)
    if isinstance(value, list):
        return TextList((_trusted(item, origin, text) for item in value), origin)
    if isinstance(value, dict):
        if value.keys() == {UNSAFE}:
            return str(value[UNSAFE])
        if value.keys() == {VAULT}:
            return Encrypted.read(str(value[VAULT]), origin)
        return TextDict(((Text(key, origin), _trusted(item, origin, text)) for key, item in value.items()), origin)
    return value
