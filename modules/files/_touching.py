"""The times of a file, as `file` sets them."""

import time

from modules.kit import ModuleFailed


def wanted_time(name, text, layout, now):
    """
    Nanoseconds since 1970 that an argument asks for; None to preserve what there is.

    text: `now`, `preserve`, or a time written as `layout` (strftime) says, in the host's time zone.
    """
    if text is None or text == "preserve":
        return None
    if text == "now":
        return now
    try:
        return int(time.mktime(time.strptime(text, layout))) * 10**9
    except (ValueError, OverflowError):
        raise ModuleFailed("%s should be now, preserve or a time like %s, got %r" % (name, layout, text))


def shown(nanoseconds):
    """A time as a state and a diff show it: seconds since 1970."""
    return nanoseconds / 1e9
