"""Loops: what a task loops over, one item's variables, and when items have to go one by one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from opsengine.errors import TaskFailed
from opsengine.execution.actions.base import ControllerModule
from opsengine.execution.terms import looks_back
from opsengine.playbook.keywords import is_variable_name
from opsengine.playbook.nodes import Loop, Task
from opsengine.source.text import Text
from opsengine.templating.lazy import OMIT, plain
from opsengine.templating.lookups import all_lookups
from opsengine.templating.scope import Scope

if TYPE_CHECKING:
    from opsengine.execution.results import Result
    from opsengine.execution.task import Item, TaskOnHost

RETRIES, DELAY = 3, 5.0


def named(on: TaskOnHost, loop: Loop) -> Loop:
    """The loop with the names of its variables rendered. Raises TaskFailed for what cannot be a variable's name."""
    names = {"loop_var": loop.loop_var, "index_var": loop.index_var}
    found = {key: on.engine.render(name, on.scope) for key, name in names.items() if name is not None}
    found = {key: name for key, name in found.items() if name is not OMIT}
    for key, name in found.items():
        if not is_variable_name(name):
            raise TaskFailed(f"`{key}` should be the name of a variable, got {name!r}", origin=loop.origin)
    return replace(loop, **found)


def values(on: TaskOnHost, loop: Loop) -> list[Any]:
    """What the loop runs over. Raises TaskFailed when that is no list."""
    if loop.lookup:
        return _looked_up(on, loop)
    terms = on.engine.render(loop.over, on.scope)
    if isinstance(terms, list):
        return terms
    raise TaskFailed(
        f"`loop` should be a list, got {type(terms).__name__}: {terms!r}",
        hint="for a dict: `{{ name | dict2items }}`",
        origin=loop.origin,
    )


def _looked_up(on: TaskOnHost, loop: Loop) -> list[Any]:
    lookup = all_lookups().get(loop.lookup)
    if lookup is None:
        raise TaskFailed(f"there is no lookup `{loop.lookup}`", origin=loop.origin)
    first_found = str(loop.lookup).rpartition(".")[2] == "first_found"
    render = on.engine.render_known if first_found else on.engine.render
    terms = render(loop.over, on.scope)
    listed = terms if isinstance(terms, list) else [] if terms is OMIT else [terms]
    if first_found:
        return list(lookup(listed, on.scope, _files=on.scope.files, _action=on.module))
    if loop.lookup == "items" and any(isinstance(term, list) for term in listed):
        return [item for term in listed for item in (term if isinstance(term, list) else [term])]
    return list(lookup(listed, on.scope, _files=on.scope.files))


def variables(loop: Loop, items: Sequence[Any]) -> Iterator[dict[str, Any]]:
    """The variables of each item: the item itself, its index, and `ansible_loop` where it is asked for."""
    for index, item in enumerate(items):
        found: dict[str, Any] = {str(loop.loop_var): item, "ansible_loop_var": str(loop.loop_var)}
        if loop.index_var:
            found[str(loop.index_var)] = index
            found["ansible_index_var"] = str(loop.index_var)
        if loop.extended:
            found["ansible_loop"] = _extended(items, index, loop.extended_allitems)
        yield found


def _extended(items: Sequence[Any], index: int, with_items: bool) -> dict[str, Any]:
    found: dict[str, Any] = {"allitems": list(items)} if with_items else {}
    found |= {
        "index": index + 1,
        "index0": index,
        "revindex": len(items) - index,
        "revindex0": len(items) - index - 1,
        "first": index == 0,
        "last": index + 1 == len(items),
        "length": len(items),
    }
    if index:
        found["previtem"] = items[index - 1]
    if index + 1 < len(items):
        found["nextitem"] = items[index + 1]
    return found


def in_one_go(task: Task, kind: type[ControllerModule] | None) -> bool:
    """Whether the items may travel together: nothing that comes between them depends on the one before."""
    loop = task.loop
    if kind is not None or loop is None or loop.pause or loop.break_when is not None:
        return False
    return (
        not ({"until", "retries"} & task.keywords.keys()) and task.keyword("timeout") is None and not looks_back(task)
    )


def one_by_one(on: TaskOnHost, loop: Loop, items: Iterable[Item]) -> list[Result]:
    """Run the items in turn, with the loop's pause between them, until `break_when` holds."""
    results: list[Result] = []
    pause = float(on.engine.render(loop.pause, on.scope) or 0)
    name = on.task.keywords.get("register")
    for item in items:
        if results and pause and on.run.stopping.wait(pause):
            break
        before = {str(name): results[-1]} if results and name else {}
        item.scope = on.scope.with_layer({**before, **item.values})
        result = on.run_item(item)
        results.append(result)
        if loop.break_when is not None and _breaks(on, loop, item, result):
            break
    return results


def _breaks(on: TaskOnHost, loop: Loop, item: Item, result: Result) -> bool:
    name = on.task.keywords.get("register")
    scope = item.scope.with_layer({str(name): result}) if name else item.scope
    return on.engine.condition(loop.break_when, scope, loop.origin)


def patience(on: TaskOnHost, scope: Scope) -> tuple[int, float]:
    """How often a task is tried again (never without `until` or `retries`), and how many seconds are waited before."""
    if "until" not in on.task.keywords and "retries" not in on.task.keywords:
        return 0, 0.0
    retries = on.engine.render(on.task.keyword("retries", RETRIES), scope)
    delay = on.engine.render(on.task.keyword("delay", DELAY), scope)
    try:
        return max(int(retries), 0), float(delay) if float(delay) >= 0 else 1.0
    except (TypeError, ValueError):
        raise TaskFailed(
            f"`retries` and `delay` should be numbers, got {retries!r} and {delay!r}", origin=on.task.origin
        ) from None


def label(on: TaskOnHost, loop: Loop, scope: Scope) -> str:
    """What an item is called where its result is shown."""
    if loop.label is None:
        return _text(plain(scope[str(loop.loop_var)]))
    shown = on.engine.render(loop.label, scope) if isinstance(loop.label, (Text, dict, list)) else loop.label
    return _text(shown)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else str(value)
