"""Options that several commands share, and what becomes of them. The letters are ansible-playbook's."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from opsengine.config import config
from opsengine.errors import InputError, UsageError
from opsengine.execution.options import Options
from opsengine.inventory.variables import combine
from opsengine.playbook.arguments import KEY, split, unquote
from opsengine.source.json import load_json
from opsengine.source.text import COMMAND_LINE, Text
from opsengine.source.yaml import load_file, load_text

CONNECTION_SETTINGS = {
    "ANSIBLE_REMOTE_USER": "ansible_user",
    "ANSIBLE_REMOTE_PORT": "ansible_port",
    "ANSIBLE_PRIVATE_KEY_FILE": "ansible_ssh_private_key_file",
    "ANSIBLE_HOST_KEY_CHECKING": "ansible_host_key_checking",
    "ANSIBLE_SSH_HOST_KEY_CHECKING": "ansible_ssh_host_key_checking",
    "ANSIBLE_TIMEOUT": "ansible_timeout",
    "ANSIBLE_SSH_TIMEOUT": "ansible_ssh_timeout",
    "ANSIBLE_TRANSPORT": "ansible_connection",
    "ANSIBLE_PYTHON_INTERPRETER": "ansible_python_interpreter",
    "ANSIBLE_BECOME_METHOD": "ansible_become_method",
    "ANSIBLE_BECOME_USER": "ansible_become_user",
    "ANSIBLE_BECOME_EXE": "ansible_become_exe",
    "ANSIBLE_BECOME_FLAGS": "ansible_become_flags",
    "ANSIBLE_SSH_ARGS": "ansible_ssh_args",
    "ANSIBLE_SSH_COMMON_ARGS": "ansible_ssh_common_args",
    "ANSIBLE_SSH_EXTRA_ARGS": "ansible_ssh_extra_args",
}

ONLY_SHOWN = ("list_hosts", "list_tasks", "list_tags", "syntax_check")
USUAL_INVENTORY = "/etc/ansible/hosts"

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def together(*decorators: Decorator) -> Decorator:
    """Several options as one decorator, shown in this order."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        for decorator in reversed(decorators):
            function = decorator(function)
        return function

    return decorate


inventory_option = click.option(
    "-i",
    "--inventory",
    "--inventory-file",
    "inventory",
    multiple=True,
    metavar="SOURCE",
    help="Inventory: a file (YAML, INI), a folder of them, a script, or a list of hosts with a comma (`web1,web2,`). "
    "May be given more than once. Default: $ANSIBLE_INVENTORY, else /etc/ansible/hosts, else none but localhost.",
)
limit_option = click.option("-l", "--limit", metavar="PATTERN", help="Keep to the hosts that match this pattern too.")
extra_vars_option = click.option(
    "-e",
    "--extra-vars",
    "extra_vars",
    multiple=True,
    metavar="VARS",
    help="Variables that win over all others: `name=value`, JSON or YAML (`{name: value}`), or @FILE. May be repeated.",
)
verbose_option = click.option(
    "-v", "--verbose", "verbosity", count=True, help="Show more: -v results, -vvv all of them."
)

