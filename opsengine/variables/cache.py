"""
What hosts have told, kept on disk from one run to the next (`fact_caching = jsonfile`).

One JSON file a host, readable by its owner only; after Ansible's cache plugin of the same name.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from opsengine.config import Config
from opsengine.errors import UsageError
from opsengine.vault import files

LIFETIME = 86400
KINDS = ("memory", "jsonfile", "ansible.builtin.memory", "ansible.builtin.jsonfile")


class FactCache:
    """
    The facts of hosts in a folder.

    lifetime: seconds after which a file counts no more; 0: never. prefix: what the files' names begin with.
    """

    def __init__(self, folder: Path, lifetime: int = LIFETIME, prefix: str = "") -> None:
        self.folder = folder
        self.lifetime = lifetime
        self.prefix = prefix

    def read(self, host: str) -> dict[str, Any]:
        """The facts of a host; none where there are none, they are too old, or the file is not one of ours."""
        path = self._file(host)
        try:
            if self.lifetime and time.time() - path.stat().st_mtime > self.lifetime:
                return {}
            found = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def write(self, host: str, facts: Mapping[str, Any]) -> None:
        """Keep the facts of a host; nothing of one that has none."""
        if not facts:
            self.forget(host)
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        files.replace(self._file(host), json.dumps(dict(facts), indent=1, default=str).encode())

    def forget(self, host: str) -> None:
        """Keep nothing of a host."""
        self._file(host).unlink(missing_ok=True)

    def _file(self, host: str) -> Path:
        return self.folder / f"{self.prefix}{host.replace(os.sep, '_')}"


def configured(config: Config) -> FactCache | None:
    """The cache that the settings ask for; None where facts live as long as the run. Raises UsageError."""
    kind = config.choice("ANSIBLE_CACHE_PLUGIN", KINDS).rpartition(".")[2]
    if kind == "memory":
        return None
    folder = config.get("ANSIBLE_CACHE_PLUGIN_CONNECTION")
    if not folder:
        raise UsageError(
            "fact_caching is jsonfile, and nothing says where", hint="name a folder in fact_caching_connection"
        )
    lifetime = config.number("ANSIBLE_CACHE_PLUGIN_TIMEOUT")
    prefix = config.get("ANSIBLE_CACHE_PLUGIN_PREFIX", "")
    return FactCache(Path(folder).expanduser(), LIFETIME if lifetime is None else lifetime, prefix)
