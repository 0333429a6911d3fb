"""What a lookup is, and what it may ask of the engine that calls it."""

from __future__ import annotations

import functools
import shlex
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

from jinja2.exceptions import TemplateError as JinjaError
from jinja2.runtime import Undefined

from opsengine.errors import OpsError, TemplateError, near
from opsengine.templating.lazy import type_name

Variables = Mapping[str, Any]


class Files(Protocol):
    """The controller's files as a task sees them (`ControllerFiles` is one)."""

    def find_file(self, folder: str, name: str) -> Path:
        """A file or folder by name, looked for as Ansible does; raises OpsError that lists where."""

    def find_all(self, folder: str, pattern: str) -> list[Path]:
        """Every file that a glob pattern matches, in the first place that has any."""

    def render_value(self, text: str, file: str, options: Mapping[str, Any], extra: Mapping[str, Any]) -> Any:
        """What a template file gives (Engine.render_file); options are jinja2's, extra are further variables."""


class Lookup(Protocol):
    """A lookup as templates and loops call it: the terms and options as given, the answers as a list."""

    def __call__(
        self, terms: list[Any], variables: Variables, *, _files: Files | None = None, **options: Any
    ) -> list[Any]:
        """Raises TemplateError that names the lookup."""


def guarded(name: str, function: Callable[..., list[Any]]) -> Lookup:
    """The function with what holds for every lookup: undefined arguments, unknown options and errors are told."""
    code = function.__code__
    known = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    takes_undefined = getattr(function, "takes_undefined", False)

    @functools.wraps(function)
    def call(terms: list[Any], variables: Variables, *, _files: Files | None = None, **options: Any) -> list[Any]:
        if not takes_undefined:
            for value in (*terms, *options.values()):
                if isinstance(value, Undefined):
                    str(value)  # fails, with the name of what is missing
        for option in options:
            if option not in known:
                raise TemplateError(f"lookup `{name}`: no option `{option}`", hint=near(option, known[2:]))
        if "_files" in known:
            options["_files"] = _files
        try:
            return function(terms, variables, **options)
        except (OpsError, JinjaError):
            raise
        except Exception as error:
            raise TemplateError(f"lookup `{name}`: {error or type(error).__name__}") from error

    return call


def text_term(name: str, term: Any) -> str:
    """The term of a lookup that takes text only."""
    if not isinstance(term, str):
        raise TemplateError(f"lookup `{name}` expects text, not {type_name(term)}")
    return str(term)


def flat(terms: list[Any]) -> list[Any]:
    """The terms, lists among them replaced by their items."""
    return [item for term in terms for item in (term if isinstance(term, (list, tuple)) else [term])]


def inline_options(term: str, known: Mapping[str, Callable[[str], Any]]) -> tuple[str, dict[str, Any]]:
    """
    A term in the old form `text option=value option=value`: the text, and the options read as `known` says.

    Words that are no option are part of the text.
    """
    words: list[str] = []
    options: dict[str, Any] = {}
    try:
        parts = shlex.split(term)
    except ValueError:
        parts = term.split()
    for word in parts:
        name, equals, value = word.partition("=")
        if equals and name in known:
            options[name] = known[name](value)
        else:
            words.append(word)
    return (" ".join(words) if options else term), options


def is_true(value: Any) -> bool:
    """An option that is true or false, or a text that says so."""
    return str(value).lower() in ("true", "yes", "on", "1") if isinstance(value, str) else bool(value)