connection_options = together(
    click.option("-u", "--user", "remote_user", metavar="USER", help="Log in as this user."),
    click.option("--private-key", "--key-file", "private_key", metavar="FILE", help="The key to log in with."),
    click.option("-c", "--connection", metavar="KIND", help="How to reach hosts: ssh or local.  [default: ssh]"),
    click.option("-T", "--timeout", type=int, metavar="SECONDS", help="How long connecting may take.  [default: 10]"),
    click.option("--ssh-common-args", metavar="OPTIONS", help="Options of ssh: -J, -o, ... (docs/connections.md)."),
    click.option("--ssh-extra-args", metavar="OPTIONS", help="Further options of ssh."),
    click.option("-k", "--ask-pass", is_flag=True, help="Ask for the password to log in with."),
    click.option(
        "--connection-password-file",
        "--conn-pass-file",
        "connection_password_file",
        metavar="FILE",
        help="A file with the password to log in with, or a script that prints it.",
    ),
    click.option(
        "-b", "--become", is_flag=True, help="Work as another user on the hosts (root, unless told otherwise)."
    ),
    click.option("--become-method", metavar="METHOD", help="How: sudo or su.  [default: sudo]"),
    click.option("--become-user", metavar="USER", help="As which user.  [default: root]"),
    click.option("-K", "--ask-become-pass", is_flag=True, help="Ask for the password that sudo or su wants."),
    click.option(
        "--become-password-file",
        "--become-pass-file",
        "become_password_file",
        metavar="FILE",
        help="A file with the password that sudo or su wants, or a script that prints it.",
    ),
)
working_options = together(
    click.option("-C", "--check", is_flag=True, help="Dry run: change nothing, show what would change."),
    click.option("-D", "--diff", is_flag=True, help="Show each change as a diff."),
    click.option("-f", "--forks", type=click.IntRange(1), help="How many hosts at once.  [default: 50]"),
    click.option("--flush-cache", is_flag=True, help="Forget the facts that earlier runs have kept."),
    click.option(
        "--silence",
        type=click.FloatRange(1),
        default=30.0,
        show_default=True,
        metavar="SECONDS",
        help="How long a host may show no sign of life in a task before it counts as unreachable.",
    ),
)
running_options = together(
    click.option("-t", "--tags", multiple=True, metavar="TAGS", help="Only tasks with one of these tags (a,b)."),
    click.option("--skip-tags", multiple=True, metavar="TAGS", help="No task with one of these tags."),
    click.option("--force-handlers", is_flag=True, help="Run notified handlers on failed hosts too."),
    working_options,
)
output_options = together(
    click.option(
        "--output",
        type=click.Choice(["console", "jsonl"]),
        default="console",
        show_default=True,
        help="What standard output gets: text for people, or one JSON object a line (docs/output.md).",
    ),
    click.option(
        "--report", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE.html", help="Write an HTML report."
    ),
)


def inventory_sources(given: Sequence[str]) -> tuple[str, ...]:
    """The inventory sources of the command line, else of the settings, else Ansible's usual place."""
    if given:
        return tuple(given)
    text = config().get("ANSIBLE_INVENTORY", "")
    if text.endswith(","):
        return (text,)
    usual = (USUAL_INVENTORY,) if Path(USUAL_INVENTORY).exists() else ()
    return tuple(part for part in text.split(",") if part) or usual


def comma_list(given: Sequence[str]) -> tuple[str, ...]:
    """`a,b` and repeated options as one list."""
    return tuple(part.strip() for item in given for part in item.split(",") if part.strip())


def extra_variables(given: Sequence[str]) -> dict[str, Any]:
    """The variables of every -e, later ones winning. Raises UsageError for what is neither pairs, YAML nor a file."""
    found: dict[str, Any] = {}
    for text in given:
        combine(found, _variables_in(text.strip()))
    return found


def _variables_in(text: str) -> dict[str, Any]:
    if text.startswith("@"):
        value = load_file(Path(text[1:]).expanduser())
    elif text.startswith(("{", "[")):
        value = _structure(text)
    else:
        return _pairs(text)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise UsageError(f"-e {text}: should be a mapping of variables")
    return value


def _structure(text: str) -> Any:
    try:
        return load_json(text)
    except ValueError:
        return load_text(text, "command line, -e")


