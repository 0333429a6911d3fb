"""What becomes of a module's result: the task's own say (changed_when, failed_when), and what people get to see."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from opsengine.agent.client import Request
from opsengine.config import config
from opsengine.errors import TemplateError
from opsengine.events import Status
from opsengine.playbook.nodes import Task
from opsengine.templating.engine import Engine
from opsengine.templating.scope import Scope

Result = dict[str, Any]
CENSORED = "the output has been hidden due to the fact that 'no_log: true' was specified for this result"
NOT_SHOWN = ("diff", "assumes", "hint", "invocation")


def truth(value: Any) -> bool:
    """What a keyword's rendered value means: `yes` and `"true"` hold, as they do in YAML."""
    return value.strip().lower() in ("true", "yes", "on", "1", "y", "t") if isinstance(value, str) else bool(value)


def completed(result: Result) -> Result:
    """
    The result with the keys that every registered variable has.

    As in Ansible a task whose condition did not hold does not say whether it failed, nor does an include, nor one whose
    host was out of reach.
    """
    result.setdefault("changed", False)
    if "failed" not in result and ({"skip_reason", "include_args", "unreachable"} & result.keys()):
        return result
    if "rc" in result and "failed" not in result and result["rc"] not in (0, None):
        result["failed"] = True
    result.setdefault("failed", False)
    for name in ("stdout", "stderr"):
        if isinstance(result.get(name), str):
            result.setdefault(f"{name}_lines", result[name].splitlines())
    return result


def asynchronous(result: Result, request: Request) -> Result:
    """The result of a task with `async`, as Ansible's polling gives it; of one in the background, what is known yet."""
    if request.background:
        return {**result, "started": bool(result.get("started")), "finished": bool(result.get("finished"))}
    if result.get("timedout"):
        message = f"async task did not complete within the requested time - {request.timeout:g}s"
        return {"failed": True, "msg": message, "async_result": {"started": True, "finished": False}}
    return {"started": True, "finished": True, "ansible_job_id": "", "results_file": "", **result}


def judge(task: Task, result: Result, scope: Scope, engine: Engine) -> None:
    """Apply the task's `changed_when` and `failed_when`; the result is visible to them under the registered name."""
    if not ({"changed_when", "failed_when"} & task.keywords.keys()) or result.get("skipped"):
        return
    name = task.keywords.get("register")
    view = scope.with_layer({str(name): result}) if name else scope
    changed = task.keywords.get("changed_when")
    if changed is not None:
        try:
            result["changed"] = engine.condition(changed, view, task.origin)
        except TemplateError as error:
            result["changed_when_result"] = str(error)
            raise
    failed = task.keywords.get("failed_when")
    if failed is not None:
        try:
            result["failed"] = result["failed_when_result"] = engine.condition(failed, view, task.origin)
        except TemplateError as error:
            result["failed_when_result"] = str(error)
            raise


def status_of(result: Mapping[str, Any]) -> Status:
    """How a result counts."""
    if result.get("unreachable"):
        return Status.UNREACHABLE
    if has_failed(result):
        return Status.FAILED
    if result.get("skipped"):
        return Status.SKIPPED
    return Status.CHANGED if result.get("changed") else Status.OK


def has_failed(result: Mapping[str, Any]) -> bool:
    """Whether a task counts as failed: what `failed_when` says goes, even where `until` was never met."""
    if "failed_when_result" in result:
        return bool(result["failed_when_result"])
    if result.get("failed") and result.get("results"):
        return any(has_failed(item) for item in result["results"] if isinstance(item, Mapping))
    return bool(result.get("failed"))


def joined(items: list[Result]) -> Result:
    """The result of a loop out of those of its items."""
    found: Result = {
        "results": items,
        "changed": any(item.get("changed") for item in items),
        "msg": "All items completed",
    }
    if not items:
        return {"results": [], "changed": False, "skipped": True, "skipped_reason": "No items in the list"}
    if all(item.get("skipped") for item in items):
        found.update(skipped=True, msg="All items skipped")
    if any(item.get("failed") for item in items):
        found.update(failed=True, msg="One or more items failed")
    if any(item.get("unreachable") for item in items):
        found.update(unreachable=True)
    found.setdefault("skipped", False)
    return found


def visible(result: Result, hidden: bool) -> tuple[Result, list[Mapping[str, Any]], list[str]]:
    """What events carry of a result: the values, the diffs, and what a dry run assumed."""
    if hidden:
        return {"censored": CENSORED, "changed": result.get("changed", False), "msg": CENSORED}, [], []
    shown = {key: value for key, value in result.items() if key not in NOT_SHOWN}
    return shown, _diffs(result), _assumptions(result)


def _diffs(result: Result) -> list[Mapping[str, Any]]:
    diff = result.get("diff") or []
    found = [_kept_short(each) for each in (diff if isinstance(diff, list) else [diff])]
    for item in _items(result):
        found += _diffs(item)
    return found


def _kept_short(diff: Mapping[str, Any]) -> Mapping[str, Any]:
    """A diff with texts no longer than the setting `max_diff_size` allows; of a longer one only its size is told."""
    most = config().number("ANSIBLE_MAX_DIFF_SIZE")
    long = [side for side in ("before", "after") if most and isinstance(diff.get(side), str) and len(diff[side]) > most]
    return {**diff, **{side: f"({len(diff[side])} characters, more than max_diff_size)\n" for side in long}}


def _assumptions(result: Result) -> list[str]:
    found = list(result.get("assumes", ()))
    for item in _items(result):
        found += item.get("assumes", ())
    return list(dict.fromkeys(found))


def _items(result: Result) -> list[Result]:
    """The results of a loop's items; a module may call something else of its own so."""
    results = result.get("results")
    return [item for item in results if isinstance(item, dict)] if isinstance(results, list) else []
