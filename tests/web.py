"""A web server on 127.0.0.1 that tests ask: files, redirections, logins, answers that are cut off."""

from __future__ import annotations

import base64
import gzip
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

CONTENT = b"what is in the file\n" * 40
MODIFIED = "Wed, 21 Oct 2015 07:28:00 GMT"


class Handler(BaseHTTPRequestHandler):
    """Each path a behaviour of its own."""

    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        """Send an answer; underscores in the names of headers stand for dashes."""
        self.send_response(status)
        headers.setdefault("Content_Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def handle_any(self) -> None:
        """Answer one request."""
        length = int(self.headers.get("Content-Length") or 0)
        sent = self.rfile.read(length)
        name = self.path.strip("/").replace("/", "_").replace(".", "_").split("?")[0] or "index"
        getattr(self, f"show_{name}", self.show_missing)(sent)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("do_"):
            return self.handle_any
        raise AttributeError(name)

    def show_file_txt(self, sent: bytes) -> None:
        if self.headers.get("If-Modified-Since") and self.headers.get("Cache-Control") != "no-cache":
            self.send_response(304)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.answer(200, CONTENT, Last_Modified=MODIFIED, Content_Type="text/plain")

    show_other_txt = show_file_txt

    def show_sums(self, sent: bytes) -> None:
        import hashlib

        digest = hashlib.sha256(CONTENT).hexdigest()
        self.answer(200, f"{'0' * 64}  nothing.txt\n{digest}  file.txt\n".encode())

    def show_json(self, sent: bytes) -> None:
        self.answer(200, b'{"a": [1, 2], "b": "c"}', Content_Type="application/json", X_Odd_Name="odd")

    def show_echo(self, sent: bytes) -> None:
        wanted = ("content-type", "x-given", "user-agent", "authorization")
        headers = {key.lower(): value for key, value in self.headers.items() if key.lower() in wanted}
        headers["content-type"] = headers.get("content-type", "").split("; boundary")[0]
        said = {"method": self.command, "headers": headers, "body": sent.decode("utf-8", "replace")}
        if "multipart" in headers["content-type"]:
            said["body"] = str(b"form-data" in sent)
        self.answer(200, json.dumps(said).encode(), Content_Type="application/json; charset=utf-8")

    def show_redirect(self, sent: bytes) -> None:
        self.answer(302, b"", Location="/json")

    def show_moved(self, sent: bytes) -> None:
        self.answer(307, b"", Location="/echo")

    def show_named(self, sent: bytes) -> None:
        self.answer(200, CONTENT, Content_Disposition='attachment; filename="../named.txt"')

    def show_cut(self, sent: bytes) -> None:
        self.answer(200, CONTENT, Content_Length=str(len(CONTENT) + 100))
        self.close_connection = True

    def show_packed(self, sent: bytes) -> None:
        self.answer(200, gzip.compress(CONTENT, mtime=0), Content_Encoding="gzip", Content_Type="text/plain")

    def show_auth(self, sent: bytes) -> None:
        login = "Basic " + base64.b64encode(b"bob:hunter22").decode()
        if self.headers.get("Authorization") == login:
            self.answer(200, b'{"in": true}', Content_Type="application/json")
        else:
            self.answer(401, b"who?", WWW_Authenticate='Basic realm="here"')

    def show_cookie(self, sent: bytes) -> None:
        self.answer(200, b"", Set_Cookie="session=abc; Path=/")

    def show_created(self, sent: bytes) -> None:
        self.answer(201, b"made", Location="/thing/1")

    def show_broken(self, sent: bytes) -> None:
        self.answer(500, b'{"error": "no"}', Content_Type="application/json")

    def show_missing(self, sent: bytes) -> None:
        self.answer(404, b"there is none", Content_Type="text/plain")


@contextmanager
def web() -> Iterator[str]:
    """A running server; gives its URL."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
