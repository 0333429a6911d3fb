"""
The text around the cipher: a line of header, then hexadecimal digits in lines of 80.

Header 1.1: `$ANSIBLE_VAULT;1.1;AES256`; 1.2 has the vault id's label behind it.
"""

from __future__ import annotations

from typing import NamedTuple

from opsengine.config import config
from opsengine.errors import InputError
from opsengine.source.text import Origin
from opsengine.vault import cipher

HEADER = b"$ANSIBLE_VAULT"
DEFAULT_LABEL = "default"
WIDTH = 80


class VaultError(InputError):
    """Something encrypted cannot be opened: no password, the wrong one, or damage."""


class Envelope(NamedTuple):
    """A vault's parts; `label` is None in format 1.1."""

    body: bytes
    label: str | None


def is_encrypted(data: bytes | str) -> bool:
    """Whether a file's content or a text is a vault."""
    if isinstance(data, str):
        return data.startswith(HEADER.decode()) and data.isascii()
    return data.startswith(HEADER) and data.isascii()


def unfold(data: bytes, origin: Origin) -> Envelope:
    """The parts of a vault; raises VaultError for what is none, or of another format."""
    lines = [line.strip() for line in data.splitlines()]
    header = [part.strip() for part in lines[0].split(b";")] if lines else []
    if not is_encrypted(data) or len(header) < 3:
        raise VaultError("not a vault: the header should be $ANSIBLE_VAULT;1.1;AES256", origin=origin)
    version, name = header[1].decode(), header[2].decode()
    if version not in ("1.1", "1.2") or name != "AES256":
        raise VaultError(
            f"a vault of format {version} with {name} cannot be read",
            hint="1.1 and 1.2 with AES256 can; older ones have to be encrypted anew with an old ansible-vault",
            origin=origin,
        )
    return Envelope(b"".join(lines[1:]), header[3].decode() if len(header) > 3 else None)


def fold(body: bytes, label: str | None) -> bytes:
    """A vault's text; 1.2 where there is a label other than `default`, else 1.1."""
    header = HEADER + b";1.1;AES256"
    if label and label != DEFAULT_LABEL:
        header = HEADER + b";1.2;AES256;" + label.encode()
    lines = [header, *(body[at : at + WIDTH] for at in range(0, len(body), WIDTH))]
    return b"\n".join(lines) + b"\n"


def encrypt(plain: bytes, password: bytes, label: str | None = None, salt: bytes | None = None) -> bytes:
    """
    The vault that holds some bytes.

    salt: makes the same vault of the same bytes every time; without one, the setting's, else a random one is taken.
    """
    if salt is None and (given := config().get("ANSIBLE_VAULT_ENCRYPT_SALT")):
        salt = given.encode()
    return fold(cipher.seal(plain, password, salt), label)
