"""Which host keys are known: OpenSSH's files, with all that may stand in them."""

from __future__ import annotations

import base64
import hmac
from pathlib import Path

import pytest

from opsengine.connection import known_hosts

KEY = base64.b64encode(b"key").decode()


def hashed(name: str) -> str:
    salt = b"0123456789abcdefghij"
    return "|1|" + "|".join(
        base64.b64encode(part).decode() for part in (salt, hmac.digest(salt, name.encode(), "sha1"))
    )


FILES = {
    "a name": (f"web1 ssh-ed25519 {KEY}", "web1", 22, True),
    "one of several names": (f"web1,10.0.0.1 ssh-ed25519 {KEY}", "10.0.0.1", 22, True),
    "a name in another case": (f"Web1 ssh-ed25519 {KEY}", "WEB1", 22, True),
    "another port": (f"[web1]:2222 ssh-ed25519 {KEY}", "web1", 2222, True),
    "the name alone for another port": (f"web1 ssh-ed25519 {KEY}", "web1", 2222, False),
    "a pattern": (f"*.example.org ssh-ed25519 {KEY}", "web1.example.org", 22, True),
    "a pattern with an exception": (
        f"*.example.org,!web1.example.org ssh-ed25519 {KEY}",
        "web1.example.org",
        22,
        False,
    ),
    "a hashed name": (f"{hashed('web1')} ssh-ed25519 {KEY}", "web1", 22, True),
    "another hashed name": (f"{hashed('web2')} ssh-ed25519 {KEY}", "web1", 22, False),
    "a comment": (f"# web1 ssh-ed25519 {KEY}", "web1", 22, False),
    "a line that is cut": ("web1 ssh-ed25519", "web1", 22, False),
    "a key that is no base64": ("web1 ssh-ed25519 x", "web1", 22, False),
}


class TestAFileWith:
    @pytest.mark.parametrize("case", FILES)
    def test(self, case: str, tmp_path: Path) -> None:
        text, host, port, expected = FILES[case]
        (tmp_path / "known_hosts").write_text(text + "\n")
        found = known_hosts.read(str(tmp_path / "known_hosts")).of(known_hosts.name_of(host, port))
        assert expected == (b"key" in [entry.key for entry in found])


class TestAnEntry:
    def test_knows_its_marker_and_its_place(self, tmp_path: Path) -> None:
        file = tmp_path / "known_hosts"
        file.write_text(f"# first\n@revoked web1 ssh-ed25519 {KEY}\n")
        (entry,) = known_hosts.read(str(file)).of("web1")
        assert ("@revoked", f"{file}:2") == (entry.marker, entry.place)

    def test_that_is_added_is_found(self, tmp_path: Path) -> None:
        file = tmp_path / "ssh" / "known_hosts"
        known_hosts.add(str(file), "web1", "ssh-ed25519", b"key")
        assert [b"key"] == [entry.key for entry in known_hosts.read(str(file)).of("web1")]


def test_a_missing_file_knows_nobody(tmp_path: Path) -> None:
    assert [] == known_hosts.read(str(tmp_path / "none")).of("web1")
