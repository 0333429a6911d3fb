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
    """
    The entries of a file or folder on this host; folders before what is in them.

    follow: whether links in a folder are followed, where they lead to a file or to a folder that they are not in.
    """
    now = os.stat(source)
    if not stat.S_ISDIR(now.st_mode):
        return [_of_file(source, "", now)]
    found = [Entry("", "directory", stat.S_IMODE(now.st_mode))]
    _add_below(source, "", follow, [(now.st_dev, now.st_ino)], found)
    return found


def _add_below(folder, base, follow, above, found):
    names = sorted(os.listdir(folder), key=lambda name: (not os.path.isdir(os.path.join(folder, name)), name))
    for name in names:
        path, relative = os.path.join(folder, name), os.path.join(base, name)
        now = os.lstat(path)
        if stat.S_ISLNK(now.st_mode):
            led = led_to(path, follow, above)
            if led is None:
                found.append(Entry(relative, "link", target=os.readlink(path)))
                continue
            now = led
        if stat.S_ISDIR(now.st_mode):
            found.append(Entry(relative, "directory", stat.S_IMODE(now.st_mode)))
            _add_below(path, relative, follow, above + [(now.st_dev, now.st_ino)], found)
        else:
            found.append(_of_file(path, relative, now))


def led_to(path, follow, above):
    """The status of what a link leads to; None where the link itself is meant. above: the folders it is in."""
    try:
        now = os.stat(path)
    except OSError:
        return None
    circular = stat.S_ISDIR(now.st_mode) and (now.st_dev, now.st_ino) in above
    copied = stat.S_ISREG(now.st_mode) or stat.S_ISDIR(now.st_mode)
    return now if follow and copied and not circular else None


def _of_file(path, relative, now):
    if not stat.S_ISREG(now.st_mode):
        raise ModuleFailed("%s is neither a file, a folder nor a link" % path)
    return Entry(relative, "file", stat.S_IMODE(now.st_mode), digest(path), now.st_size, source=path)


def content_at(path):
    """The content of the file there, for a state: with its bytes where it is small enough to show."""
    size = os.path.getsize(path)
    if size <= LARGEST_SHOWN:
        with open(path, "rb") as file:
            return Content(file.read(), path=path)
    return Content(None, digest(path), size, path)
