"""The variables that an expression sees: layers of dicts, the first that has a name wins, rendered when read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from opsengine.errors import TemplateError, UndefinedVariable
from opsengine.source.text import Text
from opsengine.templating.lazy import LazyDict, LazyList, has_templates
from opsengine.templating.undefined import MissingBecause

if TYPE_CHECKING:
    from opsengine.templating.engine import Engine

_NONE: Any = object()


class Scope(Mapping[str, Any]):
    """
    Read-only view of the variables of one host and task.

    layers: strongest first. files: finds the controller's files for lookups (opsengine.templating.lookups.base).

    Each variable is rendered when it is first read and kept for the life of the scope, which is one task on one host:
    what changes between tasks is never stale.
    """

    __slots__ = ("_rendered", "_rendering", "engine", "files", "layers")

    def __init__(self, engine: Engine, layers: Sequence[Mapping[str, Any]], files: Any = None) -> None:
        self.engine = engine
        self.files = files
        self.layers = layers
        self._rendered: dict[str, Any] = {}
        self._rendering: list[str] = []

    def with_layer(self, top: Mapping[str, Any]) -> Scope:
        """The same variables with one more layer over them."""
        return Scope(self.engine, (top, *self.layers), self.files)

    def raw(self, name: str, default: Any = None) -> Any:
        """A variable as it was written, not rendered."""
        for layer in self.layers:
            if name in layer:
                return layer[name]
        return default

    def __getitem__(self, name: str) -> Any:
        if name in self._rendered:
            return self._rendered[name]
        value = self.raw(name, _NONE)
        if value is _NONE:
            raise KeyError(name)
        if isinstance(value, (str, dict, list, tuple)):
            value = self._render(name, value)
        self._rendered[name] = value
        return value

    def _render(self, name: str, value: Any) -> Any:
        if name in self._rendering:
            chain = " -> ".join([*self._rendering[self._rendering.index(name) :], name])
            raise TemplateError(f"`{name}` is defined by itself: {chain}", origin=getattr(value, "origin", None))
        self._rendering.append(name)
        try:
            return self.lazily(value)
        finally:
            self._rendering.pop()

    def lazily(self, value: Any) -> Any:
        """The value rendered if it is a template; a container that holds templates renders as it is read."""
        if isinstance(value, Text):
            if not value.is_template:
                return value
            try:
                return self.engine.render_string(value, self)
            except UndefinedVariable as error:
                return MissingBecause(name=str(value)).because(error)
        if isinstance(value, dict) and type(value) is not LazyDict and has_templates(value):
            return LazyDict(self._with_rendered_keys(value), self)
        if isinstance(value, (list, tuple)) and type(value) is not LazyList and has_templates(value):
            return LazyList(value, self)
        return value

    def _with_rendered_keys(self, value: dict[Any, Any]) -> dict[Any, Any]:
        if not any(isinstance(key, Text) and key.is_template for key in value):
            return value
        return {self.lazily(key): item for key, item in value.items()}

    def __contains__(self, name: object) -> bool:
        return any(name in layer for layer in self.layers)

    def __iter__(self) -> Iterator[str]:
        seen: dict[str, None] = {}
        for layer in self.layers:
            seen.update(dict.fromkeys(layer))
        return iter(seen)

    def __len__(self) -> int:
        return sum(1 for _ in self)
