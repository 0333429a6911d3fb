"""
Reads YAML 1.1 (https://yaml.org/spec/1.1/) the way Ansible does, every value with its file, line and column.

Strings become `Text`, mappings `TextDict`, lists `TextList`; `!unsafe` strings become plain `str`, which is never
rendered; `!vault` values are decrypted when they are read (opsengine.vault.values), encrypted files here.
"""

from __future__ import annotations

import contextlib
import copy
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from opsengine.config import config
from opsengine.errors import InputError
from opsengine.source.json import load_json
from opsengine.source.text import Origin, Text, TextDict, TextList
from opsengine.vault.files import read
from opsengine.vault.values import Confidential, Encrypted, learn_file

PAIRS = ("tag:yaml.org,2002:omap", "tag:yaml.org,2002:pairs")
Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load_file(path: Path | str) -> Any:
    """
    The value of a YAML file that holds one document; None for an empty one.

    An encrypted file is decrypted, and its values are masked in every output. Raises InputError when the file cannot be
    read or is not YAML.
    """
    path = Path(path)
    try:
        data, secret = read(path)
        content = data.decode()
    except FileNotFoundError:
        raise InputError("no such file", origin=Origin(str(path))) from None
    except UnicodeDecodeError as error:
        raise InputError(f"not UTF-8 text: {error}", origin=Origin(str(path))) from None
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", origin=Origin(str(path))) from None
    value = load_text(content, str(path), secret=secret)
    if secret:
        learn_file(value)
    return value


def load_text(content: str, name: str, first_line: int = 1, secret: bool = False) -> Any:
    """
    The value of one YAML document; `name` and `first_line` say where the text stands.

    secret: whether it came out of an encrypted file, so that no message may quote it.
    """
    if content.lstrip()[:1] in ("{", "["):
        with contextlib.suppress(ValueError):
            return load_json(content, Origin(name), Confidential if secret else Text)
    reader = _Reader(content, name, first_line, secret)
    try:
        node = reader.loader.get_single_node()
        return None if node is None else reader.build(node)
    except yaml.MarkedYAMLError as error:
        raise _syntax_error(error, reader, content) from None
    except yaml.YAMLError as error:
        raise InputError(f"not YAML: {error}", origin=Origin(name)) from None
    finally:
        reader.loader.dispose()


def _data(value: str, origin: Origin) -> str:
    """A text that is data: it knows no place, and is never rendered."""
    return str(value)


class _Reader:
    """Turns YAML nodes into values that know their place."""

    def __init__(self, content: str, name: str, first_line: int, secret: bool) -> None:
        self.loader = Loader(content)
        self.name = name
        self.secret = secret
        self.text: Callable[[str, Origin], str] = Confidential if secret else Text
        self.first_line = first_line

    def place(self, mark: Any) -> Origin:
        return Origin(self.name, mark.line + self.first_line, mark.column + 1)

    def build(self, node: Any) -> Any:
        origin = self.place(node.start_mark)
        if node.tag == "!unsafe":
            return self.unsafe(node)
        if isinstance(node, yaml.ScalarNode):
            return self.scalar(node, origin)
        if isinstance(node, yaml.SequenceNode):
            if node.tag in PAIRS:
                return TextList((TextList(map(self.build, child.value[0])) for child in node.value), origin)
            return TextList((self.build(child) for child in node.value), origin)
        if node.tag == "tag:yaml.org,2002:set":
            return TextList((self.build(key) for key, _ in node.value), origin)
        return self.mapping(node, origin)

    def unsafe(self, node: Any) -> Any:
        """The value under the tag `!unsafe`, which has the type it had without, and in which no text is rendered."""
        content = node.value if isinstance(node, yaml.ScalarNode) else None
        node = copy.copy(node)
        node.tag = self.loader.resolve(type(node), content, (True, False))
        before, self.text = self.text, _data
        try:
            return self.build(node)
        finally:
            self.text = before

    def scalar(self, node: Any, origin: Origin) -> Any:
        tag = node.tag
        if tag == "tag:yaml.org,2002:str":
            return self.text(node.value, origin)
        if tag in ("!vault", "!vault-encrypted"):
            return Encrypted.read(node.value, origin)
        if tag.startswith("!"):
            raise InputError(f"unknown YAML tag {tag}", origin=origin, hint="known tags: !unsafe, !vault")
        try:
            return self.loader.construct_object(node)
        except (ValueError, yaml.YAMLError) as error:
            kind = tag.rpartition(":")[2]
            problem = f"not a valid {kind}" if self.secret else f"{node.value!r} cannot be read as {kind}: {error}"
            raise InputError(problem, origin=origin) from None

    def mapping(self, node: Any, origin: Origin) -> TextDict:
        self.loader.flatten_mapping(node)
        result = TextDict((), origin)
        for key_node, value_node in node.value:
            key = self.build(key_node)
            try:
                known = key in result
            except TypeError:
                raise InputError(
                    "a mapping cannot be the key of a mapping",
                    origin=self.place(key_node.start_mark),
                    hint='a value that starts with {{ must be quoted: name: "{{ value }}"',
                ) from None
            if known:
                # flatten_mapping puts merged keys first, so that a repeated key there is an override, as meant.
                if not getattr(node, "merge", False) and "<<" not in str(key):
                    self.repeated(key, self.place(key_node.start_mark))
                del result[key]
            result[key] = self.build(value_node)
        return result

    def repeated(self, key: Any, origin: Origin) -> None:
        """Deal with a key that is in a mapping twice as Ansible's setting wants it."""
        wanted = config().choice("ANSIBLE_DUPLICATE_YAML_DICT_KEY", ("warn", "error", "ignore"))
        if wanted == "error":
            raise InputError(f"key `{key}` is given twice", origin=origin)
        if wanted == "warn":
            warnings.warn(f"{origin}: key `{key}` is given twice, the last one wins", stacklevel=2)


def _syntax_error(error: yaml.MarkedYAMLError, reader: _Reader, content: str) -> InputError:
    mark = error.problem_mark or error.context_mark
    origin = reader.place(mark) if mark else Origin(reader.name)
    problem = error.problem or error.context or "not YAML"
    lines = content.splitlines()
    line = lines[mark.line] if mark and mark.line < len(lines) else ""
    hint = None
    if "\t" in line[: len(line) - len(line.lstrip())]:
        hint = "indent with spaces: YAML does not allow tabs"
    elif "{{" in line and '"{{' not in line and "'{{" not in line:
        hint = 'a value that starts with {{ must be quoted: name: "{{ value }}"'
    elif "mapping values are not allowed" in problem:
        hint = "a text that holds `: ` must be quoted, or the indentation of this line or the one above is off"
    shown = f"\n    {line.rstrip()}\n    {' ' * mark.column}^" if mark and line.strip() and not reader.secret else ""
    return InputError(f"YAML syntax: {problem}{shown}", origin=origin, hint=hint)
