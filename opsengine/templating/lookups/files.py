"""Lookups that read the controller's files."""

from __future__ import annotations

import datetime
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from jinja2.runtime import Undefined

from opsengine.errors import OpsError, TemplateError
from opsengine.templating.filters._guard import takes_undefined
from opsengine.templating.lazy import type_name
from opsengine.templating.lookups.base import Files, Variables, is_true, text_term
from opsengine.vault.files import read
from opsengine.vault.values import learn_text


def read_text(path: Path, encoding: str = "utf-8", errors: str = "surrogateescape") -> str:
    """The text of a file, decrypted where it is a vault. Raises TemplateError."""
    try:
        found = read(path)
        text = found.data.decode(encoding, errors)
    except OSError as error:
        raise TemplateError(f"{path} cannot be read: {error.strerror}") from None
    except (LookupError, UnicodeDecodeError):
        raise TemplateError(f"{path} is not {encoding} text") from None
    if found.secret:
        learn_text(text)
    return text


def file(
    terms: list[Any], variables: Variables, *, rstrip: Any = True, lstrip: Any = False, _files: Files
) -> list[str]:
    """The text of files, looked for in `files`; rstrip, lstrip: without white space at the end, the beginning."""
    result = []
    for term in terms:
        try:
            text = read_text(_files.find_file("files", text_term("file", term)))
        except OpsError as error:
            raise TemplateError(f"Unable to access the file {term!r}: {error.message}", hint=error.hint) from None
        text = text.lstrip() if is_true(lstrip) else text
        result.append(text.rstrip() if is_true(rstrip) else text)
    return result


def unvault(terms: list[Any], variables: Variables, *, _files: Files) -> list[str]:
    """The text of files as it is, decrypted where they are encrypted."""
    return [read_text(_files.find_file("files", text_term("unvault", term))) for term in terms]


def fileglob(terms: list[Any], variables: Variables, *, _files: Files) -> list[str]:
    """The paths of the files that patterns match, in the first of the search places that has any."""
    return [str(path) for term in terms for path in _glob(_files, text_term("fileglob", term))]


def _glob(files: Files, pattern: str) -> list[Path]:
    return files.find_all("files", pattern) if Path(pattern).name else []


def template(
    terms: list[Any],
    variables: Variables,
    *,
    template_vars: Mapping[str, Any] | None = None,
    variable_start_string: str = "{{",
    variable_end_string: str = "}}",
    comment_start_string: str = "{#",
    comment_end_string: str = "#}",
    trim_blocks: Any = True,
    convert_data: Any = None,
    jinja2_native: Any = None,
    _files: Files,
) -> list[Any]:
    """
    What templates give, looked for in `templates`: text, or the value where a template is a single expression.

    template_vars: further variables. convert_data and jinja2_native are accepted and change nothing, as in
    ansible-core 2.19.
    """
    options = {
        "variable_start_string": str(variable_start_string),
        "variable_end_string": str(variable_end_string),
        "comment_start_string": str(comment_start_string),
        "comment_end_string": str(comment_end_string),
        "trim_blocks": is_true(trim_blocks),
    }
    result = []
    for term in terms:
        name = text_term("template", term)
        path = _files.find_file("templates", name)
        extra = {**_about(name, path, variables), **(template_vars or {})}
        result.append(_files.render_value(read_text(path), str(path), options, extra))
    return result


def _about(name: str, path: Path, variables: Variables) -> dict[str, Any]:
    import pwd

    found = path.stat()
    try:
        owner = pwd.getpwuid(found.st_uid).pw_name
    except KeyError:
        owner = str(found.st_uid)
    about: dict[str, Any] = {
        "template_host": os.uname().nodename,
        "template_path": name,
        "template_fullpath": str(path.resolve()),
        "template_mtime": datetime.datetime.fromtimestamp(found.st_mtime),
        "template_run_date": datetime.datetime.now(),
        "template_uid": owner,
        "template_destpath": None,
    }
    if "ansible_managed" not in variables:
        about["ansible_managed"] = "Ansible managed"
    return about


@takes_undefined
def first_found(
    terms: list[Any],
    variables: Variables,
    *,
    files: Any = (),
    paths: Any = (),
    skip: Any = False,
    _action: str | None = None,
    _files: Files,
) -> list[str]:
    """
    The path of the first file that exists, of names, or of dicts with files, paths and skip.

    _action: the module of the task that loops over it (`with_first_found`): its folder (templates, vars, files) is
    looked in too. Raises TemplateError where there is none, unless `skip`.
    """
    skips, searched = [skip], [paths]
    names = list(_names(terms or [files], searched, skips))
    folder = "" if _action is None else next((f"{kind}s" for kind in ("template", "var") if kind in _action), "files")
    for name in names:
        try:
            path = _files.find_file(folder, name)
        except OpsError:
            continue
        return [os.path.abspath(path)]  # noqa: PTH100  (without `..`, links not followed, as Ansible does)
    if is_true(skips[-1]):
        return []
    shown = ", ".join(names) or "no names were given"
    raise TemplateError(f"No file was found when using first_found: {shown}", hint="skip=true makes that no error")


def _names(terms: Any, paths: list[Any], skips: list[Any]) -> Iterator[str]:
    """The names to try; what a dict says of paths and skip holds for what follows too."""
    for term in terms:
        if isinstance(term, Undefined):
            str(term)  # fails
        if isinstance(term, Mapping):
            skips.append(term.get("skip", False))
            paths.append(term.get("paths", ()))
            yield from _joined(paths[-1], term.get("files", ()))
        elif isinstance(term, str):
            yield from _joined(paths[-1], [term])
        elif isinstance(term, (list, tuple)):
            yield from _names(term, paths, skips)
        else:
            raise TemplateError(f"Invalid term supplied. A string, dict or list is required, not '{type_name(term)}'")


def _joined(paths: Any, files: Any) -> list[str]:
    names, folders = _split(files, ",;"), _split(paths, ",:;")
    return [str(Path(folder, name)) for folder in folders for name in names] if folders else names


def _split(value: Any, separators: str) -> list[str]:
    if isinstance(value, str):
        return re.split(f"[{separators}]", str(value))
    return [part for item in value or () for part in _split(item, separators)]


LOOKUPS = {"file": file, "fileglob": fileglob, "first_found": first_found, "template": template, "unvault": unvault}
