"""`opsengine vault`: what ansible-vault does, with its names."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from opsengine.cli.options import together
from opsengine.cli.passwords import ask, sources, vault_options
from opsengine.errors import InputError, UsageError
from opsengine.source.text import COMMAND_LINE, Origin
from opsengine.vault import files, keyring
from opsengine.vault.editing import edited
from opsengine.vault.envelope import encrypt as sealed
from opsengine.vault.envelope import is_encrypted
from opsengine.vault.keyring import Keyring, Opened, Password
from opsengine.vault.passwords import PROMPT, Source, Wanted, default_label, encrypting_label, fill, source_of

HELP = {"help_option_names": ["-h", "--help"]}
INDENTATION = " " * 10
STREAM = "-"

output_option = click.option("--output", metavar="FILE", help="Write here instead; `-` is standard output.")
encrypt_id_option = click.option(
    "--encrypt-vault-id", metavar="LABEL", help="Which of several vault ids to encrypt with."
)
new_options = together(
    click.option("--new-vault-id", metavar="[LABEL@]SOURCE", help="The new password's vault id."),
    click.option("--new-vault-password-file", metavar="FILE", help="A file with the new password."),
)


@click.group(context_settings=HELP)
def command() -> None:
    """
    Encrypt and decrypt files and values, in the format of ansible-vault.

    \b
    opsengine vault encrypt group_vars/all/secrets.yml
    opsengine vault view --vault-password-file ~/.vault group_vars/all/secrets.yml
    opsengine vault encrypt-string --name db_password
    """


@command.command(context_settings=HELP)
@click.argument("paths", nargs=-1, metavar="[FILE]...")
@output_option
@encrypt_id_option
@vault_options
def encrypt(paths: tuple[str, ...], output: str | None, **values: Any) -> int:
    """Encrypt files where they are; without FILE, standard input."""
    _one_output(paths, output)
    password = _encrypting(values)
    plain = [(path, _read(path)) for path in paths or (STREAM,)]
    for path, data in plain:
        if is_encrypted(data):
            raise InputError("encrypted already", hint="`rekey` changes its password", origin=Origin(_name(path)))
    for path, data in plain:
        _write(output or path, _sealed(data, password), wipe=not output)
    _say("Encryption successful")
    return 0


@command.command(context_settings=HELP)
@click.argument("paths", nargs=-1, metavar="[FILE]...")
@output_option
@vault_options
def decrypt(paths: tuple[str, ...], output: str | None, **values: Any) -> int:
    """Decrypt files where they are; without FILE, standard input."""
    _one_output(paths, output)
    for path, opened in _opened(paths or (STREAM,), _opening(values)):
        _write(output or path, opened.data)
    _say("Decryption successful")
    return 0


@command.command(context_settings=HELP)
@click.argument("paths", nargs=-1, required=True, metavar="FILE...")
@vault_options
def view(paths: tuple[str, ...], **values: Any) -> int:
    """Show what is in encrypted files."""
    for _, opened in _opened(paths, _opening(values)):
        text = opened.data.decode(errors="replace")
        if sys.stdout.isatty():
            click.echo_via_pager(text)
        else:
            click.echo(text, nl=not text.endswith("\n"))
    return 0


@command.command(context_settings=HELP)
@click.argument("paths", nargs=-1, required=True, metavar="FILE...")
@encrypt_id_option
@vault_options
def edit(paths: tuple[str, ...], **values: Any) -> int:
    """Edit encrypted files with $EDITOR; what is saved is encrypted before it reaches the disk."""
    chosen = _encrypting(values) if values["encrypt_vault_id"] else None
    ring = keyring.current() if chosen else _opening(values)
    for path, opened in _opened(paths, ring):
        data = edited(opened.data, Path(path).suffix)
        if data == opened.data and chosen is None:
            _say(f"{path} is as it was")
            continue
        password = chosen or opened.password._replace(label=opened.label or "")
        files.replace(Path(path), _sealed(data, password))
    return 0


@command.command(context_settings=HELP)
@click.argument("path", metavar="FILE")
@click.option("--skip-tty-check", is_flag=True, hidden=True, help="Taken for ansible-vault's sake: nothing is checked.")
@encrypt_id_option
@vault_options
def create(path: str, **values: Any) -> int:
    """Write a new encrypted file with $EDITOR."""
    if Path(path).exists():
        raise UsageError(f"{path} exists", hint="`edit` changes it")
    if not Path(path).absolute().parent.is_dir():
        raise UsageError(f"there is no folder {Path(path).parent} for {path}")
    password = _encrypting(values)
    files.replace(Path(path), _sealed(edited(b"", Path(path).suffix), password))
    return 0


@command.command(context_settings=HELP)
@click.argument("paths", nargs=-1, required=True, metavar="FILE...")
@new_options
@encrypt_id_option
@vault_options
def rekey(paths: tuple[str, ...], **values: Any) -> int:
    """Give encrypted files another password. All of them are opened before the first is written."""
    found = _opened(paths, _opening(values))
    password = _new_password(values)
    for path, opened in found:
        files.replace(Path(path), _sealed(opened.data, password))
    _say("Rekey successful")
    return 0


@command.command("encrypt-string", context_settings=HELP)
@click.argument("texts", nargs=-1, metavar="[TEXT]...")
@click.option("-n", "--name", "names", multiple=True, metavar="NAME", help="The variable's name; one for each TEXT.")
@click.option("--stdin-name", metavar="NAME", help="The name of the variable that standard input holds.")
@click.option("-p", "--prompt", "asked", is_flag=True, help="Ask for the text: what is typed here, others can read.")
@click.option("--show-input", is_flag=True, help="Show the text while it is typed.")
@output_option
@encrypt_id_option
@vault_options
def encrypt_string(texts: tuple[str, ...], names: tuple[str, ...], **values: Any) -> int:
    """
    Print values as they are put in a YAML file: `name: !vault |`.

    A TEXT of `-`, or none at all, is read from standard input. What is asked for or read comes first.
    """
    password = _encrypting(values)
    pairs = _strings(texts, names, values)
    if any(not text for _, text in pairs):
        raise UsageError("there is nothing to encrypt: the text is empty")
    _write(values["output"] or STREAM, "".join(_block(name, _sealed(text, password)) for name, text in pairs).encode())
    _say("Encryption successful")
    return 0


command.add_command(encrypt_string, "encrypt_string")


def _strings(texts: Sequence[str], names: Sequence[str], values: dict[str, Any]) -> list[tuple[str, bytes]]:
    """Each text to encrypt with the name of its variable; a text without one has an empty name."""
    from_input = STREAM in texts or values["stdin_name"] is not None
    if values["asked"] and from_input:
        raise UsageError("--prompt asks, and standard input cannot be read besides", hint="leave one of them out")
    texts = [text for text in texts if text != STREAM]
    waiting = list(names)
    found: list[tuple[str, bytes]] = []
    if values["asked"] or not (from_input or texts or not sys.stdin.isatty()):
        name = "" if texts or not waiting else waiting.pop(0)
        name = name or click.prompt("Variable name (enter for no name)", default="", show_default=False, err=True)
        text = click.prompt("String to encrypt", hide_input=not values["show_input"], err=True)
        found.append((name, text.encode()))
    elif from_input or not texts:
        name = values["stdin_name"] or ("" if texts or not waiting else waiting.pop(0))
        found.append((name, _from_input()))
    if len(waiting) > len(texts):
        raise UsageError(f"--name {waiting[-1]} has no text", hint="one --name for each TEXT")
    waiting += [""] * (len(texts) - len(waiting))
    return [*found, *((name, text.encode()) for name, text in zip(waiting, texts, strict=True))]


def _block(name: str, vault: bytes) -> str:
    lines = vault.decode().splitlines()
    return "\n".join([f"{name}: !vault |" if name else "!vault |", *(INDENTATION + line for line in lines)]) + "\n"


def _opening(values: dict[str, Any]) -> Keyring:
    """The keyring for reading; where no password is named, one is asked for."""
    return _filled(sources(values), new=False)


def _encrypting(values: dict[str, Any]) -> Password:
    """The password to encrypt with. Raises UsageError where it is not clear which."""
    ring = _filled(sources(values), new=True)
    return _chosen(ring.passwords, values["encrypt_vault_id"] or encrypting_label())


def _filled(asked: Wanted, new: bool) -> Keyring:
    ring = Keyring(only_same_label=asked.only_same_label)
    fill(ring, asked.sources or (Source(default_label(), PROMPT, plain=True),), ask, new)
    keyring.use(ring)
    return ring


def _chosen(passwords: Sequence[Password], label: str | None) -> Password:
    labels = list(dict.fromkeys(password.label for password in passwords))
    if label is None and len(labels) > 1:
        raise UsageError(
            f"there are several vault ids: {', '.join(labels)}",
            hint="--encrypt-vault-id LABEL says which to encrypt with",
        )
    wanted_label = labels[0] if label is None else label
    found = next((password for password in passwords if password.label == wanted_label), None)
    if found is None:
        raise UsageError(f"there is no vault id `{wanted_label}`", hint=f"there are: {', '.join(labels)}")
    return found


def _new_password(values: dict[str, Any]) -> Password:
    source = Source(default_label(), PROMPT, plain=True)
    if values["new_vault_id"] and values["new_vault_password_file"]:
        raise UsageError("--new-vault-id and --new-vault-password-file both name the new password", hint="give one")
    if values["new_vault_id"]:
        source = source_of(values["new_vault_id"])
    elif values["new_vault_password_file"]:
        source = Source(default_label(), values["new_vault_password_file"])
    elif values["encrypt_vault_id"]:
        return _chosen(keyring.current().passwords, values["encrypt_vault_id"])
    ring = Keyring()
    fill(ring, [source], ask, new=True)
    return ring.passwords[0]


def _opened(paths: Sequence[str], ring: Keyring) -> list[tuple[str, Opened]]:
    """Every file with what is in it; raises one InputError with all that cannot be opened."""
    found, problems = [], []
    for path in paths:
        try:
            found.append((path, ring.open(_read(path).strip(), Origin(_name(path)))))
        except InputError as problem:
            problems.append(problem)
    if problems:
        raise InputError.of(problems)
    return found


def _sealed(data: bytes, password: Password) -> bytes:
    return sealed(data, password.secret, password.label)


def _name(path: str) -> str:
    return COMMAND_LINE.file if path == STREAM else path


def _read(path: str) -> bytes:
    if path == STREAM:
        return _from_input()
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", origin=Origin(path)) from None


def _from_input() -> bytes:
    if sys.stdin.isatty():
        _say("Reading from standard input; end with Ctrl-D")
    return sys.stdin.buffer.read()


def _write(path: str, data: bytes, wipe: bool = False) -> None:
    if path == STREAM:
        sys.stdout.buffer.write(data)
        sys.stdout.flush()
        return
    try:
        files.replace(Path(path), data, wipe=wipe)
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror}", origin=Origin(path)) from None


def _one_output(paths: Sequence[str], output: str | None) -> None:
    if output and len(paths) > 1:
        raise UsageError("--output takes one file, not several")


def _say(message: str) -> None:
    if sys.stderr.isatty():
        click.echo(message, err=True)
