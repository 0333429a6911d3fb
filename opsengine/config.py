"""
What holds when neither the command line nor a playbook says otherwise: environment, opsengine.toml, ansible.cfg.

Every setting goes by the name of Ansible's environment variable, wherever it was written: see docs/configuration.md.
https://docs.ansible.com/ansible-core/2.19/reference_appendices/config.html
"""

from __future__ import annotations

import functools
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from opsengine.errors import InputError, UsageError, near
from opsengine.source.text import Origin

TEXT, NUMBER, TRUTH, PATH, PATHS = "text", "number", "yes or no", "path", "paths"
TRUE = ("1", "true", "yes", "on", "y", "t")
FALSE = ("0", "false", "no", "off", "n", "f")

SETTINGS: dict[str, tuple[str, str, str]] = {
    "ANSIBLE_INVENTORY": ("defaults", "inventory", PATHS),
    "ANSIBLE_INVENTORY_ENABLED": ("inventory", "enable_plugins", TEXT),
    "ANSIBLE_INVENTORY_IGNORE": ("inventory", "ignore_extensions", TEXT),
    "ANSIBLE_INVENTORY_IGNORE_REGEX": ("inventory", "ignore_patterns", TEXT),
    "ANSIBLE_INVENTORY_USE_EXTRA_VARS": ("inventory_plugins", "use_extra_vars", TRUTH),
    "ANSIBLE_INVENTORY_EXPORT": ("inventory", "export", TRUTH),
    "ANSIBLE_HASH_BEHAVIOUR": ("defaults", "hash_behaviour", TEXT),
    "ANSIBLE_ROLES_PATH": ("defaults", "roles_path", PATHS),
    "ANSIBLE_FORKS": ("defaults", "forks", NUMBER),
    "ANSIBLE_REMOTE_USER": ("defaults", "remote_user", TEXT),
    "ANSIBLE_REMOTE_PORT": ("defaults", "remote_port", NUMBER),
    "ANSIBLE_PRIVATE_KEY_FILE": ("defaults", "private_key_file", PATH),
    "ANSIBLE_HOST_KEY_CHECKING": ("defaults", "host_key_checking", TRUTH),
    "ANSIBLE_TIMEOUT": ("defaults", "timeout", NUMBER),
    "ANSIBLE_TRANSPORT": ("defaults", "transport", TEXT),
    "ANSIBLE_PYTHON_INTERPRETER": ("defaults", "interpreter_python", TEXT),
    "ANSIBLE_GATHERING": ("defaults", "gathering", TEXT),
    "ANSIBLE_FORCE_HANDLERS": ("defaults", "force_handlers", TRUTH),
    "ANSIBLE_CACHE_PLUGIN": ("defaults", "fact_caching", TEXT),
    "ANSIBLE_CACHE_PLUGIN_CONNECTION": ("defaults", "fact_caching_connection", PATH),
    "ANSIBLE_CACHE_PLUGIN_PREFIX": ("defaults", "fact_caching_prefix", TEXT),
    "ANSIBLE_CACHE_PLUGIN_TIMEOUT": ("defaults", "fact_caching_timeout", NUMBER),
    "ANSIBLE_ERROR_ON_MISSING_HANDLER": ("defaults", "error_on_missing_handler", TRUTH),
    "ANSIBLE_STRATEGY": ("defaults", "strategy", TEXT),
    "ANSIBLE_TASK_TIMEOUT": ("defaults", "task_timeout", NUMBER),
    "ANSIBLE_RETRY_FILES_ENABLED": ("defaults", "retry_files_enabled", TRUTH),
    "ANSIBLE_RETRY_FILES_SAVE_PATH": ("defaults", "retry_files_save_path", PATH),
    "ANSIBLE_ASK_PASS": ("defaults", "ask_pass", TRUTH),
    "ANSIBLE_ASK_VAULT_PASS": ("defaults", "ask_vault_pass", TRUTH),
    "ANSIBLE_VAULT_PASSWORD_FILE": ("defaults", "vault_password_file", PATH),
    "ANSIBLE_VAULT_IDENTITY": ("defaults", "vault_identity", TEXT),
    "ANSIBLE_VAULT_IDENTITY_LIST": ("defaults", "vault_identity_list", TEXT),
    "ANSIBLE_VAULT_ENCRYPT_IDENTITY": ("defaults", "vault_encrypt_identity", TEXT),
    "ANSIBLE_VAULT_ENCRYPT_SALT": ("defaults", "vault_encrypt_salt", TEXT),
    "ANSIBLE_VAULT_ID_MATCH": ("defaults", "vault_id_match", TRUTH),
    "ANSIBLE_BECOME": ("privilege_escalation", "become", TRUTH),
    "ANSIBLE_BECOME_METHOD": ("privilege_escalation", "become_method", TEXT),
    "ANSIBLE_BECOME_USER": ("privilege_escalation", "become_user", TEXT),
    "ANSIBLE_BECOME_ASK_PASS": ("privilege_escalation", "become_ask_pass", TRUTH),
    "ANSIBLE_SSH_ARGS": ("ssh_connection", "ssh_args", TEXT),
    "ANSIBLE_SSH_COMMON_ARGS": ("ssh_connection", "ssh_common_args", TEXT),
    "ANSIBLE_SSH_EXTRA_ARGS": ("ssh_connection", "ssh_extra_args", TEXT),
    "ANSIBLE_DIFF_ALWAYS": ("diff", "always", TRUTH),
    "ANSIBLE_RUN_TAGS": ("tags", "run", TEXT),
    "ANSIBLE_SKIP_TAGS": ("tags", "skip", TEXT),
}
"""Name -> (section of ansible.cfg, key there and in opsengine.toml, kind)."""


