"""The cases, a file a subject; each has a list CASES."""

from tests.contract.case import Case
from tests.contract.cases import commands, docker, files, packages, system

CASES: list[Case] = [*commands.CASES, *docker.CASES, *files.CASES, *packages.CASES, *system.CASES]
