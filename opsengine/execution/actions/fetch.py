"""`fetch`: brings a file of the host to the controller."""

from __future__ import annotations

import base64
import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from opsengine.errors import TaskFailed
from opsengine.execution.actions.base import ControllerModule

from modules.kit.args import Arg  # isort: skip - importable once actions.base has been read
from modules.kit.filesystem import digest, replacing  # isort: skip

if TYPE_CHECKING:
    from opsengine.execution.task import TaskOnHost

PIECE = 4 << 20
"""Bytes that travel at once: what a fetch of any size needs of memory, a few times over."""


class Fetch(ControllerModule):
    """Bring a file of the host to the controller, below a folder for each host."""

    module = "fetch"
    inline = False

    src = Arg(str, "The file on the host")
    dest = Arg(str, "The folder on the controller; the file lands in DEST/HOST/SRC")
    flat = Arg(bool, "Whether it lands in DEST itself, as DEST/NAME where DEST ends with /", default=False)
    fail_on_missing = Arg(bool, "Whether it is a failure when the file does not exist", default=True)
    validate_checksum = Arg(bool, "Whether what has come is compared with what was sent", default=True)

    def perform(self, task: TaskOnHost) -> dict[str, Any]:
        """Fetch the file, if the controller has not the same already."""
        found = _asked(task, "stat", {"path": self.src, "follow": True, "get_mime": False, "get_attributes": False})
        there = found["stat"]
        problem = self._problem(there)
        if problem and self.fail_on_missing:
            raise TaskFailed(problem)
        if problem:
            return {"msg": problem, "changed": False, "file": self.src}
        dest = self._place(task)
        checksum = there.get("checksum")
        if dest.is_file() and checksum and digest(dest) == checksum:
            return {"changed": False, "file": self.src, "dest": str(dest), **_sums(dest)}
        result = {"changed": True, "dest": str(dest), "remote_md5sum": None, "remote_checksum": checksum}
        if task.check:
            return {**result, "checksum": checksum, "md5sum": None}
        try:
            self._bring(task, dest, int(there["size"]), checksum if self.validate_checksum else None)
        except OSError as error:
            raise TaskFailed(f"{dest} cannot be written on the controller: {error.strerror}") from None
        return {**result, **_sums(dest)}

    def _problem(self, there: dict[str, Any]) -> str | None:
        if not there["exists"]:
            return "the remote file does not exist, not transferring, ignored"
        if there["isdir"]:
            return "remote file is a directory, fetch cannot work on directories, not transferring, ignored"
        return None

    def _place(self, task: TaskOnHost) -> Path:
        base = task.run.play.file.parent.absolute()
        top = os.path.normpath(base / Path(self.dest).expanduser())
        if not self.flat:
            place = os.path.normpath(f"{top}/{task.work.name}/{self.src}")
            if not place.startswith(f"{top.rstrip('/')}/{task.work.name}/"):
                raise TaskFailed(f"Detected directory traversal, expected to be contained in '{top}' but got '{place}'")
            return Path(place)
        if self.dest.endswith(os.sep):
            return Path(top, Path(self.src).name)
        if Path(top).is_dir():
            raise TaskFailed(
                "dest is an existing directory, use a trailing slash if you want to fetch src into that directory"
            )
        return Path(top)

    def _bring(self, task: TaskOnHost, dest: Path, size: int, checksum: str | None) -> None:
        """Write the file beside its place and put it there when it is whole."""
        dest.parent.mkdir(parents=True, exist_ok=True)
        found = hashlib.sha1()
        with replacing(dest) as file:
            for piece in _pieces(task, self.src, size):
                file.write(piece)
                found.update(piece)
            if checksum and found.hexdigest() != checksum:
                raise TaskFailed(
                    f"checksum mismatch: {self.src} changed while it was fetched",
                    hint="fetch it again, or a copy of it that stands still",
                    result={"checksum": found.hexdigest(), "remote_checksum": checksum},
                )


def _pieces(task: TaskOnHost, src: str, size: int) -> Any:
    offset = 0
    while True:
        answer = _asked(task, "slurp", {"src": src, "_part": [offset, PIECE]})
        piece = base64.b64decode(answer["content"])
        yield piece
        offset += len(piece)
        if len(piece) < PIECE or (size and offset >= size):
            return


def _asked(task: TaskOnHost, module: str, args: dict[str, Any]) -> dict[str, Any]:
    result = task.ask_host(module, args)
    if result.get("failed"):
        raise TaskFailed(str(result.get("msg")), result={"file": args.get("src") or args.get("path")})
    return dict(result)


def _sums(path: Path) -> dict[str, str]:
    return {"checksum": digest(path), "md5sum": digest(path, "md5")}
