"""What holds for every filter and test: undefined passes through, iterators become lists, errors name their filter."""

from __future__ import annotations

import functools
from collections.abc import Callable, ItemsView, Iterator, KeysView, ValuesView
from typing import Any, TypeVar

from jinja2.runtime import Undefined

from opsengine.errors import OpsError, TemplateError
from opsengine.templating.lazy import STRICT
from opsengine.templating.undefined import Missing, MissingUsed

Function = TypeVar("Function", bound=Callable[..., Any])
ITERATORS = (Iterator, ItemsView, KeysView, ValuesView, range)


def takes_undefined(function: Function) -> Function:
    """Mark a function that has its own answer for undefined arguments."""
    function.takes_undefined = True  # type: ignore[attr-defined]
    return function


def lazy(function: Function) -> Function:
    """Mark a function that may read something missing out of a container without using it."""
    function.lazy = True  # type: ignore[attr-defined]
    return function


def guarded(kind: str, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """
    The function as a template calls it; kind is filter or test, name its full name.

    An undefined argument is the answer itself, as in ansible-core 2.19, so that `missing | upper | default('x')` is
    'x' and the error, if any, names the variable; so is one that turns up in a list. Every other error becomes a
    TemplateError that names the function. Tests give true or false.
    """
    takes = getattr(function, "takes_undefined", False)
    strict = not getattr(function, "lazy", False)
    is_test = kind == "test"

    @functools.wraps(function)
    def call(*args: Any, **options: Any) -> Any:
        if not takes:
            for value in (*args, *options.values()):
                if isinstance(value, Missing):
                    return value
        before = STRICT.set(strict)
        try:
            result = function(*args, **options)
            if is_test:
                return result if isinstance(result, Undefined) else bool(result)
            return list(result) if isinstance(result, ITERATORS) else result
        except MissingUsed as error:
            return error.what
        except OpsError as error:
            if error.origin is None and type(error) is TemplateError:
                error.message = f"The {kind} plugin '{name}' failed: {error.message}"
            raise
        except Exception as error:
            raise TemplateError(f"The {kind} plugin '{name}' failed: {_reason(error)}") from error
        finally:
            STRICT.reset(before)

    return call


def _reason(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"no such key: {error}"
    text = str(error) or type(error).__name__
    return text.replace("_guarded.", "")
