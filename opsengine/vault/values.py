"""What encrypted text becomes among the values of YAML: decrypted when it is read, rendered never, masked always."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from opsengine.reporting.secrets import Secrets
from opsengine.source.text import COMMAND_LINE, Origin, Text
from opsengine.vault import keyring
from opsengine.vault.envelope import VaultError

SHORTEST = 6
"""Shorter texts of an encrypted file are words (`prod`, `true`) more often than secrets."""
SHORTEST_NUMBER = 4
TELLING = re.compile(r"pass|pw|secret|token|key|pin|credential", re.I)
"""Whatever a variable of such a name holds is a secret, however short."""
BRACES = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.S)


class Decrypted(str):
    """The text of a `!vault` value; data, never a template. `ciphertext` is the vault it was in."""

    __slots__ = ("ciphertext",)

    ciphertext: str


class Encrypted(Text):
    """
    A `!vault` value as it was written.

    It counts as a template, so that everything that renders comes by `decrypted`; other than a template it gives the
    same for every host, and text that is never rendered again.
    """

    __slots__ = ()

    def __new__(cls, value: str, origin: Origin = COMMAND_LINE) -> Encrypted:
        self = super().__new__(cls, value, origin)
        assert isinstance(self, Encrypted)
        self.is_template = True
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return (Encrypted, (str(self), self.origin))

    @classmethod
    def read(cls, value: str, origin: Origin) -> Encrypted:
        """The value as a file holds it. A password that is wrong for it is noticed (Keyring.verify)."""
        keyring.current().see(value.strip().encode(), origin)
        return cls(value, origin)

    def decrypted(self) -> Decrypted:
        """The text that is in it, masked in every output from now on; raises VaultError with file, line and column."""
        ring = keyring.current()
        try:
            text = ring.decrypt(self.strip().encode(), self.origin).decode()
        except UnicodeError:
            raise VaultError("what is encrypted here is not UTF-8 text", origin=self.origin) from None
        ring.secrets.add(text)
        found = Decrypted(text)
        found.ciphertext = str(self)
        return found


class Confidential(Text):
    """A text of an encrypted file. What a template of such a file gives is masked as the file's own words are."""

    __slots__ = ()

    def __reduce__(self) -> tuple[Any, ...]:
        return (Confidential, (str(self), self.origin))

    def rendered_to(self, value: Any) -> None:
        """Have the result masked, unless nothing but other variables went into it."""
        if isinstance(value, str) and BRACES.sub("", self).strip():
            _learn_value("", value, keyring.current().secrets)


def learn_file(value: Any) -> None:
    """
    Have the values of an encrypted YAML file masked.

    A mapping holds variables. Of a list, which is one of plays or tasks, only what is under `vars` is meant: names of
    modules and states are no secrets.
    """
    secrets = keyring.current().secrets
    for variables in [value] if isinstance(value, Mapping) else _vars_in(value):
        _learn("", variables, secrets)


def learn_text(text: str) -> None:
    """Have the lines of an encrypted file masked that are long enough to tell; of a single line, all of it."""
    secrets = keyring.current().secrets
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    for line in lines:
        if len(line) >= SHORTEST or len(lines) == 1:
            secrets.add(line)


def _vars_in(value: Any) -> Iterator[Mapping[Any, Any]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            if key == "vars" and isinstance(item, Mapping):
                yield item
            else:
                yield from _vars_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from _vars_in(item)


def _learn(name: str, value: Any, secrets: Secrets) -> None:
    if isinstance(value, Mapping):
        for key, item in value.items():
            _learn(str(key), item, secrets)
    elif isinstance(value, (list, tuple)):
        for item in value:
            _learn(name, item, secrets)
    elif not getattr(value, "is_template", False):
        _learn_value(name, value, secrets)


def _learn_value(name: str, value: Any, secrets: Secrets) -> None:
    shortest = SHORTEST if isinstance(value, str) else SHORTEST_NUMBER
    if value is not None and (TELLING.search(name) or len(str(value)) >= shortest):
        secrets.add(value)
