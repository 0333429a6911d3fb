"""What `run` and `exec` share: the bus and its subscribers, the inventory, and the run itself."""

from __future__ import annotations

import datetime
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from opsengine.config import config
from opsengine.errors import UsageError
from opsengine.execution.options import Options
from opsengine.execution.run import Run
from opsengine.inventory.load import load_inventory
from opsengine.inventory.patterns import select
from opsengine.reporting.bus import Bus
from opsengine.vault import keyring

if TYPE_CHECKING:
    from opsengine.reporting.console import Console


def subscribed_bus(output: str, report: Path | None, verbosity: int, tree: Path | None = None) -> Bus:
    """A bus with the subscribers that were asked for. output: console, jsonl or oneline. tree: a folder for results."""
    bus = Bus(keyring.current().secrets)
    if output == "jsonl":
        from opsengine.reporting.jsonl import JsonLines

        bus.subscribe(JsonLines(sys.stdout))
    elif output == "oneline":
        from opsengine.reporting.oneline import OneLine

        bus.subscribe(OneLine(sys.stdout, sys.stderr))
    else:
        bus.subscribe(_console(sys.stdout, verbosity, _colours(os.environ)))
    if config().get("ANSIBLE_LOG_PATH"):
        bus.subscribe(_log(Path(config()["ANSIBLE_LOG_PATH"]).expanduser(), verbosity))
    if report is not None:
        from opsengine.reporting.html import HtmlReport

        bus.subscribe(HtmlReport(report))
    if tree is not None:
        from opsengine.reporting.tree import Tree

        bus.subscribe(Tree(tree))
    return bus


def _console(stream: TextIO, verbosity: int, environ: Mapping[str, str]) -> Console:
    from opsengine.reporting.console import Console, Showing

    settings = config()
    context = settings.number("ANSIBLE_DIFF_CONTEXT")
    showing = Showing(
        skipped=settings.truth("ANSIBLE_DISPLAY_SKIPPED_HOSTS", default=True),
        ok=settings.truth("ANSIBLE_DISPLAY_OK_HOSTS", default=True),
        custom_stats=settings.truth("ANSIBLE_SHOW_CUSTOM_STATS"),
        **({} if context is None else {"context": context}),
    )
    return Console(stream, verbosity, environ, showing)


def _colours(environ: Mapping[str, str]) -> Mapping[str, str]:
    """The environment with what Ansible's settings say of colours in the words that all programs know."""
    said = {"NO_COLOR": "ANSIBLE_NOCOLOR", "FORCE_COLOR": "ANSIBLE_FORCE_COLOR"}
    return {**environ, **{name: "1" for name, setting in said.items() if config().truth(setting)}}


def _log(path: Path, verbosity: int) -> Console:
    """What appends to a file all that the console shows, without colours. Raises UsageError where that cannot be."""
    try:
        stream = path.open("a", encoding="utf-8", buffering=1)
    except OSError as error:
        message = f"the log {path} cannot be written: {error.strerror}"
        raise UsageError(message, hint="log_path in ansible.cfg, or ANSIBLE_LOG_PATH, names it") from None
    now = datetime.datetime.now().astimezone().isoformat(timespec="seconds")
    stream.write(f"\n# {now} {' '.join(command_line(['opsengine', *sys.argv[1:]]))}\n")
    wanted = config().number("ANSIBLE_LOG_VERBOSITY")
    return _console(stream, verbosity if wanted is None else wanted, {"NO_COLOR": "1"})


def prepared_run(
    options: Options, output: str = "console", report: Path | None = None, tree: Path | None = None
) -> Run:
    """
    A run over the inventory of the options; passwords among them are masked from the start.

    Raises UsageError where the limit leaves nothing of an inventory.
    """
    inventory = load_inventory(options.inventory, extra_vars=options.extra_vars)
    if options.limit and inventory.hosts and not select(inventory, "all", options.limit):
        raise UsageError(
            f"no host is left: none of the inventory's {len(inventory.hosts)} matches --limit {options.limit}",
            hint="`opsengine inventory` shows them",
        )
    bus = subscribed_bus(output, report, options.verbosity, tree)
    for name, value in options.connection.items():
        if "pass" in name:
            bus.secrets.add(value)
    return Run(options, inventory, bus)


def guarded(work: Callable[[], int], bus: Bus) -> int:
    """Do the work with SIGTERM as polite as Ctrl-C, and close the subscribers afterwards."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        return work()
    finally:
        bus.close()


def _interrupt(number: int, frame: Any) -> None:
    raise KeyboardInterrupt


def command_line(words: Sequence[str]) -> list[str]:
    """The command line as it is reported: the values of -e are left out, they may be secret."""
    shown, hide = [], False
    for word in words:
        shown.append("..." if hide else word)
        hide = word in ("-e", "--extra-vars") and not hide
    return shown
