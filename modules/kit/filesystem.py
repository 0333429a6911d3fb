"""Files, written so that a reader sees the old content or the new, never something between."""

import contextlib
import errno
import hashlib
import os
import shutil
import stat
import tempfile
import time

CHUNK = 1 << 20


@contextlib.contextmanager
def replacing(path, mode=None, uid=-1, gid=-1, durable=True):
    """
    A new binary file that takes the place of `path` when the block ends without an error. Its `name` is its path.

    Written beside it under a temporary name, with mode 0600 until it is complete; then mode and owner are set, it is
    synced and renamed, and its folder is synced. mode: permission bits; None keeps those of the file replaced, or gives
    what the umask says. uid, gid: -1 keeps the replaced file's. durable: whether to wait until it is on the disk; who
    writes many files waits once for all, with os.sync. On an error nothing is left behind.
    """
    folder, name = os.path.split(os.path.abspath(path))
    before = _stat(path)
    handle, temporary = tempfile.mkstemp(prefix="." + name[:100] + ".", suffix=".opsengine", dir=folder)
    try:
        with open(temporary, "wb", opener=lambda name, flags: handle) as file:
            yield file
            file.flush()
            _dress(file.fileno(), path, before, mode, uid, gid)
            if durable:
                os.fsync(file.fileno())
        os.rename(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
    if durable:
        sync_folder(folder)


def _stat(path):
    try:
        return os.stat(path)
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.ENOTDIR):
            return None
        raise


def _dress(handle, path, before, mode, uid, gid):
    if before is not None:
        uid = before.st_uid if uid == -1 else uid
        gid = before.st_gid if gid == -1 else gid
        copy_xattrs(path, handle)
    if mode is None:
        mode = stat.S_IMODE(before.st_mode) if before is not None else 0o666 & ~current_umask()
    own = os.fstat(handle)
    if (uid not in (-1, own.st_uid)) or (gid not in (-1, own.st_gid)):
        os.fchown(handle, uid, gid)
    os.fchmod(handle, mode)


def current_umask():
    """The process's umask, read without a moment in which another value holds for longer than the call."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def copy_xattrs(path, target):
    """Carry the extended attributes (SELinux context, capabilities, ACLs) of a file over, as far as allowed."""
    with contextlib.suppress(OSError, AttributeError):
        for name in os.listxattr(path):
            with contextlib.suppress(OSError):
                os.setxattr(target, name, os.getxattr(path, name))


def sync_folder(folder):
    """Make a rename in the folder last over a power cut."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def write(path, data, mode=None, uid=-1, gid=-1):
    """Replace the file's content by `data` (bytes) atomically; see `replacing`."""
    with replacing(path, mode, uid, gid) as file:
        file.write(data)


def keep_copy(path):
    """Copy a file, with its mode, owner and times, beside itself, the time in the copy's name; returns its path."""
    kept = "%s.%d.%s~" % (path, os.getpid(), time.strftime("%Y-%m-%d@%H:%M:%S"))
    shutil.copy2(path, kept)
    now = os.stat(path)
    os.chown(kept, now.st_uid, now.st_gid)
    return kept


def read(path, limit=None):
    """The bytes of a file, or None when there is none; at most `limit` bytes where given."""
    try:
        with open(path, "rb") as file:
            return file.read() if limit is None else file.read(limit)
    except (FileNotFoundError, NotADirectoryError):
        return None


def digest(path, algorithm="sha1"):
    """The hexadecimal digest of a file's content, read in pieces."""
    found = hashlib.new(algorithm)
    with open(path, "rb") as file:
        for chunk in iter(lambda: file.read(CHUNK), b""):
            found.update(chunk)
    return found.hexdigest()
