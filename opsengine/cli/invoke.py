"""Calls a subcommand and turns what goes wrong into a message and an exit code."""

from __future__ import annotations

import importlib
import warnings
from typing import TextIO

import click

from opsengine.errors import InputError, OpsError, UsageError
from opsengine.execution.exitcodes import ERROR, FAULT, INPUT, INTERRUPTED, USAGE


def invoke(name: str, arguments: list[str]) -> int:
    """Run a subcommand; returns the exit code and prints what went wrong on standard error."""
    warnings.showwarning = _show_warning
    command = importlib.import_module(f"opsengine.cli.{name}").command
    try:
        result = command.main(args=arguments, prog_name=f"opsengine {name}", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.ClickException as error:
        error.show()
        return USAGE
    except (KeyboardInterrupt, click.Abort):
        say("interrupted")
        return INTERRUPTED
    except UsageError as error:
        say(str(error))
        return USAGE
    except InputError as error:
        return _report_input(error)
    except OpsError as error:
        say(str(error))
        return ERROR
    except BrokenPipeError:
        return ERROR
    except Exception as error:
        import traceback

        traceback.print_exc()
        say(f"{type(error).__name__}: {error}\n  hint: a fault of opsengine itself; the lines above belong in a report")
        return FAULT


def _report_input(error: InputError) -> int:
    problems = error.each()
    for problem in problems:
        say(str(problem))
    if len(problems) > 1:
        click.echo(f"{len(problems)} problems; no host was touched", err=True)
    else:
        click.echo("no host was touched", err=True)
    return INPUT


def say(message: str) -> None:
    """One message on standard error, marked as an error where colours are shown."""
    click.echo(click.style("error: ", fg="red", bold=True) + message, err=True)


def _show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    if category is UserWarning:
        click.echo(click.style("warning: ", fg="yellow") + str(message), err=True)
