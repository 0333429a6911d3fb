"""The controller's part of `script`: finds the script and sends it along."""

from __future__ import annotations

import shlex
from typing import Any

from opsengine.errors import TaskFailed
from opsengine.execution.actions.base import Prepared, Surroundings
from opsengine.execution.actions.copy import Sender, is_true


def prepare(args: dict[str, Any], surroundings: Surroundings) -> Prepared:
    """The arguments with the script and the words behind it."""
    line = args.get("cmd")
    if not isinstance(line, str) or not line.strip():
        raise TaskFailed("there is no script to run", hint="script: FILE ARGUMENTS, or cmd: FILE ARGUMENTS")
    try:
        first, *words = shlex.split(line)
    except ValueError as error:
        raise TaskFailed(f"the command's quotes do not match ({error}): {line}") from None
    path = surroundings.find_file("files", first)
    if not path.is_file():
        raise TaskFailed(f"{path} is not a file")
    sender = Sender(decrypt=is_true(args.get("decrypt", True)))
    sender.add_file("", path)
    script = {"name": path.name, "words": words, "entries": sender.entries}
    return Prepared({**args, "_script": script}, sender.content)
