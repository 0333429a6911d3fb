"""
Reads inventories in Ansible's INI format.

https://docs.ansible.com/ansible/latest/collections/ansible/builtin/ini_inventory.html
"""

from __future__ import annotations

import ast
import io
import re
import shlex
import warnings
from pathlib import Path
from typing import Any

from opsengine.errors import InputError, near
from opsengine.inventory.model import Group, Inventory
from opsengine.inventory.ranges import expand_host
from opsengine.source.text import Origin, Text, TextDict, TextList
from opsengine.vault.files import read as read_vault

KINDS = ("hosts", "vars", "children")

_SECTION = re.compile(r"\[([^:\]\s]+)(?::(\w+))?\]\s*(?:#.*)?")
_CHILD = re.compile(r"([^:\]\s]+)\s*(?:#.*)?")
_WORD = re.compile(r"[^ \t\r\n]+")
_SHELL_SIGNS = re.compile(r"[\"'\\#]")
_QUOTED_WORD = re.compile(r"""((?:[^ \t\r\n"'\\#]+|'[^']*'|"[^"\\]*")+)[ \t\r\n]*""")
_QUOTED = re.compile(r"""'([^']*)'|"([^"]*)\"""")
_PLAIN_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_./@:-]*")
_LITERAL_WORDS = ("True", "False", "None")


def read_ini(inventory: Inventory, path: Path) -> None:
    """Add the hosts, groups and variables of one file. Raises one InputError with all its problems."""
    reader = _Reader(inventory, str(path))
    with warnings.catch_warnings():
        # What `literal` tries may be no Python at all.
        warnings.simplefilter("ignore", SyntaxWarning)
        for number, line in enumerate(_lines(path), start=1):
            try:
                reader.read_line(number, line)
            except InputError as problem:
                reader.problems.append(problem)
    reader.finish()


def literal(value: str, origin: Origin) -> Any:
    """A value as it is written in an INI inventory: a Python literal, or else the text itself."""
    if _PLAIN_WORD.fullmatch(value) and value not in _LITERAL_WORDS:
        return Text(value, origin)
    try:
        return _placed(ast.literal_eval(value), origin)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return Text(value, origin)


def _placed(value: Any, origin: Origin) -> Any:
    """A Python literal as YAML would give it: its parts know their place; no tuples, sets, complex."""
    if isinstance(value, str):
        return Text(value, origin)
    if isinstance(value, bytes):
        return value.decode(errors="surrogateescape")
    if isinstance(value, (list, tuple, set)):
        return TextList((_placed(item, origin) for item in value), origin)
    if isinstance(value, dict):
        return TextDict(((_placed(key, origin), _placed(item, origin)) for key, item in value.items()), origin)
    if isinstance(value, complex):
        return Text(str(value), origin)
    return Text("...", origin) if value is ... else value


