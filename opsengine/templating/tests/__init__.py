"""The tests of templates (`is ...`): those of ansible-core and of jinja2."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from opsengine.templating.filters._guard import guarded


@functools.cache
def all_tests() -> dict[str, Callable[..., Any]]:
    """Every test by its short and its full name, ready for `Environment.tests`; jinja2's own ones are among them."""
    from jinja2.tests import TESTS as JINJA

    from opsengine.templating.filters._guard import takes_undefined
    from opsengine.templating.tests import files, numbers, results, text, versions

    theirs: dict[str, Any] = JINJA
    builtin: dict[str, Callable[..., Any]] = dict(theirs)
    # These ask about the variable, not its value.
    for name in ("defined", "undefined"):
        builtin[name] = takes_undefined(_own_copy(theirs[name]))
    for module in (files, numbers, results, text, versions):
        builtin.update(module.TESTS)
    table: dict[str, Callable[..., Any]] = {}
    for name, function in builtin.items():
        table[name] = table[f"ansible.builtin.{name}"] = guarded("test", name, function)
    return table


def _own_copy(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of our own that calls jinja2's, so that marks do not reach jinja2's."""

    @functools.wraps(function)
    def call(*args: Any, **options: Any) -> Any:
        return function(*args, **options)

    return call
