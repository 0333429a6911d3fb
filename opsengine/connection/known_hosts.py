"""
Which host keys are known: OpenSSH's known_hosts files, each read once a process.

The format is that of sshd(8), SSH_KNOWN_HOSTS FILE FORMAT: names, [name]:port, patterns, hashed names, @revoked.
"""

from __future__ import annotations

import base64
import binascii
import functools
import hmac
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path


@dataclass(frozen=True)
class Entry:
    """One line of a file: the key, and where it stands. marker: empty, @revoked or @cert-authority."""

    key_type: str
    key: bytes
    marker: str
    place: str


@dataclass
class KnownHosts:
    """The entries of one file, by name, by pattern, and hashed."""

    named: dict[str, list[Entry]] = field(default_factory=dict)
    patterns: list[tuple[list[str], Entry]] = field(default_factory=list)
    hashed: list[tuple[bytes, bytes, Entry]] = field(default_factory=list)

    def of(self, name: str) -> list[Entry]:
        """Every entry for a name (`host`, or `[host]:port` for another port than 22)."""
        found = list(self.named.get(name, ()))
        found += [entry for patterns, entry in self.patterns if _matches(name, patterns)]
        found += [entry for salt, digest, entry in self.hashed if hmac.digest(salt, name.encode(), "sha1") == digest]
        return found


def _matches(name: str, patterns: list[str]) -> bool:
    if any(fnmatchcase(name, pattern[1:]) for pattern in patterns if pattern.startswith("!")):
        return False
    return any(fnmatchcase(name, pattern) for pattern in patterns if not pattern.startswith("!"))


def name_of(host: str, port: int) -> str:
    """A host's name in known_hosts."""
    return host.lower() if port == 22 else f"[{host.lower()}]:{port}"


def read(path: str) -> KnownHosts:
    """The entries of a file; none where there is no such file. Read anew only when the file has changed."""
    file = Path(path).expanduser()
    try:
        status = file.stat()
    except OSError:
        return KnownHosts()
    return _read(file, status.st_mtime_ns, status.st_size)


@functools.lru_cache(maxsize=64)
def _read(file: Path, modified: int, size: int) -> KnownHosts:
    found = KnownHosts()
    for number, line in enumerate(file.read_text("utf-8", "replace").splitlines(), 1):
        words = line.split()
        marker = words.pop(0) if words and words[0].startswith("@") else ""
        if len(words) < 3 or words[0].startswith("#"):
            continue
        try:
            entry = Entry(words[1], base64.b64decode(words[2]), marker, f"{file}:{number}")
        except binascii.Error:
            continue
        _file(found, words[0], entry)
    return found


def _file(found: KnownHosts, names: str, entry: Entry) -> None:
    if names.startswith("|1|"):
        salt, _, digest = names[3:].partition("|")
        found.hashed.append((base64.b64decode(salt), base64.b64decode(digest), entry))
    elif any(sign in names for sign in "*?!"):
        found.patterns.append((names.lower().split(","), entry))
    else:
        for name in names.lower().split(","):
            found.named.setdefault(name, []).append(entry)


def add(path: str, name: str, key_type: str, key: bytes) -> None:
    """Add a key to a file, as `StrictHostKeyChecking=accept-new` does."""
    file = Path(path).expanduser()
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with file.open("a", encoding="utf-8") as out:
        out.write(f"{name} {key_type} {base64.b64encode(key).decode()}\n")