def _pairs(text: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    try:
        words = split(text)
    except ValueError as error:
        raise UsageError(f"-e {text}: {error}") from None
    for word in words:
        match = KEY.match(word)
        if not match:
            raise UsageError(f"-e {text}: `{word}` is not NAME=VALUE", hint="or give a YAML mapping, or @FILE")
        found[match.group(1)] = Text(unquote(word[match.end() :]), COMMAND_LINE)
    return found


def connection_variables(values: dict[str, Any]) -> dict[str, Any]:
    """
    The connection variables that the options stand for; asks for passwords where that was asked for, unless nothing but
    lists is shown.
    """
    names = {
        "remote_user": "ansible_user",
        "private_key": "ansible_ssh_private_key_file",
        "connection": "ansible_connection",
        "timeout": "ansible_timeout",
        "ssh_common_args": "ansible_ssh_common_args",
        "ssh_extra_args": "ansible_ssh_extra_args",
        "become_method": "ansible_become_method",
        "become_user": "ansible_become_user",
    }
    found: dict[str, Any] = _connection_settings()
    found.update({names[key]: value for key, value in values.items() if key in names and value is not None})
    if values.get("become"):
        found["ansible_become"] = True
    if any(values.get(name) for name in ONLY_SHOWN):
        return found
    if values.get("ask_pass") or config().truth("ANSIBLE_ASK_PASS"):
        found["ansible_password"] = click.prompt("SSH password", hide_input=True, err=True)
    elif file := values.get("connection_password_file") or config().get("ANSIBLE_CONNECTION_PASSWORD_FILE"):
        found["ansible_password"] = password_in(file)
    if values.get("ask_become_pass") or config().truth("ANSIBLE_BECOME_ASK_PASS"):
        default = " [default: the SSH password]" if "ansible_password" in found else ""
        answer = click.prompt(f"Become password{default}", hide_input=True, default="", show_default=False, err=True)
        found["ansible_become_password"] = answer or found.get("ansible_password", "")
    elif file := values.get("become_password_file") or config().get("ANSIBLE_BECOME_PASSWORD_FILE"):
        found["ansible_become_password"] = password_in(file)
    return found


def password_in(name: str) -> str:
    """The password in a file; of one that can be executed, what it prints; `-`: standard input. Raises UsageError."""
    path = Path(name).expanduser()
    try:
        if name == "-":
            data = sys.stdin.buffer.read()
        elif os.access(path, os.X_OK):
            data = subprocess.run([path.absolute()], stdout=subprocess.PIPE, check=True).stdout
        else:
            data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"the password file {name} cannot be read: {error.strerror}") from None
    except subprocess.CalledProcessError as error:
        raise UsageError(f"the password script {name} exited with {error.returncode}") from None
    if not (password := data.strip(b"\r\n").decode()):
        raise UsageError(f"the password file {name} is empty")
    return password


def _connection_settings() -> dict[str, Any]:
    """The connection variables that the settings stand for."""
    settings = config()
    found: dict[str, Any] = {name: settings[key] for key, name in CONNECTION_SETTINGS.items() if settings.get(key)}
    if settings.truth("ANSIBLE_BECOME"):
        found["ansible_become"] = True
    if found.get("ansible_python_interpreter", "").startswith("auto"):
        del found["ansible_python_interpreter"]
    return found


def run_options(values: dict[str, Any]) -> Options:
    """The options of a run out of what was typed."""
    return Options(
        inventory=inventory_sources(values["inventory"]),
        check=values["check"],
        diff=values["diff"] or config().truth("ANSIBLE_DIFF_ALWAYS"),
        forks=values["forks"] or config().number("ANSIBLE_FORKS") or 50,
        limit=values["limit"],
        tags=_tags("ANSIBLE_RUN_TAGS", values.get("tags")),
        skip_tags=_tags("ANSIBLE_SKIP_TAGS", values.get("skip_tags")),
        extra_vars=extra_variables(values["extra_vars"]),
        connection=connection_variables(values),
        flush_cache=values["flush_cache"],
        force_handlers=values.get("force_handlers") or config().truth("ANSIBLE_FORCE_HANDLERS"),
        verbosity=values["verbosity"] or config().number("ANSIBLE_VERBOSITY") or 0,
        silence=values["silence"],
        start_at=values.get("start_at"),
        step=bool(values.get("step")),
    )


def _tags(setting: str, given: Sequence[str] | None) -> tuple[str, ...]:
    """The tags of the settings and those given with them; none for a command that has no tags."""
    return () if given is None else (*config().words(setting), *comma_list(given))


def existing(path: str) -> Path:
    """A file that was named on the command line. Raises InputError where there is none."""
    found = Path(path)
    if not found.is_file():
        raise InputError(f"there is no playbook {path}", hint="paths count from the folder you are in")
    return found
