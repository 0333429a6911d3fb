"""
The one tree of errors.

    OpsError                what went wrong, where, and what to do about it
    ├── UsageError          the command line is wrong; nothing ran
    ├── InputError          a playbook, inventory or variable file is wrong; nothing ran
    ├── TemplateError       an expression cannot be rendered
    │   └── UndefinedVariable
    ├── TaskFailed          the host answered, the task did not succeed
    └── Unreachable         no contact with the host, or contact lost
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from opsengine.source.text import Origin


class OpsError(Exception):
    """
    An error that a person reads.

    `message` says what was expected and what was found, `hint` what to do, `origin` the file, line and column that
    caused it where there is one.
    """

    def __init__(self, message: str, *, hint: str | None = None, origin: Origin | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.origin = origin

    def __str__(self) -> str:
        place = f"{self.origin}: " if self.origin else ""
        hint = f"\n  hint: {self.hint}" if self.hint else ""
        return f"{place}{self.message}{hint}"


class UsageError(OpsError):
    """The command line asks for something that cannot be."""


class InputError(OpsError):
    """
    What a person wrote is wrong; raised before any host is touched.

    `others` holds the further problems found in the same pass, so that one run shows all of them.
    """

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        origin: Origin | None = None,
        others: Sequence[InputError] = (),
    ) -> None:
        super().__init__(message, hint=hint, origin=origin)
        self.others = list(others)

    @classmethod
    def of(cls, problems: Sequence[InputError]) -> InputError:
        """Join problems (at least one) into one error that reports them all, in file order."""
        flat = [single for problem in problems for single in problem.each()]
        flat.sort(key=lambda problem: problem.origin.sort_key if problem.origin else ("", 0, 0))
        unique = list({str(problem): problem for problem in flat}.values())
        first = unique[0]
        return cls(first.message, hint=first.hint, origin=first.origin, others=unique[1:])

    def each(self) -> list[InputError]:
        """Every single problem, this one first."""
        alone = InputError(self.message, hint=self.hint, origin=self.origin)
        return [alone, *(single for other in self.others for single in other.each())]


class TemplateError(OpsError):
    """A template or a condition cannot be rendered."""


class UndefinedVariable(TemplateError):
    """A template names a variable, attribute or key that does not exist."""


class TaskFailed(OpsError):
    """A task did not succeed on a host; `result` is what it returned."""

    def __init__(
        self,
        message: str,
        *,
        result: dict[str, Any] | None = None,
        hint: str | None = None,
        origin: Origin | None = None,
    ) -> None:
        super().__init__(message, hint=hint, origin=origin)
        self.result = result or {}


class Unreachable(OpsError):
    """
    A host cannot be talked to.

    `kind` tells the cause apart: name, refused, timeout, network, host-key, authentication, no-python, become, lost.
    """

    def __init__(self, message: str, *, kind: str, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.kind = kind


def near(word: str, known: Iterable[str]) -> str | None:
    """A hint naming the known word nearest to a misspelt one; None where nothing is near."""
    matches = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"did you mean `{matches[0]}`?" if matches else None
