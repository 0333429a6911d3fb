"""Send a request to a web service and look at its answer."""

import json
import os
import re
import time
import urllib.parse
from urllib.error import HTTPError

from modules.files import _entries
from modules.files._attributes import _Attributes, described
from modules.kit import Action, Arg, ModuleFailed, Path, Raw
from modules.kit.filesystem import digest, replacing
from modules.net._http import _Requests, masked
from modules.net._multipart import multipart

JSON = ("json", "javascript")
TYPES = {"json": "application/json", "form-urlencoded": "application/x-www-form-urlencoded"}


class Uri(_Requests, Action):
    method = Arg(str, "The method of the request", default="GET")
    body = Arg(Raw, "What is sent: a text, or a mapping or list where `body_format` says how to write it", default=None)
    body_format = Arg(
        str, "How it is written", default="raw", choices=("raw", "json", "form-urlencoded", "form-multipart")
    )
    src = Arg(Path, "A file to send instead, of the controller unless `remote_src` says otherwise", default=None)
    remote_src = Arg(bool, "Whether `src` is on the host", default=False)
    status_code = Arg(list, "The status codes that are a success", default=(200,), of=int)
    return_content = Arg(bool, "Whether the content of the answer is in the result", default=False)
    dest = Arg(Path, "A file or folder on the host for the content", default=None)
    creates = Arg(Path, "When this exists, nothing is sent", default=None)
    removes = Arg(Path, "When this does not exist, nothing is sent", default=None)
    follow_redirects = Arg(
        str, "Which redirections are followed", default="safe",
        choices=("all", "no", "none", "safe", "urllib2", "yes"),
    )  # fmt: skip
    force = Arg(bool, "Whether no cache may answer", default=False)
    unix_socket = Arg(Path, "A socket to connect to instead of the URL's host", default=None)
    timeout = Arg(int, "How many seconds the server may be silent", default=30)
    mode = Arg(Raw, "The permission bits of `dest`", default=None)
    owner = Arg(str, "Its owner", default=None)
    group = Arg(str, "Its group", default=None)
    _source = Arg(Raw, "What the controller found in `src`; for the engine, not for people", default=None)

    exclusive = (("body", "src"),)

    def check_arguments(self):
        super().check_arguments()
        if not re.match("^[A-Z]+$", self.method.upper()):
            raise ModuleFailed("Parameter 'method' needs to be a single word in uppercase, like GET or POST.")

    def needless(self):
        if self.creates and os.path.exists(self.creates):
            return {"stdout": "skipped, since '%s' exists" % self.creates, "changed": False}
        if self.removes and not os.path.exists(self.removes):
            return {"stdout": "skipped, since '%s' does not exist" % self.removes, "changed": False}
        return None

    def run(self):
        data, headers = self._sent()
        there = self.dest if self.dest and os.path.isfile(self.dest) else None
        since = os.path.getmtime(there) if there else None
        start = time.monotonic()
        try:
            answer = self.request(self.method.upper(), data, headers, since=since, fresh=self.force)
        except ModuleFailed as failure:
            raise self._no_answer(failure, int(time.monotonic() - start))
        good = answer.status in self.status_code
        result = self._told(answer)
        if self.dest and good and answer.status != 304:
            result.update(self._saved(answer))
        else:
            content = answer.content()
            result.update(self._read(content, answer, self.return_content))
        result["elapsed"] = int(time.monotonic() - start)
        if not good:
            result.update(failed=True, msg=self._wrong_status(answer.status, answer.message))
        return result

    def _no_answer(self, failure, elapsed):
        message = self._wrong_status(-1, failure.message)
        result = dict(failure.result, status=-1, elapsed=elapsed, redirected=False, url=masked(self.url))
        return ModuleFailed(message, hint=failure.hint, **result)

    def _wrong_status(self, status, message):
        return "Status code was %s and not %s: %s" % (status, list(self.status_code), message)

    def _sent(self):
        """(the body as bytes or None, the headers that tell what it is)."""
        given = {name.lower() for name in self.headers or {}}
        if self.src:
            data = self._content_of_source()
            return data, {"Content-Length": str(len(data))}
        body, headers = self.body, {}
        if self.body_format == "form-multipart":
            kind, body = multipart(body)
            return body, {"Content-Type": kind}
        if self.body_format in TYPES and "content-type" not in given:
            headers["Content-Type"] = TYPES[self.body_format]
        if self.body_format == "json" and not isinstance(body, str):
            body = json.dumps(body)
        elif self.body_format == "form-urlencoded" and not isinstance(body, str):
            body = _form(body)
        elif body is not None and not isinstance(body, str):
            body = json.dumps(body) if isinstance(body, (dict, list)) else str(body)
        return None if body is None else body.encode("utf-8", "surrogateescape"), headers

    def _content_of_source(self):
        if self._source is not None:
            (entry,) = _entries.of_manifest(self._source)
            return b"".join(entry.chunks(self.context.content))
        try:
            with open(self.src, "rb") as file:
                return file.read()
        except OSError:
            raise ModuleFailed("Unable to open source file %s" % self.src, elapsed=0)

    def _told(self, answer):
        result = {name.replace("-", "_"): value for name, value in answer.headers.items()}
        if "location" in result:
            result["location"] = urllib.parse.urljoin(masked(self.url), result["location"])
        if not isinstance(answer.response, HTTPError):
            result["cookies"] = {cookie.name: cookie.value for cookie in answer.cookies}
            result["cookies_string"] = "; ".join("%s=%s" % (cookie.name, cookie.value) for cookie in answer.cookies)
        redirected = answer.url != masked(self.url)
        return dict(
            result, status=answer.status, url=answer.url, msg=answer.message, redirected=redirected, changed=False
        )

    def _read(self, content, answer, whole):
        kind, _, rest = answer.headers.get("content-type", "application/octet-stream").partition(";")
        charset = re.search(r"charset=\"?([\w.-]+)", rest)
        try:
            text = content.decode(charset.group(1) if charset else "utf-8", "surrogateescape")
        except LookupError:
            text = content.decode("utf-8", "surrogateescape")
        found = {"content": text} if whole else {}
        if kind.strip().lower().rpartition("/")[2].rpartition("+")[2] in JSON:
            try:
                found["json"] = json.loads(text)
            except ValueError:
                pass
        return found

    def _saved(self, answer):
        """Put the content in its place; only where it differs from what is there."""
        dest = self.dest
        if os.path.isdir(dest):
            dest = os.path.join(dest, os.path.basename(urllib.parse.urlsplit(answer.url).path) or "index.html")
        before = digest(dest) if os.path.isfile(dest) else None
        with replacing(dest) as file:
            for piece in answer.chunks():
                file.write(piece)
        attributes = {"path": dest, "mode": self.mode, "owner": self.owner, "group": self.group}
        dressed = _Dressed({key: value for key, value in attributes.items() if value is not None}, self.context).dress()
        found = self._content_if_wanted(dest, answer)
        return dict(found, path=dest, changed=dressed or before != digest(dest), **described(dest))

    def _content_if_wanted(self, dest, answer):
        if not self.return_content and not any(word in answer.headers.get("content-type", "") for word in JSON):
            return {}
        with open(dest, "rb") as file:
            return self._read(file.read(), answer, self.return_content)


class _Dressed(_Attributes):
    path = Arg(Path, "The file whose mode and owner are set")

    def dress(self):
        """Set mode and owner as asked; returns whether they were others before."""
        wanted = self.wanted_attributes(self.path)
        now = self.read_attributes(self.path, follow=True)
        differ = any(now.get(key) != value for key, value in wanted.items())
        if differ:
            self.set_attributes(self.path, wanted)
        return differ


def _form(body):
    if isinstance(body, dict):
        body = list(body.items())
    if not isinstance(body, (list, tuple)):
        raise ModuleFailed("failed to parse body as form_urlencoded: cannot form-urlencode body, expect list or dict")
    pairs = []
    for key, values in body:
        for value in values if isinstance(values, (list, tuple)) else [values]:
            if value is not None:
                pairs.append((str(key), str(value)))
    return urllib.parse.urlencode(pairs)
