"""Finds out how a source is written, and has it read: by its first line, its extension, or the `plugin` it names."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from opsengine.config import config
from opsengine.errors import InputError, near
from opsengine.inventory.construct import Surroundings, read_constructed
from opsengine.inventory.generate import read_generator
from opsengine.inventory.hostlist import read_host_list
from opsengine.inventory.ini import read_ini
from opsengine.inventory.model import Inventory
from opsengine.inventory.script import read_script
from opsengine.inventory.variables import extensions
from opsengine.inventory.yaml import read_groups, read_toml
from opsengine.source.text import Origin, TextDict, origin_of
from opsengine.source.yaml import load_file
from opsengine.vault.envelope import is_encrypted
from opsengine.vault.files import read as read_vault

ENABLED = "ANSIBLE_INVENTORY_ENABLED"
BUILT_IN = ("ansible.builtin.", "ansible.legacy.")
NEED_NO_SETTINGS = ("advanced_host_list", "auto", "host_list", "ini", "script", "toml", "yaml")
Settings = Callable[[Inventory, TextDict, Origin, Surroundings], None]
CONFIGURED: dict[str, Settings] = {"constructed": read_constructed, "generator": read_generator}
"""Inventory plugins that a file sets up, by the name in its `plugin`."""

_YAML_BEGINS = re.compile(
    r"""---|%YAML|\{|[?-]\s|&\w|"[^"]*"\s*:|'[^']*'\s*:|[^\s\[\]="'][^\[\]=\#]*?\s*:(?:\s|$)""", re.VERBOSE
)


def enabled(name: str) -> bool:
    """Whether the setting `enable_plugins` lets sources of a kind be read; without it all of them may be."""
    names = [given.removeprefix(BUILT_IN[0]).removeprefix(BUILT_IN[1]) for given in config().words(ENABLED)]
    return not names or name in names


def read_list(inventory: Inventory, text: str) -> None:
    """Add the hosts of a host list; its ranges stand for hosts unless only Ansible's `host_list` is enabled."""
    ranges = enabled("advanced_host_list")
    if not ranges and not enabled("host_list"):
        raise _not_enabled("host_list", Origin(text))
    read_host_list(inventory, text, ranges=ranges)


def read_file(inventory: Inventory, path: Path, around: Surroundings) -> None:
    """Add what one file describes. Raises one InputError with all its problems."""
    head, origin = _head(path), Origin(str(path))
    if head.startswith((b"#!", b"\x7fELF")) and os.access(path, os.X_OK):
        return _checked("script", read_script, origin)(inventory, path)
    if path.suffix == ".toml":
        return _checked("toml", read_toml, origin)(inventory, path)
    looks_like_yaml = bool(_YAML_BEGINS.match(_first_line(head)))
    if path.suffix not in (".config", *extensions()) or (not path.suffix and not looks_like_yaml):
        return _checked("ini", read_ini, origin)(inventory, path)
    try:
        value = load_file(path)
        yaml = isinstance(value, dict) or not value
    except InputError:
        if looks_like_yaml:
            raise
        yaml = False
    if not yaml and not looks_like_yaml:
        return _checked("ini", read_ini, origin)(inventory, path)
    return _read_yaml(inventory, value, origin, around)


def _read_yaml(inventory: Inventory, value: Any, origin: Origin, around: Surroundings) -> None:
    """Add what a YAML document says: groups, or the settings of an inventory plugin."""
    plugin = value.get("plugin") if isinstance(value, dict) else None
    if not plugin:
        return _checked("yaml", read_groups, origin)(inventory, value, origin)
    origin = origin_of(plugin, origin)
    short = str(plugin)
    for prefix in BUILT_IN:
        short = short.removeprefix(prefix)
    if short in NEED_NO_SETTINGS:
        raise InputError(
            f"the inventory plugin `{short}` takes no settings", origin=origin, hint="give its source itself, with -i"
        )
    if short not in CONFIGURED:
        raise InputError(
            f"this sets up the inventory plugin `{plugin}`, which opsengine does not have",
            origin=origin,
            hint=near(short, CONFIGURED) or "an inventory script can ask the same source",
        )
    if not enabled("auto") and not enabled(short):
        raise _not_enabled(short, origin)
    return CONFIGURED[short](inventory, value, origin, around)


def _checked(name: str, reader: Callable[..., None], origin: Origin) -> Callable[..., None]:
    if not enabled(name):
        raise _not_enabled(name, origin)
    return reader


def _not_enabled(name: str, origin: Origin) -> InputError:
    return InputError(
        f"the inventory plugin `{name}` reads this, and is not among those enabled",
        origin=origin,
        hint=f"enable_plugins in ansible.cfg ({ENABLED}) has: {', '.join(config().words(ENABLED))}",
    )


def _head(path: Path) -> bytes:
    """The beginning of a file, decrypted."""
    try:
        with path.open("rb") as file:
            head = file.read(4096)
        return read_vault(path).data if is_encrypted(head) else head
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", origin=Origin(str(path))) from None


def _first_line(head: bytes) -> str:
    """The first line that says something."""
    lines = (line.strip() for line in head.decode(errors="replace").splitlines())
    return next((line for line in lines if line and line[0] not in "#;"), "")
