"""
The Docker Engine API (https://docs.docker.com/reference/api/engine/) over its unix socket or TCP, from the standard
library alone. Versions 1.40 and newer; the newest that both sides know is spoken.
"""

import contextlib
import http.client
import json
import os
import socket
import ssl
import urllib.parse

from modules.kit import ModuleFailed

OLDEST, NEWEST = (1, 40), (1, 47)
DEFAULT_HOST = "unix:///var/run/docker.sock"


class EngineAbsent(Exception):
    """Nothing answers where the engine should be."""


class EngineError(ModuleFailed):
    """The engine refused a request; `status` is the HTTP status."""

    def __init__(self, status, message, path):
        super().__init__("the Docker engine says: %s" % message, status=status, path=path)
        self.status = status


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path, timeout):
        super().__init__("localhost", timeout=timeout)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Client:
    """
    One engine.

    host: unix:///path, or tcp://host:port. tls: an ssl.SSLContext for TCP with TLS, or None. version: an API version to
    insist on, or None. timeout: seconds for one answer.
    """

    def __init__(self, host=DEFAULT_HOST, tls=None, version=None, timeout=60):
        self.host = host
        self.tls = tls
        self.timeout = timeout
        self._version = version
        self._agreed = None

    def _connection(self):
        kind, _, rest = self.host.partition("://")
        if kind == "unix":
            return _UnixConnection(rest, self.timeout)
        name, _, port = rest.partition(":")
        if self.tls:
            return http.client.HTTPSConnection(name, int(port or 2376), timeout=self.timeout, context=self.tls)
        return http.client.HTTPConnection(name, int(port or 2375), timeout=self.timeout)

    def _open(self, method, path, body=None, headers=None):
        connection = self._connection()
        try:
            connection.request(method, path, body, headers or {}, encode_chunked=hasattr(body, "__next__"))
            return connection.getresponse()
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise EngineAbsent("no Docker engine answers at %s: %s" % (self.host, error))

    def ping(self):
        """The API version that the engine speaks, as text; raises EngineAbsent when none answers."""
        answer = self._open("GET", "/_ping")
        answer.read()
        if answer.status >= 500:
            raise EngineAbsent("the Docker engine at %s is not ready (status %d)" % (self.host, answer.status))
        return answer.headers.get("Api-Version") or "1.24"

    def speaks(self):
        """The version of the API that is spoken with this engine, as (1, 41)."""
        return tuple(int(part) for part in self._prefix()[len("/v") :].split("."))

    def _prefix(self):
        if self._agreed is None:
            if self._version and self._version != "auto":
                self._agreed = "/v" + self._version
            else:
                spoken = tuple(int(part) for part in self.ping().split("."))
                if spoken < OLDEST:
                    message = "the engine speaks API %d.%d, 1.40 or newer is needed" % spoken
                    raise ModuleFailed(message, hint="Docker 19.03 has it")
                self._agreed = "/v%d.%d" % min(spoken, NEWEST)
        return self._agreed

    def stream(self, method, path, query=None, body=None, headers=None):
        """
        Send a request and return the open answer. query: a dict, its dicts and lists as JSON, or a list of pairs. body:
        bytes, an iterator of bytes, or None. Raises EngineError for a status of 400 and above.
        """
        pairs = query if isinstance(query, list) else (query or {}).items()
        given = [(key, _plain(value)) for key, value in pairs if value is not None]
        url = self._prefix() + path + ("?" + urllib.parse.urlencode(given) if given else "")
        answer = self._open(method, url, body, headers)
        if answer.status >= 400:
            raise EngineError(answer.status, _message(answer.read()), path)
        return answer

    def call(self, method, path, query=None, data=None, headers=None):
        """Send a request with an optional JSON body and return the JSON of the answer (text where it is none)."""
        body, sent = None, dict(headers or {})
        if data is not None:
            body = json.dumps(data).encode("utf-8")
            sent["Content-Type"] = "application/json"
        text = self.stream(method, path, query, body, sent).read().decode("utf-8", "replace")
        try:
            return json.loads(text) if text.strip() else None
        except ValueError:
            return text

    def get(self, path, query=None, headers=None):
        """The JSON of a GET; None where the engine knows no such thing."""
        try:
            return self.call("GET", path, query, headers=headers)
        except EngineError as error:
            if error.status == 404:
                return None
            raise

    def progress(self, method, path, query=None, body=None, headers=None):
        """Send a request whose answer is a stream of JSON lines; returns them. Raises ModuleFailed for an error."""
        lines = []
        for line in self.stream(method, path, query, body, headers):
            if line.strip():
                event = json.loads(line.decode("utf-8", "replace"))
                if "error" in event:
                    said = "".join(item.get("stream", "") for item in lines)[-2000:]
                    raise ModuleFailed("the Docker engine says: %s" % event["error"], stdout=said)
                lines.append(event)
        return lines

    def hijack(self, path, data):
        """Send a POST whose answer turns the connection into a conversation of bytes; returns the Conversation."""
        connection = self._connection()
        sent = {"Content-Type": "application/json", "Connection": "Upgrade", "Upgrade": "tcp"}
        try:
            connection.request("POST", self._prefix() + path, json.dumps(data).encode("utf-8"), sent)
            answer = connection.getresponse()
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise EngineAbsent("no Docker engine answers at %s: %s" % (self.host, error))
        if answer.status >= 400:
            raise EngineError(answer.status, _message(answer.read()), path)
        return Conversation(connection, answer)


class Conversation:
    """
    Bytes both ways, without a limit on silence: a command may be quiet for as long as it likes.

    answer: where it begins; what has been read past its headers is in its buffer.
    """

    def __init__(self, connection, answer):
        self.connection = connection
        self.answer = answer
        if connection.sock is not None:
            connection.sock.settimeout(None)

    def __enter__(self):
        return self

    def __exit__(self, *reason):
        self.answer.close()
        self.connection.close()

    def read(self, size):
        """So many bytes, or fewer where the conversation ends."""
        return self.answer.fp.read(size)

    def raw(self):
        """("stdout", bytes) for whatever comes, to the end."""
        for piece in iter(lambda: self.answer.fp.read1(1 << 16), b""):
            yield "stdout", piece

    def send_all(self, data):
        """Send all and say that there is no more. A partner that does not listen any more is no error."""
        with contextlib.suppress(OSError):
            self.connection.sock.sendall(data)
            self.connection.sock.shutdown(socket.SHUT_WR)


def _plain(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value) if isinstance(value, (dict, list)) else value


def _message(data):
    text = data.decode("utf-8", "replace").strip()
    try:
        return json.loads(text).get("message", text)
    except (ValueError, AttributeError):
        return text


def name(part):
    """A name as a part of a path."""
    return urllib.parse.quote(part, safe="")


def tls_context(verify, authority, certificate, key):
    """The TLS context that the arguments of a task ask for; files are the host's own."""
    for path in (authority, certificate, key):
        if path and not os.path.exists(path):
            raise ModuleFailed("there is no file %s on this host" % path)
    found = ssl.create_default_context(cafile=authority)
    if not verify:
        found.check_hostname = False
        found.verify_mode = ssl.CERT_NONE
    if certificate:
        found.load_cert_chain(certificate, key)
    return found
