"""What openssh_keypair refuses, and what it keeps to itself."""

from pathlib import Path

import pytest

from tests.unit.modules.conftest import Perform


class TestAKeyPair:
    @pytest.mark.parametrize("rule", ["never", "fail", "partial_idempotence"])
    def test_that_cannot_be_read_is_kept(self, rule: str, perform: Perform, tmp_path: Path) -> None:
        path = tmp_path / "k"
        path.write_text("garbage")
        result = perform("openssh_keypair", path=str(path), regenerate=rule)
        assert "cannot be read" in result["msg"]
        assert "garbage" == path.read_text()

    def test_of_another_type_is_told(self, perform: Perform, tmp_path: Path) -> None:
        path = str(tmp_path / "k")
        perform("openssh_keypair", path=path, type="ed25519")
        result = perform("openssh_keypair", path=path, type="ecdsa", regenerate="fail")
        assert f"{path} is a key of type ed25519 with 256 bits" == result["msg"]

    def test_has_the_passphrase_and_does_not_show_it(self, perform: Perform, tmp_path: Path) -> None:
        path = str(tmp_path / "k")
        made = perform("openssh_keypair", path=path, type="ed25519", passphrase="hunter2hunter2")
        assert made["changed"]
        assert "hunter2" not in str(made)
        same = perform("openssh_keypair", path=path, type="ed25519", passphrase="hunter2hunter2")
        assert (False, made["fingerprint"]) == (same["changed"], same["fingerprint"])
        for passphrase in (None, "another one"):
            other = perform("openssh_keypair", path=path, type="ed25519", passphrase=passphrase)
            assert "cannot be read" in other["msg"]

    @pytest.mark.parametrize(("kind", "size"), [("rsa", 1000), ("dsa", 2048), ("ecdsa", 255)])
    def test_has_one_of_the_sizes_of_its_type(self, kind: str, size: int, perform: Perform, tmp_path: Path) -> None:
        assert "bits, got" in perform("openssh_keypair", path=str(tmp_path / "k"), type=kind, size=size)["msg"]

    def test_tells_what_ssh_keygen_tells(self, perform: Perform, tmp_path: Path) -> None:
        result = perform("openssh_keypair", path=str(tmp_path / "k"), type="ed25519", comment="a b")
        assert (tmp_path / "k.pub").read_text() == result["public_key"] + " a b\n"
        assert result["fingerprint"].startswith("SHA256:")
        assert (0o600, 0o644) == tuple((tmp_path / name).stat().st_mode & 0o777 for name in ("k", "k.pub"))
        assert ["k", "k.pub"] == sorted(path.name for path in tmp_path.iterdir())
