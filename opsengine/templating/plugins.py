"""
Filters and tests that a project brings along: Python files in `filter_plugins` and `test_plugins`, beside a playbook or
in a role, as Ansible's are (https://docs.ansible.com/ansible-core/2.19/dev_guide/developing_plugins.html).

They run on the controller, with its rights, as everything of the project does.
"""

from __future__ import annotations

import importlib.util
import itertools
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from opsengine.errors import InputError, OpsError
from opsengine.source.text import Origin
from opsengine.templating import ansible_names
from opsengine.templating.filters._guard import guarded

Functions = dict[str, Callable[..., Any]]
KINDS = {"filter": ("filter_plugins", "FilterModule", "filters"), "test": ("test_plugins", "TestModule", "tests")}

_numbers = itertools.count(1)


def plugins_of(folder: Path, kind: str) -> Functions:
    """
    The filters or tests (kind) below the folder of a playbook or a role, by name; none where it has none.

    Raises InputError with the place in the file for one that cannot be loaded.
    """
    below, class_name, method = KINDS[kind]
    found: Functions = {}
    for path in sorted((folder / below).glob("*.py")):
        declared = getattr(_loaded(path), class_name, None)
        if declared is not None:
            functions = _guarded_call(getattr(_guarded_call(declared, path), method), path)
            found.update({name: guarded(kind, name, function) for name, function in functions.items()})
    return found


def _loaded(path: Path) -> ModuleType:
    ansible_names.provide()
    spec = importlib.util.spec_from_file_location(f"opsengine_project_{next(_numbers)}_{path.stem}", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    loader = spec.loader
    _guarded_call(lambda: loader.exec_module(module), path)
    return module


def _guarded_call(call: Callable[[], Any], path: Path) -> Any:
    try:
        return call()
    except OpsError:
        raise
    except Exception as error:
        hint = None
        if isinstance(error, ModuleNotFoundError):
            hint = f"it has to be installed where opsengine is: {error.name}"
        raise InputError(
            f"this plugin cannot be loaded: {type(error).__name__}: {error}",
            origin=Origin(str(path), _line(error, path), 1),
            hint=hint,
        ) from error


def _line(error: BaseException, path: Path) -> int:
    if isinstance(error, SyntaxError):
        return error.lineno or 1
    lines: Iterator[int | None] = (
        frame.lineno for frame in reversed(traceback.extract_tb(error.__traceback__)) if frame.filename == str(path)
    )
    return next(lines, 1) or 1
