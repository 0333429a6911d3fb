"""
Which keyword may stand where, and what it takes.

After ansible-core 2.19's table of playbook keywords
(https://docs.ansible.com/ansible-core/2.19/reference_appendices/playbooks_keywords.html).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from opsengine.errors import InputError, near
from opsengine.source.text import COMMAND_LINE, Origin, Text, TextDict, TextList

NOT_YET = "not supported yet"


@dataclass(frozen=True)
class Keyword:
    """
    One keyword: what type its value has, and where it may stand.

    type: bool, int, number, text, list (one text counts as a list of one), tags (a list, or a text with commas),
    mapping, condition, any.
    on: of play, role, block, task, handler. refused: why it is not accepted, where it is not.
    """

    name: str
    type: str
    on: str
    refused: str = ""


EVERYWHERE = "play role block task handler"
BELOW_PLAY = "role block task handler"
TASKS = "task handler"

KEYWORDS = {
    keyword.name: keyword
    for keyword in (
        Keyword("name", "text", EVERYWHERE),
        Keyword("any_errors_fatal", "bool", EVERYWHERE),
        Keyword("become", "bool", EVERYWHERE),
        Keyword("become_exe", "text", EVERYWHERE),
        Keyword("become_flags", "text", EVERYWHERE),
        Keyword("become_method", "text", EVERYWHERE),
        Keyword("become_user", "text", EVERYWHERE),
        Keyword("check_mode", "bool", EVERYWHERE),
        Keyword("collections", "list", EVERYWHERE),
        Keyword("connection", "text", EVERYWHERE),
        Keyword("debugger", "text", EVERYWHERE, "there is no task debugger; -vvv shows whole results"),
        Keyword("diff", "bool", EVERYWHERE),
        Keyword("environment", "any", EVERYWHERE),
        Keyword("ignore_errors", "bool", EVERYWHERE),
        Keyword("ignore_unreachable", "bool", EVERYWHERE),
        Keyword("module_defaults", "any", EVERYWHERE),
        Keyword("no_log", "bool", EVERYWHERE),
        Keyword("port", "int", EVERYWHERE),
        Keyword("remote_user", "text", EVERYWHERE),
        Keyword("run_once", "bool", EVERYWHERE),
        Keyword("tags", "tags", EVERYWHERE),
        Keyword("throttle", "int", EVERYWHERE),
        Keyword("timeout", "int", EVERYWHERE),
        Keyword("vars", "mapping", EVERYWHERE),
        Keyword("when", "condition", BELOW_PLAY),
        Keyword("delegate_to", "text", BELOW_PLAY),
        Keyword("delegate_facts", "bool", BELOW_PLAY),
        Keyword("notify", "list", BELOW_PLAY.replace("role ", "")),
        Keyword("hosts", "list", "play"),
        Keyword("fact_path", "text", "play"),
        Keyword("force_handlers", "bool", "play"),
        Keyword("gather_facts", "bool", "play"),
        Keyword("gather_subset", "list", "play"),
        Keyword("gather_timeout", "int", "play"),
        Keyword("handlers", "tasks", "play"),
        Keyword("max_fail_percentage", "number", "play"),
        Keyword("order", "text", "play"),
        Keyword("post_tasks", "tasks", "play"),
        Keyword("pre_tasks", "tasks", "play"),
        Keyword("roles", "any", "play"),
        Keyword("serial", "any", "play"),
        Keyword("strategy", "text", "play"),
        Keyword("tasks", "tasks", "play"),
        Keyword("validate_argspec", "any", "play", NOT_YET),
        Keyword("vars_files", "list", "play"),
        Keyword("vars_prompt", "any", "play"),
        Keyword("block", "tasks", "block"),
        Keyword("rescue", "tasks", "block"),
        Keyword("always", "tasks", "block"),
        Keyword("role", "text", "role"),
        Keyword("action", "any", TASKS),
        Keyword("local_action", "any", TASKS),
        Keyword("args", "any", TASKS),
        Keyword("async", "int", TASKS),
        Keyword("poll", "int", TASKS),
        Keyword("changed_when", "condition", TASKS),
        Keyword("failed_when", "condition", TASKS),
        Keyword("delay", "number", TASKS),
        Keyword("loop", "any", TASKS),
        Keyword("loop_control", "mapping", TASKS),
        Keyword("register", "variable", TASKS),
        Keyword("retries", "int", TASKS),
        Keyword("until", "condition", TASKS),
        Keyword("listen", "list", "handler"),
    )
}

ON_INCLUDES = (
    "name",
    "action",
    "local_action",
    "args",
    "collections",
    "debugger",
    "ignore_errors",
    "listen",
    "loop",
    "loop_control",
    "no_log",
    "register",
    "run_once",
    "tags",
    "timeout",
    "vars",
    "when",
)
"""What include_tasks and include_role take: the rest goes below their `apply`, as in Ansible."""
LOOP_CONTROL = ("loop_var", "index_var", "label", "pause", "extended", "extended_allitems", "break_when")
OLD_NAMES = {"user": "remote_user"}
TRUTH = {"yes": True, "on": True, "true": True, "1": True, "no": False, "off": False, "false": False, "0": False}


def names_on(place: str) -> list[str]:
    """The keywords that may stand on a play, role, block, task or handler."""
    return [keyword.name for keyword in KEYWORDS.values() if place in keyword.on.split()]


def check(mapping: TextDict, place: str, problems: list[InputError], others: tuple[str, ...] = ()) -> dict[str, Any]:
    """
    The mapping's keywords with their values in their types; what is wrong is added to `problems`.

    others: keys that are no keywords and are left to the caller.
    """
    found = {}
    if place == "play" and "user" in mapping and "remote_user" not in mapping:
        mapping = TextDict({OLD_NAMES.get(key, key): value for key, value in mapping.items()}, mapping.origin)
    for key, value in mapping.items():
        origin = getattr(key, "origin", mapping.origin)
        keyword = KEYWORDS.get(key) if isinstance(key, str) else None
        if key in others:
            continue
        if keyword is None or place not in keyword.on.split():
            problems.append(_misplaced(str(key), keyword, place, origin))
        elif keyword.refused:
            problems.append(InputError(f"`{key}`: {keyword.refused}", origin=origin))
        elif value is not None:
            try:
                found[str(key)] = typed(keyword.type, value)
            except ValueError as error:
                problems.append(InputError(f"`{key}` {error}", origin=getattr(value, "origin", origin)))
    return found


def _misplaced(key: str, keyword: Keyword | None, place: str, origin: Origin) -> InputError:
    if keyword is not None:
        hint = f"it may stand on: {keyword.on.replace(' ', ', ')}"
        return InputError(f"`{key}` is not a keyword of a {place}", hint=hint, origin=origin)
    return InputError(f"unknown keyword `{key}` on a {place}", hint=near(key, names_on(place)), origin=origin)


def typed(type_name: str, value: Any) -> Any:
    """A keyword's value in its type; templates stay as they are. Raises ValueError that says what was expected."""
    if isinstance(value, Text) and value.is_template and type_name not in ("list", "tags"):
        return value
    convert = _CONVERTERS.get(type_name)
    return convert(value) if convert else value


