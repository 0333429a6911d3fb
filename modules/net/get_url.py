"""Download a file; what is there stays until the new one is whole and its checksum right."""

import email.message
import hashlib
import os
import re
import tempfile
import time
import urllib.parse

from modules.files._entries import Entry
from modules.files._placed import _Placed
from modules.kit import Arg, ModuleFailed, Path
from modules.kit.filesystem import digest
from modules.net._http import _Requests, masked

BSD_LINE = re.compile(r"^\w+ ?\((?P<path>.+)\) ?= (?P<digest>[\w.]+)$")
GNU_LINE = re.compile(r"^(?P<digest>[\w.]+)\s+(\*|\./|\.)?(?P<path>.+)$")
SCHEMES = ("http", "https", "ftp", "file")


class GetUrl(_Requests, _Placed):
    force = Arg(
        bool, "Whether it is downloaded although the server has nothing newer, or the checksum fits", default=False
    )
    checksum = Arg(str, "ALGORITHM:DIGEST the file shall have; DIGEST may be the URL of a list of sums", default="")
    tmp_dest = Arg(Path, "The folder for the download until it is whole", default=None)

    validate = None
    follow = True
    _manifest = None

    def _meant(self, place, entry):
        return True

    def check_arguments(self):
        self.algorithm, self.sum = None, None
        self.message, self.status, self.elapsed = "", None, 0
        self.download = None
        super().check_arguments()

    def find_entries(self):
        try:
            return self._entries()
        except ModuleFailed as failure:
            failure.result.update(url=masked(self.url), dest=self.dest, elapsed=self.elapsed)
            raise

    def _entries(self):
        if self.checksum:
            self._read_checksum()
        there = os.path.isfile(self.dest)
        fits = bool(there and self.sum and digest(self.dest, self.algorithm) == self.sum)
        if fits and not self.force:
            self.message = "file already exists"
            return "", False, [_as_it_is(self.dest)]
        since = os.path.getmtime(self.dest) if there and not self.sum else None
        start = time.monotonic()
        answer = self.request("GET", since=since, fresh=self.force or (there and bool(self.sum)))
        self.message, self.status = answer.message, answer.status
        if answer.status == 304:
            return "", False, [_as_it_is(self.dest)]
        if answer.status not in (200, None):
            raise ModuleFailed("Request failed", status_code=answer.status, response=answer.message)
        entry = self._kept(answer)
        self.elapsed = int(time.monotonic() - start)
        return self._name(answer), False, [entry]

    def _kept(self, answer):
        """The download in a file that has no name, and so is gone with us whatever happens."""
        if self.tmp_dest and not os.path.isdir(self.tmp_dest):
            raise ModuleFailed("%s directory does not exist." % self.tmp_dest)
        self.download = tempfile.TemporaryFile(dir=self.tmp_dest)  # noqa: SIM115 - read when it is put in place
        found = {"sha1": hashlib.sha1()}
        if self.algorithm:
            found[self.algorithm] = hashlib.new(self.algorithm)
        for piece in answer.chunks():
            self.download.write(piece)
            for one in found.values():
                one.update(piece)
        self.download.flush()
        if self.sum and found[self.algorithm].hexdigest() != self.sum:
            message = "The checksum for %s did not match %s; it was %s."
            raise ModuleFailed(message % (masked(self.url), self.sum, found[self.algorithm].hexdigest()))
        path = "/proc/self/fd/%d" % self.download.fileno()
        return Entry("", "file", None, found["sha1"].hexdigest(), self.download.tell(), source=path)

    def _name(self, answer):
        message = email.message.Message()
        message["content-disposition"] = answer.headers.get("content-disposition", "")
        said = message.get_param("filename", header="content-disposition")
        if isinstance(said, tuple):
            said = said[2]
        return os.path.basename(said or "") or _name_in(answer.response.geturl() or self.url)

    # -- the checksum

    def _read_checksum(self):
        algorithm, colon, text = self.checksum.partition(":")
        if not colon:
            raise ModuleFailed("The checksum parameter has to be in format <algorithm>:<checksum>")
        if algorithm not in hashlib.algorithms_available:
            raise ModuleFailed("checksum: there is no algorithm `%s` on this host" % algorithm)
        if urllib.parse.urlsplit(text).scheme in SCHEMES:
            text = self._listed(text)
        text = re.sub(r"\W+", "", text).lower()
        if not re.match(r"^[0-9a-f]+$", text):
            raise ModuleFailed("The checksum format is invalid")
        self.algorithm, self.sum = algorithm, text

    def _listed(self, url):
        answer = self.request("GET", url=url)
        if answer.status not in (200, None):
            raise ModuleFailed("Request failed", status_code=answer.status, response=answer.message)
        name = _name_in(self.url)
        lines = answer.content().decode("utf-8", "replace").splitlines()
        if len(lines) == 1 and len(lines[0].split()) == 1:
            return lines[0]
        for line in lines:
            match = BSD_LINE.match(line) or GNU_LINE.match(line)
            if match and match.group("path").lstrip("./") == name:
                return match.group("digest")
        raise ModuleFailed("Unable to find a checksum for file '%s' in '%s'" % (name, masked(url)))

    def returns(self, change, state):
        result = super().returns(change, state)
        source = self.single.sha1
        before = self.before.get(self.root)
        result.update(
            url=masked(self.url), msg=self.message, elapsed=self.elapsed, checksum_src=source, status_code=self.status,
            checksum_dest=getattr(before, "digest", None),
        )  # fmt: skip
        if os.path.isfile(self.root):
            result["md5sum"] = digest(self.root, "md5")
        return result


def _as_it_is(path):
    return Entry("", "file", None, digest(path), os.path.getsize(path), source=path)


def _name_in(url):
    return os.path.basename(urllib.parse.urlsplit(url).path) or "index.html"
