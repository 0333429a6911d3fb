"""Archives read from their beginning to their end: tar, plain or packed, and zip."""

import gzip
import importlib
import os
import stat
import struct
import subprocess
import tarfile
import time
import zipfile
from decimal import Decimal, InvalidOperation

from modules.kit import ModuleFailed
from modules.kit.filesystem import CHUNK, current_umask
from modules.kit.process import find_command

PACKED = (
    (b"\x1f\x8b", "gzip"),
    (b"\x1f\x9d", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"\x5d\x00\x00", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
)
"""How packed files begin, and the program that unpacks them."""
LIBRARIES = {"bzip2": "bz2", "xz": "lzma", "zstd": "compression.zstd"}
UNIX_TIME = 0x5455
"""The extra field of a zip file's member with its times in seconds since 1970."""


class Member:
    """
    One entry of an archive.

    name: as the archive has it, a folder's with / at its end. kind: file, directory, link, hard (a further name of the
    file `target`), fifo, character or block. mode: permission bits. owner, group: (name, number), or None where the
    archive does not know. mtime: nanoseconds since 1970. device: the number of a device.
    """

    def __init__(self, name, kind, mode, mtime, size=0, target=None, owner=None, group=None, device=0):
        self.name = name
        self.kind = kind
        self.mode = mode
        self.mtime = mtime
        self.size = size
        self.target = target
        self.owner = owner
        self.group = group
        self.device = device


def opened(path, shown):
    """The archive in a file: a Tar or a Zip. shown: what errors call it. Raises ModuleFailed for anything else."""
    with open(path, "rb") as file:
        head = file.read(512)
    if not head:
        raise ModuleFailed("Invalid archive '%s', the file is 0 bytes" % shown)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")) or (head[257:262] != b"ustar" and zipfile.is_zipfile(path)):
        return Zip(path, shown)
    return Tar(path, shown, packed_by(head))


def packed_by(head):
    """The program that packed a file with this beginning; None for one that is not packed."""
    return next((program for magic, program in PACKED if head.startswith(magic)), None)


def unpacked(path, program):
    """What a packed file holds, in pieces."""
    source = _unpacking(path, program)
    try:
        for piece in _Reading(path, getattr(source, "said", None)).pieces(source):
            yield piece
    finally:
        source.close()


class Tar:
    """A tar archive; program: what unpacks it, None where it is plain."""

    def __init__(self, path, shown, program):
        self.path = path
        self.shown = shown
        self.program = program
        self.handler = "TgzArchive" if program == "gzip" else "TarArchive"

    def members(self):
        """Yield (Member, its content in pieces), which has to be read before the next one is asked for."""
        source = _unpacking(self.path, self.program)
        reading = _Reading(self.shown, getattr(source, "said", None))
        try:
            with reading:
                tar = tarfile.open(fileobj=source, mode="r|")  # noqa: SIM115 - what it reads is closed below
            for info in reading.each(tar):
                yield _of_tar(info), reading.pieces(tar.extractfile(info) if info.isreg() else None)
            for _ in reading.pieces(source):
                pass  # to the end, where the checksum of what is packed stands
        finally:
            source.close()


class Zip:
    """A zip archive, which knows neither owners nor further names of a file."""

    handler = "ZipArchive"

    def __init__(self, path, shown):
        self.path = path
        self.shown = shown

    def members(self):
        """Yield (Member, its content in pieces)."""
        reading = _Reading(self.shown)
        with reading:
            archive = zipfile.ZipFile(self.path)
        with archive:
            for info in archive.infolist():
                if info.flag_bits & 1:
                    raise ModuleFailed("%s: %s is encrypted, which is not supported" % (self.shown, info.filename))
                with reading:
                    member = _of_zip(info)
                    if member.kind == "link":
                        member.target = archive.read(info).decode("utf-8", "surrogateescape")
                    content = archive.open(info) if member.kind == "file" else None
                yield member, reading.pieces(content)


class _Reading:
    """
    Turns whatever goes wrong while an archive is read into a ModuleFailed.

    Each library has errors of its own (TarError, BadZipFile, LZMAError, EOFError, zlib.error, ...), so all are meant.
    said: callable that gives what a program has complained of.
    """

    def __init__(self, shown, said=None):
        self.shown = shown
        self.said = said

    def __enter__(self):
        return self

    def __exit__(self, kind, error, traceback):
        if isinstance(error, Exception) and not isinstance(error, ModuleFailed):
            said = self.said() if self.said else ""
            raise ModuleFailed(
                "%s cannot be unpacked: %s" % (self.shown, said.strip() or str(error) or kind.__name__),
                hint="it should be a tar archive, plain or packed by gzip, bzip2, xz or zstd, or a zip archive",
            )

    def each(self, iterable):
        """The elements of what can be iterated over."""
        iterator = iter(iterable)
        while True:
            with self:
                item = next(iterator, None)
            if item is None:
                return
            yield item

    def pieces(self, file):
        """The content of a file in pieces; none for None."""
        return self.each(iter(lambda: file.read(CHUNK), b"")) if file else iter(())


def _of_tar(info):
    kinds = (
        ("directory", info.isdir()), ("link", info.issym()), ("hard", info.islnk()), ("fifo", info.isfifo()),
        ("character", info.ischr()), ("block", info.isblk()),
    )  # fmt: skip
    kind = next((kind for kind, it_is in kinds if it_is), "file")
    return Member(
        info.name + "/" if kind == "directory" else info.name,
        kind,
        info.mode & 0o7777,
        _mtime(info),
        info.size if kind == "file" else 0,
        info.linkname or None,
        (info.uname, info.uid),
        (info.gname, info.gid),
        os.makedev(info.devmajor, info.devminor) if kind in ("character", "block") else 0,
    )


def _mtime(info):
    try:
        return int(Decimal(info.pax_headers.get("mtime", "x")) * 10**9)
    except InvalidOperation:
        return int(info.mtime) * 10**9


def _of_zip(info):
    folder = info.filename.endswith("/")
    bits = info.external_attr >> 16
    link = stat.S_ISLNK(bits)
    if info.create_system == 3 and bits:
        mode = bits & 0o777
    else:
        mode = 0o777 if folder else 0o666
        mode &= ~current_umask()
    kind = "directory" if folder else "link" if link else "file"
    return Member(info.filename, kind, mode, _zip_time(info) * 10**9, info.file_size)


def _zip_time(info):
    """Seconds since 1970: of the extra field where there is one, else the local time, which counts in twos."""
    extra = info.extra
    while len(extra) >= 4:
        kind, size = struct.unpack("<HH", extra[:4])
        if kind == UNIX_TIME and size >= 5 and extra[4] & 1:
            return struct.unpack("<l", extra[5:9])[0]
        extra = extra[4 + size :]
    try:
        return int(time.mktime(info.date_time + (0, 0, -1)))
    except (ValueError, OverflowError):
        return 315532800


def _unpacking(path, program):
    """A readable file of what the packed file holds: by Python where it can, else by the program."""
    with open(path, "rb") as file:
        magic = file.read(2)
    if program is None:
        return open(path, "rb")
    if magic == b"\x1f\x8b":
        return gzip.open(path, "rb")
    if program in LIBRARIES:
        try:
            return importlib.import_module(LIBRARIES[program]).open(path, "rb")
        except ImportError:
            pass
    return _Program(program, path)


class _Program:
    """What a program unpacks, read as it comes."""

    def __init__(self, program, path):
        found = find_command(program)
        if found is None:
            raise ModuleFailed(
                "there is no command `%s` on this host" % program, hint="install it: it unpacks the archive"
            )
        surroundings = dict(os.environ, LC_ALL="C")
        with open(path, "rb") as file:
            self.process = subprocess.Popen(
                [found, "-dc"], stdin=file, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=surroundings
            )

    def read(self, size=-1):
        data = self.process.stdout.read(size)
        if (not data or len(data) < size) and self.process.wait():
            raise OSError("%s failed" % self.process.args[0])
        return data

    def said(self):
        """What it complained of."""
        self._end()
        return self.process.stderr.read().decode("utf-8", "replace")

    def close(self):
        self._end()
        self.process.stderr.close()

    def _end(self):
        self.process.stdout.close()
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait()