def _bool(value: Any) -> bool:
    word = str(value).strip().lower()
    if isinstance(value, bool):
        return value
    if word in TRUTH and isinstance(value, (str, int)):
        return TRUTH[word]
    raise ValueError(f"should be true or false, got {value!r}")


def _int(value: Any) -> int:
    try:
        if isinstance(value, bool):
            raise ValueError
        return int(value)
    except (TypeError, ValueError):
        raise ValueError(f"should be a whole number, got {value!r}") from None


def _number(value: Any) -> float:
    try:
        if isinstance(value, bool):
            raise ValueError
        return float(str(value).rstrip("%"))
    except ValueError:
        raise ValueError(f"should be a number, got {value!r}") from None


def _variable(value: Any) -> str:
    if is_variable_name(value):
        return str(value)
    raise ValueError(f"{value!r} cannot be the name of a variable")


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, (int, float)):
        return str(value)
    raise ValueError(f"should be text, got {_kind(value)}")


def _list(value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    if isinstance(value, (str, int)):
        return [value]
    raise ValueError(f"should be a list, got {_kind(value)}")


def _tags(value: Any) -> list[Any]:
    if isinstance(value, Text):
        return TextList((Text(part.strip(), value.origin) for part in value.split(",")), value.origin)
    return _list(value)


def _mapping(value: Any) -> Any:
    if isinstance(value, dict):
        return value
    if isinstance(value, list) and all(isinstance(item, dict) for item in value):
        return TextDict(
            {key: item for part in value for key, item in part.items()}, getattr(value, "origin", COMMAND_LINE)
        )
    raise ValueError(f"should be a mapping, got {_kind(value)}")


def _tasks(value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    raise ValueError(f"should be a list of tasks, got {_kind(value)}")


def _condition(value: Any) -> Any:
    if isinstance(value, (bool, str, list)):
        return value
    raise ValueError(f"should be an expression, got {_kind(value)}")


def _kind(value: Any) -> str:
    names = {dict: "a mapping", list: "a list", str: "text", bool: "true or false"}
    return next((name for kind, name in names.items() if isinstance(value, kind)), f"{value!r}")


_CONVERTERS = {
    "bool": _bool,
    "int": _int,
    "number": _number,
    "text": _text,
    "variable": _variable,
    "list": _list,
    "tags": _tags,
    "mapping": _mapping,
    "tasks": _tasks,
    "condition": _condition,
}


def is_variable_name(name: Any) -> bool:
    """Whether a variable can have this name: one that jinja2 takes for a name, in ASCII."""
    return isinstance(name, str) and name.isidentifier() and name.isascii() and name not in RESERVED


RESERVED = frozenset(("true", "false", "none", "True", "False", "None", "not"))
