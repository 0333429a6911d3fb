"""The controller's part of `uri`: sends its own files along."""

from __future__ import annotations

import base64
from typing import Any

from opsengine.errors import TaskFailed
from opsengine.execution.actions.base import Prepared, Surroundings
from opsengine.execution.actions.copy import Sender, is_true


def prepare(args: dict[str, Any], surroundings: Surroundings) -> Prepared:
    """The arguments with the file to send, or with the files of a form; as they are where those are on the host."""
    if is_true(args.get("remote_src", False)):
        return Prepared(args)
    if isinstance(args.get("src"), str):
        sender = Sender(decrypt=True)
        sender.add_file("", surroundings.find_file("files", args["src"]))
        return Prepared({**args, "_source": sender.entries}, sender.content)
    body = args.get("body")
    if args.get("body_format") == "form-multipart" and isinstance(body, dict):
        return Prepared({**args, "body": {name: _field(value, surroundings) for name, value in body.items()}})
    return Prepared(args)


def _field(value: Any, surroundings: Surroundings) -> Any:
    if not isinstance(value, dict) or not value.get("filename") or value.get("content") is not None:
        return value
    path = surroundings.find_file("files", str(value["filename"]))
    try:
        return {**value, "_base64": base64.b64encode(path.read_bytes()).decode()}
    except OSError as error:
        raise TaskFailed(f"{path} cannot be read: {error.strerror}") from None
