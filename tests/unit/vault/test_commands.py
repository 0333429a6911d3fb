"""`opsengine vault`: each command as a person types it, and nothing lost when it goes wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pw").write_text("one\n")
    (tmp_path / "pw2").write_text("two\n")
    (tmp_path / "s.yml").write_text("password: hunter22\n")
    (tmp_path / "s.yml").chmod(0o640)
    return tmp_path


def vault(folder: Path, *words: str, given: str = "", editor: str = "true") -> subprocess.CompletedProcess[str]:
    """Run a command of the vault in a folder."""
    environment = {**os.environ, "EDITOR": editor, "PYTHONPATH": str(Path(__file__).parents[3])}
    command = [sys.executable, "-m", "opsengine", "vault", *words]
    return subprocess.run(
        command, cwd=folder, env=environment, input=given, capture_output=True, text=True, timeout=60, check=False
    )


def shown(folder: Path, password: str = "pw", name: str = "s.yml") -> str:
    """What is in an encrypted file."""
    return vault(folder, "view", "--vault-password-file", password, name).stdout


class TestEncrypt:
    def test_hides_the_content_and_decrypt_brings_it_back(self, folder: Path) -> None:
        assert 0 == vault(folder, "encrypt", "--vault-password-file", "pw", "s.yml").returncode
        assert (folder / "s.yml").read_text().startswith("$ANSIBLE_VAULT;1.1;AES256\n")
        assert 0o640 == (folder / "s.yml").stat().st_mode & 0o777
        assert 0 == vault(folder, "decrypt", "--vault-password-file", "pw", "s.yml").returncode
        assert "password: hunter22\n" == (folder / "s.yml").read_text()

    def test_twice_is_refused(self, folder: Path) -> None:
        vault(folder, "encrypt", "--vault-password-file", "pw", "s.yml")
        again = vault(folder, "encrypt", "--vault-password-file", "pw", "s.yml")
        assert (4, True) == (again.returncode, "encrypted already" in again.stderr)

    def test_reads_standard_input_and_writes_standard_output(self, folder: Path) -> None:
        sealed = vault(folder, "encrypt", "--vault-password-file", "pw", given="hello")
        assert "hello" == vault(folder, "decrypt", "--vault-password-file", "pw", given=sealed.stdout).stdout

    def test_with_several_vault_ids_wants_to_know_which(self, folder: Path) -> None:
        ids = ["--vault-id", "a@pw", "--vault-id", "b@pw2"]
        refused = vault(folder, "encrypt", *ids, "s.yml")
        assert "--encrypt-vault-id" in refused.stderr
        assert 0 == vault(folder, "encrypt", *ids, "--encrypt-vault-id", "b", "s.yml").returncode
        assert (folder / "s.yml").read_text().startswith("$ANSIBLE_VAULT;1.2;AES256;b\n")

    def test_asks_for_a_password_where_none_is_named(self, folder: Path) -> None:
        vault(folder, "encrypt", "--vault-id", "prompt", "s.yml", given="one\none\n")
        assert "password: hunter22\n" == shown(folder)


class TestAWrongPassword:
    def test_says_so_and_leaves_every_file(self, folder: Path) -> None:
        (folder / "t.yml").write_text("x")
        vault(folder, "encrypt", "--vault-password-file", "pw", "s.yml")
        vault(folder, "encrypt", "--vault-password-file", "pw2", "t.yml")
        before = (folder / "s.yml").read_text()
        refused = vault(folder, "decrypt", "--vault-password-file", "pw", "s.yml", "t.yml")
        assert (4, True) == (refused.returncode, "t.yml: the vault password is wrong" in refused.stderr)
        assert before == (folder / "s.yml").read_text()


class TestEdit:
    def test_encrypts_what_was_saved_with_the_password_that_opened_it(self, folder: Path) -> None:
        vault(folder, "encrypt", "--vault-id", "prod@pw", "s.yml")
        vault(folder, "edit", "--vault-id", "x@pw2", "--vault-id", "prod@pw", "s.yml", editor="sed -i s/22/333/")
        assert (folder / "s.yml").read_text().startswith("$ANSIBLE_VAULT;1.2;AES256;prod\n")
        assert "password: hunter333\n" == shown(folder)

    def test_that_fails_leaves_the_file(self, folder: Path) -> None:
        vault(folder, "encrypt", "--vault-password-file", "pw", "s.yml")
        before = (folder / "s.yml").read_text()
        assert "exited with 1" in vault(folder, "edit", "--vault-password-file", "pw", "s.yml", editor="false").stderr
        assert before == (folder / "s.yml").read_text()

    def test_that_changes_nothing_does_not_touch_the_file(self, folder: Path) -> None:
        vault(folder, "encrypt", "--vault-password-file", "pw", "s.yml")
        before = (folder / "s.yml").read_text()
        assert 0 == vault(folder, "edit", "--vault-password-file", "pw", "s.yml").returncode
        assert before == (folder / "s.yml").read_text()


class TestCreate:
    def test_makes_a_file_for_its_owner_alone(self, folder: Path) -> None:
        editor = "sh -c 'echo new > $0'"
        assert 0 == vault(folder, "create", "--vault-password-file", "pw", "n.yml", editor=editor).returncode
        assert ("new\n", 0o600) == (shown(folder, name="n.yml"), (folder / "n.yml").stat().st_mode & 0o777)

    def test_never_overwrites(self, folder: Path) -> None:
        assert "exists" in vault(folder, "create", "--vault-password-file", "pw", "s.yml").stderr
        assert "password: hunter22\n" == (folder / "s.yml").read_text()


class TestRekey:
    def test_changes_the_password(self, folder: Path) -> None:
        vault(folder, "encrypt", "--vault-password-file", "pw", "s.yml")
        vault(folder, "rekey", "--vault-password-file", "pw", "--new-vault-password-file", "pw2", "s.yml")
        assert ("", "password: hunter22\n") == (shown(folder), shown(folder, "pw2"))


class TestEncryptString:
    def test_prints_values_for_yaml(self, folder: Path) -> None:
        made = vault(folder, "encrypt-string", "--vault-password-file", "pw", "-n", "a", "-n", "b", "one", "two")
        (folder / "v.yml").write_text(made.stdout)
        (folder / "p.yml").write_text(
            "- hosts: localhost\n  gather_facts: false\n  vars_files: [v.yml]\n  tasks:\n"
            "    - copy: {content: '{{ a }} {{ b }}', dest: out}\n"
        )
        command = [sys.executable, "-m", "opsengine", "run", "p.yml", "--vault-password-file", "pw", "-v", "-D"]
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
        ran = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
        assert (0, "one two") == (ran.returncode, (folder / "out").read_text())
        assert "one two" not in ran.stdout + ran.stderr
