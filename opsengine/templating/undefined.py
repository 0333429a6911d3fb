"""What an expression gets for a name that does not exist: an error as soon as it is used, naming the nearest one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NoReturn

import jinja2
from jinja2.runtime import Undefined
from jinja2.utils import missing

from opsengine.errors import OpsError, UndefinedVariable, near
from opsengine.templating.lazy import type_name

UNSET = "Mandatory variable has not been overridden"
"""What `undef()` says without a hint of its own."""


class Missing(jinja2.StrictUndefined):
    """A missing variable, attribute or key; `default`, `defined` and `mandatory` see it, anything else fails."""

    __slots__ = ()

    def explain(self, known: Iterable[str] = ()) -> OpsError:
        """The error to raise; `known` are the variables that do exist."""
        name = self._undefined_name
        if self._undefined_hint:
            return UndefinedVariable(str(self._undefined_hint))
        if self._undefined_obj is missing:
            return UndefinedVariable(f"'{name}' is undefined", hint=near(str(name), known))
        owner = self._undefined_obj
        shown = name if isinstance(name, (str, int, float, type(None))) else f"({type_name(name)})"
        message = f"object of type '{type_name(owner)}' has no attribute {shown!r}"
        if isinstance(name, int):
            message = f"{type_name(owner)} object has no element {name}: {message}"
        if not isinstance(owner, Mapping):
            return UndefinedVariable(message)
        keys = [str(key) for key in owner]
        found = ", ".join(keys[:8]) + (", ..." if len(keys) > 8 else "")
        return UndefinedVariable(f"{message}; there are: {found or 'none'}", hint=near(str(shown), keys))

    def __getattr__(self, name: str) -> Any:
        # As in Ansible, a chain that begins with something missing stays missing: `a.b.c | default(1)` is 1.
        if name[:2] == name[-2:] == "__":
            raise AttributeError(name)
        return self

    def __getitem__(self, name: Any) -> Any:
        return self

    def _fail_with_undefined_error(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise MissingUsed(self)

    __iter__ = __str__ = __len__ = __repr__ = __format__ = _fail_with_undefined_error
    __eq__ = __ne__ = __bool__ = __hash__ = _fail_with_undefined_error
    __contains__ = __call__ = _fail_with_undefined_error
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _fail_with_undefined_error
    __truediv__ = __rtruediv__ = __floordiv__ = __rfloordiv__ = _fail_with_undefined_error
    __mod__ = __rmod__ = __pow__ = __rpow__ = __pos__ = __neg__ = _fail_with_undefined_error
    __lt__ = __le__ = __gt__ = __ge__ = __int__ = __float__ = __complex__ = _fail_with_undefined_error


class MissingBecause(Missing):
    """A variable that is there, but whose own template names something missing: as good as undefined, until used."""

    __slots__ = ("error",)

    error: OpsError

    def because(self, error: OpsError) -> MissingBecause:
        """Keep the error to raise when it is used."""
        self.error = error
        return self

    def explain(self, known: Iterable[str] = ()) -> OpsError:
        """The error of the template that named what is missing."""
        return self.error


class Broken(MissingBecause):
    """A variable whose own template fails: neither defined nor undefined, an error as soon as anything asks."""

    __slots__ = ()


class MissingUsed(jinja2.UndefinedError):
    """An expression used something missing; `line` is that of the compiled template, 0 where it is in the trace."""

    def __init__(self, what: Missing, line: int = 0) -> None:
        super().__init__("something missing was used")
        self.what = what
        self.line = line


def is_missing(value: Any) -> bool:
    """Whether a value is undefined, so that a default takes its place."""
    return isinstance(value, Undefined) and not isinstance(value, Broken)
