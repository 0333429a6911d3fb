"""Files in a container, running or not, by the engine's API for archives: looking at one, reading, putting one in."""

import base64
import hashlib
import json
import posixpath
import stat
import tarfile

from modules.docker import _container_life as life
from modules.docker._client import EngineError
from modules.docker._client import name as quoted
from modules.kit import Content, ModuleFailed
from modules.kit.filesystem import CHUNK
from modules.kit.state import LARGEST_SHOWN

# Bits of Go's FileMode (https://pkg.go.dev/io/fs#FileMode), as the engine gives it.
FOLDER, LINK, SETUID, SETGID, STICKY = 1 << 31, 1 << 27, 1 << 23, 1 << 22, 1 << 20
SPECIAL = 1 << 26 | 1 << 25 | 1 << 24 | 1 << 21 | 1 << 19
MOST_LINKS = 40
BLOCK = 512


class Status:
    """What there is at a path of a container. kind: file, folder, link or special; target: where a link leads to."""

    def __init__(self, path, said):
        mode = said["mode"]
        self.path = path
        self.size = said["size"]
        self.target = said.get("linkTarget") or ""
        self.kind = "folder" if mode & FOLDER else "link" if mode & LINK else "special" if mode & SPECIAL else "file"
        self.mode = mode & 0o777
        for bit, own in ((SETUID, stat.S_ISUID), (SETGID, stat.S_ISGID), (STICKY, stat.S_ISVTX)):
            self.mode |= own if mode & bit else 0


def absolute(path):
    """A path in a container, seen from its root, without `..`."""
    return posixpath.normpath(posixpath.join("/", path))


def container(module, engine, name):
    """What the engine says of the container that a module works on; None in a dry run where it is still to come."""
    found = life.inspect(engine, name)
    message = "there is no container %s" % name
    return found if module.needs("container", name, found is not None, message, "docker_container makes it") else None


def status(engine, name, path):
    """The Status of a path in a container; None where there is nothing."""
    try:
        answer = engine.stream("HEAD", "/containers/%s/archive" % quoted(name), {"path": path})
    except EngineError as error:
        if error.status == 404:
            return None
        raise
    answer.read()
    return Status(path, json.loads(base64.b64decode(answer.headers["X-Docker-Container-Path-Stat"]).decode("utf-8")))


def resolved(engine, name, path):
    """The path that links of the container lead to."""
    for _ in range(MOST_LINKS):
        found = status(engine, name, path)
        if found is None or found.kind != "link":
            return path
        path = absolute(posixpath.join(posixpath.dirname(path), found.target))
    raise ModuleFailed("container %s: the links at %s lead nowhere" % (name, path))


def members(engine, name, path):
    """(member, its file or None) of the archive of a path; the first is the path itself. In order, each once."""
    answer = engine.stream("GET", "/containers/%s/archive" % quoted(name), {"path": path})
    with tarfile.open(fileobj=answer, mode="r|", bufsize=CHUNK) as archive:
        for member in archive:
            yield member, archive.extractfile(member) if member.isreg() else None


def text(engine, name, path):
    """The text of a small file; empty where there is none."""
    path = resolved(engine, name, path)
    if status(engine, name, path) is None:
        return ""
    for _, file in members(engine, name, path):
        return file.read().decode("utf-8", "replace") if file else ""
    return ""


def put(engine, name, path, member, pieces=()):
    """Put one thing in a container. member: its TarInfo; pieces: the content of a file, of the size that it says."""
    folder, member.name = posixpath.split(path)
    query = {"path": folder, "noOverwriteDirNonDir": True}
    headers = {"Content-Type": "application/x-tar"}
    try:
        engine.stream("PUT", "/containers/%s/archive" % quoted(name), query, _tar(member, pieces), headers).read()
    except EngineError as error:
        if error.status == 404:
            raise ModuleFailed("container %s has no folder %s" % (name, folder))
        raise


def _tar(member, pieces):
    yield member.tobuf(tarfile.GNU_FORMAT)
    for piece in pieces:
        yield piece
    yield b"\0" * (-member.size % BLOCK) + b"\0" * 2 * BLOCK


def owners(engine, found):
    """The numbers of the user and group that commands in a container run as, by its own /etc/passwd and /etc/group."""
    user, _, group = (found["Config"].get("User") or "0").partition(":")
    lines = [line.split(":") for line in text(engine, found["Id"], "/etc/passwd").splitlines()]
    entry = next((line for line in lines if len(line) > 3 and user in (line[0], line[2])), None)
    if not user.isdigit() and entry is None:
        raise ModuleFailed("container %s has no user %s" % (found["Name"].lstrip("/"), user), hint="give owner_id")
    uid = int(user if user.isdigit() else entry[2])
    if not group:
        return uid, int(entry[3]) if entry else 0
    if group.isdigit():
        return uid, int(group)
    lines = [line.split(":") for line in text(engine, found["Id"], "/etc/group").splitlines()]
    entry = next((line for line in lines if len(line) > 2 and line[0] == group), None)
    if entry is None:
        raise ModuleFailed("container %s has no group %s" % (found["Name"].lstrip("/"), group), hint="give group_id")
    return uid, int(entry[2])


def content_of(file, size, path):
    """The Content of an open file; its bytes are kept only where a diff may show them."""
    if size <= LARGEST_SHOWN:
        return Content(file.read(), path=path)
    found = hashlib.sha1()
    for piece in iter(lambda: file.read(CHUNK), b""):
        found.update(piece)
    return Content(None, found.hexdigest(), size, path)
