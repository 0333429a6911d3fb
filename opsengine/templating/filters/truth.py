"""Filters on truth and on what is not defined."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

from opsengine.errors import TemplateError
from opsengine.templating.filters._guard import takes_undefined
from opsengine.templating.filters._plain import wrong
from opsengine.templating.lazy import type_name
from opsengine.templating.undefined import is_missing

TRUE = frozenset(("yes", "on", "true", "1"))
FALSE = frozenset(("no", "off", "false", "0"))


def to_bool(value: Any) -> bool:
    """
    What yes/no, on/off, true/false, 1/0 say, in any case.

    Anything else is True where it equals 1 and False otherwise, with a warning (ansible-core 2.19).
    """
    word = str(value).lower() if isinstance(value, (str, int)) else None
    if word in TRUE:
        return True
    if word in FALSE:
        return False
    result = bool(value == 1)
    warnings.warn(f"`bool` reads a {type_name(value)} that is no truth value as {result}", stacklevel=3)
    return result


@takes_undefined
def default(value: Any, default_value: Any = "", boolean: bool = False) -> Any:
    """The default where the value is undefined; with `boolean` also where it is empty, None, 0 or False."""
    if not isinstance(boolean, bool):
        raise wrong("The 'boolean' argument must be of type 'bool'", boolean)
    if is_missing(value) or (boolean and not value):
        return default_value
    return value


@takes_undefined
def mandatory(value: Any, msg: str | None = None) -> Any:
    """
    The value itself.

    Raises TemplateError, with the given text, where it is undefined.
    """
    if not is_missing(value):
        return value
    if msg is not None:
        raise TemplateError(str(msg))
    name = value._undefined_name
    raise TemplateError(f"Mandatory variable '{name}' not defined." if name else "Mandatory variable not defined.")


FILTERS: dict[str, Callable[..., Any]] = {"bool": to_bool, "d": default, "default": default, "mandatory": mandatory}
