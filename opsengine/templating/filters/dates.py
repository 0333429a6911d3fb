"""Filters on dates."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from opsengine.errors import TemplateError
from opsengine.templating.filters._plain import text_only

if TYPE_CHECKING:
    from datetime import datetime


def to_datetime(value: str, format: str = "%Y-%m-%d %H:%M:%S") -> datetime:
    """The point in time that a text says in the given format; dates can be subtracted from each other."""
    from datetime import datetime

    try:
        return datetime.strptime(text_only("to_datetime", value), str(format))
    except ValueError as error:
        raise TemplateError(str(error)) from None


def strftime(format: str, second: Any = None, utc: bool = False) -> str:
    """
    A point in time in the given format (https://docs.python.org/3/library/time.html#time.strftime).

    second: seconds since 1970, now without it.
    utc: say it in UTC, not in the controller's time zone.
    """
    if second is not None:
        try:
            second = float(second)
        except (TypeError, ValueError):
            raise TemplateError(f"Invalid value for epoch value ({second})") from None
    return time.strftime(text_only("strftime", format), time.gmtime(second) if utc else time.localtime(second))


FILTERS: dict[str, Callable[..., Any]] = {"strftime": strftime, "to_datetime": to_datetime}