OWN_KEYS = {("diff", "always"): "diff", ("tags", "run"): "tags", ("tags", "skip"): "skip_tags"}
"""The keys of opsengine.toml that without their section would say nothing."""


class Config(Mapping[str, str]):
    """The settings by name, each as text."""

    def __init__(self, environment: Mapping[str, str], files: Mapping[str, str]) -> None:
        self._values = {**files, **{name: value for name, value in environment.items() if name.startswith("ANSIBLE_")}}

    def __getitem__(self, name: str) -> str:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def truth(self, name: str) -> bool:
        """A setting that is yes or no; no where nothing is said. Raises UsageError for anything else."""
        word = (self.get(name) or "no").strip().lower()
        if word not in TRUE + FALSE:
            raise UsageError(f"{name}: should be yes or no, got `{self[name]}`")
        return word in TRUE

    def choice(self, name: str, words: Sequence[str]) -> str:
        """A setting that is one of some words; the first where nothing is said. Raises UsageError for another."""
        word = (self.get(name) or words[0]).strip()
        if word not in words:
            raise UsageError(f"{name}: should be one of {', '.join(words)}, got `{word}`", hint=near(word, words))
        return word

    @functools.cached_property
    def merges_mappings(self) -> bool:
        """Whether a variable that is a mapping is merged into the weaker one of its name, instead of replacing it."""
        return self.choice("ANSIBLE_HASH_BEHAVIOUR", ("replace", "merge")) == "merge"

    def number(self, name: str) -> int | None:
        """A setting that is a whole number; None where nothing is said. Raises UsageError for anything else."""
        try:
            return int(self[name]) if self.get(name) else None
        except ValueError:
            raise UsageError(f"{name}: should be a whole number, got `{self[name]}`") from None

    def words(self, name: str, separator: str = ",") -> list[str]:
        """A setting that is a list."""
        return [part.strip() for part in self.get(name, "").split(separator) if part.strip()]


@functools.cache
def config() -> Config:
    """The settings of this process, read once. Raises InputError for a file that cannot be read."""
    found: dict[str, str] = {}
    classic = _classic_file(os.environ)
    if classic:
        found.update(read_classic(classic))
    own = Path("opsengine.toml")
    if own.is_file():
        found.update(read_own(own))
    return Config(os.environ, found)


def missing_handler_fails() -> bool:
    """Whether a task that notifies a handler which is not there fails; otherwise there is a warning."""
    return config().get("ANSIBLE_ERROR_ON_MISSING_HANDLER") is None or config().truth(
        "ANSIBLE_ERROR_ON_MISSING_HANDLER"
    )


def _classic_file(environment: Mapping[str, str]) -> Path | None:
    """The first of Ansible's places that has a file; one in a folder that all may write to does not count."""
    if environment.get("ANSIBLE_CONFIG"):
        given = Path(environment["ANSIBLE_CONFIG"]).expanduser()
        return given / "ansible.cfg" if given.is_dir() else given
    here = Path("ansible.cfg")
    places = [here, Path("~/.ansible.cfg").expanduser(), Path("/etc/ansible/ansible.cfg")]
    if here.is_file() and Path().stat().st_mode & stat.S_IWOTH:
        places.remove(here)
    return next((place for place in places if place.is_file()), None)


def read_classic(path: Path) -> dict[str, str]:
    """The settings of an ansible.cfg that have a meaning here; the others are passed over. Raises InputError."""
    import configparser

    parser = configparser.ConfigParser(interpolation=None, inline_comment_prefixes=(";",), strict=False)
    try:
        parser.read_string(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot be read: {error}", origin=Origin(str(path))) from None
    except configparser.Error as error:
        line = getattr(error, "lineno", None) or next(iter(getattr(error, "errors", [])), (1, ""))[0]
        origin = Origin(str(path), line, 1)
        raise InputError("neither a [section] nor `key = value`", hint="ansible.cfg is INI", origin=origin) from None
    found = {}
    for name, (section, key, kind) in SETTINGS.items():
        if parser.has_option(section, key):
            found[name] = _placed(name, parser.get(section, key), kind, path)
    return found


def read_own(path: Path) -> dict[str, str]:
    """The settings of an opsengine.toml: the keys of ansible.cfg without its sections. Raises InputError."""
    import tomllib

    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"not TOML: {error}", origin=Origin(str(path))) from None
    names = {OWN_KEYS.get((section, key), key): name for name, (section, key, _) in SETTINGS.items()}
    found = {}
    for key, value in given.items():
        if key not in names:
            raise InputError(f"unknown setting `{key}`", hint=near(key, names), origin=Origin(str(path)))
        text = ",".join(map(str, value)) if isinstance(value, list) else str(value)
        found[names[key]] = _placed(names[key], text, SETTINGS[names[key]][2], path)
    return found


def _placed(name: str, text: str, kind: str, file: Path) -> str:
    """A value with its paths counted from the folder of the file it stands in."""
    text = text.strip().strip("\"'") if kind != TEXT else text.strip()
    if kind not in (PATH, PATHS):
        return text
    separator = "," if name == "ANSIBLE_INVENTORY" else os.pathsep
    if kind == PATHS and name == "ANSIBLE_INVENTORY" and text.endswith(","):
        return text
    parts = text.replace(",", separator).split(separator) if kind == PATHS else [text]
    folder = file.parent.absolute()
    return separator.join(str(folder / Path(os.path.expandvars(part.strip())).expanduser()) for part in parts if part)
