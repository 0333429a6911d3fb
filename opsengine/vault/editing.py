"""Has a person edit what is encrypted: in a file of mode 0600, in a folder nobody else may enter, wiped afterwards."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import tempfile
from pathlib import Path

from opsengine.config import config
from opsengine.errors import OpsError
from opsengine.vault.files import PRIVATE, wipe

IN_MEMORY = ("/dev/shm",)


def edited(data: bytes, suffix: str = "") -> bytes:
    """
    The content as $EDITOR (else vi) leaves it; raises OpsError when that cannot be run or says that it failed.

    suffix: the ending of the file's name, by which editors know what it is.
    """
    folder = Path(tempfile.mkdtemp(prefix="opsengine-vault-", dir=_place()))
    path = folder / f"vault{suffix}"
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE), "wb") as file:
            file.write(data)
        _run_editor(path)
        return path.read_bytes()
    except FileNotFoundError:
        raise OpsError("the editor has left no file; nothing is changed") from None
    finally:
        _clear(folder)


def _place() -> str | None:
    """A folder that is not on a disk, where there is one."""
    places = [os.environ.get("XDG_RUNTIME_DIR", ""), *IN_MEMORY]
    return next((place for place in places if place and os.access(place, os.W_OK | os.X_OK)), None)


def _run_editor(path: Path) -> None:
    command = [*shlex.split(config().get("ANSIBLE_EDITOR") or os.environ.get("EDITOR") or "vi"), str(path)]
    try:
        code = subprocess.run(command, check=False).returncode
    except OSError as error:
        raise OpsError(
            f"the editor `{command[0]}` cannot be run: {error.strerror}", hint="$EDITOR names another one"
        ) from None
    if code:
        raise OpsError(f"the editor `{command[0]}` exited with {code}; the file is as it was")


def _clear(folder: Path) -> None:
    """Wipe all that is in the folder: editors leave copies beside the file."""
    for path in folder.rglob("*"):
        if path.is_symlink() or not path.is_dir():
            wipe(path)
    shutil.rmtree(folder, ignore_errors=True)
