"""What holds for every filter and test: undefined passes through, iterators become lists, errors name their filter."""

from __future__ import annotations

import functools
from collections.abc import Callable, ItemsView, Iterator, KeysView, ValuesView
from typing import Any, TypeVar

from jinja2.exceptions import TemplateError as JinjaError
from jinja2.runtime import Undefined
from jinja2.utils import pass_context

from opsengine.errors import OpsError, TemplateError

Function = TypeVar("Function", bound=Callable[..., Any])
ITERATORS = (Iterator, ItemsView, KeysView, ValuesView, range)


def takes_undefined(function: Function) -> Function:
    """Mark a function that has its own answer for undefined arguments."""
    function.takes_undefined = True  # type: ignore[attr-defined]
    return function


def volatile(function: Function) -> Function:
    """Mark a function whose answer may change between calls, so that jinja2 does not work it out when it compiles."""
    function.volatile = True  # type: ignore[attr-defined]
    return function


def guarded(kind: str, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """
    The function as a template calls it.

    An undefined argument is the answer itself, as in ansible-core 2.19, so that `missing | upper | default('x')` is
    'x' and the error, if any, names the variable. Every other error becomes a TemplateError that names the function.
    """
    takes = getattr(function, "takes_undefined", False)

    @functools.wraps(function)
    def call(*args: Any, **options: Any) -> Any:
        if not takes:
            for value in (*args, *options.values()):
                if isinstance(value, Undefined):
                    return value
        try:
            result = function(*args, **options)
            return list(result) if isinstance(result, ITERATORS) else result
        except OpsError as error:
            if error.origin is None and name not in error.message and type(error) is TemplateError:
                error.message = f"{kind} `{name}`: {error.message}"
            raise
        except JinjaError:
            raise
        except Exception as error:
            raise TemplateError(f"{kind} `{name}`: {_reason(error)}") from error

    return _without_context(call) if getattr(function, "volatile", False) else call


def _without_context(call: Callable[..., Any]) -> Callable[..., Any]:
    @pass_context
    @functools.wraps(call)
    def with_context(context: Any, *args: Any, **options: Any) -> Any:
        return call(*args, **options)

    return with_context


def _reason(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"no such key: {error}"
    text = str(error) or type(error).__name__
    return text.replace("_guarded.", "")
