"""Where the members of an archive go, and putting them there: none is ever written outside of the destination."""

import fnmatch
import os
import stat

from modules.files._attributes import kind_of
from modules.kit import ModuleFailed
from modules.kit.filesystem import replacing

KINDS = {
    stat.S_IFREG: "file", stat.S_IFDIR: "directory", stat.S_IFLNK: "link", stat.S_IFIFO: "fifo",
    stat.S_IFCHR: "character", stat.S_IFBLK: "block",
}  # fmt: skip


class Selection:
    """
    Which members are meant, and under which names.

    include, exclude: lists of names or patterns. strip: how many leading parts of a name are taken off. flat: whether
    all but the last part is. tar: whether names are compared as tar does (a pattern may match any run of parts, an
    included folder means all in it), else as unzip does (a pattern matches the whole name).
    """

    def __init__(self, include=(), exclude=(), strip=0, flat=False, tar=True):
        self.include = list(include)
        self.exclude = [pattern.rstrip("/") for pattern in exclude] if tar else list(exclude)
        self.strip = strip
        self.flat = flat
        self.tar = tar
        self.found = set()

    def takes(self, name):
        """Whether the member is meant."""
        if any(self._excludes(name, pattern) for pattern in self.exclude):
            return False
        matching = [wanted for wanted in self.include if self._includes(name, wanted)]
        self.found.update(matching)
        return bool(matching) or not self.include

    def _includes(self, name, wanted):
        if not self.tar:
            return fnmatch.fnmatchcase(name, wanted)
        return (name.rstrip("/") + "/").startswith(wanted.rstrip("/") + "/")

    def _excludes(self, name, pattern):
        if not self.tar:
            return fnmatch.fnmatchcase(name, pattern)
        parts = name.rstrip("/").split("/")
        runs = ("/".join(parts[i:j]) for i in range(len(parts)) for j in range(i + 1, len(parts) + 1))
        return any(fnmatch.fnmatchcase(run, pattern) for run in runs)

    def missing(self):
        """What was asked for and is not in the archive."""
        return [wanted for wanted in self.include if wanted not in self.found]

    def renamed(self, name):
        """The name below the destination, empty for the destination itself; None for a member that is left out."""
        parts = name.split("/")
        if ".." in parts:
            raise ModuleFailed(
                "the archive's member %s would leave the destination" % name, hint="nothing was unpacked; exclude it"
            )
        if self.flat:
            return parts[-1] or None
        if self.strip:
            parts = name.lstrip("/").split("/")[self.strip :]
            if not any(parts):
                return None
        return "/".join(part for part in parts if part not in ("", "."))


def folders_above(relative):
    """The names of the folders that lead to a name, outermost first."""
    parts = relative.split("/")
    return ["/".join(parts[:end]) for end in range(1, len(parts))]


class Way:
    """
    Sees to it that nothing below `top` is written through a link that leads out of it, nor through one that comes with
    the archive (`links`, their names). A link that is there already and stays inside is followed.
    """

    def __init__(self, top, links):
        self.top = top
        self.links = links
        self.known = set()

    def clear(self, relative, kind):
        """Raise ModuleFailed where the member may not be written."""
        for above in folders_above(relative):
            if above in self.links:
                raise ModuleFailed(
                    "the archive's member %s lies behind %s, a link of the same archive" % (relative, above),
                    hint="nothing was unpacked; exclude one of them",
                )
        folder = os.path.dirname(relative)
        self._stay(folder)
        if kind == "directory" and os.path.isdir(os.path.join(self.top, relative)):
            self._stay(relative)

    def _stay(self, folder):
        if folder in self.known:
            return
        found = os.path.realpath(os.path.join(self.top, folder))
        if found != self.top and not found.startswith(self.top.rstrip("/") + "/"):
            raise ModuleFailed(
                "the archive's %s would be unpacked to %s, out of the destination %s" % (folder, found, self.top),
                hint="nothing was unpacked; a link leads there: remove it, or unpack there",
            )
        self.known.add(folder)


def kind_and_device(place, follow):
    """{"state": what is there in the words of an archive's members, "device": its number}."""
    found = os.stat(place) if follow else os.lstat(place)
    return {"state": KINDS.get(stat.S_IFMT(found.st_mode), "socket"), "device": found.st_rdev}


def make_room(place, kind):
    """Take away what cannot be replaced in one step; raises ModuleFailed for a folder with content."""
    now = kind_of(place)
    if now == "directory" and kind != "directory":
        if os.listdir(place):
            raise ModuleFailed("%s is a folder that is not empty, and the archive has a %s there" % (place, kind))
        os.rmdir(place)
    elif now != "absent" and kind != "file":
        os.unlink(place)


def make_folder(place):
    """A folder, unless there is one."""
    if not os.path.isdir(place):
        make_room(place, "directory")
        os.mkdir(place)


def write_file(place, content, mode, uid, gid):
    """A file with the content (pieces of bytes), without waiting for the disk."""
    make_room(place, "file")
    with replacing(place, mode, uid, gid, durable=False) as file:
        for piece in content:
            file.write(piece)


def make_other(place, planned):
    """A link, a further name of a file, a named pipe or a device, as planned."""
    make_room(place, planned.kind)
    if planned.kind == "link":
        os.symlink(planned.member.target, place)
    elif planned.kind == "hard":
        os.link(planned.source, place, follow_symlinks=False)
    else:
        bits = next(bits for bits, kind in KINDS.items() if kind == planned.kind)
        os.mknod(place, 0o600 | bits, planned.member.device)
