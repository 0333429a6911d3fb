"""The lookups that write or fetch something."""

from __future__ import annotations

import base64
import http.server
import stat
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from opsengine.config import Config
from opsengine.errors import TemplateError
from opsengine.templating.lookups import all_lookups


def look_up(name: str, *terms: Any, variables: dict[str, Any] | None = None, **options: Any) -> list[Any]:
    return all_lookups()[name](list(terms), variables or {}, **options)


class TestPassword:
    def test_is_made_up_once_and_kept_privately(self, tmp_path: Path) -> None:
        path = tmp_path / "secrets" / "db"
        [first] = look_up("password", str(path))
        assert [20, [first]] == [len(first), look_up("password", str(path))]
        assert first + "\n" == path.read_text()
        assert [0o600, 0o700] == [stat.S_IMODE(place.stat().st_mode) for place in (path, path.parent)]
        assert ["db"] == [place.name for place in path.parent.iterdir()]

    def test_lies_beside_the_playbook(self, tmp_path: Path) -> None:
        look_up("password", "db", variables={"playbook_dir": str(tmp_path)})
        assert (tmp_path / "db").exists()

    def test_is_made_of_the_given_characters(self, tmp_path: Path) -> None:
        [made] = look_up("password", f"{tmp_path}/a length=40 chars=digits,,xy")
        assert 40 == len(made)
        assert set(made) <= set("0123456789,xy")

    def test_keeps_the_salt_of_its_hash(self, tmp_path: Path) -> None:
        path = tmp_path / "user"
        [first] = look_up("password", str(path), encrypt="md5")
        assert [first] == look_up("password", f"{path} encrypt=md5")
        secret, _, salt = path.read_text().strip().partition(" salt=")
        assert [secret] == look_up("password", str(path))
        assert first.startswith(f"$1${salt}$")

    def test_is_one_for_all_who_ask_at_once(self, tmp_path: Path) -> None:
        with ThreadPoolExecutor(8) as pool:
            made = list(pool.map(lambda _: look_up("password", str(tmp_path / "shared"))[0], range(32)))
        assert 1 == len(set(made))


class Answers(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/missing":
            self.send_error(404)
            return
        if self.path == "/private" and "Authorization" not in self.headers:
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="x"')
            self.end_headers()
            return
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/")
            self.end_headers()
            return
        body = f"{self.headers['User-Agent']}\n{self.headers.get('Authorization', 'nobody')}\n".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Quiet."""


@pytest.fixture
def server() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


class TestUrl:
    def test_gives_lines_or_the_whole(self, server: str) -> None:
        assert ["ansible-httpget", "nobody"] == look_up("url", f"http://{server}/")
        assert ["me\nnobody\n"] == look_up("url", f"http://{server}/", split_lines=False, http_agent="me")

    def test_logs_in(self, server: str) -> None:
        expected = "Basic " + base64.b64encode(b"anna:secret").decode()
        assert expected == look_up("url", f"http://anna:secret@{server}/private")[1]
        assert "nobody" == look_up("url", f"http://anna:secret@{server}/")[1]
        options = {"username": "anna", "password": "secret", "force_basic_auth": True}
        assert expected == look_up("url", f"http://{server}/", **options)[1]

    def test_reads_options_from_variables(self, server: str) -> None:
        assert "me" == look_up("url", f"http://{server}/", variables={"ansible_lookup_url_agent": "me"})[0]
        with pytest.raises(TemplateError, match=r"Received HTTP error for .*/moved"):
            look_up("url", f"http://{server}/moved", follow_redirects="none")
        assert ["ansible-httpget", "nobody"] == look_up("url", f"http://{server}/moved")

    def test_does_not_tell_the_password_in_errors(self, server: str) -> None:
        with pytest.raises(TemplateError, match="404") as caught:
            look_up("url", f"http://anna:secret@{server}/missing")
        assert "secret" not in str(caught.value)


class TestALookup:
    def test_is_known_by_its_full_name_too(self) -> None:
        assert [1, 2] == look_up("ansible.builtin.items", [1], 2)
        assert [["a", 1], ["a", 2]] == look_up("community.general.cartesian", ["a"], [1, 2])
        assert [1, 2, 3] == look_up("community.general.flattened", [1, [2, [3]]], None)

    def test_passes_over_unknown_options_and_names_the_nearest(self) -> None:
        with pytest.warns(UserWarning, match="no option `defualt`; did you mean `default`?"):
            assert [""] == look_up("env", "OPSENGINE_NOPE", defualt="y")

    def test_tells_what_a_failing_command_said(self) -> None:
        with pytest.raises(TemplateError, match="returned 3: no such luck"):
            look_up("pipe", "echo no such luck >&2; exit 3")

    def test_gives_settings_by_ansibles_names(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("opsengine.config.config", lambda: Config({"ANSIBLE_FORKS": "7"}, {"ANSIBLE_TIMEOUT": "3"}))
        monkeypatch.setenv("ANSIBLE_FORKS", "7")
        names = ("DEFAULT_FORKS", "DEFAULT_TIMEOUT", "HOST_KEY_CHECKING")
        assert [7, 3, True] == look_up("config", *names)
        expected = [[7, "env: ANSIBLE_FORKS"], [3, "ansible.cfg"], [True, "default"]]
        assert expected == look_up("config", *names, show_origin=True)
        assert [] == look_up("config", "NO_SUCH_SETTING", on_missing="skip")
        with pytest.raises(TemplateError, match="No config definition exists for 'NO_SUCH_SETTING'"):
            look_up("config", "NO_SUCH_SETTING")
