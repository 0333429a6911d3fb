"""The play's `vars_files`: read once where their names are plain, for each host where they hold templates."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from opsengine.errors import InputError, UndefinedVariable
from opsengine.inventory.variables import combine
from opsengine.source.text import Origin, origin_of
from opsengine.source.yaml import load_file

Render = Callable[[Any], Any]


class VarsFiles:
    """
    The files that a play names. An entry that is a list stands for the first of its files that exists.

    entries: as written. folder: the playbook's, from which paths count.
    """

    def __init__(self, entries: Sequence[Any], folder: Path) -> None:
        self.folder = folder
        self.entries = [entry if isinstance(entry, list) else [entry] for entry in entries]
        self.by_host = any(getattr(name, "is_template", False) for names in self.entries for name in names)
        self._read: dict[Path, Mapping[str, Any]] = {}

    def merged(self, render: Render, facts_known: bool) -> dict[str, Any]:
        """
        The variables of all files, later ones winning. Raises InputError for one that is no mapping, or is missing
        though its name is plain; of a name that is a template, or of several, none needs to be there.

        facts_known: whether the host has told its facts. As in Ansible a name with something undefined in it is passed
        over until then, as it may be a fact, and is an error (UndefinedVariable) from then on.
        """
        found: dict[str, Any] = {}
        for names in self.entries:
            try:
                combine(found, self._first([str(render(name)) for name in names], names))
            except UndefinedVariable:
                if facts_known:
                    raise
        return found

    def _first(self, names: Sequence[str], written: Sequence[Any]) -> Mapping[str, Any]:
        files = [Path(name).expanduser() for name in names]
        paths = [folder / file for file in files for folder in (self.folder / "vars", self.folder)]
        path = next((path for path in paths if path.is_file()), None)
        if path is None:
            if len(written) > 1 or getattr(written[0], "is_template", False):
                return {}
            tried = " and ".join(str(path) for path in paths)
            origin = origin_of(written[0], Origin(str(self.folder)))
            raise InputError(f"there is no vars file {names[0]}", hint=f"looked for {tried}", origin=origin)
        if path not in self._read:
            value = load_file(path)
            if not isinstance(value or {}, dict):
                raise InputError(f"vars file {path} should hold a mapping of variables", origin=Origin(str(path), 1))
            self._read[path] = value or {}
        return self._read[path]


class HostFiles(Mapping[str, Any]):
    """The variables of those files as one host has them in one task, read when the first is asked for."""

    def __init__(self, merged: Callable[[], Mapping[str, Any]]) -> None:
        self._merged = merged
        self._found: Mapping[str, Any] | None = None

    def _all(self) -> Mapping[str, Any]:
        if self._found is None:
            self._found = {}
            self._found = self._merged()
        return self._found

    def __contains__(self, name: object) -> bool:
        return name in self._all()

    def __getitem__(self, name: str) -> Any:
        return self._all()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())
