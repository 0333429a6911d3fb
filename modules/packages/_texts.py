"""Small files as the state of a module: what each holds, or that it is not there."""

import os
import stat

from modules.kit import Content
from modules.kit.filesystem import read, write

MISSING = "missing"


def there(path):
    """The Content of the file at a path, or `missing(path)`."""
    data = read(path)
    return missing(path) if data is None else Content(data, path=path)


def missing(path):
    """The Content of a file that is not there: unlike any other, the empty one included, and shown as empty."""
    return Content(b"", MISSING, 0, path)


def text(path, lines):
    """The Content that such lines (each with its line feed) make; bytes that are not UTF-8 stay what they were."""
    return Content("".join(lines).encode("utf-8", "surrogateescape"), path=path)


def is_missing(content):
    """Whether a Content stands for a file that is not there."""
    return content.digest == MISSING


def put(path, content, mode=None):
    """Make the file at a path hold a Content, or remove it; a link is followed. mode: bits, for `write`."""
    if not is_missing(content):
        write(os.path.realpath(path), content.data, mode)
    elif os.path.lexists(path):
        os.unlink(path)


def mode_of(path):
    """The permission bits of a file as an int; None when there is none."""
    return stat.S_IMODE(os.stat(path).st_mode) if os.path.exists(path) else None
