"""
The module kit: all that a module imports from outside the standard library. It travels with the modules.

A `Module` has a state that can be read, an `Action` has an effect and no state, a `Query` only reads. The kit compares,
honours the dry run, applies, reads again, and masks secrets: no module does any of that by hand.
"""

from modules.kit.args import Arg, Path, Raw, Size
from modules.kit.errors import CommandFailed, ModuleFailed
from modules.kit.module import Action, Module, Query
from modules.kit.process import Ended, run
from modules.kit.state import ABSENT, Change, Content, Unknown

__all__ = [
    "ABSENT",
    "Action",
    "Arg",
    "Change",
    "CommandFailed",
    "Content",
    "Ended",
    "Module",
    "ModuleFailed",
    "Path",
    "Query",
    "Raw",
    "Size",
    "Unknown",
    "run",
]
