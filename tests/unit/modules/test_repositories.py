"""Keys and sources of repositories: how they are read, and where they are fetched from."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from opsengine.agent import library
from tests.keys import EXPIRED_FINGERPRINT, EXPIRED_KEY, EXPIRES, FINGERPRINT, KEY, SUBKEY
from tests.unit.modules.conftest import Perform

library.make_importable()
from modules.kit import ModuleFailed  # noqa: E402
from modules.packages import _apt, _keyrings, _openpgp, _ppa, _sources  # noqa: E402


class TestAKeyring:
    def test_tells_its_keys_and_their_subkeys(self) -> None:
        [key, old] = _openpgp.keys_of((KEY + EXPIRED_KEY).encode(), "here")
        assert (FINGERPRINT, [FINGERPRINT[-16:], SUBKEY]) == (key.fingerprint, key.ids())
        assert EXPIRED_FINGERPRINT == old.fingerprint

    def test_tells_when_a_key_expires(self) -> None:
        [key, old] = _openpgp.keys_of((KEY + EXPIRED_KEY).encode(), "here")
        assert (None, EXPIRES) == (key.expires, old.expires)
        assert (False, True) == (old.expired(EXPIRES - 1), old.expired(EXPIRES))

    def test_armored_is_what_gpg_makes_of_it(self) -> None:
        assert KEY.encode() == _openpgp.armored(_openpgp.binary(KEY.encode()))

    @pytest.mark.parametrize("data", [b"<html>not found</html>", _openpgp.binary(KEY.encode())[:-9]])
    def test_refuses_what_is_none(self, data: bytes) -> None:
        with pytest.raises(ModuleFailed, match="http://x/key holds no OpenPGP keys"):
            _openpgp.keys_of(data, "http://x/key")


class Answers(BaseHTTPRequestHandler):
    """A key server, and Launchpad."""

    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        known = {
            "/1.0/~ann/+archive/tools": json.dumps({"signing_key_fingerprint": FINGERPRINT}),
            f"/pks/lookup?op=get&options=mr&search=0x{FINGERPRINT}": KEY,
            f"/pks/lookup?op=get&options=mr&search=0x{EXPIRED_FINGERPRINT}": EXPIRED_KEY,
        }
        self.send_response(200 if self.path in known else 404)
        self.end_headers()
        self.wfile.write(known.get(self.path, "").encode())

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Answers)
    Answers.asked.clear()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


class TestAptKey:
    def test_asks_a_key_server(self, perform: Perform, server: str, tmp_path: Path) -> None:
        ring = tmp_path / "ring.gpg"
        result = perform("apt_key", keyserver=f"hkp://{server}", id=FINGERPRINT, keyring=str(ring))
        assert [True, sorted([FINGERPRINT[-16:], SUBKEY])] == [result["changed"], result["after"]], result
        assert _openpgp.binary(KEY.encode()) == ring.read_bytes()
        assert "legacy" in result["warnings"][0]

    def test_refuses_a_key_that_has_expired(self, perform: Perform, server: str, tmp_path: Path) -> None:
        result = perform(
            "apt_key", keyserver=f"http://{server}", id=EXPIRED_FINGERPRINT, keyring=str(tmp_path / "ring.gpg")
        )
        assert f"the key {EXPIRED_FINGERPRINT} expired on 2020-12-31" == result["msg"]

    def test_refuses_a_key_other_than_the_one_asked_for(self, perform: Perform, tmp_path: Path) -> None:
        result = perform("apt_key", data=KEY, id=EXPIRED_FINGERPRINT, keyring=str(tmp_path / "ring.gpg"))
        assert f"data does not hold the key {EXPIRED_FINGERPRINT}" == result["msg"]
        assert not (tmp_path / "ring.gpg").exists()

    def test_says_where_a_key_could_not_be_fetched(self, perform: Perform, server: str, tmp_path: Path) -> None:
        result = perform("apt_key", url=f"http://u:secret@{server}/x", keyring=str(tmp_path / "ring.gpg"))
        assert f"the key cannot be fetched from http://u:********@{server}/x" in result["msg"]

    def test_foresees_a_file_that_an_earlier_task_brings(self, perform: Perform, tmp_path: Path) -> None:
        coming = [("path", "/nowhere/key.asc", "get_url")]
        result = perform("apt_key", True, coming, file="/nowhere/key.asc", keyring=str(tmp_path / "ring.gpg"))
        assert result["changed"], result
        assert ["path /nowhere/key.asc, which comes with: get_url"] == result["assumes"]


class TestAPpa:
    @pytest.fixture
    def apt(self, monkeypatch: pytest.MonkeyPatch, server: str, tmp_path: Path) -> Path:
        (tmp_path / "parts").mkdir()
        monkeypatch.setattr(_apt, "paths", lambda: (str(tmp_path / "sources.list"), str(tmp_path / "parts")))
        monkeypatch.setattr(_keyrings, "FOLDER", str(tmp_path / "trusted"))
        monkeypatch.setattr(_keyrings, "FILE", str(tmp_path / "trusted.gpg"))
        monkeypatch.setattr(_ppa, "LAUNCHPAD", f"http://{server}/1.0/~%s/+archive/%s")
        monkeypatch.setattr(_ppa, "KEYS", f"http://{server}/pks/lookup?op=get&options=mr&search=0x%s")
        return tmp_path

    def test_comes_with_its_key(self, perform: Perform, apt: Path) -> None:
        args = {"repo": "ppa:ann/tools", "codename": "jammy", "update_cache": False}
        foreseen = perform("apt_repository", True, **args)
        assert (True, False) == (foreseen["changed"], (apt / "trusted").exists())
        done = perform("apt_repository", **args)
        assert done["changed"], done
        line = "deb https://ppa.launchpadcontent.net/ann/tools/ubuntu jammy main\n"
        [file] = (apt / "parts").iterdir()
        assert line == file.read_text()
        assert _openpgp.binary(KEY.encode()) == (apt / "trusted" / "ann-tools.gpg").read_bytes()
        assert [str(file)] == done["sources_added"]
        Answers.asked.clear()
        assert not perform("apt_repository", **args)["changed"]
        assert [] == Answers.asked


class TestASource:
    @pytest.mark.parametrize("text", ["deb", "rpm http://x y main", "#deb http://x y main", "deb [arch=amd64] x"])
    def test_that_is_none_is_refused(self, text: str) -> None:
        with pytest.raises(ModuleFailed, match="Invalid repository string"):
            _sources.parsed(text)

    def test_goes_to_a_file_named_after_its_address(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(_apt, "paths", lambda: ("/s", "/p"))
        source = "deb [signed-by=/k.asc] https://u:p@e.org/debian stable main"
        assert "/p/e_org_debian.list" == _sources.file_for(source, None)
        assert "/p/mine.list" == _sources.file_for(source, "mine")
        assert "/x/mine.list" == _sources.file_for(source, "/x/mine")
