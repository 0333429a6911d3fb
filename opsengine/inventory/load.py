"""Loads inventories from where the command line says: files, folders, scripts and host lists, merged in that order."""

from __future__ import annotations

import contextlib
import gc
import os
import re
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from opsengine.config import config
from opsengine.errors import InputError, UsageError, near
from opsengine.inventory.construct import Surroundings
from opsengine.inventory.formats import read_file, read_list
from opsengine.inventory.model import Inventory
from opsengine.inventory.variables import VarsFolders
from opsengine.source.text import Origin
from opsengine.source.yaml import load_file

IGNORED_NAMES = ("group_vars", "host_vars", "vars_plugins")
IGNORED_ENDS = (".pyc", ".pyo", ".swp", ".bak", "~", ".rpm", ".md", ".txt", ".rst", ".orig", ".cfg", ".retry")


def load_inventory(
    sources: Sequence[str],
    read_vars: Callable[[Path], Any] = load_file,
    extra_vars: Mapping[str, Any] | None = None,
) -> Inventory:
    """
    The inventory that all sources together describe; an empty one for no source.

    A source is a file, a folder of files, or a host list (anything with a comma). `read_vars` gives the value of a
    file in group_vars or host_vars; `extra_vars` are those of the command line, which inventory plugins may use.
    Raises one InputError with the problems of all sources.
    """
    with _without_collecting():
        return _loaded(sources, read_vars, extra_vars or {})


@contextlib.contextmanager
def _without_collecting() -> Iterator[None]:
    """Does not look for garbage: where all that is made stays, this costs more than making it."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()


def _loaded(sources: Sequence[str], read_vars: Callable[[Path], Any], extra_vars: Mapping[str, Any]) -> Inventory:
    inventory = Inventory()
    around = Surroundings(extra_vars)
    problems: list[InputError] = []
    folders: list[Path] = []
    for source in filter(None, sources):
        path = Path(os.path.expandvars(source)).expanduser()
        try:
            if "," in source and not path.exists():
                inventory.source = source
                read_list(inventory, source)
                continue
            folders.append(path if path.is_dir() else path.parent)
            files = list(_files(path, _ignored()))
            if not files:
                warnings.warn(f"{path}: there is no inventory in this folder", stacklevel=2)
            for file in files:
                _guarded_read(inventory, file, around, problems)
        except InputError as problem:
            problems.append(problem)
    inventory.source = None
    if problems:
        raise InputError.of(problems)
    inventory.settle()
    inventory.folders = VarsFolders(folders, read_vars)
    return inventory


def _guarded_read(inventory: Inventory, path: Path, around: Surroundings, problems: list[InputError]) -> None:
    inventory.source = os.path.abspath(path)  # noqa: PTH100 (symbolic links must stay)
    try:
        read_file(inventory, path, around)
        around.read.append(path)
    except InputError as problem:
        problems.append(problem)


def _ignored() -> Callable[[str], object]:
    """Tells of a name in a folder whether it is passed over; after Ansible, with the settings of its."""
    ends = tuple(config().words("ANSIBLE_INVENTORY_IGNORE")) or IGNORED_ENDS
    try:
        patterns = [re.compile(pattern) for pattern in config().words("ANSIBLE_INVENTORY_IGNORE_REGEX")]
    except re.error as error:
        raise UsageError(f"ANSIBLE_INVENTORY_IGNORE_REGEX: not a regular expression: {error}") from None
    return lambda name: (
        name.startswith(".")
        or name in IGNORED_NAMES
        or name.endswith(ends)
        or any(pattern.search(name) for pattern in patterns)
    )


def _files(path: Path, ignored: Callable[[str], object]) -> Iterator[Path]:
    """The inventory files that a path stands for: itself, or those in the folder and the folders in it, sorted."""
    if not path.exists():
        raise InputError("no such inventory", origin=Origin(str(path)), hint=_what_was_meant(path))
    if not path.is_dir():
        yield path
        return
    for entry in sorted(path.iterdir()):
        if not ignored(entry.name):
            yield from _files(entry, ignored)


def _what_was_meant(path: Path) -> str:
    if path.is_symlink():
        return f"it is a link to {path.readlink()}, which is not there"
    siblings = [entry.name for entry in path.parent.iterdir()] if path.parent.is_dir() else []
    return near(path.name, siblings) or f"hosts on the command line need a comma: `{path},`"
