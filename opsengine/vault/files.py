"""Reads and replaces files that may be encrypted."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from opsengine.agent.library import make_importable
from opsengine.source.text import Origin
from opsengine.vault.envelope import HEADER, is_encrypted
from opsengine.vault.keyring import current

PRIVATE = 0o600
CHUNK = 1 << 20


class Content(NamedTuple):
    """What is in a file, and whether it was encrypted."""

    data: bytes
    secret: bool


def read(path: Path | str) -> Content:
    """The content of a file, decrypted where it is a vault. Raises OSError, or VaultError naming the file."""
    data = Path(path).read_bytes()
    if not is_encrypted(data):
        return Content(data, False)
    return Content(current().decrypt(data, Origin(str(path))), True)


def is_vault(path: Path | str) -> bool:
    """Whether a file is a vault. Raises OSError."""
    with Path(path).open("rb") as file:
        return file.read(len(HEADER)) == HEADER


def replace(path: Path, data: bytes, wipe: bool = False) -> None:
    """
    Give a file new content, all at once; it keeps its mode and owner. A new one is for its owner's eyes only.

    wipe: overwrite what was there, when the new content is in its place. Links are followed. Raises OSError.
    """
    make_importable()
    from modules.kit.filesystem import write

    path = path.resolve()
    before = path.stat() if path.exists() else None
    old = path.open("r+b") if wipe and before and before.st_nlink == 1 else None
    try:
        write(path, data, mode=None if before else PRIVATE)
        if old:
            _overwrite(old.fileno())
    finally:
        if old:
            old.close()


def wipe(path: Path) -> None:
    """Overwrite a file and remove it. A disk or file system that writes elsewhere may keep the old content."""
    if path.is_symlink() or not path.is_file():
        path.unlink(missing_ok=True)
        return
    with path.open("r+b") as file:
        _overwrite(file.fileno())
    path.unlink()


def _overwrite(handle: int) -> None:
    left = os.fstat(handle).st_size
    os.lseek(handle, 0, os.SEEK_SET)
    while left > 0:
        left -= os.write(handle, os.urandom(min(left, CHUNK)))
    os.fsync(handle)
