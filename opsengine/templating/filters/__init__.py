"""The filters of templates: those of ansible-core, of jinja2, and the often used ones of two collections."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from opsengine.templating.filters._guard import guarded, lazy


@functools.cache
def all_filters() -> dict[str, Callable[..., Any]]:
    """
    Every filter by its short and its full name, ready for `Environment.filters`.

    jinja2's own ones are among them, under `ansible.builtin.` too, with lists instead of iterators as results.
    """
    from jinja2.filters import FILTERS as JINJA

    from opsengine.templating.filters import (
        collections,
        community,
        dates,
        encoding,
        hashing,
        jinja,
        network,
        numbers,
        paths,
        regex,
        sets,
        text,
        truth,
        vault,
    )

    own = (collections, dates, encoding, hashing, jinja, numbers, paths, regex, sets, text, truth, vault)
    builtin: dict[str, Callable[..., Any]] = dict(JINJA)
    for name in ("map", "reject", "rejectattr", "select", "selectattr"):
        builtin[name] = lazy(functools.wraps(JINJA[name])(functools.partial(JINJA[name])))
    for module in own:
        builtin.update(module.FILTERS)
    table: dict[str, Callable[..., Any]] = {}
    for collection, functions in (
        ("ansible.utils", network.FILTERS),
        ("community.general", community.FILTERS),
        ("ansible.builtin", builtin),
    ):
        for name, function in functions.items():
            full = f"{collection}.{name}"
            table[name] = table[full] = guarded("filter", full, function)
            if collection == "ansible.builtin":
                table[f"ansible.legacy.{name}"] = table[name]
    return table
