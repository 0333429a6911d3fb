"""
Variables in files beside an inventory or a playbook: `group_vars/` and `host_vars/`.

https://docs.ansible.com/ansible/latest/inventory_guide/intro_inventory.html#organizing-host-and-group-variables
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any

from opsengine.config import config
from opsengine.errors import InputError, UsageError, near
from opsengine.source.text import Origin, merged, origin_of
from opsengine.source.yaml import load_file

GROUP_VARS = "group_vars"
HOST_VARS = "host_vars"
EXTENSIONS = ("", ".yml", ".yaml", ".json")

Variables = dict[str, Any]
"""Variables by name; whoever is given one must not change it."""


def combine(into: Variables, more: Mapping[str, Any]) -> None:
    """
    Take variables in over those there are: as they are, or with `hash_behaviour = merge` mapping into mapping.

    The mappings that are merged are new ones; none of those given changes.
    """
    if config().merges_mappings:
        for name, value in more.items():
            before = into.pop(name, None)
            into[name] = merged(before, value)
    else:
        into.update(more)


class Level(StrEnum):
    """Where a host's variables come from, lowest precedence first."""

    ALL_IN_INVENTORY = "inventory file: group all"
    GROUPS_IN_INVENTORY = "inventory file: groups"
    ALL_BESIDE_INVENTORY = "inventory group_vars/all"
    ALL_BESIDE_PLAYBOOK = "playbook group_vars/all"
    GROUPS_BESIDE_INVENTORY = "inventory group_vars/*"
    GROUPS_BESIDE_PLAYBOOK = "playbook group_vars/*"
    HOST_IN_INVENTORY = "inventory file: host"
    HOST_BESIDE_INVENTORY = "inventory host_vars/*"
    HOST_BESIDE_PLAYBOOK = "playbook host_vars/*"


GROUP_LEVELS = {
    "all_inventory": Level.ALL_IN_INVENTORY,
    "groups_inventory": Level.GROUPS_IN_INVENTORY,
    "all_plugins_inventory": Level.ALL_BESIDE_INVENTORY,
    "all_plugins_play": Level.ALL_BESIDE_PLAYBOOK,
    "groups_plugins_inventory": Level.GROUPS_BESIDE_INVENTORY,
    "groups_plugins_play": Level.GROUPS_BESIDE_PLAYBOOK,
}
"""What Ansible's setting `precedence` calls the levels of groups, in the usual order."""


def group_levels() -> list[Level]:
    """The levels of groups, lowest first, as the setting `precedence` wants them; those it leaves out do not count."""
    names = config().words("ANSIBLE_PRECEDENCE") or GROUP_LEVELS
    if unknown := [name for name in names if name not in GROUP_LEVELS]:
        hint = near(unknown[0], GROUP_LEVELS) or f"there are: {', '.join(GROUP_LEVELS)}"
        raise UsageError(f"ANSIBLE_PRECEDENCE: there is no level `{unknown[0]}`", hint=hint)
    return [GROUP_LEVELS[name] for name in names]


def extensions() -> tuple[str, ...]:
    """The endings of files that hold variables, as the setting `yaml_valid_extensions` has them."""
    given = config().words("ANSIBLE_YAML_FILENAME_EXT")
    return ("", *(f".{ending.lstrip('.')}" for ending in given)) if given else EXTENSIONS


class VarsFolders:
    """
    The `group_vars` and `host_vars` inside some folders; a later folder overrides an earlier one.

    Every file is read once, when it is first asked for. `read` gives the value of one file.
    """

    def __init__(self, folders: Iterable[Path | str] = (), read: Callable[[Path], Any] = load_file) -> None:
        # A folder given twice counts where it was given last: there it has the last word anyway.
        latest_first = dict.fromkeys(reversed([Path(folder) for folder in folders]))
        self.folders: tuple[Path, ...] = tuple(reversed(latest_first))
        if config().get("ANSIBLE_VARS_ENABLED") and not any(
            name.endswith("host_group_vars") for name in config().words("ANSIBLE_VARS_ENABLED")
        ):
            self.folders = ()
        self._extensions = extensions()
        self._read = read
        self._entries: dict[Path, frozenset[str]] = {}
        self._values: dict[tuple[Path, str], Variables] = {}

    def of_groups(self, names: Sequence[str]) -> Variables:
        """The variables of groups, merged folder by folder, and in each in the order given."""
        return self._combined(GROUP_VARS, names)

    def of_host(self, name: str) -> Variables:
        """The variables of one host, merged folder by folder."""
        return self._combined(HOST_VARS, [name])

    def preload(self, groups: Iterable[str], hosts: Iterable[str]) -> None:
        """Read the files of these groups and hosts now; raises one InputError with the problems of all of them."""
        problems: list[InputError] = []
        for kind, names in ((GROUP_VARS, groups), (HOST_VARS, hosts)):
            for name in names:
                try:
                    self._combined(kind, [name])
                except InputError as problem:
                    problems.append(problem)
        if problems:
            raise InputError.of(problems)

    def _combined(self, kind: str, names: Sequence[str]) -> Variables:
        found: Variables = {}
        for folder in self.folders:
            inside = folder / kind
            if self._listing(inside):
                for name in names:
                    combine(found, self._of_one(inside, name))
        return found

    def _listing(self, folder: Path) -> frozenset[str]:
        """The names inside a folder; none where there is no such folder."""
        entries = self._entries.get(folder)
        if entries is None:
            entries = self._entries[folder] = _names_in(folder)
        return entries

    def _of_one(self, folder: Path, name: str) -> Variables:
        key = (folder, name)
        if key not in self._values:
            self._values[key] = self._load(self._files(folder, name))
        return self._values[key]

    def _files(self, folder: Path, name: str) -> list[Path]:
        """The files of one host or group: those in the folder of its name, or else the first single file."""
        entries = self._listing(folder)
        for extension in self._extensions:
            if name + extension in entries:
                path = folder / (name + extension)
                return list(_files_below(path, self._extensions)) if path.is_dir() else [path]
        return []

    def _load(self, files: Sequence[Path]) -> Variables:
        found: Variables = {}
        problems: list[InputError] = []
        for path in files:
            try:
                combine(found, _mapping(self._read(path), path))
            except InputError as problem:
                problems.append(problem)
        if problems:
            raise InputError.of(problems)
        return found


def _names_in(folder: Path) -> frozenset[str]:
    try:
        return frozenset(entry.name for entry in folder.iterdir())
    except FileNotFoundError:
        return frozenset()
    except NotADirectoryError:
        if folder.exists():
            warnings.warn(f"{folder}: is not a folder, its variables are not read", stacklevel=2)
        return frozenset()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", origin=Origin(str(folder))) from None


def _files_below(folder: Path, endings: Sequence[str]) -> Iterable[Path]:
    """Variable files of a folder and the folders in it, alphabetically; hidden files and backups left out."""
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.name.endswith("~"):
            continue
        if path.is_dir():
            if not path.suffix:
                yield from _files_below(path, endings)
        elif path.suffix in endings and path.is_file():
            yield path


def _mapping(value: Any, path: Path) -> Variables:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise InputError(
            f"expected variables (name: value), found {kind_of(value)}", origin=origin_of(value, Origin(str(path)))
        )
    return value


def kind_of(value: Any) -> str:
    """What a value is, in words for an error message."""
    kinds = {dict: "a mapping", list: "a list", str: "a text"}
    return next((words for kind, words in kinds.items() if isinstance(value, kind)), f"`{value}`")
