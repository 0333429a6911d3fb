"""
The few names of ansible-core's that plugins of a project import, for controllers on which it is not installed.

What `ansible.errors`, the text converters, `is_sequence` and their kin promise; anything further fails to import.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterable, Mapping, Sequence
from types import ModuleType
from typing import Any


class AnsibleError(Exception):
    """Something is wrong; the message says what."""

    def __init__(self, message: str = "", *args: Any, **further: Any) -> None:
        super().__init__(message)
        self.message = message


ERRORS = (
    "AnsibleFilterError",
    "AnsibleFilterTypeError",
    "AnsibleLookupError",
    "AnsibleOptionsError",
    "AnsibleParserError",
    "AnsibleRuntimeError",
    "AnsibleTemplateError",
    "AnsibleTypeError",
    "AnsibleUndefinedVariable",
)


def to_text(value: Any, encoding: str = "utf-8", errors: str | None = None, nonstring: str = "simplerepr") -> str:
    """A value as text; bytes that are none are kept as surrogates."""
    if isinstance(value, bytes):
        return value.decode(encoding, _handler(errors))
    return value if isinstance(value, str) else "" if nonstring == "empty" else str(value)


def to_bytes(value: Any, encoding: str = "utf-8", errors: str | None = None, nonstring: str = "simplerepr") -> bytes:
    """A value as bytes."""
    return value if isinstance(value, bytes) else to_text(value, nonstring=nonstring).encode(encoding, _handler(errors))


def _handler(errors: str | None) -> str:
    return "surrogateescape" if errors in (None, "surrogate_or_strict", "surrogate_or_replace") else str(errors)


def is_string(value: Any) -> bool:
    """Whether a value is text or bytes."""
    return isinstance(value, (str, bytes))


def is_iterable(value: Any, include_strings: bool = False) -> bool:
    """Whether there is something to go through; text only where it is asked for."""
    return isinstance(value, Iterable) and (include_strings or not is_string(value))


def is_sequence(value: Any, include_strings: bool = False) -> bool:
    """Whether a value has items in an order; text only where it is asked for."""
    return isinstance(value, Sequence) and (include_strings or not is_string(value))


def provide() -> None:
    """Make the names importable, unless ansible-core is there itself."""
    if "ansible" in sys.modules or importlib.util.find_spec("ansible") is not None:
        return
    texts = {"to_text": to_text, "to_native": to_text, "to_bytes": to_bytes}
    kinds: dict[str, Any] = {"Mapping": Mapping, "Sequence": Sequence, "is_string": is_string}
    kinds |= {"is_iterable": is_iterable, "is_sequence": is_sequence}
    errors = {name: type(name, (AnsibleError,), {"__doc__": AnsibleError.__doc__}) for name in ERRORS}
    six = {"string_types": (str,), "text_type": str, "binary_type": bytes, "integer_types": (int,)}
    modules: dict[str, Mapping[str, Any]] = {
        "ansible": {},
        "ansible.errors": {"AnsibleError": AnsibleError, **errors},
        "ansible.module_utils": {},
        "ansible.module_utils._text": texts,
        "ansible.module_utils.six": six,
        "ansible.module_utils.common": {},
        "ansible.module_utils.common.collections": kinds,
        "ansible.module_utils.common.text": {},
        "ansible.module_utils.common.text.converters": texts,
    }
    for name, content in modules.items():
        _module(name, content)


def _module(name: str, content: Mapping[str, Any]) -> None:
    module = ModuleType(name)
    module.__path__ = []
    vars(module).update(content)
    sys.modules[name] = module
    parent, _, own = name.rpartition(".")
    if parent:
        setattr(sys.modules[parent], own, module)
