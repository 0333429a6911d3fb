"""The controller's part of `template`: renders it; what comes out travels as a file of `copy` does."""

from __future__ import annotations

import datetime
import os
import pwd
import stat
from pathlib import Path
from typing import Any

from opsengine.errors import TaskFailed
from opsengine.execution.actions.base import Prepared, Surroundings
from opsengine.execution.actions.copy import Sender, is_true
from opsengine.vault import files
from opsengine.vault.values import learn_text

NEWLINES = {"\\n": "\n", "\\r": "\r", "\\r\\n": "\r\n", "\n": "\n", "\r": "\r", "\r\n": "\r\n"}
DELIMITERS = (
    "block_start_string",
    "block_end_string",
    "variable_start_string",
    "variable_end_string",
    "comment_start_string",
    "comment_end_string",
)


def prepare(args: dict[str, Any], surroundings: Surroundings) -> Prepared:
    """The arguments with the rendered text in place of the template."""
    src = args.get("src")
    if not isinstance(src, str) or args.get("dest") is None:
        return Prepared(args)
    path = surroundings.find_file("templates", src)
    encoding = str(args.get("output_encoding") or "utf-8")
    try:
        source, secret = files.read(path)
        text = source.decode()
        found = path.stat()
    except (OSError, UnicodeDecodeError) as error:
        raise TaskFailed(f"the template {path} cannot be read: {error}") from None
    options = _options(args)
    extra = _extra(src, path, str(args["dest"]), found, surroundings)
    rendered = surroundings.render_text(text, str(path), options, extra)
    if secret:
        learn_text(rendered)
    try:
        data = rendered.encode(encoding, "surrogateescape")
    except (LookupError, UnicodeEncodeError) as error:
        raise TaskFailed(f"the rendered {path} cannot be written in {encoding}: {error}") from None
    sender = Sender()
    sender.add_data("", data, stat.S_IMODE(found.st_mode))
    return Prepared({**args, "_manifest": {"name": path.name, "entries": sender.entries}}, sender.content)


def _options(args: dict[str, Any]) -> dict[str, Any]:
    newline = NEWLINES.get(str(args.get("newline_sequence", "\n")))
    if newline is None:
        raise TaskFailed(f"newline_sequence should be \\n, \\r or \\r\\n, got {args['newline_sequence']!r}")
    options: dict[str, Any] = {
        "newline_sequence": newline,
        "trim_blocks": is_true(args.get("trim_blocks", True)),
        "lstrip_blocks": is_true(args.get("lstrip_blocks", False)),
    }
    options.update({name: str(args[name]) for name in DELIMITERS if args.get(name) is not None})
    return options


def _extra(src: str, path: Path, dest: str, found: os.stat_result, surroundings: Surroundings) -> dict[str, Any]:
    try:
        owner = pwd.getpwuid(found.st_uid).pw_name
    except KeyError:
        owner = str(found.st_uid)
    extra: dict[str, Any] = {
        "template_host": os.uname().nodename,
        "template_path": src,
        "template_mtime": datetime.datetime.fromtimestamp(found.st_mtime),
        "template_uid": owner,
        "template_run_date": datetime.datetime.now(),
        "template_destpath": dest,
        "template_fullpath": str(path.resolve()),
    }
    if "ansible_managed" not in surroundings.variables:
        extra["ansible_managed"] = "Ansible managed"
    return extra
