"""The tests of templates (`is ...`): those of ansible-core and of jinja2."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from jinja2.runtime import Undefined

from opsengine.templating.filters._guard import guarded, takes_undefined
from opsengine.templating.undefined import Broken


@functools.cache
def all_tests() -> dict[str, Callable[..., Any]]:
    """Every test by its short and its full name, ready for `Environment.tests`; jinja2's own ones are among them."""
    from jinja2.tests import TESTS as JINJA

    from opsengine.templating.tests import files, numbers, results, text, versions

    theirs: dict[str, Any] = JINJA
    builtin: dict[str, Callable[..., Any]] = dict(theirs)
    builtin.update(defined=_defined, undefined=_undefined)
    for module in (files, numbers, results, text, versions):
        builtin.update(module.TESTS)
    table: dict[str, Callable[..., Any]] = {}
    for name, function in builtin.items():
        full = f"ansible.builtin.{name}"
        table[name] = table[full] = table[f"ansible.legacy.{name}"] = guarded("test", full, function)
    return table


@takes_undefined
def _defined(value: Any) -> Any:
    """Whether there is such a variable; of one that is broken, its error."""
    return value if isinstance(value, Broken) else not isinstance(value, Undefined)


@takes_undefined
def _undefined(value: Any) -> Any:
    """Whether there is no such variable; of one that is broken, its error."""
    return value if isinstance(value, Broken) else isinstance(value, Undefined)
