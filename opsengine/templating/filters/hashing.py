"""Filters that hash: checksums, passwords, names."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from opsengine.errors import TemplateError, near
from opsengine.templating.filters import _crypt
from opsengine.templating.filters._plain import bytes_of, text_of, wrong

# The namespace of ansible.builtin.to_uuid, so that names keep their ids.
NAMESPACE = "361E6D51-FAEC-444A-9079-341386DA8E2E"
SALT_ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789./"
PASSWORD_HASHES = {"md5": "md5_crypt", "blowfish": "bcrypt", "sha256": "sha256_crypt", "sha512": "sha512_crypt"}
SALT_SIZES = {"md5_crypt": 8, "bcrypt": 22, "sha256_crypt": 16, "sha512_crypt": 16}
ROUNDS_RANGE = {
    "bcrypt": (4, 31),
    **dict.fromkeys(("sha256_crypt", "sha512_crypt"), (_crypt.LEAST_ROUNDS, _crypt.MOST_ROUNDS)),
}
ROUNDS = {"bcrypt": 12, "sha256_crypt": 535_000, "sha512_crypt": 656_000}


def checksum(value: Any, hashtype: str = "sha1") -> str:
    """The checksum of a text in hexadecimal; hashtype is any of Python's hashlib."""
    try:
        digest = hashlib.new(hashtype, bytes_of(value), usedforsecurity=False)
    except ValueError:
        hint = near(hashtype, hashlib.algorithms_guaranteed) or "see Python's hashlib for the known ones"
        raise TemplateError(f"unsupported hash type {hashtype}", hint=hint) from None
    return digest.hexdigest()


def sha1(value: Any) -> str:
    """The SHA-1 of a text in hexadecimal."""
    return checksum(value, "sha1")


def md5(value: Any) -> str:
    """The MD5 of a text in hexadecimal."""
    return checksum(value, "md5")


def to_uuid(value: Any, namespace: str = NAMESPACE) -> str:
    """The UUID (version 5, RFC 9562) of a name in a namespace."""
    import uuid

    try:
        space = uuid.UUID(str(namespace))
    except ValueError:
        raise TemplateError(f"Invalid value '{namespace}' for 'namespace'") from None
    return str(uuid.uuid5(space, text_of(value)))


def random_salt(length: int) -> str:
    """A salt by the system's random source."""
    import secrets

    return "".join(secrets.choice(SALT_ALPHABET) for _ in range(length))


def password_hash(
    password: Any,
    hashtype: str = "sha512",
    salt: str | None = None,
    salt_size: int | None = None,
    rounds: int | None = None,
    ident: str | None = None,
) -> str:
    """
    The hash of a password as /etc/shadow has it.

    hashtype: sha512, sha256, md5, blowfish (or bcrypt; needs the Python package `bcrypt`).
    salt: random without it, of `salt_size` characters; give one, or every run changes the hash.
    ident: the variant of bcrypt (2, 2a, 2b, 2y).
    Raises TemplateError for an unknown hash and a salt that cannot be.
    """
    name = PASSWORD_HASHES.get(hashtype, hashtype)
    if name not in SALT_SIZES:
        known = ", ".join(PASSWORD_HASHES)
        raise TemplateError(
            f"{hashtype} is not in the list of supported passlib algorithms",
            hint=near(hashtype, PASSWORD_HASHES) or f"known: {known}",
        )
    if not isinstance(salt_size, (int, type(None))):
        raise TemplateError("salt_size must be an integer")
    _check_rounds(name, rounds)
    if not isinstance(password, (str, bytes)):
        raise wrong("secret must be text", password)
    salt = str(salt) if salt else random_salt(salt_size or SALT_SIZES[name])
    _check_salt(name, salt)
    if name == "bcrypt":
        return _bcrypt(bytes_of(password), salt, rounds or ROUNDS[name], ident or "2b")

    if name == "md5_crypt":
        return _crypt.md5_crypt(bytes_of(password), salt)
    crypt = _crypt.sha256_crypt if name == "sha256_crypt" else _crypt.sha512_crypt
    return crypt(bytes_of(password), salt, rounds or ROUNDS[name])


def _check_rounds(name: str, rounds: int | None) -> None:
    low, high = ROUNDS_RANGE.get(name, (0, 0))
    if rounds is not None and name in ROUNDS_RANGE and not low <= rounds <= high:
        raise TemplateError(f"Could not hash the secret: {name} takes {low} to {high} rounds, not {rounds}")


def _check_salt(name: str, salt: str) -> None:
    if strange := sorted(set(salt) - set(SALT_ALPHABET)):
        raise TemplateError(f"Could not hash the secret: invalid characters in {name} salt: `{''.join(strange)}`")
    size = SALT_SIZES[name]
    if len(salt) > size or (name == "bcrypt" and len(salt) != size):
        limit = f"{size}" if name == "bcrypt" else f"at most {size}"
        raise TemplateError(
            f"Could not hash the secret: {name} requires a salt of {limit} characters, the given one has {len(salt)}"
        )


def _bcrypt(password: bytes, salt: str, rounds: int, ident: str) -> str:
    try:
        import bcrypt
    except ImportError:
        hint = "install it beside opsengine, or use sha512"
        raise TemplateError("bcrypt needs the Python package `bcrypt`", hint=hint) from None
    # 22 characters hold 132 bits, four more than the salt: those must be 0.
    last = _crypt.BCRYPT_ALPHABET[_crypt.BCRYPT_ALPHABET.index(salt[-1]) & 0b110000]
    setting = f"${ident}${rounds:02d}${salt[:-1]}{last}"
    return bcrypt.hashpw(password, setting.encode()).decode("ascii")


FILTERS: dict[str, Callable[..., Any]] = {
    "checksum": sha1,
    "hash": checksum,
    "md5": md5,
    "password_hash": password_hash,
    "sha1": sha1,
    "to_uuid": to_uuid,
}
