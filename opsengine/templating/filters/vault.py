"""Filters that make and open vaults with a password of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from opsengine.errors import TemplateError
from opsengine.source.text import COMMAND_LINE
from opsengine.templating.filters._guard import takes_undefined
from opsengine.templating.filters._plain import bytes_of, wrong
from opsengine.vault.envelope import VaultError, encrypt, is_encrypted
from opsengine.vault.keyring import Keyring, Password, current
from opsengine.vault.values import Decrypted, Encrypted

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
    data, password = _bytes("vault", value), _bytes("vault", secret)
    if is_encrypted(data):
        raise TemplateError("vault: the text is a vault already")
    current().secrets.add(password.decode(errors="replace"))
    return encrypt(data, password, str(vaultid or vault_id), bytes_of(salt) if salt else None).decode()


@takes_undefined
def unvault(value: Any, secret: Any, vault_id: str = LABEL, vaultid: str | None = None) -> Any:
    """The text in a vault that the password `secret` opens; any other text is itself."""
    from jinja2.runtime import Undefined

    for given in (value, secret):
        if isinstance(given, Undefined):
            return given
    data, password = _bytes("unvault", value), _bytes("unvault", secret)
    if not is_encrypted(data):
        return data.decode()
    secrets = current().secrets
    try:
        found = Keyring([Password(str(vaultid or vault_id), password)], secrets=secrets).decrypt(data, COMMAND_LINE)
    except VaultError as error:
        raise TemplateError(f"unvault: {error.message}") from None
    text = found.decode()
    secrets.add(text)
    return text


def _bytes(name: str, value: Any) -> bytes:
    if not isinstance(value, (str, bytes)):
        raise wrong(name, "text", value)
    if isinstance(value, (Decrypted, Encrypted)) and name == "unvault":
        value = value.ciphertext if isinstance(value, Decrypted) else str(value)
    return bytes_of(value)


FILTERS: dict[str, Callable[..., Any]] = {"unvault": unvault, "vault": vault}
