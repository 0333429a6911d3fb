"""What shall be written where: the files, folders and links of a copy, wherever their content comes from."""

import base64
import hashlib
import os
import stat

from modules.kit import Content, ModuleFailed
from modules.kit.filesystem import CHUNK, digest
from modules.kit.state import LARGEST_SHOWN


class Entry:
    """
    One file, folder or link to write.

    path: where, relative to the destination, empty for the destination itself. kind: file, directory or link.
    mode: the source's permission bits. sha1: of a file's content; target: of a link. `data` is the content where it is
    at hand, else `source` (a path on this host) or `sha256` (a file of the controller) tells where to fetch it.
    """

    def __init__(self, path, kind, mode=None, sha1=None, size=0, data=None, source=None, sha256=None, target=None):
        self.path = path
        self.kind = kind
        self.mode = mode
        self.sha1 = sha1
        self.size = size
        self.data = data
        self.source = source
        self.sha256 = sha256
        self.target = target

    def chunks(self, fetch):
        """The content in pieces; fetch(sha256) brings what the controller has."""
        if self.data is not None:
            return iter([self.data])
        if self.source is not None:
            return _pieces(self.source)
        return fetch(self.sha256)

    def content(self, place):
        """The content for a state and its diff."""
        data = self.data
        if data is None and self.source is not None and self.size <= LARGEST_SHOWN:
            data = b"".join(_pieces(self.source))
        return Content(data, self.sha1, self.size, place)


def _pieces(path):
    with open(path, "rb") as file:
        for chunk in iter(lambda: file.read(CHUNK), b""):
            yield chunk


def of_text(data):
    """The one entry of a content that is given in the task."""
    return [Entry("", "file", None, hashlib.sha1(data).hexdigest(), len(data), data)]


def of_manifest(listed):
    """The entries that the controller lists: see opsengine.execution.actions.copy."""
    found = []
    for item in listed:
        data = None
        if "text" in item:
            data = item["text"].encode("utf-8")
        elif "base64" in item:
            data = base64.b64decode(item["base64"])
        keys = ("mode", "sha1", "sha256", "target")
        values = {key: item.get(key) for key in keys}
        found.append(Entry(item["path"], item["kind"], size=item.get("size", 0), data=data, **values))
    return found


def of_path(source, follow=True):
    """The entries of a file or folder on this host; folders before what is in them."""
    if not os.path.isdir(source):
        return [_of_one(source, "", follow)]
    found = [Entry("", "directory", stat.S_IMODE(os.stat(source).st_mode))]
    for folder, folders, files in os.walk(source, followlinks=follow):
        for name in sorted(folders) + sorted(files):
            path = os.path.join(folder, name)
            found.append(_of_one(path, os.path.relpath(path, source), follow))
    return found


def _of_one(path, relative, follow):
    if os.path.islink(path) and not follow:
        return Entry(relative, "link", target=os.readlink(path))
    now = os.stat(path)
    mode = stat.S_IMODE(now.st_mode)
    if stat.S_ISDIR(now.st_mode):
        return Entry(relative, "directory", mode)
    if not stat.S_ISREG(now.st_mode):
        raise ModuleFailed("%s is neither a file, a folder nor a link" % path)
    return Entry(relative, "file", mode, digest(path), now.st_size, source=path)


def content_at(path):
    """The content of the file there, for a state: with its bytes where it is small enough to show."""
    size = os.path.getsize(path)
    if size <= LARGEST_SHOWN:
        with open(path, "rb") as file:
            return Content(file.read(), path=path)
    return Content(None, digest(path), size, path)
