"""Filters, tests, lookups and global functions: gives an engine all of them."""

from __future__ import annotations

import datetime
import warnings
from typing import Any

from opsengine.errors import TemplateError, UndefinedVariable, near
from opsengine.source.text import Origin, Text
from opsengine.templating.engine import Engine
from opsengine.templating.environment import CURRENT, Embedded
from opsengine.templating.filters import all_filters
from opsengine.templating.filters._guard import takes_undefined
from opsengine.templating.lazy import type_name
from opsengine.templating.lookups import all_lookups
from opsengine.templating.scope import Scope
from opsengine.templating.tests import all_tests
from opsengine.templating.undefined import UNSET, Missing, MissingBecause, MissingUsed


def equipped_engine() -> Engine:
    """An engine that knows every filter, test, lookup and function."""
    engine = Engine()
    functions: dict[str, Any] = {"lookup": _lookup, "query": _query, "q": _query, "now": _now, "undef": _undef}
    engine.add(all_filters(), all_tests(), functions)
    return engine


@takes_undefined
def _query(name: str, /, *terms: Any, **options: Any) -> Any:
    options["wantlist"] = True
    return _lookup(name, *terms, **options)


@takes_undefined
def _lookup(name: str, /, *terms: Any, **options: Any) -> Any:
    """The answers of a lookup: all with `wantlist`, else the single one, several texts joined, others as a list."""
    wantlist, errors = options.pop("wantlist", False), options.pop("errors", "strict")
    lookup = all_lookups().get(name)
    if lookup is None:
        raise TemplateError(f"The lookup plugin '{name}' was not found", hint=near(name, all_lookups()))
    scope, origin = CURRENT.get()
    given = [_rendered(term, scope, origin) for term in terms]
    if not getattr(lookup, "takes_undefined", False):
        for value in (*given, *options.values()):
            if isinstance(value, Missing):
                return value
    try:
        found = lookup(given, scope, _files=scope.files, **options)
    except MissingUsed as error:
        return error.what
    except UndefinedVariable as error:
        return MissingBecause().because(error)
    except Exception as error:
        if errors not in ("warn", "ignore"):
            raise
        if errors == "warn":
            warnings.warn(str(error), stacklevel=2)
        return [] if wantlist else None
    return found if wantlist else _joined(found)


def _joined(found: list[Any]) -> Any:
    if len(found) == 1:
        return found[0]
    return ",".join(found) if found and all(isinstance(item, str) for item in found) else found


def _rendered(term: Any, scope: Scope, origin: Origin) -> Any:
    """A term with the templates among its constants rendered: `lookup('file', '{{ name }}.txt')`."""
    if type(term) is Embedded:
        return scope.lazily(Text(term, origin))
    if type(term) is dict:
        return {key: _rendered(item, scope, origin) for key, item in term.items()}
    if type(term) in (list, tuple):
        return type(term)(_rendered(item, scope, origin) for item in term)
    return term


def _now(utc: bool = False, fmt: str | None = None) -> Any:
    moment = datetime.datetime.now(datetime.UTC).replace(tzinfo=None) if utc else datetime.datetime.now()
    return moment.strftime(fmt) if fmt else moment


def _undef(hint: str | None = None) -> Missing:
    if not isinstance(hint, (str, type(None))):
        raise TemplateError(f"undef: the 'hint' argument must be of type 'str' or 'NoneType', not '{type_name(hint)}'")
    return Missing(hint=hint or UNSET)
