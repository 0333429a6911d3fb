"""The cases, a file a subject; each has a list CASES."""

from tests.contract.case import Case
from tests.contract.cases import commands, files, packages, system

CASES: list[Case] = [*commands.CASES, *files.CASES, *packages.CASES, *system.CASES]
