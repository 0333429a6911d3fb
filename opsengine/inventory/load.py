"""Loads inventories from where the command line says: files, folders, scripts and host lists, merged in that order."""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from opsengine.errors import InputError, near
from opsengine.inventory.hostlist import read_host_list
from opsengine.inventory.ini import read_ini
from opsengine.inventory.model import Inventory
from opsengine.inventory.script import read_script
from opsengine.inventory.variables import VarsFolders
from opsengine.inventory.yaml import read_toml, read_yaml
from opsengine.source.text import Origin
from opsengine.source.yaml import load_file
from opsengine.vault.envelope import is_encrypted
from opsengine.vault.files import read as read_vault

IGNORED_NAMES = ("group_vars", "host_vars", "vars_plugins")
IGNORED_ENDS = (".pyc", ".pyo", ".swp", ".bak", "~", ".rpm", ".md", ".txt", ".rst", ".orig", ".cfg", ".retry")

_READERS = {".yml": read_yaml, ".yaml": read_yaml, ".json": read_yaml, ".toml": read_toml}
_YAML_BEGINS = re.compile(r"---|%YAML|\{|[\"']?[^\s=\[\]]+[\"']?\s*:(?:\s|$)")


def load_inventory(sources: Sequence[str], read_vars: Callable[[Path], Any] = load_file) -> Inventory:
    """
    The inventory that all sources together describe; an empty one for no source.

    A source is a file, a folder of files, or a host list (anything with a comma). `read_vars` gives the value of a
    file in group_vars or host_vars. Raises one InputError with the problems of all sources.
    """
    inventory = Inventory()
    problems: list[InputError] = []
    folders: list[Path] = []
    for source in filter(None, sources):
        path = Path(source)
        try:
            if "," in source and not path.exists():
                inventory.source = source
                read_host_list(inventory, source)
                continue
            folders.append(path if path.is_dir() else path.parent)
            files = list(_files(path))
            if not files:
                warnings.warn(f"{path}: there is no inventory in this folder", stacklevel=2)
            for file in files:
                _guarded_read(inventory, file, problems)
        except InputError as problem:
            problems.append(problem)
    inventory.source = None
    if problems:
        raise InputError.of(problems)
    inventory.settle()
    inventory.folders = VarsFolders(folders, read_vars)
    return inventory


def _guarded_read(inventory: Inventory, path: Path, problems: list[InputError]) -> None:
    inventory.source = os.path.abspath(path)  # noqa: PTH100 (symbolic links must stay)
    try:
        _reader_of(path)(inventory, path)
    except InputError as problem:
        problems.append(problem)


def _files(path: Path) -> Iterator[Path]:
    """The inventory files that a path stands for: itself, or those in the folder and the folders in it, sorted."""
    if not path.exists():
        raise InputError("no such inventory", origin=Origin(str(path)), hint=_what_was_meant(path))
    if not path.is_dir():
        yield path
        return
    for entry in sorted(path.iterdir()):
        name = entry.name
        if not (name.startswith(".") or name in IGNORED_NAMES or name.endswith(IGNORED_ENDS)):
            yield from _files(entry)


def _what_was_meant(path: Path) -> str:
    if path.is_symlink():
        return f"it is a link to {path.readlink()}, which is not there"
    siblings = [entry.name for entry in path.parent.iterdir()] if path.parent.is_dir() else []
    return near(path.name, siblings) or f"hosts on the command line need a comma: `{path},`"


def _reader_of(path: Path) -> Callable[[Inventory, Path], None]:
    """What reads a file: by its first line for scripts and for names without an extension, else by its extension."""
    try:
        with path.open("rb") as file:
            head = file.read(4096)
        if is_encrypted(head):
            head = read_vault(path).data
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", origin=Origin(str(path))) from None
    if head.startswith((b"#!", b"\x7fELF")) and os.access(path, os.X_OK):
        return read_script
    by_name = _READERS.get(path.suffix)
    if by_name or path.suffix:
        return by_name or read_ini
    return read_yaml if _looks_like_yaml(head.decode(errors="replace")) else read_ini


def _looks_like_yaml(text: str) -> bool:
    """Whether the first line that says something is YAML; an INI inventory begins with a section or a host."""
    lines = (line.strip() for line in text.splitlines())
    first = next((line for line in lines if line and line[0] not in "#;"), "")
    return bool(_YAML_BEGINS.match(first))
