"""What an expression gets for a name that does not exist: an error as soon as it is used, naming the nearest one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NoReturn

import jinja2
from jinja2.runtime import Undefined
from jinja2.utils import missing

from opsengine.errors import UndefinedVariable, near


class Missing(jinja2.StrictUndefined):
    """A missing variable, attribute or key; `default`, `defined` and `mandatory` see it, anything else fails."""

    __slots__ = ()

    def explain(self, known: Iterable[str] = ()) -> UndefinedVariable:
        """The error to raise; `known` are the variables that do exist."""
        name = str(self._undefined_name)
        if self._undefined_hint:
            return UndefinedVariable(str(self._undefined_hint))
        if self._undefined_obj is missing:
            return UndefinedVariable(f"`{name}` is undefined", hint=near(name, known))
        owner = self._undefined_obj
        if isinstance(owner, Undefined):
            return UndefinedVariable(f"`{owner._undefined_name}` is undefined")
        if isinstance(owner, Mapping):
            keys = [str(key) for key in owner]
            found = ", ".join(keys[:8]) + (", ..." if len(keys) > 8 else "")
            return UndefinedVariable(f"there is no key `{name}`; there are: {found or 'none'}", hint=near(name, keys))
        return UndefinedVariable(f"a {type(owner).__name__} has no `{name}`")

    def __getattr__(self, name: str) -> Any:
        # As in Ansible, a chain that begins with something missing stays missing: `a.b.c | default(1)` is 1.
        if name[:2] == name[-2:] == "__":
            raise AttributeError(name)
        return self

    def __getitem__(self, name: Any) -> Any:
        return self

    def _fail_with_undefined_error(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise MissingUsed(self)

    __iter__ = __str__ = __len__ = _fail_with_undefined_error
    __eq__ = __ne__ = __bool__ = __hash__ = _fail_with_undefined_error
    __contains__ = __call__ = _fail_with_undefined_error
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _fail_with_undefined_error
    __truediv__ = __rtruediv__ = __floordiv__ = __rfloordiv__ = _fail_with_undefined_error
    __mod__ = __rmod__ = __pow__ = __rpow__ = __pos__ = __neg__ = _fail_with_undefined_error
    __lt__ = __le__ = __gt__ = __ge__ = __int__ = __float__ = __complex__ = _fail_with_undefined_error


class MissingBecause(Missing):
    """A variable that is there, but whose own template names something missing: as good as undefined, until used."""

    __slots__ = ("error",)

    def because(self, error: UndefinedVariable) -> MissingBecause:
        """Keep the error to raise when it is used."""
        self.error = error
        return self

    def explain(self, known: Iterable[str] = ()) -> UndefinedVariable:
        """The error of the template that named what is missing."""
        return self.error


class MissingUsed(jinja2.UndefinedError):
    """An expression used something missing."""

    def __init__(self, what: Missing) -> None:
        super().__init__(what._undefined_message)
        self.what = what
