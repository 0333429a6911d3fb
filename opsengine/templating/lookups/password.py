"""The lookup that keeps a random password in a file of the controller."""

from __future__ import annotations

import contextlib
import os
import re
import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from opsengine.errors import TemplateError
from opsengine.templating.filters import hashing
from opsengine.templating.lookups.base import Variables, inline_options, text_term, whole_number

CHARS = ("ascii_letters", "digits", ".,:-_")
OPTIONS = ("length", "encrypt", "chars", "ident", "seed")
NOWHERE = Path("/dev/null")


def password(
    terms: list[Any],
    variables: Variables,
    *,
    length: Any = 20,
    chars: Any = CHARS,
    encrypt: str | None = None,
    ident: str | None = None,
    seed: Any = None,
) -> list[str]:
    """
    The password in a file, made up and written there (mode 0600) the first time.

    length: in characters. chars: what it is made of: names of Python's `string` constants, or characters.
    encrypt: give its hash (sha512, sha256, md5, bcrypt), whose salt is kept in the file too.
    seed: the same password for the same seed. A path of /dev/null is never written.
    """
    common = {"length": length, "chars": chars, "encrypt": encrypt, "ident": ident, "seed": seed}
    result = []
    for term in terms:
        name, own = _term(text_term("password", term))
        options = {**common, **own}
        if isinstance(chars, str):
            # As an option, a comma always separates.
            options["chars"] = own.get("chars", [part.strip() for part in chars.split(",")])
        result.append(_password(_place(name, variables), options))
    return result


def _term(term: str) -> tuple[str, dict[str, str]]:
    """The path, which may hold spaces, and the options behind it."""
    first, _, rest = term.partition(" ")
    text, options = inline_options(rest, OPTIONS, "Unrecognized parameter(s) given to password lookup: {}")
    name = f"{first} {text}" if text else first
    if options and not term.startswith(name):
        raise TemplateError(
            f"Unrecognized value after key=value parameters given to password lookup: {text}",
            hint="write the path first",
        )
    return name, options


def _place(name: str, variables: Variables) -> Path:
    path = Path(name).expanduser()
    return path if path.is_absolute() else Path(variables.get("playbook_dir", "."), path)


def _password(path: Path, options: dict[str, Any]) -> str:
    with _alone(path):
        kept = path.read_text("utf-8", "surrogateescape").rstrip() if path != NOWHERE and path.exists() else None
        secret, salt, ident = _parsed(kept) if kept is not None else (_random(options), None, None)
        if ident and options["ident"] and ident != options["ident"]:
            raise TemplateError(f"{path} is of ident {ident}, not {options['ident']}")
        encrypt, ident = options["encrypt"], ident or options["ident"]
        if encrypt:
            kind = hashing.PASSWORD_HASHES.get(encrypt, encrypt)
            salt = salt or hashing.random_salt(hashing.SALT_SIZES.get(kind, 8))
            ident = ident or ("2b" if kind == "bcrypt" else None)
        line = secret + (f" salt={salt}" if salt else "") + (f" ident={ident}" if salt and ident else "")
        if line != kept and path != NOWHERE:
            _write(path, line + "\n")
    return hashing.password_hash(secret, encrypt, salt=salt, ident=ident) if encrypt else secret


def _random(options: dict[str, Any]) -> str:
    from random import Random, SystemRandom

    pool = _characters(options["chars"])
    source = SystemRandom() if options["seed"] is None else Random(str(options["seed"]))
    return "".join(source.choice(pool) for _ in range(whole_number("length", options["length"])))


def _characters(chars: Any) -> str:
    if isinstance(chars, str):
        # A doubled comma is the character, a single one separates.
        chars = [*([","] if ",," in chars else []), *(part for part in chars.replace(",,", ",").split(",") if part)]
    pool = "".join(str(getattr(string, str(part), part)) for part in chars)
    pool = pool.replace('"', "").replace("'", "")
    if not pool:
        raise TemplateError("`chars` names no character")
    return pool


def _parsed(line: str) -> tuple[str, str | None, str | None]:
    match = re.fullmatch(r"(.*) salt=(.*?)(?: ident=(.*))?", line, re.DOTALL)
    return (match[1], match[2], match[3]) if match else (line, None, None)


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Keeps other threads and processes from making up another password at the same time."""
    if path == NOWHERE:
        yield
        return
    import fcntl

    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _write(path: Path, text: str) -> None:
    import tempfile

    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="surrogateescape") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


LOOKUPS = {"password": password}
