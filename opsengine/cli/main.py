"""The command `opsengine`. Each subcommand is imported when it is called, so that none pays for the others."""

from __future__ import annotations

import sys
from typing import NoReturn

from opsengine import __version__

COMMANDS = {
    "run": "Run playbooks on the hosts of an inventory, or show what they would change.",
    "exec": "Run one module on hosts, without a playbook.",
    "lint": "Check playbooks as a whole, without any host.",
    "inventory": "Show hosts, groups and variables of an inventory.",
    "vault": "Encrypt and decrypt files and values, as ansible-vault does.",
    "doc": "Explain a module: its arguments, choices and defaults.",
}

HELP = f"""\
Usage: opsengine COMMAND [OPTIONS] ...

Playbooks for Docker hosts: Ansible's language, many times faster, with a dry run that tells the truth.

Commands:
{chr(10).join(f"  {name:<10} {text}" for name, text in COMMANDS.items())}

Try these:
  opsengine run -i inventories/local.yml playbooks/docker-host.yml --check --diff
  opsengine exec -i hosts.ini web -m command -a 'uptime'
  opsengine doc docker_container

`opsengine COMMAND --help` explains each. Exit codes: docs/exit-codes.md.
"""


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run a command line (without the program's name) and exit with its code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(HELP, end="")
        sys.exit(0 if arguments else 5)
    if arguments[0] == "--version":
        print(f"opsengine {__version__}")
        sys.exit(0)
    name = arguments[0]
    if name not in COMMANDS:
        _unknown(name, arguments)
    from opsengine.cli.invoke import invoke

    sys.exit(invoke(name, arguments[1:]))


def _unknown(name: str, arguments: list[str]) -> NoReturn:
    from opsengine.errors import near

    hint = near(name, COMMANDS)
    if name.endswith((".yml", ".yaml")) or name.startswith("-"):
        hint = f"opsengine run {' '.join(arguments)}"
    print(f"opsengine: there is no command `{name}`", file=sys.stderr)
    if hint:
        print(f"  hint: {hint}", file=sys.stderr)
    sys.exit(5)
