"""One self-contained page about a run or a dry run, for reading, sending and printing."""

from __future__ import annotations

import base64
import hashlib
import os
import tempfile
import time
from pathlib import Path
from typing import Any

from opsengine import events as ev
from opsengine.reporting.layout import clean, count, duration
from opsengine.reporting.page import Page, PlayRecord, TaskRecord

TEMPLATES = Path(__file__).parent / "templates"


class HtmlReport:
    """
    Collects events, and writes the page when the run is over, or at `close` when it never came to an end.

    The file is readable by its owner only: diffs can hold configuration.
    """

    title = "the HTML report"

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.page = Page()
        self._tasks: dict[int, TaskRecord] = {}
        self._written = False

    def __call__(self, event: ev.Event) -> None:
        match event:
            case ev.RunStarted():
                self.page.started = event
            case ev.PlayStarted():
                self.page.plays.append(PlayRecord(event))
            case ev.TaskStarted():
                self._task_started(event)
            case ev.HostResult() | ev.ItemResult() | ev.TaskEnded() if event.task in self._tasks:
                self._tasks[event.task].take(event)
            case ev.PlaySkipped():
                self.page.notices.setdefault(f"play {event.play}: {event.reason}", []).append("")
            case ev.Notice():
                self.page.notices.setdefault(event.message, []).append(event.host or "")
            case ev.RunEnded():
                self.page.ended = event
                self._write()

    def close(self) -> None:
        """Write the page where the run broke off without an end."""
        if not self._written:
            self._write()

    def _task_started(self, event: ev.TaskStarted) -> None:
        record = self._tasks[event.task] = TaskRecord(event)
        if self.page.plays:
            self.page.plays[-1].tasks.append(record)

    def _write(self) -> None:
        self._written = True
        self.page.finished = time.time()
        write_private(self.path, render(self.page))


def render(page: Page) -> str:
    """The page as HTML."""
    from jinja2 import Environment, FileSystemLoader
    from markupsafe import Markup

    def visible(value: Any) -> Any:
        return clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value

    environment = Environment(
        autoescape=True, finalize=visible, loader=FileSystemLoader(TEMPLATES), trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(duration=duration, count=count)
    script = (TEMPLATES / "report.js").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return environment.get_template("report.html.j2").render(
        page=page.view(),
        style=Markup((TEMPLATES / "report.css").read_text("utf-8")),
        script=Markup(script),
        script_hash=digest,
    )


def write_private(path: Path, text: str) -> None:
    """Replace a file at once, readable by its owner only. Raises OSError."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
