"""The context of an image build: which files belong to it, their digest, and the tar that is streamed to the engine."""

import hashlib
import io
import os
import re
import tarfile

from modules.kit import ModuleFailed

DIGEST_LABEL = "opsengine.context"


class Context:
    """
    A folder to build from. dockerfile: the path of the Dockerfile in it.

    Files that .dockerignore leaves out are no part of it (https://docs.docker.com/build/concepts/context/).
    """

    def __init__(self, folder, dockerfile):
        self.folder = folder
        self.dockerfile = dockerfile or "Dockerfile"
        if not os.path.isfile(os.path.join(folder, self.dockerfile)):
            raise ModuleFailed(
                "there is no %s in %s" % (self.dockerfile, folder), hint="build.dockerfile names another"
            )
        self.rules = self._read_rules()

    def _read_rules(self):
        own = os.path.join(self.folder, self.dockerfile + ".dockerignore")
        path = own if os.path.exists(own) else os.path.join(self.folder, ".dockerignore")
        if not os.path.exists(path):
            return []
        rules = []
        with open(path) as file:
            for line in file:
                text = line.strip()
                if text and not text.startswith("#"):
                    keep = text.startswith("!")
                    rules.append((_expression(text.lstrip("!").strip().strip("/")), keep))
        return rules

    def _ignored(self, path):
        if path in (self.dockerfile, ".dockerignore"):
            return False
        parts = path.split("/")
        ignored = False
        for expression, keep in self.rules:
            if any(expression.match("/".join(parts[: size + 1])) for size in range(len(parts))):
                ignored = not keep
        return ignored

    def paths(self):
        """Every path of the context, sorted, without the folder itself."""
        found = []
        for folder, names, files in os.walk(self.folder):
            names.sort()
            for name in names + files:
                path = os.path.relpath(os.path.join(folder, name), self.folder)
                if not self._ignored(path):
                    found.append(path)
        return sorted(found)

    def digest(self, settings):
        """The SHA-256 of all that decides what is built: the files' names, modes and content, and the settings."""
        found = hashlib.sha256(repr(sorted(settings.items())).encode("utf-8"))
        for path in self.paths():
            full = os.path.join(self.folder, path)
            status = os.lstat(full)
            found.update(("%s\0%o\0" % (path, status.st_mode)).encode("utf-8", "surrogateescape"))
            if os.path.islink(full):
                found.update(os.readlink(full).encode("utf-8", "surrogateescape"))
            elif os.path.isfile(full):
                with open(full, "rb") as file:
                    for chunk in iter(lambda: file.read(1 << 20), b""):
                        found.update(chunk)
        return found.hexdigest()

    def tar(self):
        """The context as the pieces of a tar, made as they are read."""
        sink = _Pieces()
        with tarfile.open(fileobj=sink, mode="w|", format=tarfile.GNU_FORMAT) as archive:
            for path in self.paths():
                archive.add(os.path.join(self.folder, path), path, recursive=False)
                for piece in sink.taken():
                    yield piece
        for piece in sink.taken():
            yield piece


class _Pieces(io.RawIOBase):
    def __init__(self):
        super().__init__()
        self.waiting = []

    def write(self, data):
        self.waiting.append(bytes(data))
        return len(data)

    def taken(self):
        pieces, self.waiting = self.waiting, []
        return pieces


def _expression(pattern):
    """A pattern of .dockerignore as a regular expression: `*` stays in its folder, `**` does not."""
    text, at = "", 0
    while at < len(pattern):
        if pattern.startswith("**", at):
            at += 3 if pattern.startswith("**/", at) else 2
            text += "(?:.*/)?" if pattern[at - 1 : at] == "/" else ".*"
        elif pattern[at] == "*":
            text, at = text + "[^/]*", at + 1
        elif pattern[at] == "?":
            text, at = text + "[^/]", at + 1
        else:
            text, at = text + re.escape(pattern[at]), at + 1
    return re.compile(text + r"\Z")
