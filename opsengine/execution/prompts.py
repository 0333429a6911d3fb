"""`vars_prompt`: variables that the person at the terminal is asked for when a play begins."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any

from opsengine.errors import InputError, near
from opsengine.playbook.keywords import typed
from opsengine.playbook.nodes import Play
from opsengine.source.text import TextDict

KEYS = ("name", "prompt", "default", "private", "confirm", "encrypt", "salt", "salt_size", "unsafe")

Ask = Callable[[str, bool], str]


def problems(play: Play) -> list[InputError]:
    """What is wrong with a play's `vars_prompt` as written."""
    found = []
    for entry in _entries(play):
        if not isinstance(entry, TextDict) or "name" not in entry:
            message = "an entry of `vars_prompt` should be a mapping with a `name`"
            found.append(InputError(message, origin=getattr(entry, "origin", play.origin)))
            continue
        for key in entry:
            if key not in KEYS:
                hint = near(str(key), KEYS)
                found.append(InputError(f"unknown key `{key}` in vars_prompt", origin=entry.origin_of(key), hint=hint))
    return found


def answers(play: Play, given: Mapping[str, Any], render: Callable[[Any], Any], ask: Ask) -> dict[str, Any]:
    """
    The variables that a play asks for, those excepted that -e gives.

    Without a terminal nobody is asked, and the defaults hold. render: renders a value of the play. ask(prompt, echo).
    """
    found: dict[str, Any] = {}
    for entry in _entries(play):
        name = str(entry["name"])
        if name in given:
            continue
        settings = {str(key): render(value) for key, value in entry.items()}
        found[name] = _hashed(_answer(settings, ask), settings)
    return found


def _entries(play: Play) -> list[Any]:
    written = play.keywords.get("vars_prompt") or []
    return written if isinstance(written, list) else [written]


def _answer(settings: dict[str, Any], ask: Ask) -> Any:
    default = settings.get("default")
    if not sys.stdin.isatty():
        return str(default) if default is not None else ""
    prompt = str(settings.get("prompt", settings["name"]))
    private = typed("bool", settings.get("private", True))
    shown = f"{prompt} [{default}]: " if default and not private else f"{prompt}: "
    while True:
        answer = ask(shown, not private)
        if not settings.get("confirm") or ask(f"confirm {shown}", not private) == answer:
            return answer or (default if default is not None else "")


def _hashed(answer: Any, settings: dict[str, Any]) -> Any:
    if not settings.get("encrypt"):
        return answer
    from opsengine.templating.filters.hashing import password_hash

    return password_hash(answer, str(settings["encrypt"]).replace("_crypt", ""), salt=settings.get("salt"))
