"""
Look at the reports: `python -m tests.unit.reporting.demo [--check] [-v...] [--large] [--slow] [--html FILE] [--jsonl]`.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from opsengine.events import HostResult
from opsengine.reporting.bus import Bus
from opsengine.reporting.console import Console
from opsengine.reporting.html import HtmlReport
from opsengine.reporting.jsonl import JsonLines
from tests.unit.reporting.scenario import day_of_work, large_run


def main(arguments: list[str]) -> None:
    check = "--check" in arguments
    bus = Bus()
    verbosity = max((len(word) - 1 for word in arguments if word.startswith("-v")), default=0)
    bus.subscribe(JsonLines(sys.stdout) if "--jsonl" in arguments else Console(verbosity=verbosity))
    if "--html" in arguments:
        bus.subscribe(HtmlReport(Path(arguments[arguments.index("--html") + 1])))
    for event in large_run(50, 100, check) if "--large" in arguments else day_of_work(check):
        if "--slow" in arguments and isinstance(event, HostResult):
            time.sleep(0.3)
        bus.emit(event)
    bus.close()


if __name__ == "__main__":
    main(sys.argv[1:])
