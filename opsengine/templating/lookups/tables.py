"""Lookups of one value in a CSV or INI file of the controller."""

from __future__ import annotations

import re
from typing import Any

from opsengine.errors import OpsError, TemplateError
from opsengine.templating.lookups.base import Files, Variables, inline_options, is_true, text_term, whole_number
from opsengine.templating.lookups.files import read_text


def csvfile(
    terms: list[Any],
    variables: Variables,
    *,
    file: str = "ansible.csv",
    delimiter: str = "TAB",
    col: Any = 1,
    keycol: Any = 0,
    encoding: str = "utf-8",
    default: Any = None,
    _files: Files,
) -> list[Any]:
    """The column `col` of the row whose column `keycol` is the term, the default where there is none; both from 0."""
    import csv

    if not terms:
        raise TemplateError("Search key is required but was not found")
    common = {
        "file": file,
        "delimiter": delimiter,
        "col": col,
        "keycol": keycol,
        "encoding": encoding,
        "default": default,
    }
    result = []
    for term in terms:
        key, own = inline_options(text_term("csvfile", term), common)
        if not key or (key == term and own):
            raise TemplateError("Search key is required but was not found")
        options = {**common, **own}
        for name in ("col", "keycol"):
            options[name] = whole_number(name, options[name])
        try:
            path = _files.find_file("files", str(options["file"]))
        except OpsError as error:
            raise TemplateError(f"No such file or directory: '{options['file']}'", hint=error.message) from None
        separator = {"TAB": "\t", "\\t": "\t"}.get(str(options["delimiter"]), str(options["delimiter"]))
        rows = csv.reader(read_text(path, str(options["encoding"]), "strict").splitlines(True), delimiter=separator)
        value = options["default"]
        for row in rows:
            if row and _column(path.name, row, options["keycol"]) == key:
                value = _column(path.name, row, options["col"])
                break
        if value is not None:
            result.extend(value if isinstance(value, list) else [value])
    return result


def _column(name: str, row: list[str], number: int) -> str:
    try:
        return row[number]
    except IndexError:
        raise TemplateError(f"a row of {name} has no column {number}, only {len(row)}") from None


def ini(
    terms: list[Any],
    variables: Variables,
    *,
    file: str = "ansible.ini",
    section: str = "global",
    type: str = "ini",
    re: Any = False,
    default: Any = "",
    encoding: str = "utf-8",
    case_sensitive: Any = False,
    allow_no_value: Any = False,
    allow_none: Any = False,
    interpolation: Any = True,
    _files: Files,
) -> list[Any]:
    """
    The value of a key in a section of an INI file, or in a Java properties file (type=properties).

    re: the term is a pattern, all values whose keys begin with it are the answer.
    """
    common = {
        "file": file, "section": section, "type": type, "re": re, "default": default, "encoding": encoding,
        "case_sensitive": case_sensitive, "interpolation": interpolation,
        "allow_no_value": is_true(allow_no_value) or is_true(allow_none),
    }  # fmt: skip
    result = []
    for term in terms:
        key, own = inline_options(text_term("ini", term), common)
        if own and not key:
            raise TemplateError(f"No key to look up was provided as first term within string inline options: {term}")
        value = _ini_value(key, {**common, **own}, _files)
        if value is not None:
            result.extend(value if isinstance(value, list) else [value])
    return result


def _ini_value(key: str, options: dict[str, Any], files: Files) -> Any:
    import configparser

    parser = configparser.ConfigParser(
        allow_no_value=is_true(options["allow_no_value"]),
        interpolation=configparser.BasicInterpolation() if is_true(options["interpolation"]) else None,
    )
    if is_true(options["case_sensitive"]):
        parser.optionxform = str  # type: ignore[assignment,method-assign]
    name, section = str(options["file"]), str(options["section"])
    text = read_text(files.find_file("files", name), str(options["encoding"]))
    if options["type"] not in ("ini", "properties"):
        raise TemplateError(f"option `type` should be ini or properties, not `{options['type']}`")
    if options["type"] == "properties":
        section = "java_properties"
        text = f"[{section}]\n{text}"
    try:
        parser.read_string(text, name)
        if is_true(options["re"]):
            return [value for own, value in parser.items(section) if re.match(key, own)]
        return parser.get(section, key)
    except configparser.NoOptionError:
        return options["default"]
    except configparser.NoSectionError:
        raise TemplateError(f"No section '{section}' in '{name}'") from None
    except configparser.DuplicateOptionError as error:
        raise TemplateError(f"Duplicate option in '{name}': {error.message}") from None
    except configparser.Error as error:
        raise TemplateError(f"{name}: {error.message}") from None


LOOKUPS = {"csvfile": csvfile, "ini": ini}
