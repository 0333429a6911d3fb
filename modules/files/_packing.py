"""What goes into an archive, and writing it: the same tree gives the same archive, whatever the time of day."""

import gzip
import hashlib
import importlib
import os
import stat
import tarfile
import time
import zipfile

from modules.files import _mode
from modules.files._attributes import group_name, owner_name
from modules.kit import ModuleFailed
from modules.kit.filesystem import CHUNK, digest

PROGRAMS = {"gz": "gzip", "bz2": "bzip2", "xz": "xz", "tar": None}
KINDS = {
    stat.S_IFREG: "file", stat.S_IFDIR: "directory", stat.S_IFLNK: "link", stat.S_IFIFO: "fifo",
    stat.S_IFCHR: "character", stat.S_IFBLK: "block",
}  # fmt: skip


class Source:
    """
    One file, folder or link to pack.

    path: where it is. name: its name in the archive. found: its status. target: what a link leads to, or the name in
    the archive of which it is a further one (kind hard). seen: what the archive shall tell of it; see `told`.
    """

    def __init__(self, path, name, found, kind, target=None):
        self.path = path
        self.name = name
        self.found = found
        self.kind = kind
        self.target = target
        self.seen = {}


def sources_of(pairs, zipped):
    """The sources of (path, name) pairs; zip follows links and knows no further names, pipes nor devices."""
    found, first = [], {}
    for path, name in pairs:
        status = os.stat(path) if zipped else os.lstat(path)
        kind = KINDS.get(stat.S_IFMT(status.st_mode))
        if kind is None or (zipped and kind not in ("file", "directory")):
            raise ModuleFailed("%s cannot be packed: it is neither a file, a folder nor a link" % path)
        target = os.readlink(path) if kind == "link" else None
        if not zipped and kind == "file" and status.st_nlink > 1:
            key = status.st_dev, status.st_ino
            if key in first:
                kind, target = "hard", first[key]
            first.setdefault(key, name)
        source = Source(path, name, status, kind, target)
        source.seen = told_by_source(source, zipped)
        found.append(source)
    return found


def told_by_source(source, zipped):
    """What an archive tells of a source, as `told_by_member` reads it back."""
    status = source.found
    content = (status.st_size, digest(source.path)) if source.kind == "file" else (0, None)
    owners = (owner_name(status.st_uid), group_name(status.st_gid))
    return _told(source.kind, status.st_mode, owners, int(status.st_mtime), content, source.target, zipped)


def told_by_member(member, pieces, zipped):
    """What an archive tells of a member: kind, mode, and what else makes two members differ."""
    found, size = hashlib.sha1(), 0
    for piece in pieces:
        found.update(piece)
        size += len(piece)
    content = (size, found.hexdigest()) if member.kind == "file" else (0, None)
    owners = tuple(name or str(number) for name, number in (member.owner, member.group)) if not zipped else ()
    return _told(member.kind, member.mode, owners, member.mtime // 10**9, content, member.target, zipped)


def _told(kind, bits, owners, mtime, content, target, zipped):
    told = {"kind": kind}
    if not zipped:
        told.update(owner=owners[0], group=owners[1])
    if kind != "link":
        told["mode"] = _mode.shown(stat.S_IMODE(bits) & (0o777 if zipped else 0o7777))
    if kind == "file":
        told.update(size=content[0], sha1=content[1])
    if kind in ("file", "hard") and not zipped:
        told["mtime"] = mtime
    if target is not None:
        told["target"] = target
    return told


# -- writing


def packer(file, kind):
    """A file that packs what is written to it into another."""
    if kind == "gz":
        return gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0)
    if kind == "tar":
        return open(os.dup(file.fileno()), "wb")
    try:
        library = importlib.import_module({"bz2": "bz2", "xz": "lzma"}[kind])
    except ImportError as error:
        raise ModuleFailed("format: Python on this host cannot pack %s: %s" % (kind, error), hint="format: gz")
    return library.open(file, "wb")


def write_tar(file, kind, sources):
    """Pack the sources into a tar archive."""
    with packer(file, kind) as packed:
        with tarfile.open(fileobj=packed, mode="w|", format=tarfile.GNU_FORMAT) as archive:
            for source in sources:
                if source.kind == "file":
                    with _Reader(source) as content:
                        archive.addfile(_tar_info(source), content)
                else:
                    archive.addfile(_tar_info(source))


def _tar_info(source):
    info = tarfile.TarInfo(source.name)
    status = source.found
    types = {
        "file": tarfile.REGTYPE, "directory": tarfile.DIRTYPE, "link": tarfile.SYMTYPE, "hard": tarfile.LNKTYPE,
        "fifo": tarfile.FIFOTYPE, "character": tarfile.CHRTYPE, "block": tarfile.BLKTYPE,
    }  # fmt: skip
    info.type = types[source.kind]
    info.mode = stat.S_IMODE(status.st_mode)
    info.uid, info.gid, info.mtime = status.st_uid, status.st_gid, int(status.st_mtime)
    info.uname, info.gname = _name(owner_name(status.st_uid)), _name(group_name(status.st_gid))
    info.linkname = source.target or ""
    if source.kind == "file":
        info.size = status.st_size
    if source.kind in ("character", "block"):
        info.devmajor, info.devminor = os.major(status.st_rdev), os.minor(status.st_rdev)
    return info


def _name(text):
    return "" if text.isdigit() else text


def write_zip(file, sources):
    """Pack the sources into a zip archive."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive:
        for source in sources:
            year = time.localtime(source.found.st_mtime)[:6]
            when = min(max(year, (1980, 1, 1, 0, 0, 0)), (2107, 12, 31, 23, 59, 59))
            folder = source.kind == "directory"
            info = zipfile.ZipInfo(source.name + "/" if folder else source.name, when)
            info.external_attr = (source.found.st_mode & 0xFFFF) << 16 | (0x10 if folder else 0)
            info.create_system = 3
            info.compress_type = zipfile.ZIP_STORED if folder else zipfile.ZIP_DEFLATED
            if folder:
                archive.writestr(info, b"")
                continue
            info.file_size = source.found.st_size
            with _Reader(source) as content, archive.open(info, "w") as packed:
                for piece in iter(lambda content=content: content.read(CHUNK), b""):
                    packed.write(piece)


def write_packed(file, kind, source):
    """Pack the content of one file, without an archive around it."""
    with packer(file, kind) as packed, _Reader(source) as content:
        for piece in iter(lambda: content.read(CHUNK), b""):
            packed.write(piece)


class _Reader:
    """
    Reads a source as it is now, and notes what it was: a file that is written to meanwhile is packed as it was met.
    """

    def __init__(self, source):
        self.source = source
        self.found = hashlib.sha1()

    def __enter__(self):
        self.file = open(self.source.path, "rb")
        self.source.found = os.fstat(self.file.fileno())
        self.left = self.source.found.st_size
        return self

    def read(self, size):
        piece = self.file.read(min(size, self.left))
        self.left -= len(piece)
        self.found.update(piece)
        return piece

    def __exit__(self, kind, error, traceback):
        self.file.close()
        seen = self.source.seen
        seen.update(size=self.source.found.st_size - self.left, sha1=self.found.hexdigest())
        if "mtime" in seen:
            seen["mtime"] = int(self.source.found.st_mtime)
