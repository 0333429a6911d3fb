"""
Templates and conditions, compiled once for a run however many hosts render them.

jinja2's sandbox with native types (https://jinja.palletsprojects.com/en/stable/nativetypes/): a template that is one
expression gives its value, anything else gives text.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import jinja2
from jinja2.nativetypes import NativeCodeGenerator
from jinja2.runtime import Context, Undefined
from jinja2.sandbox import SandboxedEnvironment

from opsengine.errors import OpsError, TemplateError
from opsengine.source.text import Origin, Text
from opsengine.templating.lazy import OMIT, Omit, plain
from opsengine.templating.scope import Scope
from opsengine.templating.undefined import Missing, MissingUsed
from opsengine.vault.values import Confidential, Encrypted

SIMPLE = re.compile(r"\{\{\s*([A-Za-z_]\w*)\s*\}\}")


def _text_of(part: Any) -> Any:
    return "" if part is None else part


class _ValueCode(NativeCodeGenerator):
    """Constants among other parts are joined as text when they are compiled; there too, None is nothing."""

    @staticmethod
    def _output_const_repr(group: Iterable[Any]) -> str:
        parts = list(group)
        return repr(parts[0] if len(parts) == 1 else "".join(str(_text_of(part)) for part in parts))


class TemplateEnvironment(SandboxedEnvironment):
    """A jinja2 environment whose templates give values."""

    code_generator_class = _ValueCode

    @staticmethod
    def concat(values: Iterable[Any]) -> Any:
        """One part is the value itself; several are joined as text, where None is nothing."""
        parts = list(values)
        if len(parts) == 1:
            return parts[0]
        return "".join(str(_text_of(part)) for part in parts)


class Engine:
    """Renders text, values and conditions for a scope of variables."""

    def __init__(self) -> None:
        options: dict[str, Any] = {
            "undefined": Missing,
            "keep_trailing_newline": True,
            "extensions": ["jinja2.ext.do", "jinja2.ext.loopcontrols"],
        }
        self.environment = TemplateEnvironment(**options)
        self.file_environment = SandboxedEnvironment(**options, finalize=_text_of, trim_blocks=True)
        self.environment.globals["omit"] = OMIT
        for name in ("filters", "tests", "globals"):
            setattr(self.file_environment, name, getattr(self.environment, name))
        self._compiled: dict[tuple[str, bool], Callable[[Context], Iterable[Any]]] = {}
        self._files: dict[Any, tuple[jinja2.Environment, jinja2.Template]] = {}
        self._lock = threading.Lock()

    def add(
        self,
        filters: Mapping[str, Callable[..., Any]],
        tests: Mapping[str, Callable[..., Any]],
        functions: Mapping[str, Callable[..., Any]],
    ) -> None:
        """Make filters, tests and global functions known."""
        self.environment.filters.update(filters)
        self.environment.tests.update(tests)
        self.environment.globals.update(functions)

    def render(self, value: Any, scope: Scope) -> Any:
        """
        A value with every template in it rendered, as plain data. What `omit` stands for is left out.

        Raises TemplateError with the place of the template that fails.
        """
        if isinstance(value, Text):
            if not value.is_template:
                return str(value)
            return self._finished(self.render_string(value, scope), value, scope)
        if isinstance(value, dict):
            pairs = ((self.render(key, scope), self.render(item, scope)) for key, item in value.items())
            return {key: item for key, item in pairs if item is not OMIT}
        if isinstance(value, (list, tuple)):
            return [item for item in (self.render(item, scope) for item in value) if item is not OMIT]
        return plain(value) if not isinstance(value, (str, int, float, bool, type(None), Omit)) else value

    def _finished(self, value: Any, source: Text, scope: Scope) -> Any:
        if value is OMIT:
            return OMIT
        try:
            return plain(value)
        except Exception as error:
            raise explained(error, source, source.origin, scope) from error

    def render_string(self, text: Text, scope: Scope) -> Any:
        """The value of one template, its containers still lazy; something missing is an error."""
        if isinstance(text, Encrypted):
            return text.decrypted()
        simple = SIMPLE.fullmatch(text)
        try:
            if simple:
                value = scope[simple.group(1)] if simple.group(1) in scope else self._absent(simple.group(1))
            else:
                value = self._evaluate(text, False, scope)
            if isinstance(value, Undefined):
                raise MissingUsed(value) if isinstance(value, Missing) else jinja2.UndefinedError(str(value))
        except Exception as error:
            raise explained(error, text, text.origin, scope) from error
        if isinstance(text, Confidential):
            text.rendered_to(value)
        return value

    def _absent(self, name: str) -> Any:
        return self.environment.globals.get(name) or self.environment.undefined(name=name)

    def _evaluate(self, text: str, expression: bool, scope: Scope) -> Any:
        function = self._compiled.get((text, expression)) or self._compile(text, expression)
        context = Context(self.environment, _Parent(scope, self.environment.globals), None, {})
        return TemplateEnvironment.concat(function(context))

    def syntax_error(self, shown: str, source: str, origin: Origin) -> OpsError | None:
        """What is wrong with the syntax of a template (unknown filters and tests too); None when nothing is."""
        try:
            self.environment.compile(source)
        except jinja2.TemplateError as error:
            return explained(error, shown, origin, Scope(self, []))
        return None

    def _compile(self, text: str, expression: bool) -> Callable[[Context], Iterable[Any]]:
        with self._lock:
            if (text, expression) not in self._compiled:
                source = "{{" + text + "}}" if expression else str(text)
                self._compiled[text, expression] = self.environment.from_string(source).root_render_func
            return self._compiled[text, expression]

    def _compile_file(
        self, text: str, file: str, options: Mapping[str, Any], search: tuple[str, ...]
    ) -> tuple[jinja2.Environment, jinja2.Template]:
        key = (text, file, repr(sorted(options.items())), search)
        with self._lock:
            if key not in self._files:
                environment = self.file_environment.overlay(**options, loader=jinja2.FileSystemLoader(list(search)))
                code = environment.compile(text, name=file, filename=file)
                template = environment.template_class.from_code(environment, code, environment.globals)
                self._files[key] = (environment, template)
            return self._files[key]

    def expression(self, text: str, origin: Origin, scope: Scope) -> Any:
        """The value of a bare expression (no braces), which may be Undefined."""
        try:
            return self._evaluate(text, True, scope)
        except Exception as error:
            raise explained(error, text, origin, scope) from error

    def condition(self, test: Any, scope: Scope, origin: Origin) -> bool:
        """
        Whether a condition (`when`, `failed_when`, `until`, ...) holds; of a list, all have to.

        As in ansible-core 2.19, it has to give true or false: other values are an error, since a text such as "no"
        would count as true.
        """
        if isinstance(test, list):
            return all(self.condition(one, scope, origin) for one in test)
        if isinstance(test, bool) or test is None:
            return test is not False
        origin = getattr(test, "origin", origin)
        if not isinstance(test, Text):
            raise TemplateError(f"a condition should be an expression, got {test!r}", origin=origin)
        value = self.render_string(test, scope) if test.is_template else self.expression(test, origin, scope)
        if isinstance(value, Missing):
            raise explained(MissingUsed(value), test, origin, scope)
        if isinstance(value, bool):
            return value
        raise TemplateError(
            f"the condition `{test}` gives {type(value).__name__} {_short(value)}, not true or false",
            hint="say what is meant: `... | bool`, `... is defined`, `... | length > 0`, `... != ''`",
            origin=origin,
        )

    def render_file(
        self, text: str, file: str, scope: Scope, options: Mapping[str, Any], search: Iterable[str] = ()
    ) -> str:
        """
        Render the whole text of a template file.

        options: jinja2 environment options; search: folders where {% include %} and {% import %} look.
        """
        try:
            environment, template = self._compile_file(text, file, options, tuple(search))
            context = Context(environment, _Parent(scope, environment.globals), file, template.blocks)
            return "".join(template.root_render_func(context))
        except Exception as error:
            raise explained(error, None, Origin(file, _line_in(error, file), 1), scope) from error


class _Parent(dict[str, Any]):
    """The parent of a jinja2 context: the scope first, then the global functions; nothing is copied."""

    __slots__ = ("_globals", "_scope")

    def __init__(self, scope: Scope, functions: Mapping[str, Any]) -> None:
        super().__init__()
        self._scope = scope
        self._globals = functions

    @property
    def scope(self) -> Scope:
        """The variables."""
        return self._scope

    def __contains__(self, name: object) -> bool:
        return name in self._scope or name in self._globals

    def __getitem__(self, name: str) -> Any:
        if name in self._scope:
            return self._scope[name]
        return self._globals[name]

    def __iter__(self) -> Any:
        return iter({**self._globals, **dict.fromkeys(self._scope)})

    def keys(self) -> Any:
        return list(iter(self))


def scope_of(context: Context) -> Scope:
    """The scope behind a jinja2 context, for functions that take one (`lookup`)."""
    parent = context.parent
    scope = parent.scope if isinstance(parent, _Parent) else None
    assert scope is not None, "a context of another environment"
    return scope.with_layer(context.vars) if context.vars else scope


def explained(error: Exception, text: str | None, origin: Origin, scope: Scope) -> OpsError:
    """An error of a template as a person needs it: the place, the expression, the nearest name."""
    if isinstance(error, OpsError):
        if error.origin is None:
            error.origin = origin
        return error
    shown = f" in `{_short(text)}`" if text is not None else ""
    if isinstance(error, MissingUsed):
        missing = error.what.explain(scope)
        if missing.origin is None:
            missing.message += shown
            missing.origin = origin
        return missing
    if isinstance(error, jinja2.TemplateSyntaxError):
        if text is not None and (error.lineno or 1) > 1 and origin.line:
            shown += f" (line {error.lineno} of it)"
        if text is None and error.lineno:
            origin = origin._replace(line=error.lineno)
        hint = None
        if "unexpected '%'" in str(error.message) or "expected token 'end of print statement'" in str(error.message):
            hint = "check quotes and operators inside the braces"
        return TemplateError(f"template syntax: {error.message}{shown}", origin=origin, hint=hint)
    if (isinstance(error, jinja2.TemplateRuntimeError) and "No filter" in str(error)) or "No test" in str(error):
        return TemplateError(f"{error}{shown}", origin=origin)
    kind = "" if isinstance(error, jinja2.TemplateError) else f"{type(error).__name__}: "
    return TemplateError(f"{kind}{error}{shown}", origin=origin)


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else repr(value)
    text = " ".join(text.split())
    return text if len(text) <= 120 else text[:117] + "..."


def _line_in(error: BaseException, file: str) -> int:
    if isinstance(error, jinja2.TemplateSyntaxError):
        return error.lineno or 1
    line, trace = 0, error.__traceback__
    while trace is not None:
        template = trace.tb_frame.f_globals.get("__jinja_template__")
        if template is not None and template.filename == file:
            line = template.get_corresponding_lineno(trace.tb_lineno)
        elif trace.tb_frame.f_code.co_filename == file:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
