"""Filters, tests, lookups and global functions: gives an engine all of them."""

from __future__ import annotations

import datetime
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context

from opsengine.errors import TemplateError, near
from opsengine.templating.engine import Engine, scope_of
from opsengine.templating.filters import all_filters
from opsengine.templating.lookups import all_lookups
from opsengine.templating.tests import all_tests
from opsengine.templating.undefined import Missing


def equipped_engine() -> Engine:
    """An engine that knows every filter, test, lookup and function."""
    engine = Engine()
    functions: dict[str, Any] = {"lookup": _lookup, "query": _query, "q": _query, "now": _now, "undef": _undef}
    engine.add(all_filters(), all_tests(), functions)
    return engine


@pass_context
def _query(context: Context, name: str, /, *terms: Any, **options: Any) -> list[Any]:
    scope = scope_of(context)
    options.pop("wantlist", None)
    errors = options.pop("errors", "strict")
    lookup = all_lookups().get(name)
    if lookup is None:
        raise TemplateError(f"there is no lookup `{name}`", hint=near(name, all_lookups()))
    try:
        return list(lookup(list(terms), scope, _files=scope.files, **options))
    except Exception:
        if errors == "strict":
            raise
        return []


@pass_context
def _lookup(context: Context, name: str, /, *terms: Any, **options: Any) -> Any:
    wantlist = options.pop("wantlist", False)
    strict = options.get("errors", "strict") == "strict"
    found = _query(context, name, *terms, **options)
    if not found and not strict and not wantlist:
        return None
    if wantlist:
        return found
    if len(found) == 1:
        return found[0]
    return ",".join(str(item) for item in found) if all(isinstance(item, str) for item in found) else found


def _now(utc: bool = False, fmt: str | None = None) -> Any:
    moment = datetime.datetime.now(datetime.UTC).replace(tzinfo=None) if utc else datetime.datetime.now()
    return moment.strftime(fmt) if fmt else moment


def _undef(hint: str | None = None) -> Missing:
    return Missing(hint=hint or "Mandatory variable has not been overridden")
