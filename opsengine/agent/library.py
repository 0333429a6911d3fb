"""
The modules as the controller sees them: found by name, their declarations, and the source files that one needs.

A module's name is its file's name; Ansible's full names are accepted as well.
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
import re
import sys
import threading
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from opsengine.paths import modules_folder

BUILTIN = ("ansible.builtin.", "ansible.legacy.")
NOT_MODULES = ("kit",)
IMPORT = re.compile(
    r"^[ \t]*(?:from[ ]+(modules(?:\.\w+)*)[ ]+import[ ]+(\([^)]*\)|[^\n#]+)|import[ ]+(modules(?:\.\w+)*))", re.M
)
_lock = threading.RLock()
"""Held while something is worked out that all hosts share: the first host does it, the others wait."""


@dataclass(frozen=True)
class ModuleFile:
    """One module: its short name, its file and its name as an import."""

    name: str
    path: Path
    import_name: str

    @functools.cached_property
    def kind(self) -> Any:
        """The class that declares it (a subclass of the kit's Module, Action or Query)."""
        make_importable()
        return importlib.import_module("modules.kit.worker").module_class(importlib.import_module(self.import_name))


def make_importable() -> None:
    """Let `import modules` find the folder of modules wherever it is installed."""
    if "modules" in sys.modules:
        return
    folder = modules_folder()
    spec = importlib.util.spec_from_file_location(
        "modules", folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    assert spec is not None and spec.loader is not None
    package = importlib.util.module_from_spec(spec)
    sys.modules["modules"] = package
    spec.loader.exec_module(package)


@functools.cache
def module_files() -> dict[str, ModuleFile]:
    """{name: file} of every module there is."""
    root = modules_folder()
    found = {}
    for path in sorted(root.glob("*/*.py")):
        if path.name.startswith("_") or path.parent.name in NOT_MODULES:
            continue
        found[path.stem] = ModuleFile(path.stem, path, f"modules.{path.parent.name}.{path.stem}")
    return found


@functools.cache
def _aliases() -> dict[str, str]:
    return {alias: name for name, file in module_files().items() for alias in file.kind.aliases}


@functools.cache
def find(name: str) -> ModuleFile | None:
    """
    The module with this name; None when there is none.

    Accepted are the short name, an alias, and the full name of the collection that Ansible keeps it in.
    """
    files = module_files()
    short = name.rpartition(".")[2]
    file = files.get(short) or files.get(_aliases().get(short, "") if short not in files else short)
    if file is None or short == name:
        return file
    collection = name[: -len(short)]
    return file if collection in BUILTIN or collection == f"{file.kind.collection}." else None


def sources_of(import_name: str) -> tuple[str, ...]:
    """The names of all files of `modules` that a module needs, itself included, packages first."""
    with _lock:
        return _sources_of(import_name)


@functools.cache
def _sources_of(import_name: str) -> tuple[str, ...]:
    found: dict[str, None] = {}
    waiting = [import_name, "modules.kit.worker"]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found[name] = None
        parent = name.rpartition(".")[0]
        if parent:
            waiting.append(parent)
        waiting.extend(_imports(name))
    return tuple(sorted(found))


def _file_of(name: str) -> tuple[Path, bool]:
    path = modules_folder().joinpath(*name.split(".")[1:])
    return (path / "__init__.py", True) if path.is_dir() else (path.with_suffix(".py"), False)


@functools.cache
def _imports(name: str) -> tuple[str, ...]:
    path, _ = _file_of(name)
    found = []
    for match in IMPORT.finditer(path.read_text("utf-8")):
        package, names, plain = match.groups()
        if plain:
            found.append(plain)
            continue
        found.append(package)
        inner = (
            f"{package}.{part.split()[0]}" for part in names.strip("()").replace("\n", " ").split(",") if part.strip()
        )
        found.extend(child for child in inner if _file_of(child)[0].exists())
    return tuple(found)


@functools.cache
def _source(name: str) -> tuple[bool, bytes]:
    path, package = _file_of(name)
    return package, path.read_bytes()


def packed(names: tuple[str, ...]) -> tuple[list[list[Any]], bytes]:
    """Several source files as the agent takes them in: [[name, is package, length], ...] and the deflated bytes."""
    with _lock:
        return _packed(names)


@functools.lru_cache(maxsize=256)
def _packed(names: tuple[str, ...]) -> tuple[list[list[Any]], bytes]:
    files: list[list[Any]] = []
    parts = []
    for name in names:
        package, source = _source(name)
        files.append([name, package, len(source)])
        parts.append(source)
    return files, zlib.compress(b"".join(parts), 6)
