"""
Where vault passwords come from: files, scripts, questions; options and environment variables name them.

https://docs.ansible.com/ansible/latest/vault_guide/vault_managing_passwords.html
"""

from __future__ import annotations

import os
import subprocess
import warnings
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from opsengine.config import config
from opsengine.errors import UsageError
from opsengine.source.text import Origin
from opsengine.vault.envelope import DEFAULT_LABEL, VaultError, is_encrypted
from opsengine.vault.keyring import Keyring, Password

PROMPT = "prompt"
UNKNOWN_ID = 2
"""What a client script exits with when it has no password for a vault id."""

Ask = Callable[[str], str]
"""Asks the person at the terminal for something that is not shown while it is typed."""


class Source(NamedTuple):
    """A vault id: its label, and the file, script or `prompt` that gives its password. plain: asked without label."""

    label: str
    place: str
    plain: bool = False


class Wanted(NamedTuple):
    """Where the passwords of a run come from, as the command line and the settings say."""

    sources: tuple[Source, ...] = ()
    only_same_label: bool = False


def source_of(text: str) -> Source:
    """A vault id as it is given: LABEL@SOURCE, or a source alone. Raises UsageError for a label that cannot be."""
    label, at, place = text.partition("@")
    if not at:
        label, place = "", text
    if ";" in label or any(sign.isspace() for sign in label) or not label.isascii():
        raise UsageError(f"--vault-id {text}: a label is of ASCII, without `;` and white space")
    if not place:
        raise UsageError(f"--vault-id {text}: no source", hint=f"{label}@prompt asks, {label}@FILE reads a file")
    return Source(label or default_label(), place)


def default_label() -> str:
    """The label of passwords that are given without one."""
    return config().get("ANSIBLE_VAULT_IDENTITY") or DEFAULT_LABEL


def encrypting_label() -> str | None:
    """The label of the vault id to encrypt with, where the settings name one."""
    return config().get("ANSIBLE_VAULT_ENCRYPT_IDENTITY") or None


def wanted(
    ids: Iterable[str] = (),
    files: Iterable[str] = (),
    ask: bool = False,
) -> Wanted:
    """The sources in Ansible's order: the settings' vault ids, --vault-id, password files, the question."""
    settings = config()
    found = [source_of(text) for text in [*settings.words("ANSIBLE_VAULT_IDENTITY_LIST"), *ids]]
    label = default_label()
    from_environment = settings.get("ANSIBLE_VAULT_PASSWORD_FILE")
    found += [Source(label, file) for file in [*files, *([from_environment] if from_environment else [])]]
    if ask or settings.truth("ANSIBLE_ASK_VAULT_PASS"):
        found.append(Source(label, PROMPT, plain=True))
    return Wanted(tuple(found), settings.truth("ANSIBLE_VAULT_ID_MATCH"))


def fill(keyring: Keyring, sources: Sequence[Source], ask: Ask, new: bool = False) -> None:
    """
    Get the passwords of all sources into a keyring; an encrypted password file may need those before it.

    As in Ansible, a source that fails is a warning while another one works. new: whether the passwords are to be set
    now: they are asked for twice. Raises VaultError where no source works.
    """
    problems = []
    for source in sources:
        try:
            keyring.add(Password(source.label, _asked(source, ask, new) or _read(source, keyring)))
        except VaultError as problem:
            problems.append(problem)
    if problems and not keyring.passwords:
        raise VaultError.of(problems)
    for failed in problems:
        warnings.warn(str(failed), stacklevel=2)


def _asked(source: Source, ask: Ask, new: bool) -> bytes | None:
    if source.place != PROMPT:
        return None
    name = "vault password" if source.plain else f"vault password ({source.label})"
    answer = ask(f"New {name}: " if new else f"{name.capitalize()}: ").strip()
    if new and ask(f"Confirm new {name}: ").strip() != answer:
        raise UsageError("the two passwords are not the same")
    if not answer:
        raise UsageError("the vault password is empty")
    return answer.encode()


def _read(source: Source, keyring: Keyring) -> bytes:
    path = Path(source.place).expanduser().absolute()
    origin = Origin(str(path))
    if path.is_dir():
        raise VaultError("a folder; a vault password file was expected", origin=origin)
    if not path.exists():
        raise VaultError("there is no such vault password file", origin=origin)
    script = os.access(path, os.X_OK)
    found = _from_script(path, source.label, origin) if script else _from_file(path, keyring, origin)
    if not found:
        raise VaultError("gives an empty vault password", origin=origin)
    return found


def _from_file(path: Path, keyring: Keyring, origin: Origin) -> bytes:
    try:
        data = path.read_bytes().strip()
    except OSError as error:
        raise VaultError(f"the vault password file cannot be read: {error.strerror}", origin=origin) from None
    return keyring.decrypt(data, origin).strip(b"\r\n") if is_encrypted(data) else data


def _from_script(path: Path, label: str, origin: Origin) -> bytes:
    """What a script prints. Its standard error stays the terminal's, so that it may ask something itself."""
    client = path.stem.endswith("-client")
    command = [str(path), "--vault-id", label] if client else [str(path)]
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, check=False)
    except OSError as error:
        raise VaultError(
            f"the vault password script cannot be run: {error.strerror}",
            hint="a file that is no script should not be executable: chmod a-x",
            origin=origin,
        ) from None
    if client and done.returncode == UNKNOWN_ID:
        raise VaultError(f"the script knows no password for the vault id `{label}`", origin=origin)
    if done.returncode:
        raise VaultError(f"the vault password script exited with {done.returncode}", origin=origin)
    return done.stdout.strip(b"\r\n")
