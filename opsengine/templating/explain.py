"""Errors of templates as a person needs them: the place, the expression, the nearest name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import jinja2
from jinja2.environment import Template

from opsengine.errors import OpsError, TemplateError
from opsengine.source.text import Origin
from opsengine.templating.undefined import MissingUsed

VARIABLE = re.compile(r"\s*(\{\{)?\s*\w+\s*(\}\})?\s*")
"""What is a variable and nothing else tells nothing that its name has not told."""


def explained(error: Exception, text: str | None, origin: Origin, known: Iterable[str] = ()) -> OpsError:
    """
    An error while `text` was rendered (None: a whole file) as one that a person reads.

    known: the names of the variables there are.
    """
    if isinstance(error, OpsError):
        if error.origin is None:
            error.origin = origin
        return error
    shown = f" in `{short(text)}`" if text is not None else ""
    if isinstance(error, MissingUsed):
        missing = error.what.explain(known)
        if missing.origin is None:
            missing.message += "" if text is not None and VARIABLE.fullmatch(text) else shown
            missing.origin = origin
        return missing
    if isinstance(error, jinja2.TemplateSyntaxError):
        return _syntax(error, text, origin, shown)
    if isinstance(error, SyntaxError):  # of the Python code that a template becomes
        return TemplateError(f"Syntax error in template: {error.msg}{shown}", origin=origin)
    if isinstance(error, RecursionError):
        return TemplateError(
            f"Recursive loop detected in template{shown}", origin=origin, hint="something is defined by itself"
        )
    if isinstance(error, jinja2.TemplateNotFound):
        return TemplateError(f"there is no template {error}{shown}", origin=origin)
    kind = "" if isinstance(error, jinja2.TemplateError) else "Error rendering template: "
    return TemplateError(f"{kind}{error or type(error).__name__}{shown}", origin=origin)


def _syntax(error: jinja2.TemplateSyntaxError, text: str | None, origin: Origin, shown: str) -> OpsError:
    if text is None:
        origin = origin._replace(line=error.lineno or 1)
    elif (error.lineno or 1) > 1 and origin.line:
        shown += f" (line {error.lineno} of it)"
    message, hint = str(error.message), None
    if "unexpected '%'" in message or "expected token 'end of print statement'" in message:
        hint = "check quotes and operators inside the braces"
    return TemplateError(f"Syntax error in template: {message}{shown}", origin=origin, hint=hint)


def short(value: Any) -> str:
    """A value on one line, shortened where it is long."""
    text = value if isinstance(value, str) else repr(value)
    text = " ".join(text.split())
    return text if len(text) <= 120 else text[:117] + "..."


def line_in(error: BaseException, file: str, template: Template | None) -> int:
    """The line of a template file that an error came from; 1 where that is not known."""
    if isinstance(error, jinja2.TemplateSyntaxError):
        return error.lineno or 1
    if isinstance(error, MissingUsed) and error.line and template is not None:
        return template.get_corresponding_lineno(error.line)
    line, trace = 1, error.__traceback__
    while trace is not None:
        template = trace.tb_frame.f_globals.get("__jinja_template__")
        if template is not None and template.filename == file:
            line = template.get_corresponding_lineno(trace.tb_lineno)
        elif trace.tb_frame.f_code.co_filename == file:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
