"""
The vault passwords of a run, tried in Ansible's order, and all that they have brought to light.

There is one keyring in use at a time (`current`, `use`), as encrypted files and values turn up wherever YAML is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from opsengine.reporting.secrets import Secrets
from opsengine.source.text import Origin
from opsengine.vault import cipher
from opsengine.vault.envelope import DEFAULT_LABEL, Envelope, VaultError, unfold

HOW_TO_GIVE = "--ask-vault-pass, --vault-password-file FILE or --vault-id LABEL@SOURCE gives one"


class Password(NamedTuple):
    """A password and the label of the vault id it belongs to."""

    label: str
    secret: bytes

    def __repr__(self) -> str:
        return f"Password({self.label!r}, ...)"


class Opened(NamedTuple):
    """What was in a vault, the label in its header, and the password that opened it."""

    data: bytes
    label: str | None
    password: Password


class Keyring:
    """
    Opens vaults.

    passwords: in the order of their precedence. only_same_label: whether only passwords of the label in a vault's
    header are tried (Ansible's `vault_id_match`). secrets: what is masked in every output.
    """

    def __init__(
        self, passwords: Iterable[Password] = (), only_same_label: bool = False, secrets: Secrets | None = None
    ) -> None:
        self.passwords: list[Password] = []
        self.only_same_label = only_same_label
        self.secrets = Secrets() if secrets is None else secrets
        self._opened: dict[bytes, Opened] = {}
        self._seen: list[tuple[bytes, Origin]] = []
        for password in passwords:
            self.add(password)

    def add(self, password: Password) -> None:
        """Take in one more password, to be tried after those there are."""
        self.passwords.append(password)
        self.secrets.add(password.secret.decode(errors="replace"))

    def decrypt(self, data: bytes, origin: Origin) -> bytes:
        """What is in a vault; raises VaultError naming the place where no password opens it."""
        return self.open(data, origin).data

    def open(self, data: bytes, origin: Origin) -> Opened:
        """As `decrypt`, with the password that has opened it. The same vault is opened once in a run."""
        found = self._opened.get(data)
        if found is None:
            found = self._opened[data] = self._open(data, origin)
        return found

    def see(self, data: bytes, origin: Origin) -> None:
        """Take note of a value that is decrypted when it is read, if ever: `verify` tries the passwords on it."""
        if self.passwords:
            self._seen.append((data, origin))

    def verify(self) -> None:
        """
        Raise VaultError for passwords that open none of the values seen so far which bear their label.

        One that is wrong is told so before anything has happened, not by the first task that reads a value. What is
        for other labels may stay closed, as nobody may ever read it.
        """
        seen, self._seen = self._seen, []
        by_label: dict[str, list[tuple[bytes, Origin]]] = {}
        for data, origin in seen:
            by_label.setdefault(unfold(data, origin).label or DEFAULT_LABEL, []).append((data, origin))
        known = {password.label for password in self.passwords}
        groups = [values for label, values in by_label.items() if label in known] or [seen]
        for values in groups:
            if values and not any(self._opens(data, origin) for data, origin in values):
                self.open(*values[0])

    def _opens(self, data: bytes, origin: Origin) -> bool:
        try:
            self.open(data, origin)
        except VaultError:
            return False
        return True

    def _open(self, data: bytes, origin: Origin) -> Opened:
        vault = unfold(data, origin)
        candidates = self._candidates(vault.label)
        if not candidates:
            raise self._no_password(vault, origin)
        for password in candidates:
            try:
                plain = cipher.unseal(vault.body, password.secret)
            except ValueError:
                raise VaultError("the vault is damaged: it is not whole, or was changed", origin=origin) from None
            if plain is not None:
                return Opened(plain, vault.label, password)
        raise _wrong_password(vault, candidates, origin)

    def _candidates(self, label: str | None) -> list[Password]:
        """As Ansible tries them: those of the vault's own label first."""
        label = label or DEFAULT_LABEL
        same = [password for password in self.passwords if password.label == label]
        others = [password for password in self.passwords if password.label != label]
        return same if self.only_same_label else same + others

    def _no_password(self, vault: Envelope, origin: Origin) -> VaultError:
        if not self.passwords:
            named = f" for the vault id `{vault.label}`" if vault.label else ""
            return VaultError(f"encrypted{named}, and no vault password was given", hint=HOW_TO_GIVE, origin=origin)
        label = vault.label or DEFAULT_LABEL
        return VaultError(
            f"encrypted for the vault id `{label}`, and ANSIBLE_VAULT_ID_MATCH keeps to that one",
            hint=f"--vault-id {label}@SOURCE gives its password; there are: {_labels(self.passwords)}",
            origin=origin,
        )


def _wrong_password(vault: Envelope, tried: Sequence[Password], origin: Origin) -> VaultError:
    if len(tried) == 1:
        message, hint = "the vault password is wrong", None
    else:
        message, hint = "none of the vault passwords opens it", f"tried: {_labels(tried)}"
    if vault.label and vault.label not in {password.label for password in tried}:
        hint = f"it was encrypted for the vault id `{vault.label}`: --vault-id {vault.label}@SOURCE gives its password"
    return VaultError(message, hint=hint, origin=origin)


def _labels(passwords: Sequence[Password]) -> str:
    return ", ".join(dict.fromkeys(password.label for password in passwords))


_current = Keyring()


def current() -> Keyring:
    """The keyring in use; one without passwords until `use` is called."""
    return _current


def use(keyring: Keyring) -> Keyring:
    """Put a keyring in use; returns the one that was before."""
    global _current
    before, _current = _current, keyring
    return before
