"""What `run` and `exec` share: the bus and its subscribers, the inventory, and the run itself."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from opsengine.errors import UsageError
from opsengine.execution.options import Options
from opsengine.execution.run import Run
from opsengine.inventory.load import load_inventory
from opsengine.inventory.patterns import select
from opsengine.reporting.bus import Bus
from opsengine.vault import keyring


def subscribed_bus(output: str, report: Path | None, verbosity: int, diff: bool) -> Bus:
    """A bus with the subscribers that were asked for."""
    bus = Bus(keyring.current().secrets)
    if output == "jsonl":
        from opsengine.reporting.jsonl import JsonLines

        bus.subscribe(JsonLines(sys.stdout))
    else:
        from opsengine.reporting.console import Console

        bus.subscribe(Console(sys.stdout, verbosity=verbosity))
    if report is not None:
        from opsengine.reporting.html import HtmlReport

        bus.subscribe(HtmlReport(report))
    return bus


def prepared_run(options: Options, output: str = "console", report: Path | None = None) -> Run:
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
    bus = subscribed_bus(output, report, options.verbosity, options.diff)
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
