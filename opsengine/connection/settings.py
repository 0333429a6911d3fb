"""How a host is reached: what variables and options say, as one frozen value."""

from __future__ import annotations

import re
import shlex
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from opsengine.errors import Unreachable, near

LOCAL = "local"
SSH_KINDS = ("ssh", "smart", "paramiko", "paramiko_ssh")
CHECKING = {
    "yes": "yes",
    "true": "yes",
    "ask": "yes",
    "accept-new": "accept-new",
    "no": "no",
    "false": "no",
    "off": "no",
}
UNDERSTOOD = {
    "userknownhostsfile": "known_hosts",
    "globalknownhostsfile": "global_known_hosts",
    "stricthostkeychecking": "host_key_checking",
    "proxyjump": "proxy_jump",
    "proxycommand": "proxy_command",
    "port": "port",
    "user": "user",
    "identityfile": "key_file",
    "connecttimeout": "timeout",
    "identitiesonly": "identities_only",
}
WITHOUT_MEANING = frozenset(
    [
        "batchmode",
        "compression",
        "controlmaster",
        "controlpath",
        "controlpersist",
        "forwardx11",
        "gssapiauthentication",
        "loglevel",
        "kbdinteractiveauthentication",
        "passwordauthentication",
        "preferredauthentications",
        "pubkeyauthentication",
        "requesttty",
        "serveralivecountmax",
        "serveraliveinterval",
        "tcpkeepalive",
    ]
)


@dataclass(frozen=True)
class Settings:
    """
    How a host is reached.

    kind: ssh or local. timeout: seconds for connecting. config: the user's ssh configuration, None for the usual one.
    host_key_checking: yes, accept-new or no. Empty texts and None: left to the ssh configuration, then to the defaults.
    """

    VARIABLES: ClassVar[tuple[str, ...]] = (
        "ansible_connection",
        "ansible_host",
        "ansible_ssh_host",
        "ansible_port",
        "ansible_ssh_port",
        "ansible_user",
        "ansible_ssh_user",
        "ansible_password",
        "ansible_ssh_pass",
        "ansible_ssh_password",
        "ansible_ssh_private_key_file",
        "ansible_private_key_file",
        "ansible_ssh_args",
        "ansible_ssh_common_args",
        "ansible_ssh_extra_args",
        "ansible_host_key_checking",
        "ansible_ssh_host_key_checking",
        "ansible_timeout",
        "ansible_ssh_timeout",
        "ansible_python_interpreter",
    )

    kind: str
    host: str
    port: int | None = None
    user: str = ""
    password: str = field(default="", repr=False)
    key_file: str = ""
    timeout: float = 10.0
    interpreter: str | None = None
    known_hosts: tuple[str, ...] | None = None
    global_known_hosts: tuple[str, ...] | None = None
    host_key_checking: str = ""
    proxy_jump: str = ""
    proxy_command: str = ""
    identities_only: bool = False
    config: str | None = None

    @classmethod
    def of(cls, variables: Mapping[str, Any]) -> Settings:
        """
        The settings that rendered variables ask for.

        Raises Unreachable for a connection that there is not, or an option that cannot be.
        """

        def first(*names: str) -> Any:
            return next((variables[name] for name in names if variables.get(name) not in (None, "")), None)

        kind = str(first("ansible_connection") or "ssh").rpartition(".")[2]
        if kind not in (*SSH_KINDS, LOCAL):
            hint = near(kind, (*SSH_KINDS, LOCAL)) or "there are ssh and local"
            raise Unreachable(f"there is no connection `{kind}`", kind="settings", hint=hint)
        found: dict[str, Any] = {}
        for name in ("ansible_ssh_args", "ansible_ssh_common_args", "ansible_ssh_extra_args"):
            found.update(_arguments(str(variables.get(name) or "")))
        checking = first("ansible_ssh_host_key_checking", "ansible_host_key_checking")
        if checking is not None:
            found["host_key_checking"] = "yes" if str(checking).lower() in ("true", "yes", "1") else "no"
        interpreter = first("ansible_python_interpreter")
        found |= {
            key: value
            for key, value in {
                "port": first("ansible_port", "ansible_ssh_port"),
                "user": first("ansible_user", "ansible_ssh_user"),
                "password": first("ansible_password", "ansible_ssh_pass", "ansible_ssh_password"),
                "key_file": first("ansible_ssh_private_key_file", "ansible_private_key_file"),
                "timeout": first("ansible_ssh_timeout", "ansible_timeout"),
                "interpreter": None if str(interpreter).startswith("auto") else interpreter,
            }.items()
            if value is not None
        }
        host = str(first("ansible_host", "ansible_ssh_host"))
        return cls(kind=LOCAL if kind == LOCAL else "ssh", host=host, **_typed(found, host))


def _typed(found: dict[str, Any], host: str) -> dict[str, Any]:
    kinds = {"port": int, "timeout": float, "user": str, "password": str, "key_file": str, "interpreter": str}
    for name, kind in kinds.items():
        if name in found:
            try:
                found[name] = kind(found[name])
            except (TypeError, ValueError):
                raise Unreachable(
                    f"the {name} of {host} should be a number: {found[name]!r}", kind="settings"
                ) from None
    return found


def _arguments(text: str) -> dict[str, Any]:
    """What the arguments of an ssh command line say; those without an effect here are warned of."""
    found: dict[str, Any] = {}
    for name, value in _options(text):
        key = name.lower()
        if key in ("userknownhostsfile", "globalknownhostsfile"):
            found[UNDERSTOOD[key]] = tuple(value.split())
        elif key == "stricthostkeychecking":
            found["host_key_checking"] = CHECKING.get(value.lower(), "yes")
        elif key == "identitiesonly":
            found["identities_only"] = value.lower() == "yes"
        elif key == "configfile":
            found["config"] = value
        elif key in UNDERSTOOD:
            found[UNDERSTOOD[key]] = value
        elif key not in WITHOUT_MEANING:
            warnings.warn(f"the ssh argument `{name}` has no effect here", stacklevel=2)
    return found


def _options(text: str) -> Iterator[tuple[str, str]]:
    words = iter(shlex.split(text))
    short = {"-J": "ProxyJump", "-p": "Port", "-l": "User", "-i": "IdentityFile", "-F": "ConfigFile"}
    for word in words:
        if word.startswith("-o"):
            option = word[2:] or next(words, "")
            name, _, value = re.sub(r"\s*=\s*|\s+", "=", option.strip(), count=1).partition("=")
            yield name, value
        elif word[:2] in short:
            yield short[word[:2]], word[2:] or next(words, "")
        elif word not in ("-C", "-q", "-T", "-A", "-a", "-x", "-4", "-6"):
            yield word, ""


def ssh_folder() -> Path:
    """The user's ssh folder."""
    return Path("~/.ssh").expanduser()
