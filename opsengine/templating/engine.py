"""Templates and conditions, compiled once for a run however many hosts render them."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

import jinja2
from jinja2.runtime import Undefined

from opsengine.config import config
from opsengine.errors import OpsError, TemplateError, UndefinedVariable, UsageError
from opsengine.source.text import COMMAND_LINE, Origin, Text
from opsengine.templating.environment import CURRENT, HEADER, LazyTemplate, TemplateEnvironment, header
from opsengine.templating.explain import explained, line_in, short
from opsengine.templating.lazy import OMIT, STRICT, Omit, known, plain, type_name
from opsengine.templating.scope import Scope
from opsengine.templating.undefined import Broken, Missing, MissingUsed
from opsengine.vault.values import Confidential, Encrypted

SIMPLE = re.compile(r"\{\{\s*(?!(?:true|false|none|True|False|None|not)\b)([A-Za-z_]\w*)\s*\}\}")
"""A template that is a variable and nothing else needs no jinja2."""
MARKS = {"block_start_string": "{%", "variable_start_string": "{{", "comment_start_string": "{#"}
BEGINNINGS, ENDS = ("{{", "{%", "{#"), ("}}", "%}", "#}")


def _environment() -> TemplateEnvironment:
    """An environment with the extensions of jinja2 that are always there and those of the setting."""
    more = config().words("ANSIBLE_JINJA2_EXTENSIONS")
    try:
        return TemplateEnvironment(
            undefined=Missing,
            trim_blocks=True,
            optimized=False,
            extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols", *more],
        )
    except (ImportError, AttributeError) as error:
        raise UsageError(f"ANSIBLE_JINJA2_EXTENSIONS: {error}", hint="such as jinja2.ext.debug") from None


class Engine:
    """Renders text, values and conditions for a scope of variables."""

    def __init__(self) -> None:
        self.environment = _environment()
        self.merges_mappings = config().merges_mappings
        self.environment.globals.update(omit=OMIT, range=range)
        self.environment.beside_playbook = self._beside_playbook
        self._text = self.environment.variant(doubles_backslashes=True)
        self._condition = self.environment.variant(renders_constants=True)
        self._compiled: dict[tuple[str, str], LazyTemplate] = {}
        self._files: dict[Any, LazyTemplate] = {}
        self._folders: dict[Any, TemplateEnvironment] = {}
        self._lock = threading.RLock()

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

        Keys are never rendered. Raises TemplateError with the place of the template that fails.
        """
        if isinstance(value, Text):
            if not value.is_template:
                return value
            return self._finished(self.render_string(value, scope), value, scope)
        if isinstance(value, dict):
            pairs = ((plain(key), self.render(item, scope)) for key, item in value.items())
            return {key: item for key, item in pairs if item is not OMIT}
        if isinstance(value, (list, tuple)):
            return [item for item in (self.render(item, scope) for item in value) if item is not OMIT]
        if isinstance(value, (str, int, float, bool, type(None), Omit)):
            return value
        return self._finished(value, None, scope)

    def render_known(self, value: Any, scope: Scope) -> Any:
        """As `render`, but elements that name something missing are left out too (`with_first_found`)."""
        if isinstance(value, dict):
            pairs = ((plain(key), self.render_known(item, scope)) for key, item in value.items())
            return {key: item for key, item in pairs if item is not OMIT}
        if isinstance(value, (list, tuple)):
            return [item for item in (self.render_known(item, scope) for item in value) if item is not OMIT]
        try:
            return known(self.render_string(value, scope)) if isinstance(value, Text) else value
        except UndefinedVariable:
            return OMIT

    @staticmethod
    def _finished(value: Any, source: Text | None, scope: Scope) -> Any:
        if value is OMIT:
            return OMIT
        try:
            return plain(value)
        except Exception as error:
            raise explained(error, source, source.origin if source else COMMAND_LINE, scope) from error

    def render_string(self, text: Text, scope: Scope) -> Any:
        """The value of one template, its containers still lazy; something missing is an error."""
        if isinstance(text, Encrypted):
            return text.decrypted()
        simple = SIMPLE.fullmatch(text)
        try:
            if simple:
                value = scope[simple.group(1)] if simple.group(1) in scope else self._absent(simple.group(1))
            else:
                value = _as_long(self._evaluate(text, "text", scope, text.origin), text)
            _check(value)
        except Exception as error:
            raise explained(error, text, text.origin, scope) from error
        if isinstance(text, Confidential):
            text.rendered_to(value)
        return value

    def _absent(self, name: str) -> Any:
        return self.environment.globals.get(name) or self.environment.undefined(name=name)

    def _evaluate(self, text: str, kind: str, scope: Scope, origin: Origin) -> Any:
        template = self._compiled.get((text, kind)) or self._compile(text, kind)
        return self._run(template, scope, origin)

    @staticmethod
    def _run(template: LazyTemplate, scope: Scope, origin: Origin) -> Any:
        before, strict = CURRENT.set((scope, origin)), STRICT.set(False)
        try:
            return TemplateEnvironment.concat(template.root_render_func(template.context(scope)))
        finally:
            CURRENT.reset(before)
            STRICT.reset(strict)

    def _compile(self, text: str, kind: str) -> LazyTemplate:
        """kind: text (of YAML), expression, condition (both without braces)."""
        with self._lock:
            if (text, kind) not in self._compiled:
                self._compiled[text, kind] = self._parsed(str(text), kind)
            return self._compiled[text, kind]

    def _parsed(self, text: str, kind: str) -> LazyTemplate:
        try:
            if kind != "text":
                return (self._condition if kind == "condition" else self._text).from_expression(text)
            source, options = header(text)
            environment = self._text.overlay(**options) if options else self._text
            return cast("LazyTemplate", environment.from_string(source))
        except SyntaxError as error:  # What jinja2 lets through, and Python does not.
            raise jinja2.TemplateSyntaxError(str(error.msg), 1) from error

    def syntax_error(self, text: Text, condition: bool = False) -> OpsError | None:
        """What is wrong with the syntax of a template or condition (unknown filters and tests too); None is nothing."""
        stripped = text.strip()
        try:
            if condition:
                self._parsed(stripped, "text" if is_all_template(stripped) else "condition")
            else:
                self._parsed(text, "text")
        except jinja2.TemplateError as error:
            return (
                _in_condition(explained(error, text, text.origin), text)
                if condition
                else explained(error, text, text.origin)
            )
        return None

    def expression(self, text: str, origin: Origin, scope: Scope) -> Any:
        """The value of a bare expression (no braces), which may be Undefined."""
        try:
            return self._evaluate(text, "expression", scope, origin)
        except MissingUsed as error:
            return error.what
        except Exception as error:
            raise explained(error, text, origin, scope) from error

    def displayed(self, text: str, origin: Origin, scope: Scope) -> tuple[Any, list[str]]:
        """
        The value of a bare expression for people to look at, and what is wrong with it.

        As in Ansible's debug, `<< error 1 - ... >>` stands for each element that is missing; what fails otherwise is
        an error here too.
        """
        problems: list[str] = []

        def instead(missing: Undefined) -> str:
            if isinstance(missing, Broken) or not isinstance(missing, Missing):
                raise _use_of(missing)
            problems.append(missing.explain(scope).message)
            return f"<< error {len(problems)} - {problems[-1]} >>"

        try:
            return plain(self._evaluate(text, "expression", scope, origin), instead=instead), problems
        except MissingUsed as error:
            if isinstance(error.what, Broken):
                raise explained(error, text, origin, scope) from error
            return instead(error.what), problems
        except Exception as error:
            raise explained(error, text, origin, scope) from error

    def condition(self, test: Any, scope: Scope, origin: Origin) -> bool:
        """
        Whether a condition (`when`, `failed_when`, `until`, ...) holds; of a list, all have to.

        As in ansible-core 2.19, it has to give true or false: other values are an error, since a text such as "no"
        would count as true. A template instead of an expression gives true or false, or text of the project that is
        the expression.
        """
        if isinstance(test, list):
            return all(self.condition(one, scope, origin) for one in test)
        if isinstance(test, bool):
            return test
        origin = getattr(test, "origin", origin)
        expression = self._expression_of(test, scope, origin)
        if isinstance(expression, bool):
            return expression
        value = self._truth(expression, scope, origin) if isinstance(expression, Text) else expression
        if isinstance(value, bool):
            return value
        raise TemplateError(
            f"the condition `{test}` gives {type_name(value)} {short(value)}, not true or false; "
            "Conditionals must have a boolean result",
            hint="say what is meant: `... | bool`, `... is defined`, `... | length > 0`, `... != ''`",
            origin=origin,
        )

    def _expression_of(self, test: Any, scope: Scope, origin: Origin) -> Any:
        """The text of the expression; of a template, what it gives."""
        if test is None or (isinstance(test, str) and not test.strip()):
            hint = "write an expression, or leave the keyword out"
            raise TemplateError(
                "an empty condition; Empty conditional expressions are not allowed", hint=hint, origin=origin
            )
        if not isinstance(test, Text):
            what = "an untrusted template or expression" if isinstance(test, str) else type_name(test)
            raise TemplateError(
                f"a condition should be an expression of the project, got {test!r}, {what}; "
                "Conditional expressions must be strings",
                origin=origin,
            )
        text = Text(test.strip(), origin)
        if not is_all_template(text):
            return text
        value = self._conditional(lambda: self.render_string(text, scope), text, scope)
        if isinstance(value, Text):
            return self._expression_of(value, scope, origin) if not value.strip() else Text(value.strip(), origin)
        if isinstance(value, str):
            hint = "write it without braces: `when: x == 5`"
            message = f"the condition `{test}` gives the text '{short(value)}', an untrusted template or expression"
            raise TemplateError(message, hint=hint, origin=origin)
        return value

    def _truth(self, expression: Text, scope: Scope, origin: Origin) -> Any:
        def value() -> Any:
            found = self._evaluate(expression, "condition", scope, origin)
            _check(found)
            return found

        return self._conditional(value, expression, scope)

    def _conditional(self, value: Callable[[], Any], text: Text, scope: Scope) -> Any:
        try:
            return value()
        except Exception as error:
            raise _in_condition(explained(error, text, text.origin, scope), text) from error

    def render_file(
        self, text: str, file: str, scope: Scope, options: Mapping[str, Any], search: Iterable[str] = ()
    ) -> Any:
        """
        The value of a template file: its whole text, or what its only expression gives (see `text_of_file`).

        options: jinja2 environment options; search: folders where {% include %} and {% import %} look.
        """
        origin, template = Origin(file, 1, 1), None
        try:
            source, own = header(text)
            if not own and not any(options.get(name, mark) in text for name, mark in MARKS.items()):
                return text
            template = self._compile_file(source, file, {**options, **own}, tuple(search))
            value = self._run(template, scope, origin)
            value = _as_long(value, source, options.get("newline_sequence", "\n"))
            _check(value)
            return value if value is OMIT else plain(value)
        except Exception as error:
            raise explained(error, None, Origin(file, line_in(error, file, template), 1), scope) from error

    def _compile_file(self, text: str, file: str, options: Mapping[str, Any], search: tuple[str, ...]) -> LazyTemplate:
        key = (text, file, repr(sorted(options.items())), search)
        with self._lock:
            if key not in self._files:
                environment = self._in_folders(options, search)
                code = environment.compile(text, name=file, filename=file)
                template = LazyTemplate.from_code(environment, code, environment.globals)
                self._files[key] = cast("LazyTemplate", template)
            return self._files[key]

    def _in_folders(self, options: Mapping[str, Any], search: tuple[str, ...]) -> TemplateEnvironment:
        key = (repr(sorted(options.items())), search)
        with self._lock:
            if key not in self._folders:
                loader = jinja2.FileSystemLoader(list(search))
                self._folders[key] = self.environment.overlay(**options, loader=loader)
            return self._folders[key]

    def _beside_playbook(self) -> TemplateEnvironment:
        """Where templates in YAML find the files that they include."""
        scope, _ = CURRENT.get()
        return self._in_folders({}, (str(scope.get("playbook_dir", ".")),))


def text_of_file(value: Any) -> str:
    """The value of a template file as the text that is written."""
    return value if isinstance(value, str) else "" if value is None else str(value)


def is_all_template(text: str) -> bool:
    """Whether a text begins and ends with braces of jinja2."""
    return text.startswith((*BEGINNINGS, HEADER)) and (text.endswith(ENDS) or text.startswith(HEADER))


def _in_condition(error: OpsError, text: str) -> OpsError:
    if "{{" in text and "Syntax error" in error.message:
        error.hint = "a condition is an expression already: write it without braces"
    return error


def _check(value: Any) -> None:
    if isinstance(value, Undefined):
        raise _use_of(value)


def _use_of(value: Undefined) -> Exception:
    return MissingUsed(value) if isinstance(value, Missing) else jinja2.UndefinedError(value._undefined_message)


def _as_long(value: Any, source: str, newline: str = "\n") -> Any:
    """Text with as many newlines at its end as its template has, since jinja2 takes the last one away."""
    if not isinstance(value, str):
        return value
    less = _newlines(source) - _newlines(value)
    return value + newline * less if less > 0 else value


def _newlines(text: str) -> int:
    return len(text) - len(text.rstrip("\n"))
