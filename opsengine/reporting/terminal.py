"""A stream that may be a terminal: colours, width, symbols, and one live line at the bottom."""

from __future__ import annotations

import os
import shutil
import threading
import time
import unicodedata
from collections.abc import Callable, Mapping
from typing import TextIO

COLOURS = {
    "bold": "1",
    "dim": "2",
    "red": "31",
    "green": "32",
    "yellow": "33",
    "blue": "34",
    "magenta": "35",
    "cyan": "36",
    "alarm": "1;31",
    "title": "1;36",
}
ASCII = str.maketrans(
    {
        "✔": "+", "±": "~", "○": "-", "✘": "x", "⊘": "!", "↺": "r", "◌": "i", "─": "-", "│": "|", "╭": "+", "╰": "+",
        "·": "-", "→": ">", "…": ".", "×": "x", "▲": "!", "⠋": "|", "⠙": "/", "⠹": "-", "⠸": "\\",
    }
)  # fmt: skip
SPINNER = "⠋⠙⠹⠸"
DEFAULT_WIDTH = 100
TICK = 0.1
"""Seconds between two pictures of the live line."""


class Terminal:
    """
    Where the console writes. Respects NO_COLOR, FORCE_COLOR, TERM=dumb and COLUMNS.

    live: whether there is a terminal that can show a line and take it back.
    """

    def __init__(self, stream: TextIO, environ: Mapping[str, str] | None = None) -> None:
        environ = os.environ if environ is None else environ
        self.stream = stream
        tty = stream.isatty()
        dumb = environ.get("TERM") == "dumb"
        forced = environ.get("FORCE_COLOR", "") not in ("", "0")
        self.colour = not environ.get("NO_COLOR") and (forced or (tty and not dumb))
        self.live = tty and not dumb
        self._columns = environ.get("COLUMNS", "")
        self._unicode = _speaks_unicode(stream)
        self._lock = threading.RLock()
        self._describe: Callable[[], str] | None = None
        self._drawn = False
        self._stop = threading.Event()
        self._ticker: threading.Thread | None = None

    @property
    def width(self) -> int:
        """Columns to fill; a fixed number where there is no terminal."""
        if self._columns.isdecimal() and int(self._columns) > 0:
            return int(self._columns)
        return shutil.get_terminal_size((DEFAULT_WIDTH, 24)).columns if self.live else DEFAULT_WIDTH

    def paint(self, text: str, colour: str) -> str:
        """The text in a colour of COLOURS, where colours are wanted."""
        return f"\x1b[{COLOURS[colour]}m{text}\x1b[0m" if self.colour and text else text

    def write(self, text: str) -> None:
        """Write whole lines above the live line."""
        with self._lock:
            self._erase()
            self.stream.write(self._encodable(text))
            self.stream.flush()

    def follow(self, describe: Callable[[], str]) -> None:
        """Keep a live line that says what `describe` returns, until `unfollow`. Does nothing where not live."""
        self._describe = describe
        if self.live and self._ticker is None:
            self._stop.clear()
            self._ticker = threading.Thread(target=self._tick, name="live line", daemon=True)
            self._ticker.start()

    def unfollow(self) -> None:
        """Take the live line away."""
        self._stop.set()
        if self._ticker is not None:
            self._ticker.join(timeout=1)
            self._ticker = None
        with self._lock:
            self._erase()
            self.stream.flush()

    def _tick(self) -> None:
        while not self._stop.wait(TICK):
            text = self._describe() if self._describe else ""
            with self._lock:
                if not text or self._stop.is_set():
                    continue
                symbol = SPINNER[int(time.monotonic() / TICK) % len(SPINNER)]
                line = cut(f"{symbol} {text}", self.width - 1)
                self.stream.write("\r\x1b[2K" + self.paint(self._encodable(line), "cyan"))
                self.stream.flush()
                self._drawn = True

    def _encodable(self, text: str) -> str:
        if self._unicode:
            return text
        encoding = self.stream.encoding or "ascii"
        return text.translate(ASCII).encode(encoding, "backslashreplace").decode(encoding)

    def _erase(self) -> None:
        if self._drawn:
            self.stream.write("\r\x1b[2K")
            self._drawn = False


def _speaks_unicode(stream: TextIO) -> bool:
    try:
        "✔±○✘│⠋→".encode(getattr(stream, "encoding", None) or "utf-8")
    except (LookupError, UnicodeEncodeError):
        return False
    return True


def columns(text: str) -> int:
    """How many columns the text takes: East Asian characters take two, combining ones none."""
    if text.isascii():
        return len(text)
    return sum(map(_character_columns, text))


def _character_columns(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def cut(text: str, width: int) -> str:
    """The text in at most so many columns, with an ellipsis where something is lost."""
    if columns(text) <= width:
        return text
    kept = ""
    room = width - 1
    for char in text:
        room -= _character_columns(char)
        if room < 0:
            break
        kept += char
    return kept + "…"


def pad(text: str, width: int) -> str:
    """The text filled up with spaces to so many columns."""
    return text + " " * (width - columns(text))
