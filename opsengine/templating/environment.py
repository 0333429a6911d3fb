"""
The jinja2 environment of ansible-core 2.19: the sandbox, native types, and what is read lazily stays lazy.

A template that has one part gives that part's value, none gives None, several are joined as text
(https://jinja.palletsprojects.com/en/stable/nativetypes/).
"""

from __future__ import annotations

from collections.abc import Callable, ItemsView, Iterable, Iterator, KeysView, Mapping, ValuesView
from contextvars import ContextVar
from typing import Any, cast

import jinja2
from jinja2 import nodes
from jinja2.compiler import Frame
from jinja2.environment import Template, TemplateModule
from jinja2.lexer import TOKEN_STRING, TOKEN_VARIABLE_BEGIN, TOKEN_VARIABLE_END, Lexer
from jinja2.nativetypes import NativeCodeGenerator
from jinja2.parser import Parser
from jinja2.runtime import Context, Macro, Undefined
from jinja2.sandbox import SandboxedEnvironment
from jinja2.utils import missing

from opsengine.source.text import Origin, Text
from opsengine.templating.lazy import OMIT, STRICT, plain, type_name
from opsengine.templating.scope import Copies, Scope
from opsengine.templating.undefined import Missing, MissingUsed

CURRENT: ContextVar[tuple[Scope, Origin]] = ContextVar("CURRENT")
"""The variables that the template in work sees, and where it was written."""
CHANGING = frozenset(
    ("append", "clear", "extend", "insert", "pop", "popitem", "remove", "reverse", "setdefault", "sort", "update")
)
"""Methods that change a list or dict."""
ON_NUMBERS = frozenset(("__and__", "__lshift__", "__or__", "__rshift__", "__xor__"))
"""Methods that the sandbox would refuse, for which there is no filter."""
VIEWS = (Iterator, KeysView, ItemsView, ValuesView)


class Embedded(str):
    """A constant in a template that looks like a template itself; a lookup renders it, to all others it is text."""

    __slots__ = ()


class Names(Mapping[str, Any]):
    """Layers of names, the first that has one wins; nothing is copied, nothing read before it is asked for."""

    __slots__ = ("layers",)

    def __init__(self, layers: tuple[Mapping[str, Any], ...]) -> None:
        self.layers = layers

    def __contains__(self, name: object) -> bool:
        return any(name in layer for layer in self.layers)

    def __getitem__(self, name: str) -> Any:
        for layer in self.layers:
            if name in layer:
                return layer[name]
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(name for layer in self.layers for name in layer))

    def __len__(self) -> int:
        return sum(1 for _ in self)


class LazyContext(Context):
    """The names that one template sees; none is read before the template asks for it."""

    parent: Names  # type: ignore[assignment]  # jinja2 itself only asks `in` and reads

    def resolve_or_missing(self, key: str) -> Any:
        if key in self.vars:
            return self.vars[key]
        for layer in self.parent.layers:
            if key in layer:
                return layer[key]
        return missing

    def get_all(self) -> Any:
        return Names((self.vars, *self.parent.layers)) if self.vars else self.parent

    def derived(self, locals: dict[str, Any] | None = None) -> LazyContext:
        names = _with_locals(self.get_all().layers, locals)
        context = LazyContext(self.environment, cast("Any", names), self.name, {})
        context.eval_ctx = self.eval_ctx
        context.blocks.update((name, list(block)) for name, block in self.blocks.items())
        return context


def _with_locals(layers: tuple[Mapping[str, Any], ...], locals: Mapping[str, Any] | None) -> Names:
    # jinja2 marks those that have no value yet.
    found = {name: value for name, value in (locals or {}).items() if value is not missing}
    return Names((found, *layers) if found else layers)


class LazyTemplate(Template):
    """A compiled template."""

    @property
    def changes_values(self) -> bool:
        """Whether it calls methods that change lists or dicts: then it works on copies of the variables."""
        return getattr(self.root_render_func, "changes_values", False)

    def context(self, scope: Scope) -> LazyContext:
        """What the template sees when it is rendered by itself."""
        names = self._names((scope, self.environment.globals))
        return LazyContext(self.environment, cast("Any", names), self.name, self.blocks)

    def new_context(self, vars: Any = None, shared: bool = False, locals: Any = None) -> LazyContext:
        layers: tuple[Mapping[str, Any], ...] = vars.layers if isinstance(vars, Names) else (vars,) if vars else ()
        if not shared:
            layers = (*layers, self.globals)
        names = self._names(_with_locals(layers, locals).layers)
        return LazyContext(self.environment, cast("Any", names), self.name, self.blocks, globals=self.globals)

    def _names(self, layers: tuple[Mapping[str, Any], ...]) -> Names:
        if self.changes_values:
            layers = tuple(Copies(layer) if isinstance(layer, Scope) else layer for layer in layers)
        return Names(layers)

    def _get_default_module(self, ctx: Context | None = None) -> TemplateModule:
        # jinja2 keeps it; but what a lookup gives differs from host to host.
        return self.make_module()


