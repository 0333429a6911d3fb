"""What a lookup is, and what it may ask of the engine that calls it."""

from __future__ import annotations

import codecs
import functools
import re
import warnings
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol

from jinja2.runtime import Undefined

from opsengine.errors import OpsError, TaskFailed, TemplateError, near
from opsengine.templating.lazy import STRICT, type_name
from opsengine.templating.undefined import MissingUsed

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
    """
    The function with what holds for every lookup.

    Undefined arguments and errors are told; an option that is None is left out, one that is unknown with a warning.
    """
    code = function.__code__
    known = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    takes_undefined = getattr(function, "takes_undefined", False)

    @functools.wraps(function)
    def call(terms: list[Any], variables: Variables, *, _files: Files | None = None, **options: Any) -> list[Any]:
        if not takes_undefined:
            for value in (*terms, *options.values()):
                _defined(value)
        given = {option: value for option, value in options.items() if value is not None and option in known}
        for option in options:
            if option not in known and option != "_action":
                hint = near(option, known[2:]) or "it has no effect"
                warnings.warn(f"lookup `{name}`: no option `{option}`; {hint}", stacklevel=3)
        if "_files" in known:
            given["_files"] = _files
        before = STRICT.set(not takes_undefined)
        try:
            return function(terms, variables, **given)
        except MissingUsed:
            raise
        except (TemplateError, TaskFailed) as error:
            if error.origin is None or isinstance(error, TaskFailed):
                error.message = f"The lookup plugin '{name}' failed: {error.message}"
            raise
        except OpsError:
            raise
        except Exception as error:
            raise TemplateError(f"The lookup plugin '{name}' failed: {error or type(error).__name__}") from error
        finally:
            STRICT.reset(before)

    return call


def _defined(value: Any) -> Any:
    if isinstance(value, Undefined):
        str(value)  # fails, with the name of what is missing
    return value


def text_term(name: str, term: Any) -> str:
    """The term of a lookup that takes text only."""
    if not isinstance(_defined(term), str):
        raise TemplateError(f"expects text, not {type_name(term)}")
    return str(term)


def whole_number(option: str, value: Any) -> int:
    """An option that is a whole number, or text that says one."""
    try:
        return int(value)
    except (TypeError, ValueError):
        raise TemplateError(f"option `{option}` has an invalid value: {value!r} is no whole number") from None


def flat(terms: Iterable[Any]) -> list[Any]:
    """The terms, lists among them replaced by their items."""
    return [item for term in terms for item in (term if isinstance(term, (list, tuple)) else [term])]


WORD = re.compile(r"""(?:[^\s"']|"[^"]*"|'[^']*')+""")
ESCAPE = re.compile(r"""\\(?:[\\'"abfnrtv]|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4})""")


def inline_options(
    term: str, known: Iterable[str], unknown: str = "'{}' is not a valid option"
) -> tuple[str, dict[str, str]]:
    """
    A term in the old form `text option=value option="a value"`: the text, and the options.

    Raises TemplateError, which says `unknown`, for an option that is not known.
    """
    words: list[str] = []
    options: dict[str, str] = {}
    for word in WORD.findall(term):
        name, equals, value = word.partition("=")
        if not equals:
            words.append(word)
            continue
        if name not in known:
            hint = near(name, known) or f"known options: {', '.join(sorted(known))}"
            raise TemplateError(unknown.format(name), hint=hint)
        options[name] = ESCAPE.sub(lambda match: codecs.decode(match[0], "unicode-escape"), unquoted(value))
    return (" ".join(words) if options else term), options


def unquoted(text: str) -> str:
    """A text without the quotes around it."""
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"" else text


def is_true(value: Any) -> bool:
    """An option that is true or false, or a text that says so."""
    return str(value).lower() in ("true", "yes", "on", "1") if isinstance(value, str) else bool(value)
