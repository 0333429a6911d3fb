"""
The controller's part of `copy`: finds the source, lists what is in it, and has its content ready.

The list travels in the argument `_manifest`: {"name": the source's own name, "spread": whether only what is in the
folder is meant, "entries": [{path, kind, mode, size, sha1, sha256, text or base64 or target}]}. Small files travel in
it, others only when the host does not have them yet.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from modules.files._entries import led_to
from modules.kit.args import FALSE, TRUE
from opsengine.errors import TaskFailed
from opsengine.execution.actions.base import Prepared, Surroundings
from opsengine.vault.files import is_vault
from opsengine.vault.files import read as read_vault
from opsengine.vault.values import learn_text

INLINE_FILE = 16 * 1024
INLINE_TOTAL = 256 * 1024
CHUNK = 1 << 18


class Sender:
    """
    Collects entries, and gives the content of those that did not fit among them.

    decrypt: whether of an encrypted file its content is meant.
    """

    def __init__(self, decrypt: bool = False) -> None:
        self._decrypt = decrypt
        self.entries: list[dict[str, Any]] = []
        self._left = INLINE_TOTAL
        self._held: dict[str, Path | bytes] = {}

    def add_file(self, relative: str, path: Path) -> None:
        """List a file; raises TaskFailed when it cannot be read or is none."""
        try:
            found = path.stat()
            if not stat.S_ISREG(found.st_mode):
                raise TaskFailed(f"{path} is neither a file, a folder nor a link")
            if self._decrypt and is_vault(path):
                self._add_decrypted(relative, path, stat.S_IMODE(found.st_mode))
                return
            sha1, sha256 = _digests(str(path), found.st_mtime_ns, found.st_size)
            entry = _entry(relative, stat.S_IMODE(found.st_mode), found.st_size, sha1, sha256)
            data = path.read_bytes() if self._fits(found.st_size) else None
        except OSError as error:
            raise TaskFailed(f"{path} cannot be read: {error.strerror}") from None
        self._add(entry, data, path)

    def _add_decrypted(self, relative: str, path: Path, mode: int) -> None:
        data, secret = read_vault(path)
        if secret:
            learn_text(data.decode(errors="replace"))
        self.add_data(relative, data, mode)

    def add_data(self, relative: str, data: bytes, mode: int | None = None) -> None:
        """List a file whose content was made here."""
        digests = hashlib.sha1(data).hexdigest(), hashlib.sha256(data).hexdigest()
        self._add(_entry(relative, mode, len(data), *digests), data if self._fits(len(data)) else None, data)

    def _fits(self, size: int) -> bool:
        return size <= min(INLINE_FILE, self._left)

    def _add(self, entry: dict[str, Any], data: bytes | None, source: Path | bytes) -> None:
        if data is not None:
            self._left -= len(data)
            entry.update(_inline(data))
        else:
            self._held[entry["sha256"]] = source
        self.entries.append(entry)

    def content(self, digest: str) -> Iterable[bytes]:
        """The bytes of one of the files, in pieces; raises OSError when it has gone."""
        source = self._held.get(digest)
        if source is None:
            raise FileNotFoundError(f"no file with SHA-256 {digest} was offered")
        return [source] if isinstance(source, bytes) else _pieces(source)


def _entry(relative: str, mode: int | None, size: int, sha1: str, sha256: str) -> dict[str, Any]:
    return {"path": relative, "kind": "file", "mode": mode, "size": size, "sha1": sha1, "sha256": sha256}


def _inline(data: bytes) -> dict[str, str]:
    try:
        return {"text": data.decode()}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(data).decode()}


@functools.lru_cache(maxsize=100_000)
def _digests(path: str, modified: int, size: int) -> tuple[str, str]:
    sha1, sha256 = hashlib.sha1(), hashlib.sha256()
    for part in _pieces(Path(path)):
        sha1.update(part)
        sha256.update(part)
    return sha1.hexdigest(), sha256.hexdigest()


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while part := file.read(CHUNK):
            yield part


def prepare(args: dict[str, Any], surroundings: Surroundings) -> Prepared:
    """The arguments with the list of what `src` holds; as they are where the source is on the host or is a text."""
    src = args.get("src")
    if not isinstance(src, str) or args.get("content") is not None or is_true(args.get("remote_src", False)):
        return Prepared(args)
    path = surroundings.find_file("files", src)
    sender = Sender(decrypt=is_true(args.get("decrypt", True)))
    spread = False
    if path.is_dir():
        spread = src.endswith("/")
        _walk(path, sender, is_true(args.get("local_follow", True)))
    else:
        sender.add_file("", path)
    manifest = {"name": path.name, "spread": spread, "entries": sender.entries}
    return Prepared({**args, "_manifest": manifest}, sender.content)


def is_true(value: Any) -> bool:
    """A value as a yes or no; raises TaskFailed for anything else. None is no."""
    word = str(value).strip().lower()
    if value is not None and word not in TRUE and word not in FALSE:
        raise TaskFailed(f"should be true or false, got {value!r}")
    return word in TRUE


def _walk(root: Path, sender: Sender, follow: bool) -> None:
    found = root.stat()
    sender.entries.append({"path": "", "kind": "directory", "mode": stat.S_IMODE(found.st_mode)})
    _add_below(root, "", sender, follow, [(found.st_dev, found.st_ino)])


def _add_below(folder: Path, base: str, sender: Sender, follow: bool, above: list[tuple[int, int]]) -> None:
    """Links that lead to nothing, or to a folder that they are in, stay links even where links are followed."""
    for path in sorted(folder.iterdir(), key=lambda path: (not path.is_dir(), path.name)):
        relative = f"{base}{path.name}"
        if path.is_symlink() and led_to(str(path), follow, above) is None:
            sender.entries.append({"path": relative, "kind": "link", "target": str(path.readlink())})
        elif path.is_dir():
            now = path.stat()
            sender.entries.append({"path": relative, "kind": "directory", "mode": stat.S_IMODE(now.st_mode)})
            _add_below(path, f"{relative}/", sender, follow, [*above, (now.st_dev, now.st_ino)])
        else:
            sender.add_file(relative, path)
