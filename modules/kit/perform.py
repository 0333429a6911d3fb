"""
Runs one module with one set of arguments. The only place that knows of the dry run.

The result is a dict as Ansible's modules return: changed, failed, msg, diff, warnings, ansible_facts, and the module's
own values. Keys that begin with `_` are for the engine and are taken out before anyone sees the result.
"""

import traceback

from modules.kit.errors import ModuleFailed
from modules.kit.module import Action, Module, Query
from modules.kit.secrets import mask, secret_values
from modules.kit.state import Change, diffs

PACKAGE_KINDS = ("path", "service", "user", "group", "command", "engine")


class Context:
    """
    What a module's run knows of its surroundings.

    check: whether this is a dry run. want_diff: whether a diff is asked for.
    coming: list of [kind, name, task] that earlier tasks of a dry run would bring.
    content: callable(hash) -> iterator of bytes, for the controller's files that the task names.
    """

    def __init__(self, check=False, want_diff=False, coming=(), content=None):
        self.check = check
        self.want_diff = want_diff
        self.coming = [tuple(item) for item in coming]
        self.content = content
        self.warnings = []
        self.assumptions = []

    def bringer(self, kind, name):
        """The description of what would bring a thing in this dry run; None when nothing would."""
        if not self.check:
            return None
        for own_kind, own_name, task in self.coming:
            if own_kind == kind and (own_name == name or (kind == "path" and _below(name, own_name))):
                return task
        for own_kind, own_name, task in self.coming:
            if own_kind == "package" and kind in PACKAGE_KINDS:
                return "%s, with package %s" % (task, own_name)
            if own_kind == "anything":
                return "%s, a command that a dry run does not run" % task
        return None

    def assume(self, kind, name, bringer):
        """Note what this dry run takes for granted."""
        text = "%s %s, which comes with: %s" % (kind, name, bringer)
        if text not in self.assumptions:
            self.assumptions.append(text)


def _below(path, folder):
    return path.startswith(folder.rstrip("/") + "/")


def perform(kind, given, context):
    """
    Run the module class `kind` with the given arguments; returns the result and never raises.

    Secret arguments are masked in everything that is returned.
    """
    try:
        result = _run(kind(given, context), context)
    except ModuleFailed as failure:
        result = dict(failure.result, failed=True, msg=failure.message)
        if failure.hint:
            result["hint"] = failure.hint
        if failure.problems:
            result["problems"] = failure.problems
    except OSError as error:
        result = {"failed": True, "msg": str(error), "exception": traceback.format_exc()}
    except Exception as error:
        result = {
            "failed": True,
            "msg": "%s: %s" % (type(error).__name__, error),
            "hint": "this is a fault of the module itself; the traceback is in `exception`",
            "exception": traceback.format_exc(),
        }
    result.setdefault("changed", False)
    if context.warnings:
        result["warnings"] = context.warnings
    if context.assumptions:
        result["assumes"] = context.assumptions
    secrets = secret_values(kind.arguments(), given)
    return mask(result, secrets) if secrets else result


def _run(module, context):
    if isinstance(module, Module):
        return _converge(module, context)
    if isinstance(module, Query):
        return dict({"changed": False}, **module.read())
    if isinstance(module, Action):
        return _act(module, context)
    raise TypeError("%s is no kind of module" % type(module).__name__)


def _converge(module, context):
    if not context.check:
        module.refresh()
    module.before = module.current()
    change = Change(module.before, module.wanted(), module.same)
    state = change.after if change else module.before
    if change and not context.check:
        module.apply(change)
        state = module.current()
        _insist(Change(state, change.wanted, module.same), module)
    result = dict(module.returns(change, state))
    result["changed"] = bool(change)
    if change and context.want_diff:
        result["diff"] = diffs(change, module.subject())
    if change and context.check:
        result["_brings"] = [list(item) for item in module.brings(change)]
    return result


def _insist(left, module):
    if left:
        raise ModuleFailed(
            "%s is still not as wanted after the change: %s" % (module.subject(), ", ".join(sorted(left.keys)) or "it"),
            hint="something else changes it back, or the system did not take the change",
            changed=True,
            diff=diffs(left, module.subject()),
        )


def _act(module, context):
    reason = module.needless()
    if reason:
        return dict(reason if isinstance(reason, dict) else {"msg": reason}, changed=False)
    if context.check:
        brings = [list(item) for item in module.brings()] + [["anything", ""]]
        result = dict(module.foreseen(), rc=0, msg="Command would have run if not in check mode", _brings=brings)
        return dict(result, changed=True) if module.decided else dict(result, changed=False, skipped=True)
    result = dict(module.run())
    result.setdefault("changed", True)
    return result