class _Code(NativeCodeGenerator):
    """Nothing is worked out when a template is compiled, constants that look like templates are marked."""

    def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:  # noqa: N802  (jinja2's name)
        super().visit_Template(node, frame)
        attributes = (found.attr for found in node.find_all(nodes.Getattr))
        if any(name in CHANGING for name in attributes) or any(f.name == "attr" for f in node.find_all(nodes.Filter)):
            self.writeline("root.changes_values = True")

    def visit_Const(self, node: nodes.Const, frame: Frame) -> None:  # noqa: N802  (jinja2's name)
        value = node.as_const(frame.eval_ctx)
        looks_like_template = type(value) is str and Text(value).is_template
        self.write(f"environment.embedded({value!r})" if looks_like_template else repr(value))

    @staticmethod
    def _output_const_repr(group: Iterable[Any]) -> str:
        return repr("".join(group))

    def _output_child_to_const(self, node: nodes.Expr, frame: Frame, finalize: Any) -> Any:
        if not isinstance(node, nodes.TemplateData):
            raise nodes.Impossible()
        return node.as_const(frame.eval_ctx)


class _DoublingLexer(Lexer):
    r"""
    Reads backslashes in the strings of {{ }} as they are, as in Ansible's YAML: "\\1" there has been unescaped already.

    Strings in {% %} are read as jinja2 reads them.
    """

    def tokeniter(self, *args: Any, **options: Any) -> Iterator[tuple[int, str, str]]:
        inside = False
        for line, token, value in super().tokeniter(*args, **options):
            if token in (TOKEN_VARIABLE_BEGIN, TOKEN_VARIABLE_END):
                inside = token == TOKEN_VARIABLE_BEGIN
            yield line, token, value.replace("\\", "\\\\") if inside and token == TOKEN_STRING else value


class TemplateEnvironment(SandboxedEnvironment):
    """
    A jinja2 environment whose templates give values.

    doubles_backslashes: how text in YAML is read. renders_constants: constants that look like templates are rendered
    at once, as in conditions. beside_playbook: gives the environment that {% include %} and {% import %} use where
    this one has no folder to look in.
    """

    code_generator_class = _Code
    context_class = LazyContext
    template_class = LazyTemplate
    doubles_backslashes = False
    renders_constants = False
    beside_playbook: Callable[[], TemplateEnvironment]
    _doubling_lexer: tuple[Any, Lexer] | None = None

    def variant(self, doubles_backslashes: bool = False, renders_constants: bool = False) -> TemplateEnvironment:
        """The same filters, tests and functions under other rules."""
        other = self.overlay()
        other.doubles_backslashes = doubles_backslashes
        other.renders_constants = renders_constants
        return other

    @property
    def lexer(self) -> Lexer:
        if not self.doubles_backslashes:
            return super().lexer
        settings = tuple(getattr(self, name) for name in OVERRIDES)
        if self._doubling_lexer is None or self._doubling_lexer[0] != settings:
            self._doubling_lexer = (settings, _DoublingLexer(self))
        return self._doubling_lexer[1]

    def from_expression(self, source: str) -> LazyTemplate:
        """The template of a bare expression, as between braces."""
        parser = Parser(self, source, state="variable")
        expression = parser.parse_expression()
        if not parser.stream.eos:
            rest = parser.stream.current
            raise jinja2.TemplateSyntaxError(f"unexpected '{rest.value}' behind the expression", rest.lineno)
        expression.set_environment(self)
        return cast("LazyTemplate", self.from_string(nodes.Template([nodes.Output([expression])], lineno=1)))

    @staticmethod
    def concat(values: Iterable[Any]) -> Any:
        """None without parts, the value of a single one; several are joined as text."""
        parts = _parts(values)
        if not parts:
            return None
        if len(parts) == 1:
            return parts[0][0]
        return "".join(_text(value, line) for value, line in parts if value is not OMIT)

    def embedded(self, constant: str) -> Any:
        """The value of a constant that looks like a template."""
        if not self.renders_constants:
            return Embedded(constant)
        scope, origin = CURRENT.get()
        return scope.lazily(Text(constant, origin))

    def getattr(self, obj: Any, attribute: str) -> Any:
        """As jinja2's, but a key of a dict is found where the sandbox refuses an attribute of that name."""
        value = super().getattr(obj, attribute)
        if isinstance(value, Undefined) and not isinstance(obj, Undefined):
            try:
                return obj[attribute]
            except (TypeError, LookupError):
                pass
        return value

    def unsafe_undefined(self, obj: Any, attribute: str) -> Undefined:
        hint = f"access to attribute {attribute!r} of {type_name(obj)!r} object is unsafe."
        return self.undefined(hint, name=attribute, obj=obj)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        return (attr in ON_NUMBERS and isinstance(obj, int)) or super().is_safe_attribute(obj, attr, value)

    def call(self, context: Context, function: Any, /, *args: Any, **options: Any) -> Any:
        """
        Call a function in a template: something missing among its arguments is its answer, iterators become lists.
        """
        if isinstance(function, Undefined):
            return function
        macro = isinstance(function, Macro)
        if not macro and not getattr(function, "takes_undefined", False):
            for value in (*args, *options.values()):
                if isinstance(value, Missing):
                    return value
        before = STRICT.set(not macro)
        try:
            result = super().call(context, function, *args, **options)
            return list(result) if isinstance(result, VIEWS) else result
        except MissingUsed as error:
            return error.what
        finally:
            STRICT.reset(before)

    def _load_template(self, name: Any, globals: Any) -> Template:
        if self.loader is None:
            return self.beside_playbook()._load_template(name, globals)
        return super()._load_template(name, globals)


