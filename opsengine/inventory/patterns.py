"""
Chooses hosts by pattern: `web:&prod:!web3`, `db*`, `~web\\d+`, `web[0:3]`.

https://docs.ansible.com/ansible/latest/inventory_guide/intro_patterns.html
"""

from __future__ import annotations

import fnmatch
import random
import re
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path

from opsengine.config import config
from opsengine.errors import InputError, near
from opsengine.inventory.model import LOCALHOST, Host, Inventory
from opsengine.inventory.ranges import split_port
from opsengine.source.text import COMMAND_LINE, Origin, origin_of

ORDERS = ("inventory", "reverse_inventory", "sorted", "reverse_sorted", "shuffle")

_SUBSCRIPT = re.compile(r"(.+)\[(?:(-?[0-9]+)|([0-9]+)[:-]([0-9]*))\]")
_BETWEEN_COLONS = re.compile(r"(?:[^\s:\[\]]|\[[^\]]*\])+")


def select(inventory: Inventory, pattern: str | Sequence[str], limit: str | Sequence[str] | None = None) -> list[Host]:
    """
    The hosts that a pattern, or a list of patterns, names; in the order of the pattern, then of the inventory.

    `limit` keeps only the hosts that it names too. A part that matches nothing is warned of. Raises InputError for a
    pattern that cannot be understood.
    """
    chosen = _Selector(inventory, _place(pattern)).evaluate(_split(pattern))
    if limit is not None and (parts := _split(limit)):
        allowed = {id(host) for host in _Selector(inventory, _place(limit)).evaluate(parts)}
        chosen = [host for host in chosen if id(host) in allowed]
    return chosen


def ordered(hosts: Sequence[Host], order: str = "inventory") -> list[Host]:
    """Hosts in the order that a play's keyword `order` asks for. Raises InputError for an unknown one."""
    if order not in ORDERS:
        raise InputError(
            f"unknown order `{order}`",
            origin=origin_of(order, COMMAND_LINE),
            hint=near(order, ORDERS) or f"known are {', '.join(ORDERS)}",
        )
    if order == "shuffle":
        return random.sample(hosts, len(hosts))
    if order == "reverse_inventory":
        return list(reversed(hosts))
    if order == "inventory":
        return list(hosts)
    return sorted(hosts, key=lambda host: host.name, reverse=order == "reverse_sorted")


def _place(pattern: str | Sequence[str]) -> Origin:
    """Where a pattern, or the first of several, was written."""
    first = pattern if isinstance(pattern, str) else next(iter(pattern), None)
    return origin_of(first, COMMAND_LINE)


def _split(pattern: str | Sequence[str]) -> list[str]:
    """The parts of a pattern; `@FILE` stands for the lines of a file, one part each."""
    if not isinstance(pattern, str):
        return [part for each in pattern for part in _split(each)]
    if "," in pattern:
        parts = pattern.split(",")
    elif (pattern.startswith("@") and ":" not in pattern) or split_port(pattern):
        parts = [pattern]
    else:
        parts = _BETWEEN_COLONS.findall(pattern)
    parts = [part.strip() for part in parts if part.strip()]
    return [line for part in parts for line in (_lines_of(part[1:]) if part[0] == "@" else [part])]


def _lines_of(path: str) -> list[str]:
    try:
        lines = Path(path).read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise InputError(f"the file of hosts `{path}` cannot be read: {reason}", origin=COMMAND_LINE) from None
    return [line.strip() for line in lines if line.strip()]


class _Selector:
    """Finds the hosts of patterns; `origin` is where they were written."""

    def __init__(self, inventory: Inventory, origin: Origin) -> None:
        self.inventory = inventory
        self.origin = origin

    def evaluate(self, parts: Iterable[str]) -> list[Host]:
        """First what is named, then what `&` keeps, then what `!` takes away, wherever they stand."""
        named: list[str] = []
        kept: list[str] = []
        dropped: list[str] = []
        for part in parts:
            {"&": kept, "!": dropped}.get(part[0], named).append(part)
        chosen: dict[int, Host] = {}
        for part in named or ["all"]:
            exact = self.inventory.hosts.get(part)
            chosen.update((id(host), host) for host in ([exact] if exact else self.match(part)))
        for part in kept:
            wanted = {id(host) for host in self.match(part[1:])}
            chosen = {key: host for key, host in chosen.items() if key in wanted}
        for part in dropped:
            for host in self.match(part[1:]):
                chosen.pop(id(host), None)
        return list(chosen.values())

    def match(self, part: str) -> list[Host]:
        """The hosts of one part without its sign."""
        if not part:
            raise InputError("a pattern has a sign (& or !) with nothing after it", origin=self.origin)
        subscript = None if part[0] == "~" else _SUBSCRIPT.fullmatch(part)
        if not subscript:
            return self.named(part)
        hosts = self.named(subscript[1])
        if not hosts:
            return []
        if subscript[2] is None:
            first, last = int(subscript[3]), int(subscript[4] or -1)
            return hosts[first:] if last == -1 else hosts[first : last + 1]
        try:
            return [hosts[int(subscript[2])]]
        except IndexError:
            raise InputError(
                f"pattern `{part}`: there is no such host, `{subscript[1]}` has {len(hosts)}", origin=self.origin
            ) from None

    def named(self, name: str) -> list[Host]:
        """The hosts of the groups that a name or a glob matches, and the hosts it matches themselves."""
        groups = self.matching(name, self.inventory.groups)
        hosts = [host for group in groups for host in self.inventory.groups[group].members()]
        if not groups or name[0] == "~" or any(sign in name for sign in ".?*["):
            hosts.extend(self.inventory.hosts[host] for host in self.matching(name, self.inventory.hosts))
        if not hosts and name in LOCALHOST:
            this_machine = self.inventory.host(name)
            return [this_machine] if this_machine else []
        if not hosts and not groups:
            self.mismatch(name)
        return hosts

    def mismatch(self, name: str) -> None:
        """Tell of a name that matches nothing, as the setting of Ansible's wants it: warned of, refused, or ignored."""
        wanted = config().choice("ANSIBLE_HOST_PATTERN_MISMATCH", ("warning", "error", "ignore"))
        meant = near(name, [*self.inventory.groups, *self.inventory.hosts])
        message = f"no host or group matches `{name}`"
        if wanted == "error":
            raise InputError(message, origin=self.origin, hint=meant)
        if wanted == "warning":
            warnings.warn(f"{self.origin}: {message}{'; ' + meant if meant else ''}", stacklevel=2)

    def matching(self, name: str, known: Iterable[str]) -> list[str]:
        if name[0] != "~" and not any(sign in name for sign in "*?["):
            return [name] if name in known else []
        try:
            matches = re.compile(name[1:] if name[0] == "~" else fnmatch.translate(name)).match
        except re.error as error:
            raise InputError(
                f"pattern `{name}`: {error}", origin=self.origin, hint="~ begins a regular expression"
            ) from None
        return [each for each in known if matches(each)]
