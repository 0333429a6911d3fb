"""
What holds when neither the command line nor a playbook says otherwise: environment, opsengine.toml, ansible.cfg.

Every setting goes by the name of Ansible's environment variable, wherever it was written: see docs/configuration.md.
https://docs.ansible.com/ansible-core/2.19/reference_appendices/config.html
"""

from __future__ import annotations

import functools
import os
import stat
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from opsengine.errors import InputError, UsageError, near
from opsengine.settings import ALSO_AT, OWN_KEYS, PATH, PATHS, SETTINGS
from opsengine.source.text import Origin

TRUE = ("1", "true", "yes", "on", "y", "t")
FALSE = ("0", "false", "no", "off", "n", "f")


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

    def truth(self, name: str, default: bool = False) -> bool:
        """A setting that is yes or no. Raises UsageError for anything else."""
        word = (self.get(name) or str(default)).strip().lower()
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


def role_folders() -> tuple[Path, ...]:
    """Where roles are looked for besides beside a playbook: the setting's folders, else Ansible's usual ones."""
    given = config().words("ANSIBLE_ROLES_PATH", os.pathsep)
    home = config().get("ANSIBLE_HOME") or "~/.ansible"
    usual = (f"{home}/roles", "/usr/share/ansible/roles", "/etc/ansible/roles")
    return tuple(Path(folder).expanduser() for folder in given or usual)


def _classic_file(environment: Mapping[str, str]) -> Path | None:
    """The first of Ansible's places that has a file; one in a folder that all may write to does not count."""
    if environment.get("ANSIBLE_CONFIG"):
        given = Path(environment["ANSIBLE_CONFIG"]).expanduser()
        return given / "ansible.cfg" if given.is_dir() else given
    here = Path("ansible.cfg")
    places = [here, Path("~/.ansible.cfg").expanduser(), Path("/etc/ansible/ansible.cfg")]
    if here.is_file() and Path().stat().st_mode & stat.S_IWOTH:
        warnings.warn(
            "./ansible.cfg is passed over, as all may write to this folder; ANSIBLE_CONFIG can name it", stacklevel=2
        )
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
        for place in (ALSO_AT.get(name), (section, key)):
            if place and parser.has_option(*place):
                found[name] = _placed(name, parser.get(*place), kind, path)
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
    """A value without quotes around it, its paths counted from the folder of the file it stands in."""
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        text = text[1:-1]
    if kind not in (PATH, PATHS):
        return text
    separator = "," if name == "ANSIBLE_INVENTORY" else os.pathsep
    if kind == PATHS and name == "ANSIBLE_INVENTORY" and text.endswith(","):
        return text
    parts = text.replace(",", separator).split(separator) if kind == PATHS else [text]
    return separator.join(_path(part.strip(), file.parent.absolute()) for part in parts if part.strip())


def _path(text: str, folder: Path) -> str:
    """A path with `~` and variables of the environment replaced, and Ansible's word for the current folder."""
    text = os.path.expandvars(text.replace("{{CWD}}", str(Path.cwd())))
    return str(folder / Path(text).expanduser())
