"""The controller's part of `assemble`: sends the fragments of a folder of its own."""

from __future__ import annotations

from typing import Any

from opsengine.errors import TaskFailed
from opsengine.execution.actions.base import Prepared, Surroundings
from opsengine.execution.actions.copy import Sender, is_true


def prepare(args: dict[str, Any], surroundings: Surroundings) -> Prepared:
    """The arguments with the list of fragments; as they are where those are on the host."""
    src = args.get("src")
    if not isinstance(src, str) or is_true(args.get("remote_src", True)):
        return Prepared(args)
    folder = surroundings.find_file("files", src)
    if not folder.is_dir():
        raise TaskFailed(f"Source ({src}) is not a directory")
    sender = Sender(decrypt=is_true(args.get("decrypt", True)))
    for path in sorted(folder.iterdir()):
        if path.is_file():
            sender.add_file(path.name, path)
    return Prepared({**args, "_manifest": {"name": folder.name, "entries": sender.entries}}, sender.content)
