"""Filters that make and open vaults with a password of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from opsengine.errors import TemplateError
from opsengine.source.text import COMMAND_LINE
from opsengine.templating.filters._guard import takes_undefined
from opsengine.templating.filters._plain import bytes_of, wrong
from opsengine.templating.undefined import Broken, Missing
from opsengine.vault.envelope import VaultError, encrypt, is_encrypted
from opsengine.vault.keyring import Keyring, Password, current
from opsengine.vault.values import SHORTEST, Decrypted, Encrypted

LABEL = "filter_default"


def vault(
    value: Any,
    secret: Any,
    salt: Any = None,
    vault_id: str = LABEL,
    wrap_object: bool = False,
    vaultid: str | None = None,
) -> str:
    """
    The text as a vault that the password `secret` opens, its label `vault_id`.

    salt: for the same vault every time. wrap_object: accepted and without effect, vaults in text are vaults too.
    """
    password = _bytes("Secret passed is required to be a string", secret)
    data = _bytes("Can only vault strings", value)
    if is_encrypted(data):
        raise TemplateError("Unable to encrypt: the text is a vault already")
    _mask(password.decode(errors="replace"))
    return encrypt(data, password, str(vaultid or vault_id), bytes_of(salt) if salt else None).decode()


@takes_undefined
def unvault(value: Any, secret: Any, vault_id: str = LABEL, vaultid: str | None = None) -> Any:
    """The text in a vault that the password `secret` opens; any other text is itself."""
    if isinstance(value, Broken) and is_encrypted(str(value._undefined_name).encode()):
        value = value._undefined_name  # a `!vault` value that no password of the run opens
    for given in (value, secret):
        if isinstance(given, Missing):
            return given
    password = _bytes("Secret passed is required to be as string", secret)
    data = _bytes("Vault should be in the form of a string", _ciphertext(value))
    if not is_encrypted(data):
        return data.decode()
    try:
        found = Keyring([Password(str(vaultid or vault_id), password)]).decrypt(data, COMMAND_LINE)
    except VaultError as error:
        raise TemplateError(f"Unable to decrypt: {error.message}") from None
    text = found.decode()
    _mask(text)
    return text


def _mask(text: str) -> None:
    """Have a text masked in every output; short ones are words more often than secrets."""
    if len(text) >= SHORTEST:
        current().secrets.add(text)


def _ciphertext(value: Any) -> Any:
    """What is in a `!vault` value as it was written; anything else as it is."""
    if isinstance(value, Decrypted):
        return value.ciphertext
    return str(value) if isinstance(value, Encrypted) else value


def _bytes(expected: str, value: Any) -> bytes:
    if not isinstance(value, (str, bytes)):
        raise wrong(expected, value)
    return bytes_of(value)


FILTERS: dict[str, Callable[..., Any]] = {"unvault": unvault, "vault": vault}
