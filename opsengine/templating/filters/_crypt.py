"""
Password hashes of the crypt(3) family in Python, as Python 3.13 has none.

SHA-crypt follows Ulrich Drepper's specification (https://www.akkadia.org/drepper/SHA-crypt.txt), MD5-crypt the
algorithm that Poul-Henning Kamp wrote for FreeBSD's libcrypt.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from typing import Any

ALPHABET = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
BCRYPT_ALPHABET = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
DEFAULT_ROUNDS = 5000
LEAST_ROUNDS = 1000
MOST_ROUNDS = 999_999_999

# Which bytes of the digest are written together, highest first: each line is the one before, turned and moved on.
MD5_ORDER = [(0, 6, 12), (1, 7, 13), (2, 8, 14), (3, 9, 15), (4, 10, 5), (11,)]
SHA256_ORDER = [(i * 21 % 30, (i * 21 + 10) % 30, (i * 21 + 20) % 30) for i in range(10)] + [(31, 30)]
SHA512_ORDER = [(i * 22 % 63, (i * 22 + 21) % 63, (i * 22 + 42) % 63) for i in range(21)] + [(63,)]


def sha256_crypt(password: bytes, salt: str, rounds: int = DEFAULT_ROUNDS) -> str:
    """The `$5$` hash; the rounds stand in it unless they are the default."""
    return _sha_crypt("$5$", hashlib.sha256, SHA256_ORDER, password, salt, rounds)


def sha512_crypt(password: bytes, salt: str, rounds: int = DEFAULT_ROUNDS) -> str:
    """The `$6$` hash; the rounds stand in it unless they are the default."""
    return _sha_crypt("$6$", hashlib.sha512, SHA512_ORDER, password, salt, rounds)


def _sha_crypt(
    prefix: str, algorithm: Callable[[bytes], Any], order: Iterable[tuple[int, ...]], key: bytes, salt: str, rounds: int
) -> str:
    salt = salt[:16]
    rounds = min(max(rounds, LEAST_ROUNDS), MOST_ROUNDS)
    digest = _sha_start(algorithm, key, salt.encode())
    p = _stretch(algorithm(key * len(key)).digest(), len(key))
    s = _stretch(algorithm(salt.encode() * (16 + digest[0])).digest(), len(salt))
    # What surrounds the digest repeats every 42 rounds (2 * 3 * 7).
    around = [_round(number, p, s) for number in range(42)]
    for number in range(rounds):
        before, after = around[number % 42]
        digest = algorithm(before + digest + after).digest()
    shown = "" if rounds == DEFAULT_ROUNDS else f"rounds={rounds}$"
    return f"{prefix}{shown}{salt}${_encoded(digest, order)}"


def _sha_start(algorithm: Callable[[bytes], Any], key: bytes, salt: bytes) -> bytes:
    """Digest A of the specification (steps 1 to 12)."""
    b = algorithm(key + salt + key).digest()
    mixed = key + salt + _stretch(b, len(key))
    length = len(key)
    while length:
        mixed += b if length & 1 else key
        length >>= 1
    digest: bytes = algorithm(mixed).digest()
    return digest


def _round(number: int, p: bytes, s: bytes) -> tuple[bytes, bytes]:
    between = (s if number % 3 else b"") + (p if number % 7 else b"")
    return (p + between, b"") if number & 1 else (b"", between + p)


def _stretch(digest: bytes, length: int) -> bytes:
    return (digest * (length // len(digest) + 1))[:length]


def md5_crypt(password: bytes, salt: str) -> str:
    """The `$1$` hash: weak, for old systems only."""
    salt = salt[:8]
    key, salt_bytes = password, salt.encode()
    b = hashlib.md5(key + salt_bytes + key).digest()
    mixed = key + b"$1$" + salt_bytes + _stretch(b, len(key))
    length = len(key)
    while length:
        mixed += b"\0" if length & 1 else key[:1]
        length >>= 1
    digest = hashlib.md5(mixed).digest()
    around = [_round(number, key, salt_bytes) for number in range(42)]
    for number in range(1000):
        before, after = around[number % 42]
        digest = hashlib.md5(before + digest + after).digest()
    return f"$1${salt}${_encoded(digest, MD5_ORDER)}"


def _encoded(digest: bytes, order: Iterable[tuple[int, ...]]) -> str:
    text = ""
    for places in order:
        value = int.from_bytes(bytes(digest[place] for place in places), "big")
        for _ in range(len(places) + 1):
            text += ALPHABET[value & 63]
            value >>= 6
    return text
