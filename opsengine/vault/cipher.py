"""
The cipher AES256 of Ansible Vault.

https://docs.ansible.com/ansible/latest/vault_guide/vault_using_encrypted_content.html#ansible-vault-payload-format-1-1-1-2:
PBKDF2-HMAC-SHA256 makes two keys and a counter out of password and salt; AES-CTR with the first key encrypts what is
padded to whole blocks (PKCS #7), HMAC-SHA256 with the second one signs the result.
"""

from __future__ import annotations

import functools
import hashlib
import hmac
import os
from binascii import hexlify, unhexlify
from typing import NamedTuple

ITERATIONS = 10_000
KEY = 32
BLOCK = 16
SALT = 32


class Keys(NamedTuple):
    """What a password and a salt give."""

    cipher: bytes
    signature: bytes
    counter: bytes


@functools.lru_cache(maxsize=1024)
def derived(password: bytes, salt: bytes) -> Keys:
    """The keys of a password and a salt: milliseconds of work, done once for each."""
    made = hashlib.pbkdf2_hmac("sha256", password, salt, ITERATIONS, 2 * KEY + BLOCK)
    return Keys(made[:KEY], made[KEY : 2 * KEY], made[2 * KEY :])


def seal(plain: bytes, password: bytes, salt: bytes | None = None) -> bytes:
    """Encrypt; the hexadecimal body of a vault. Without a salt a random one is taken, as it should be."""
    from cryptography.hazmat.primitives.padding import PKCS7

    salt = os.urandom(SALT) if salt is None else salt
    keys = derived(password, salt)
    padder = PKCS7(BLOCK * 8).padder()
    data = _counter_mode(keys, padder.update(plain) + padder.finalize())
    signature = hmac.digest(keys.signature, data, "sha256")
    return hexlify(b"\n".join((hexlify(salt), hexlify(signature), hexlify(data))))


def unseal(body: bytes, password: bytes) -> bytes | None:
    """
    Decrypt the hexadecimal body of a vault; None where the password is not the one.

    Raises ValueError for a body that is damaged.
    """
    salt, signature, data = (unhexlify(part) for part in unhexlify(body).split(b"\n", 2))
    keys = derived(password, salt)
    if not hmac.compare_digest(hmac.digest(keys.signature, data, "sha256"), signature):
        return None
    from cryptography.hazmat.primitives.padding import PKCS7

    unpadder = PKCS7(BLOCK * 8).unpadder()
    return unpadder.update(_counter_mode(keys, data)) + unpadder.finalize()


def _counter_mode(keys: Keys, data: bytes) -> bytes:
    """Encrypts and decrypts: in this mode the two are the same."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    work = Cipher(algorithms.AES(keys.cipher), modes.CTR(keys.counter)).encryptor()
    return work.update(data) + work.finalize()
