"""The controller's part of `unarchive`: finds the archive and sends it along."""

from __future__ import annotations

from typing import Any

from opsengine.errors import TaskFailed
from opsengine.execution.actions.base import Prepared, Surroundings
from opsengine.execution.actions.copy import Sender, is_true


def prepare(args: dict[str, Any], surroundings: Surroundings) -> Prepared:
    """
    The arguments with the archive; as they are where it is on the host.

    With `creates` the task may turn out to have nothing to do, so a missing archive is left to the module to tell.
    """
    src = args.get("src")
    if not isinstance(src, str) or is_true(args.get("remote_src", False)) or not is_true(args.get("copy", True)):
        return Prepared(args)
    if "://" in src:
        raise TaskFailed(f"src: the host fetches {src} with remote_src: true only")
    sender = Sender(decrypt=is_true(args.get("decrypt", True)))
    try:
        path = surroundings.find_file("files", src)
        sender.add_file("", path)
    except TaskFailed as error:
        if args.get("creates") is None:
            raise
        return Prepared({**args, "_manifest": {"missing": str(error)}})
    return Prepared({**args, "_manifest": {"name": path.name, "entries": sender.entries}}, sender.content)
