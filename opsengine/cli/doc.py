"""`opsengine doc`."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from typing import Any

import click

from opsengine.errors import UsageError, near
from opsengine.execution.catalogue import Modules

WIDTH = 100


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("module", required=False)
def command(module: str | None) -> int:
    """Explain MODULE: its arguments, choices and defaults. Without MODULE: list every module."""
    modules = Modules()
    if module is None:
        click.echo("\n".join(_listing(modules)))
        return 0
    kind = modules.find(module)
    if kind is None:
        raise UsageError(f"there is no module `{module}`", hint=near(module, modules.names()))
    click.echo("\n".join(_page(module.rpartition(".")[2], kind)))
    return 0


def _listing(modules: Modules) -> Iterator[str]:
    width = max(len(name) for name in modules.names())
    for name in sorted(modules.names()):
        yield f"{click.style(name.ljust(width), bold=True)}  {_summary(modules.find(name))}"
    yield "\nopsengine doc MODULE explains one."


def _description(kind: Any) -> str:
    return inspect.getdoc(sys.modules[kind.__module__]) or inspect.getdoc(kind) or ""


def _summary(kind: Any) -> str:
    return _description(kind).split("\n")[0]


def _page(name: str, kind: Any) -> Iterator[str]:
    yield click.style(name, bold=True) + f"  ({kind.collection}.{name})"
    yield ""
    yield _description(kind)
    yield ""
    yield click.style("Arguments", bold=True)
    for arg in kind.arguments().values():
        yield from _argument(arg, "  ")
    yield from _rules(kind)


def _argument(arg: Any, indent: str) -> Iterator[str]:
    facts = [_type(arg)]
    if arg.required:
        facts.append(click.style("required", fg="yellow"))
    elif arg.default is not None:
        facts.append(f"default: {_plain(arg.default)}")
    if arg.choices:
        facts.append("one of " + ", ".join(_plain(choice) for choice in arg.choices))
    if arg.aliases:
        facts.append("also " + ", ".join(arg.aliases))
    if arg.secret:
        facts.append("never shown" if arg.secret is True else f"not shown when {arg.secret}")
    for key, value in arg.needed_if.items():
        facts.append(
            f"needed when {key} is {_plain(value) if not isinstance(value, tuple) else ' or '.join(map(_plain, value))}"
        )
    yield f"{indent}{click.style(arg.name, fg='cyan')}  {'; '.join(facts)}"
    yield click.wrap_text(arg.help, width=WIDTH, initial_indent=indent + "    ", subsequent_indent=indent + "    ")
    if isinstance(arg.of, dict):
        for name, inner in arg.of.items():
            inner.name = inner.name or name
            yield from _argument(inner, indent + "      ")


def _type(arg: Any) -> str:
    names = {"str": "text", "Path": "path", "Raw": "any value", "Size": "size", "dict": "mapping", "bool": "yes or no"}
    name: str = names.get(arg.type.__name__, arg.type.__name__)
    if arg.type is list and isinstance(arg.of, type):
        return f"list of {names.get(arg.of.__name__, arg.of.__name__)}"
    return {"int": "whole number", "float": "number"}.get(name, name)


def _plain(value: Any) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _rules(kind: Any) -> Iterator[str]:
    texts = {"exclusive": "At most one of: ", "one_of": "One of these is required: ", "together": "Only together: "}
    lines = [text + ", ".join(group) for rule, text in texts.items() for group in getattr(kind, rule)]
    if kind.free_form:
        lines.append(f"What is written behind the module's name is `{kind.free_form}`.")
    if lines:
        yield ""
        yield from lines
