"""How the controller sends files: small ones in the task, others when they are asked for."""

from pathlib import Path
from typing import Any

import pytest

from opsengine.agent import bootstrap, library
from opsengine.agent.client import AgentClient, Request
from opsengine.connection.local import LocalConnection
from opsengine.errors import TaskFailed
from opsengine.execution.actions import copy, template
from opsengine.vault import keyring
from opsengine.vault.envelope import VaultError, encrypt
from opsengine.vault.keyring import Keyring, Password
from tests.contract.case import Controller


def prepared(**args: Any) -> Any:
    return copy.prepare(args, Controller())


class TestACopy:
    def test_carries_a_small_file_in_the_task(self, tmp_path: Path) -> None:
        (tmp_path / "f").write_text("héllo")
        [entry] = prepared(src=str(tmp_path / "f"), dest="/x").args["_manifest"]["entries"]
        assert ("héllo", 6, "file") == (entry["text"], entry["size"], entry["kind"])

    def test_carries_what_is_no_text_as_base64(self, tmp_path: Path) -> None:
        (tmp_path / "f").write_bytes(b"\xff\0")
        [entry] = prepared(src=str(tmp_path / "f"), dest="/x").args["_manifest"]["entries"]
        assert "/wA=" == entry["base64"]

    def test_keeps_a_large_file_until_it_is_asked_for(self, tmp_path: Path) -> None:
        data = b"x" * (copy.INLINE_FILE + 1)
        (tmp_path / "f").write_bytes(data)
        ready = prepared(src=str(tmp_path / "f"), dest="/x")
        [entry] = ready.args["_manifest"]["entries"]
        assert {"text", "base64"}.isdisjoint(entry)
        assert data == b"".join(ready.content(entry["sha256"]))

    def test_carries_no_more_than_its_share_of_a_folder(self, tmp_path: Path) -> None:
        for number in range(40):
            (tmp_path / str(number)).write_bytes(b"x" * copy.INLINE_FILE)
        entries = prepared(src=str(tmp_path), dest="/x").args["_manifest"]["entries"]
        assert copy.INLINE_TOTAL // copy.INLINE_FILE == len([entry for entry in entries if "text" in entry])

    def test_sees_a_file_that_changed_between_two_tasks(self, tmp_path: Path) -> None:
        (tmp_path / "f").write_text("one")
        first = prepared(src=str(tmp_path / "f"), dest="/x").args["_manifest"]["entries"][0]["sha1"]
        (tmp_path / "f").write_text("second")
        second = prepared(src=str(tmp_path / "f"), dest="/x").args["_manifest"]["entries"][0]["sha1"]
        assert first != second

    def test_leaves_alone_what_is_on_the_host_or_a_text(self) -> None:
        assert "_manifest" not in prepared(src="/nosuch", dest="/x", remote_src="yes").args
        assert "_manifest" not in prepared(content="a", dest="/x").args

    def test_of_a_device_is_refused(self) -> None:
        with pytest.raises(TaskFailed, match="neither a file"):
            prepared(src="/dev/null", dest="/x")

    def test_sends_what_is_in_an_encrypted_file_unless_told_not_to(self, tmp_path: Path) -> None:
        (tmp_path / "f").write_bytes(encrypt(b"inside\n", b"word"))
        before = keyring.use(Keyring([Password("default", b"word")]))
        try:
            (entry,) = prepared(src=str(tmp_path / "f"), dest="/x").args["_manifest"]["entries"]
            (raw,) = prepared(src=str(tmp_path / "f"), dest="/x", decrypt=False).args["_manifest"]["entries"]
        finally:
            keyring.use(before)
        assert (7, True) == (entry["size"], raw["size"] > 100)

    def test_never_sends_an_encrypted_file_that_no_password_opens(self, tmp_path: Path) -> None:
        (tmp_path / "f").write_bytes(encrypt(b"inside\n", b"word"))
        with pytest.raises(VaultError, match="no vault password was given"):
            prepared(src=str(tmp_path / "f"), dest="/x")

    def test_of_a_thousand_files_asks_for_those_that_are_missing_in_one_go(self, tmp_path: Path) -> None:
        source, target = tmp_path / "source", tmp_path / "target"
        source.mkdir()
        for number in range(1000):
            (source / f"{number:04}").write_text(f"{number} " * 100)
        ready = prepared(src=f"{source}/", dest=str(target))
        asked: list[str] = []

        def content(digest: str) -> Any:
            asked.append(digest)
            return ready.content(digest)

        results = [copied(ready.args, content) for _ in range(2)]
        assert [True, False] == [result["changed"] for result in results]
        assert 1000 - len([entry for entry in ready.args["_manifest"]["entries"] if "text" in entry]) == len(asked)
        assert "999 " * 100 == (target / "0999").read_text()


def copied(args: dict[str, Any], content: Any) -> dict[str, Any]:
    """The result of a copy by an agent on this machine."""
    file = library.find("copy")
    assert file is not None
    agent = AgentClient(LocalConnection().open(bootstrap.command()))
    try:
        [(_, result)] = list(agent.run(Request(file, [args], content=content, timeout=60)))
    finally:
        agent.close()
    return result


class TestATemplate:
    def test_is_sent_as_it_was_rendered(self, tmp_path: Path) -> None:
        (tmp_path / "t.j2").write_text("I say {{ greeting }}")
        ready = template.prepare({"src": str(tmp_path / "t.j2"), "dest": "/x", "mode": "preserve"}, Controller())
        [entry] = ready.args["_manifest"]["entries"]
        assert ("I say good morning", 0o644) == (entry["text"], entry["mode"])

    def test_refuses_an_unknown_line_end(self, tmp_path: Path) -> None:
        (tmp_path / "t.j2").touch()
        with pytest.raises(TaskFailed, match="newline_sequence"):
            template.prepare({"src": str(tmp_path / "t.j2"), "dest": "/x", "newline_sequence": "x"}, Controller())

    def test_refuses_an_unknown_character_set(self, tmp_path: Path) -> None:
        (tmp_path / "t.j2").touch()
        with pytest.raises(TaskFailed, match="cannot be written in nosuch"):
            template.prepare({"src": str(tmp_path / "t.j2"), "dest": "/x", "output_encoding": "nosuch"}, Controller())
