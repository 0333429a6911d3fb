"""The cases, a file a subject; each has a list CASES."""

import importlib
import pkgutil

from tests.contract.case import Case

CASES: list[Case] = [
    case
    for found in pkgutil.iter_modules(__path__)
    if not found.ispkg
    for case in importlib.import_module(f"{__name__}.{found.name}").CASES
]
