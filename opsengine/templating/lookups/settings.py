"""The lookup of settings by Ansible's names for them (docs/configuration.md has those that there are)."""

from __future__ import annotations

import os
import warnings
from typing import Any, NamedTuple

from opsengine import config as settings
from opsengine.errors import TemplateError, near
from opsengine.templating.lookups.base import Variables, is_true


class Setting(NamedTuple):
    """A setting: its environment variable, and its value where nothing is said, whose type says how it is read."""

    variable: str
    default: Any


KNOWN = {
    "DEFAULT_ASK_PASS": Setting("ANSIBLE_ASK_PASS", False),
    "DEFAULT_ASK_VAULT_PASS": Setting("ANSIBLE_ASK_VAULT_PASS", False),
    "DEFAULT_BECOME": Setting("ANSIBLE_BECOME", False),
    "DEFAULT_BECOME_ASK_PASS": Setting("ANSIBLE_BECOME_ASK_PASS", False),
    "DEFAULT_BECOME_METHOD": Setting("ANSIBLE_BECOME_METHOD", "sudo"),
    "DEFAULT_BECOME_USER": Setting("ANSIBLE_BECOME_USER", "root"),
    "DEFAULT_FORCE_HANDLERS": Setting("ANSIBLE_FORCE_HANDLERS", False),
    "DEFAULT_FORKS": Setting("ANSIBLE_FORKS", 50),
    "DEFAULT_GATHERING": Setting("ANSIBLE_GATHERING", "implicit"),
    "DEFAULT_HOST_LIST": Setting("ANSIBLE_INVENTORY", []),
    "DEFAULT_PRIVATE_KEY_FILE": Setting("ANSIBLE_PRIVATE_KEY_FILE", None),
    "DEFAULT_REMOTE_PORT": Setting("ANSIBLE_REMOTE_PORT", None),
    "DEFAULT_REMOTE_USER": Setting("ANSIBLE_REMOTE_USER", None),
    "DEFAULT_ROLES_PATH": Setting("ANSIBLE_ROLES_PATH", []),
    "DEFAULT_STRATEGY": Setting("ANSIBLE_STRATEGY", "linear"),
    "DEFAULT_TIMEOUT": Setting("ANSIBLE_TIMEOUT", 10),
    "DEFAULT_TRANSPORT": Setting("ANSIBLE_TRANSPORT", "ssh"),
    "DEFAULT_VAULT_IDENTITY": Setting("ANSIBLE_VAULT_IDENTITY", "default"),
    "DEFAULT_VAULT_IDENTITY_LIST": Setting("ANSIBLE_VAULT_IDENTITY_LIST", []),
    "DEFAULT_VAULT_ID_MATCH": Setting("ANSIBLE_VAULT_ID_MATCH", False),
    "DEFAULT_VAULT_PASSWORD_FILE": Setting("ANSIBLE_VAULT_PASSWORD_FILE", None),
    "DIFF_ALWAYS": Setting("ANSIBLE_DIFF_ALWAYS", False),
    "HOST_KEY_CHECKING": Setting("ANSIBLE_HOST_KEY_CHECKING", True),
    "INTERPRETER_PYTHON": Setting("ANSIBLE_PYTHON_INTERPRETER", "auto"),
    "RETRY_FILES_ENABLED": Setting("ANSIBLE_RETRY_FILES_ENABLED", False),
    "RETRY_FILES_SAVE_PATH": Setting("ANSIBLE_RETRY_FILES_SAVE_PATH", None),
    "TAGS_RUN": Setting("ANSIBLE_RUN_TAGS", []),
    "TAGS_SKIP": Setting("ANSIBLE_SKIP_TAGS", []),
    "TASK_TIMEOUT": Setting("ANSIBLE_TASK_TIMEOUT", 0),
}
PATHS = ("DEFAULT_HOST_LIST", "DEFAULT_ROLES_PATH")


def config(
    terms: list[Any],
    variables: Variables,
    *,
    on_missing: str = "error",
    plugin_type: str | None = None,
    plugin_name: str | None = None,
    show_origin: Any = False,
) -> list[Any]:
    """
    The settings that opsengine shares with Ansible, by Ansible's names (DEFAULT_FORKS, HOST_KEY_CHECKING, ...).

    on_missing: error, warn or skip. Settings of plugins are refused: there are none. show_origin: each beside where it
    was set (default, ansible.cfg, env).
    """
    if on_missing not in ("error", "warn", "skip"):
        raise TemplateError(f"Invalid value '{on_missing}' of on_missing: it may be error, warn or skip")
    if plugin_type or plugin_name:
        raise TemplateError("Both plugin_type and plugin_name are for settings of Ansible's plugins; there are none")
    result: list[Any] = []
    for term in terms:
        if not isinstance(term, str):
            raise TemplateError(f"Invalid setting identifier, {term!r} is not text")
        if term in KNOWN:
            value, origin = _value(term)
            result.append([value, origin] if is_true(show_origin) else value)
            continue
        message = f"No config definition exists for '{term}'"
        if on_missing == "error":
            raise TemplateError(message, hint=near(term, KNOWN) or "docs/configuration.md names the settings")
        if on_missing == "warn":
            warnings.warn(message, stacklevel=2)
    return result


def _value(name: str) -> tuple[Any, str]:
    variable, default = KNOWN[name]
    known = settings.config()
    if not known.get(variable):
        return default, "default"
    origin = f"env: {variable}" if variable in os.environ else "ansible.cfg"
    if isinstance(default, bool):
        return known.truth(variable), origin
    if isinstance(default, list):
        return known.words(variable, ":" if name in PATHS else ","), origin
    return (known.number(variable) if isinstance(default, int) else known[variable]), origin


LOOKUPS = {"config": config}
