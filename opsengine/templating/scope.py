"""The variables that an expression sees: layers of dicts, the first that has a name wins, rendered when read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from opsengine.errors import OpsError, TemplateError, UndefinedVariable
from opsengine.source.text import Text, merged
from opsengine.templating.lazy import LazyDict, LazyList, has_templates
from opsengine.templating.undefined import Broken, MissingBecause
from opsengine.vault.values import Encrypted

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
        # The templates in work: where one of them comes up again, it is defined by itself.
        self._rendering: dict[int, str] = {}

    def with_layer(self, top: Mapping[str, Any]) -> Scope:
        """The same variables with one more layer over them."""
        return Scope(self.engine, (top, *self.layers), self.files)

    def raw(self, name: str, default: Any = None) -> Any:
        """A variable as it was written, not rendered."""
        for at, layer in enumerate(self.layers):
            if name in layer:
                value = layer[name]
                if self.engine.merges_mappings and isinstance(value, dict):
                    return self._merged(name, value, self.layers[at + 1 :])
                return value
        return default

    @staticmethod
    def _merged(name: str, value: dict[Any, Any], below: Sequence[Mapping[str, Any]]) -> Any:
        """A mapping over those of its name in weaker layers, as `hash_behaviour = merge` wants it."""
        found: Any = None
        for weaker in [layer[name] for layer in reversed(below) if name in layer]:
            found = merged(found, weaker)
        return merged(found, value)

    def __getitem__(self, name: str) -> Any:
        if name in self._rendered:
            return self._rendered[name]
        value = self.raw(name, _NONE)
        if value is _NONE:
            raise KeyError(name)
        if isinstance(value, (str, dict, list, tuple)):
            value = self.lazily(value, name)
        self._rendered[name] = value
        return value

    def lazily(self, value: Any, name: str | None = None) -> Any:
        """
        The value rendered if it is a template; a container that holds templates renders as it is read.

        A template that fails gives a value that fails where it is used. name: of the variable that it is.
        """
        if isinstance(value, Text):
            return self._rendered_text(value, name) if value.is_template else value
        if isinstance(value, dict) and type(value) is not LazyDict and has_templates(value):
            return LazyDict(value, self)
        if isinstance(value, (list, tuple)) and type(value) is not LazyList and has_templates(value):
            return LazyList(value, self)
        return value

    def _rendered_text(self, text: Text, name: str | None) -> Any:
        if id(text) in self._rendering:
            chain = " -> ".join(
                [*list(self._rendering.values())[list(self._rendering).index(id(text)) :], name or text]
            )
            raise TemplateError(f"Recursive loop detected in template: defined by itself: {chain}", origin=text.origin)
        self._rendering[id(text)] = name or text
        try:
            return self.engine.render_string(text, self)
        except UndefinedVariable as error:
            return MissingBecause(name=str(text)).because(error)
        except OpsError as error:
            if isinstance(text, Encrypted):
                error.message += " (undecryptable variable)"
            return Broken(name=str(text)).because(error)
        finally:
            del self._rendering[id(text)]

    def __contains__(self, name: object) -> bool:
        return any(name in layer for layer in self.layers)

    def __iter__(self) -> Iterator[str]:
        seen: dict[str, None] = {}
        for layer in self.layers:
            seen.update(dict.fromkeys(layer))
        return iter(seen)

    def __len__(self) -> int:
        return sum(1 for _ in self)


class Copies(Mapping[str, Any]):
    """The variables of a scope for a template that changes values: each is a copy, for this template only."""

    __slots__ = ("_made", "scope")

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self._made: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._made:
            self._made[name] = _copied(self.scope[name])
        return self._made[name]

    def __contains__(self, name: object) -> bool:
        return name in self.scope

    def __iter__(self) -> Iterator[str]:
        return iter(self.scope)

    def __len__(self) -> int:
        return len(self.scope)


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copied(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_copied(item) for item in value]
    return value
