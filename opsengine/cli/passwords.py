"""The options that say which vault passwords there are, and the keyring that comes of them."""

from __future__ import annotations

from typing import Any

import click

from opsengine.cli.options import Decorator, together
from opsengine.vault import keyring
from opsengine.vault.keyring import Keyring
from opsengine.vault.passwords import Wanted, fill, wanted

vault_options: Decorator = together(
    click.option(
        "--vault-id",
        "vault_ids",
        multiple=True,
        metavar="[LABEL@]SOURCE",
        help="A vault password: SOURCE is a file, a script, or `prompt`. May be repeated.",
    ),
    click.option(
        "--vault-password-file",
        "--vault-pass-file",
        "vault_files",
        multiple=True,
        metavar="FILE",
        help="A file with a vault password, or a script that prints one.",
    ),
    click.option(
        "-J", "--ask-vault-pass", "--ask-vault-password", "ask_vault", is_flag=True, help="Ask for the vault password."
    ),
)


def sources(values: dict[str, Any]) -> Wanted:
    """Where the passwords come from, as options and environment say."""
    return wanted(values["vault_ids"], values["vault_files"], values["ask_vault"])


def use_vault(values: dict[str, Any]) -> Keyring:
    """Put the keyring of the options in use, before anything encrypted is read. Raises VaultError, UsageError."""
    asked = sources(values)
    ring = Keyring(only_same_label=asked.only_same_label)
    fill(ring, asked.sources, ask)
    keyring.use(ring)
    return ring


def ask(question: str) -> str:
    """Something typed that is not shown."""
    answer: str = click.prompt(question.rstrip(": "), hide_input=True, default="", show_default=False, err=True)
    return answer
