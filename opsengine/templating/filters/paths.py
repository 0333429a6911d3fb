"""Filters on paths of the controller, and on Windows paths (as text)."""

from __future__ import annotations

import os.path
from collections.abc import Callable
from typing import Any

from opsengine.templating.filters._plain import is_sequence, text_only, wrong


def basename(path: Any) -> str:
    """The last part of a path; empty where it ends with a slash."""
    return os.path.basename(text_only("basename", path))  # noqa: PTH119  (pathlib drops the slash at the end)


def dirname(path: Any) -> str:
    """A path without its last part."""
    return os.path.dirname(text_only("dirname", path))  # noqa: PTH120


def splitext(path: Any) -> tuple[str, str]:
    """A path and its extension."""
    return os.path.splitext(text_only("splitext", path))  # noqa: PTH122


def normpath(path: Any) -> str:
    """The path without doubled slashes, `.` and `..`."""
    return os.path.normpath(text_only("normpath", path))


def expanduser(path: Any) -> str:
    """The path with `~` and `~name` replaced by the home folder on the controller."""
    return os.path.expanduser(text_only("expanduser", path))  # noqa: PTH111


def expandvars(path: Any) -> str:
    """The path with $NAME and ${NAME} replaced from the controller's environment."""
    return os.path.expandvars(text_only("expandvars", path))


def realpath(path: Any) -> str:
    """The absolute path on the controller, symbolic links followed."""
    return os.path.realpath(text_only("realpath", path))


def relpath(path: Any, start: Any = None) -> str:
    """The path as seen from `start`, from the current folder without one."""
    return os.path.relpath(text_only("relpath", path), None if start is None else text_only("relpath", start))


def path_join(paths: Any) -> str:
    """The parts joined to one path."""
    if isinstance(paths, str):
        return str(paths)
    if not is_sequence(paths):
        raise wrong("|path_join expects string or sequence", paths)
    return os.path.join(*[text_only("path_join", part) for part in paths])  # noqa: PTH118  (an absolute part, `..` and `//` stay)


def commonpath(paths: Any) -> str:
    """The longest path that holds all given ones."""
    if not is_sequence(paths):
        raise wrong("|commonpath expects sequence", paths)
    return os.path.commonpath([text_only("commonpath", path) for path in paths])


def fileglob(pattern: Any) -> list[str]:
    """The files of the controller that a shell pattern matches."""
    from glob import glob
    from pathlib import Path

    return [name for name in glob(text_only("fileglob", pattern)) if Path(name).is_file()]  # noqa: PTH207


def win_basename(path: Any) -> str:
    """The last part of a Windows path."""
    import ntpath

    return ntpath.basename(text_only("win_basename", path))


def win_dirname(path: Any) -> str:
    """A Windows path without its last part."""
    import ntpath

    return ntpath.dirname(text_only("win_dirname", path))


def win_splitdrive(path: Any) -> tuple[str, str]:
    """The drive and the rest of a Windows path."""
    import ntpath

    return ntpath.splitdrive(text_only("win_splitdrive", path))


FILTERS: dict[str, Callable[..., Any]] = {
    "basename": basename,
    "commonpath": commonpath,
    "dirname": dirname,
    "expanduser": expanduser,
    "expandvars": expandvars,
    "fileglob": fileglob,
    "normpath": normpath,
    "path_join": path_join,
    "realpath": realpath,
    "relpath": relpath,
    "splitext": splitext,
    "win_basename": win_basename,
    "win_dirname": win_dirname,
    "win_splitdrive": win_splitdrive,
}
