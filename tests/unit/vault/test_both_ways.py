"""What ansible-vault encrypts is opened here and the other way round, with the options of both commands."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from opsengine.source.yaml import load_text
from opsengine.vault import keyring
from opsengine.vault.keyring import Keyring, Password

ROOT = Path(__file__).parents[3]
Tool = Callable[..., subprocess.CompletedProcess[str]]
IDS = ("--vault-id", "dev@pw-dev", "--vault-id", "prod@secrets-client.sh", "--vault-id", "pw-any")
PASSWORDS = {"dev": "for dev", "prod": "told for prod", "default": "for any"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pw-dev").write_text("for dev\n")
    (tmp_path / "pw-any").write_text("for any\n")
    client = tmp_path / "secrets-client.sh"
    client.write_text('#!/bin/sh\n[ "$1" = --vault-id ] || exit 1\n[ "$2" = prod ] || exit 2\necho "told for $2"\n')
    client.chmod(0o755)
    (tmp_path / "plain.yml").write_text("a: 1\nb: ü\n")
    (tmp_path / "empty.cfg").touch()
    return tmp_path


def tool(folder: Path, command: list[str]) -> Tool:
    def run(*words: str, given: str = "") -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "ANSIBLE_CONFIG": "empty.cfg", "LC_ALL": "C.UTF-8"}
        return subprocess.run(
            [*command, *words],
            cwd=folder,
            env=environment,
            input=given,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


@pytest.fixture
def ours(folder: Path) -> Tool:
    return tool(folder, [sys.executable, "-m", "opsengine", "vault"])


@pytest.fixture
def theirs(folder: Path) -> Tool:
    return tool(folder, [str(Path(sys.executable).with_name("ansible-vault"))])


@pytest.fixture(params=["ours, then theirs", "theirs, then ours"])
def pair(request: pytest.FixtureRequest, ours: Tool, theirs: Tool) -> tuple[Tool, Tool]:
    return (ours, theirs) if request.param.startswith("ours") else (theirs, ours)


def values(text: str) -> dict[str, str]:
    """The decrypted values of a YAML text."""
    ring = Keyring([Password(label, word.encode()) for label, word in PASSWORDS.items()])
    before = keyring.use(ring)
    try:
        return {name: value.decrypted() for name, value in load_text(text, "v.yml").items()}
    finally:
        keyring.use(before)


class TestAFile:
    @pytest.mark.parametrize("label", ["dev", "prod", "default"])
    def test_encrypted_for_one_of_several_ids_is_opened_with_them(
        self, folder: Path, pair: tuple[Tool, Tool], label: str
    ) -> None:
        first, second = pair
        assert 0 == first("encrypt", *IDS, "--encrypt-vault-id", label, "plain.yml").returncode
        head = (folder / "plain.yml").read_text().splitlines()[0]
        assert head == ("$ANSIBLE_VAULT;1.1;AES256" if label == "default" else f"$ANSIBLE_VAULT;1.2;AES256;{label}")
        assert "a: 1\nb: ü\n" == second("decrypt", *IDS, "--output", "-", "plain.yml").stdout
        assert "a: 1\nb: ü\n" == second("view", *IDS, "plain.yml").stdout

    def test_rekeyed_to_a_new_id_is_opened_with_that(self, folder: Path, pair: tuple[Tool, Tool]) -> None:
        first, second = pair
        first("encrypt", "--vault-id", "dev@pw-dev", "plain.yml")
        assert 0 == second("rekey", "--vault-id", "dev@pw-dev", "--new-vault-id", "x@pw-any", "plain.yml").returncode
        assert (folder / "plain.yml").read_text().startswith("$ANSIBLE_VAULT;1.2;AES256;x\n")
        assert "a: 1\nb: ü\n" == first("view", "--vault-id", "x@pw-any", "plain.yml").stdout

    def test_of_a_pipe_is_written_where_it_is_wanted(self, folder: Path, pair: tuple[Tool, Tool]) -> None:
        first, second = pair
        first("encrypt", "--vault-password-file", "pw-any", "--output", "made", given="piped\n")
        assert "piped\n" == second("decrypt", "--vault-pass-file", "pw-any", "--output=-", "made").stdout

    def test_with_a_salt_that_is_set_is_the_same_of_both(
        self, ours: Tool, theirs: Tool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("ANSIBLE_VAULT_ENCRYPT_SALT", "0123456789abcdef")
        made = [run("encrypt", "--vault-password-file", "pw-any", given="same").stdout for run in (ours, theirs)]
        assert made[0].split() == made[1].split()

    def test_of_a_client_script_that_knows_no_password_is_not_opened(self, ours: Tool) -> None:
        refused = ours("encrypt", "--vault-id", "test@secrets-client.sh", "plain.yml")
        assert "the script knows no password for the vault id `test`" in refused.stderr

    def test_is_encrypted_with_a_password_that_is_asked_for(self, ours: Tool, theirs: Tool) -> None:
        ours("encrypt", "--vault-id", "dev@prompt", "plain.yml", given="for dev\nfor dev\n")
        assert "a: 1\nb: ü\n" == theirs("view", "--vault-id", "dev@pw-dev", "plain.yml").stdout


class TestAString:
    @pytest.mark.parametrize(
        ("words", "given", "expected"),
        [
            (["--name", "a", "one"], "", {"a": "one"}),
            (["-n", "a", "-n", "b", "one", "two words"], "", {"a": "one", "b": "two words"}),
            (["--stdin-name", "s"], "from a pipe\n", {"s": "from a pipe\n"}),
            (["--stdin-name", "s", "-n", "a", "one"], "piped", {"s": "piped", "a": "one"}),
            (["--encrypt-vault-id", "prod", "-n", "a", "ü {{ x }}"], "", {"a": "ü {{ x }}"}),
        ],
    )
    @pytest.mark.parametrize("which", ["ours", "theirs"])
    def test_is_printed_as_a_value(
        self, request: pytest.FixtureRequest, which: str, words: list[str], given: str, expected: dict[str, str]
    ) -> None:
        run: Tool = request.getfixturevalue(which)
        ids = IDS if "--encrypt-vault-id" in words else ("--vault-id", "dev@pw-dev")
        assert expected == values(run("encrypt_string", *ids, *words, given=given).stdout)

    def test_is_laid_out_as_ansible_lays_it_out(
        self, ours: Tool, theirs: Tool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("ANSIBLE_VAULT_ENCRYPT_SALT", "0123456789abcdef")
        words = ("encrypt_string", "--vault-id", "dev@pw-dev", "--stdin-name", "s", "-n", "a", "one", "two")
        assert theirs(*words, given="piped").stdout == ours(*words, given="piped").stdout

    def test_of_standard_input_needs_no_option(self, ours: Tool) -> None:
        made = ours("encrypt-string", "--vault-password-file", "pw-any", given="just piped")
        assert {"x": "just piped"} == values(f"x: {made.stdout}")

    @pytest.mark.parametrize(
        ("words", "expected"),
        [
            (["-p", "-"], "--prompt asks, and standard input cannot be read besides"),
            (["-n", "a", "-n", "b", "one"], "--name b has no text"),
            (["-n", "a", ""], "the text is empty"),
        ],
    )
    def test_that_cannot_be_is_refused(self, ours: Tool, words: list[str], expected: str) -> None:
        refused = ours("encrypt-string", "--vault-password-file", "pw-any", *words)
        assert (5, "") == (refused.returncode, refused.stdout)
        assert expected in refused.stderr


class TestAWrongPassword:
    TASKS = "- hosts: localhost\n  gather_facts: false\n  tasks:\n    - copy: {content: x, dest: touched}\n"

    def test_for_a_value_is_told_before_any_task(self, folder: Path, ours: Tool) -> None:
        made = ours("encrypt-string", "--vault-id", "dev@pw-dev", "-n", "secret", "hunter22").stdout
        (folder / "v.yml").write_text(made)
        (folder / "p.yml").write_text(self.TASKS + "    - debug: {var: secret}\n  vars_files: [v.yml]\n")
        run = tool(folder, [sys.executable, "-m", "opsengine", "run", "p.yml"])
        for ids in (["--vault-id", "dev@pw-any"], ["--vault-password-file", "pw-any"]):
            refused = run(*ids)
            assert (4, False) == (refused.returncode, (folder / "touched").exists())
            assert "v.yml:1:9: the vault password is wrong" in refused.stderr
        # What is for another vault id may stay closed: nobody has read it when the first task runs.
        other = ours("encrypt-string", "--vault-password-file", "pw-any", "-n", "other", "hunter33").stdout
        (folder / "v.yml").write_text(made + other)
        assert 2 == run("--vault-password-file", "pw-any").returncode
        assert (folder / "touched").exists()

    def test_for_variables_of_a_later_play_is_told_before_the_first(self, folder: Path, ours: Tool) -> None:
        (folder / "host_vars").mkdir()
        (folder / "plain.yml").rename(folder / "host_vars/h2.yml")
        ours("encrypt", "--vault-id", "dev@pw-dev", "host_vars/h2.yml")
        (folder / "p.yml").write_text(self.TASKS + "- hosts: h2\n  tasks: []\n")
        run = tool(folder, [sys.executable, "-m", "opsengine", "run", "-i", "h2,", "p.yml"])
        refused = run("--vault-id", "dev@pw-any")
        assert (4, False) == (refused.returncode, (folder / "touched").exists())
        assert "host_vars/h2.yml: the vault password is wrong" in refused.stderr