class _Reader:
    """Reads line by line; knows which section it is in and which groups are named but not yet defined."""

    def __init__(self, inventory: Inventory, file: str) -> None:
        self.inventory = inventory
        self.file = file
        self.group = inventory.ungrouped
        self.kind: str | None = "hosts"
        self.problems: list[InputError] = []
        self.wanted_children: dict[str, list[tuple[Group, Origin]]] = {}
        self.wanted_for_vars: dict[str, Origin] = {}

    def read_line(self, number: int, line: str) -> None:
        text = line.strip()
        if not text or text[0] in ";#":
            return
        origin = Origin(self.file, number, len(line) - len(line.lstrip()) + 1)
        if section := _SECTION.fullmatch(text):
            self.kind = None
            self.begin_section(section[1], section[2] or "hosts", origin)
        elif text[0] == "[" and text[-1] == "]":
            self.kind = None
            raise InputError(
                f"`{text}` is not a section",
                origin=origin,
                hint="sections look like [web], [web:vars] or [web:children]",
            )
        elif self.kind == "hosts":
            self.read_hosts(text, origin)
        elif self.kind == "vars":
            self.read_variable(text, origin)
        elif self.kind == "children":
            self.read_child(text, origin)

    def begin_section(self, name: str, kind: str, origin: Origin) -> None:
        if kind not in KINDS:
            raise InputError(
                f"section [{name}:{kind}]: expected one of {', '.join(KINDS)} after the colon, found `{kind}`",
                origin=origin,
                hint=near(kind, KINDS),
            )
        name = self.inventory.group_name(name, origin)
        if name not in self.inventory.groups and kind == "vars" and name not in self.wanted_children:
            self.wanted_for_vars[name] = origin
        self.group = self.inventory.add_group(name, origin)
        self.kind = kind
        if kind != "vars":
            self.wanted_for_vars.pop(name, None)
            for parent, wanted_at in self.wanted_children.pop(name, ()):
                self.inventory.add_child(parent.name, name, wanted_at)

    def read_hosts(self, text: str, origin: Origin) -> None:
        (word, _), *assignments = _words(text, origin)
        names, port = expand_host(word, origin)
        hosts = [self.inventory.add_host(name, self.group.name, port=port, origin=origin) for name in names]
        for assignment, column in assignments:
            name, equals, value = assignment.partition("=")
            place = origin._replace(column=origin.column + column)
            if not equals:
                raise InputError(
                    f"expected a variable (name=value), found `{assignment}`",
                    origin=place,
                    hint="one host a line; a value with spaces must be quoted",
                )
            value_place = place._replace(column=place.column + len(name) + 1)
            parsed = literal(value, value_place)
            for host in hosts:
                self.inventory.set_variable(host, Text(name, place), parsed, place)

    def read_variable(self, text: str, origin: Origin) -> None:
        name, equals, rest = text.partition("=")
        if not equals:
            raise InputError(f"expected a variable (name=value), found `{text}`", origin=origin)
        column = origin.column + len(name) + 1 + len(rest) - len(rest.lstrip())
        value = literal(rest.strip(), origin._replace(column=column))
        self.inventory.set_variable(self.group, Text(name.strip(), origin), value, origin)

    def read_child(self, text: str, origin: Origin) -> None:
        match = _CHILD.fullmatch(text)
        if not match:
            raise InputError(f"expected the name of a group, found `{text}`", origin=origin)
        name = self.inventory.group_name(match[1], origin)
        if name in self.inventory.groups:
            self.inventory.add_child(self.group.name, name, origin)
        else:
            self.wanted_children.setdefault(name, []).append((self.group, origin))

    def finish(self) -> None:
        """Report what is wrong, groups that were named and never defined among it."""
        for name, origin in self.wanted_for_vars.items():
            self.problems.append(self.undefined(name, f"section [{name}:vars]", origin))
        for name, wanted in self.wanted_children.items():
            for parent, origin in wanted:
                self.problems.append(self.undefined(name, f"section [{parent.name}:children]", origin))
        if self.problems:
            raise InputError.of(self.problems)

    def undefined(self, name: str, section: str, origin: Origin) -> InputError:
        known = [group for group in self.inventory.groups if group not in self.wanted_for_vars]
        return InputError(
            f"{section} names group `{name}`, which is not defined",
            origin=origin,
            hint=near(name, known) or f"add a section [{name}]",
        )


def _lines(path: Path) -> list[str]:
    """The lines of a file; lines of comment need not be UTF-8."""
    try:
        content = read_vault(path).data
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", origin=Origin(str(path))) from None
    try:
        return content.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        return [_decoded(line, Origin(str(path), number, 1)) for number, line in enumerate(content.splitlines(), 1)]


def _decoded(line: bytes, origin: Origin) -> str:
    if line.startswith((b";", b"#")):
        return ""
    try:
        return line.decode()
    except UnicodeDecodeError as error:
        raise InputError(f"not UTF-8 text: {error}", origin=origin) from None


def _words(text: str, origin: Origin) -> list[tuple[str, int]]:
    """The words of a line as a shell reads them, each with the offset where it begins; # begins a comment."""
    if not _SHELL_SIGNS.search(text):
        return [(match.group(), match.start()) for match in _WORD.finditer(text)]
    words: list[tuple[str, int]] = []
    at = 0
    while match := _QUOTED_WORD.match(text, at):
        words.append((_QUOTED.sub(r"\1\2", match[1]), at))
        at = match.end()
    return words if at == len(text) or text[at] == "#" else _words_of_shell(text, origin)


def _words_of_shell(text: str, origin: Origin) -> list[tuple[str, int]]:
    """As `_words`, for lines with whatever a shell knows."""
    stream = io.StringIO(text)
    lexer = shlex.shlex(stream, posix=True)
    lexer.whitespace_split = True
    words: list[tuple[str, int]] = []
    try:
        while True:
            begin = stream.tell()
            word = lexer.get_token()
            if word is None:
                return words
            words.append((word, begin + len(text[begin:]) - len(text[begin:].lstrip())))
    except ValueError as error:
        raise InputError(f"{str(error).lower()}: `{text}`", origin=origin, hint="close the quotes") from None
