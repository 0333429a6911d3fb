"""Vaults: sealed and opened, ours and ansible-vault's, and what is said when they cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible.constants import DEFAULT_VAULT_ID_MATCH
from ansible.parsing.vault import VaultLib, VaultSecret
from hypothesis import given, settings
from hypothesis import strategies as st

from opsengine.source.text import COMMAND_LINE, Origin, Text
from opsengine.source.yaml import load_file, load_text
from opsengine.templating.engine import Engine
from opsengine.templating.scope import Scope
from opsengine.vault import keyring
from opsengine.vault.envelope import VaultError, encrypt
from opsengine.vault.keyring import Keyring, Password

WORD = b"correct horse"


def theirs(label: str = "default", word: bytes = WORD) -> VaultLib:
    """ansible-vault with one password."""
    return VaultLib([(label, VaultSecret(word))])


def opened(data: bytes, *passwords: tuple[str, bytes], only_same_label: bool = False) -> bytes:
    """What our keyring with these passwords reads in a vault."""
    ring = Keyring([Password(label, word) for label, word in passwords], only_same_label)
    return ring.decrypt(data, Origin("a.yml"))


class TestAVault:
    @settings(max_examples=40, deadline=None, derandomize=True, database=None)
    @given(st.binary(max_size=200), st.binary(min_size=1, max_size=40))
    def test_gives_back_what_was_put_in(self, plain: bytes, word: bytes) -> None:
        assert plain == opened(encrypt(plain, word), ("default", word))

    @settings(max_examples=40, deadline=None, derandomize=True, database=None)
    @given(
        plain=st.binary(min_size=1, max_size=100),
        word=st.binary(min_size=1, max_size=40),
        label=st.sampled_from(["default", "prod", "a.b-c_d"]),
    )
    def test_of_ours_is_opened_by_ansible_and_one_of_ansibles_by_us(
        self, plain: bytes, word: bytes, label: str
    ) -> None:
        ansible = theirs(label, word)
        sealed = ansible.encrypt(plain, secret=VaultSecret(word), vault_id=label)
        assert plain == opened(sealed, (label, word))
        assert plain == ansible.decrypt(encrypt(plain, word, label))
        assert sealed.splitlines()[0] == encrypt(plain, word, label).splitlines()[0]

    def test_with_the_same_salt_is_the_same_text_as_ansibles(self) -> None:
        salt = "0123456789" * 3
        expected = theirs().encrypt(b"plain", secret=VaultSecret(WORD), salt=salt)
        assert expected.strip() == encrypt(b"plain", WORD, salt=salt.encode()).strip()

    @pytest.mark.parametrize("at", range(0, 300, 23))
    def test_with_a_flipped_bit_is_never_opened(self, at: int) -> None:
        data = bytearray(encrypt(b"plain text", WORD))
        body = data.index(b"\n") + 1
        place = body + at
        if data[place] == ord("\n"):
            place += 1
        data[place] = ord("0") if data[place] != ord("0") else ord("1")
        with pytest.raises(VaultError, match=r"wrong|damaged"):
            opened(bytes(data), ("default", WORD))

    def test_cut_short_is_never_opened(self) -> None:
        data = encrypt(b"plain text" * 30, WORD)
        for length in (len(data) // 2, len(data) - 3, 30):
            with pytest.raises(VaultError):
                opened(data[:length], ("default", WORD))

    def test_of_an_unknown_format_says_so(self) -> None:
        with pytest.raises(VaultError, match=r"format 1\.0 with AES"):
            opened(b"$ANSIBLE_VAULT;1.0;AES\n6162\n", ("default", WORD))


class TestAKeyring:
    def test_tries_every_password(self) -> None:
        assert b"x" == opened(encrypt(b"x", WORD, "prod"), ("dev", b"1"), ("test", WORD))

    def test_keeps_to_the_label_where_that_is_wanted(self) -> None:
        assert DEFAULT_VAULT_ID_MATCH is False
        with pytest.raises(VaultError, match="keeps to that one"):
            opened(encrypt(b"x", WORD, "prod"), ("test", WORD), only_same_label=True)

    def test_says_that_a_password_is_wrong_and_which_vault_id_it_was(self) -> None:
        with pytest.raises(VaultError) as caught:
            opened(encrypt(b"x", WORD, "prod"), ("dev", b"1"))
        assert "a.yml: the vault password is wrong" in str(caught.value)
        assert "--vault-id prod@SOURCE" in str(caught.value)

    def test_says_how_to_give_a_password_where_there_is_none(self) -> None:
        with pytest.raises(VaultError, match="--ask-vault-pass"):
            opened(encrypt(b"x", WORD))

    def test_never_shows_a_password(self) -> None:
        assert "horse" not in repr(Password("default", WORD))


class TestAValue:
    @pytest.fixture(autouse=True)
    def ring(self) -> object:
        ring = Keyring([Password("default", WORD)])
        before = keyring.use(ring)
        yield ring
        keyring.use(before)

    def value(self, plain: str) -> object:
        lines = encrypt(plain.encode(), WORD).decode().splitlines()
        text = "secret: !vault |\n" + "".join(f"    {line}\n" for line in lines) + 'joined: "{{ secret }}-x"\n'
        return Scope(Engine(), [load_text(text, "vars.yml")])

    def test_is_decrypted_when_it_is_read(self) -> None:
        assert "hunter22-x" == self.value("hunter22")["joined"]

    def test_is_data_and_never_rendered(self) -> None:
        assert "{{ 1 + 1 }}-x" == self.value("{{ 1 + 1 }}")["joined"]

    def test_is_masked_in_every_output(self, ring: Keyring) -> None:
        assert "hunter22" == self.value("hunter22")["secret"]
        assert "say ******** twice" == ring.secrets.mask("say hunter22 twice")

    def test_with_a_wrong_password_names_its_line(self) -> None:
        keyring.use(Keyring([Password("default", b"wrong")]))
        scope = self.value("hunter22")
        with pytest.raises(VaultError, match=r"vars\.yml:1:9: the vault password is wrong"):
            scope.engine.render(Text("{{ joined }}"), scope)

    def test_of_an_encrypted_file_is_masked_too(self, tmp_path: Path, ring: Keyring) -> None:
        (tmp_path / "f.yml").write_bytes(encrypt(b"user: bob\npassword: abc\nlonger: quite a text\nport: 80\n", WORD))
        assert {"user": "bob", "password": "abc", "longer": "quite a text", "port": 80} == load_file(tmp_path / "f.yml")
        assert "bob ******** ******** 80" == ring.secrets.mask("bob abc quite a text 80")

    def test_of_an_encrypted_file_is_in_no_syntax_error(self, tmp_path: Path) -> None:
        (tmp_path / "f.yml").write_bytes(encrypt(b"password: [hunter22\n", WORD))
        with pytest.raises(Exception, match="YAML syntax") as caught:
            load_file(tmp_path / "f.yml")
        assert "hunter22" not in str(caught.value)

    def test_opened_by_nobody_is_a_problem_of_its_reader_only(self) -> None:
        keyring.use(Keyring())
        scope = self.value("hunter22")
        assert "secret" in scope  # reading it is what fails
        with pytest.raises(VaultError):
            scope.engine.render(Text("{{ secret }}"), scope)
        assert COMMAND_LINE.file