Part = tuple[Any, int]
"""The value of a part of a template, and the line of the compiled template that gave it; 0 for text."""


def _parts(values: Iterable[Any]) -> list[Part]:
    parts: list[Part] = []
    frame = getattr(values, "gi_frame", None)
    try:
        for value in values:
            if type(value) is str:
                parts.append((value, 0))
            elif type(value) is TemplateModule:
                parts.extend(_parts(value._body_stream))
            elif value is not None:
                parts.append((value, frame.f_lineno if frame else 0))
    except Exception:
        for value, line in parts:
            if isinstance(value, Missing):
                raise MissingUsed(value, line) from None
        raise
    return parts


def _text(value: Any, line: int) -> str:
    if type(value) is str:
        return value
    try:
        value = plain(value, strictly=False)
    except MissingUsed as error:
        error.line = line
        raise
    return value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else str(value)


def header(text: str) -> tuple[str, dict[str, Any]]:
    """
    A template without its first line `#jinja2: option: value, ...`, and the options in it.

    Raises jinja2's TemplateSyntaxError for a line that is no such list.
    """
    import ast

    if not text.startswith(HEADER):
        return text, {}
    line, newline, rest = text[len(HEADER) :].partition("\n")
    if not newline:
        raise jinja2.TemplateSyntaxError(f"Missing newline after '{HEADER}' override", 1)
    options: dict[str, Any] = {}
    for pair in line.split(","):
        name, colon, value = pair.partition(":")
        name = name.strip()
        if not colon:
            problem = "Missing key-value separator `:`" if pair.strip() else "Empty pair"
            raise jinja2.TemplateSyntaxError(f"{problem} in '{HEADER}' override {line.strip()!r}", 1)
        if name not in OVERRIDES:
            known = ", ".join(sorted(OVERRIDES))
            raise jinja2.TemplateSyntaxError(f"Invalid '{HEADER}' override key {name!r}, known ones: {known}", 1)
        try:
            options[name] = ast.literal_eval(value.strip())
        except (ValueError, SyntaxError):
            raise jinja2.TemplateSyntaxError(f"{name} in '{HEADER}' override is no Python value: {value}", 1) from None
        if not isinstance(options[name], OVERRIDES[name]):
            wanted = OVERRIDES[name].__name__
            raise jinja2.TemplateSyntaxError(f"{name} in '{HEADER}' override should be of type {wanted}", 1)
    return rest, options


HEADER = "#jinja2:"
OVERRIDES: dict[str, type] = {
    **dict.fromkeys(("block_start_string", "block_end_string", "variable_start_string", "variable_end_string"), str),
    **dict.fromkeys(("comment_start_string", "comment_end_string", "newline_sequence"), str),
    **dict.fromkeys(("line_statement_prefix", "line_comment_prefix"), str),
    **dict.fromkeys(("trim_blocks", "lstrip_blocks", "keep_trailing_newline"), bool),
}
