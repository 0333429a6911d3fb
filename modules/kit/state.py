"""
States and their difference, from which `changed` and the diff derive.

A state is a dict of what is compared, or None for a thing that does not exist. A key missing from the wanted state is
left alone.
"""

import hashlib

ABSENT = None
LARGEST_SHOWN = 256 * 1024


class Unknown:
    """A value that a dry run cannot know, and until when."""

    def __init__(self, until):
        self.until = until

    def __str__(self):
        return "unknown until %s has run" % self.until

    def __eq__(self, other):
        return False

    __hash__ = None


class Content:
    """
    The content of a file, compared by its SHA-1 and shown as text where it is text.

    data: the bytes, or None where only digest and size are known (large files are not read into memory).
    path: what a diff names, where a state holds several files.
    """

    def __init__(self, data=None, digest=None, size=None, path=None):
        self.path = path
        self.data = data
        self.digest = digest or hashlib.sha1(data).hexdigest()
        self.size = len(data) if data is not None else size

    def __eq__(self, other):
        return isinstance(other, Content) and self.digest == other.digest

    def __ne__(self, other):
        return not self == other

    __hash__ = None

    def shown(self):
        """The text, or a summary of what is too large or not text."""
        if self.data is not None and len(self.data) <= LARGEST_SHOWN and b"\0" not in self.data:
            try:
                return self.data.decode("utf-8")
            except UnicodeDecodeError:
                pass
        return "(%s bytes, not shown: SHA-1 %s)\n" % (self.size, self.digest)


class Change:
    """
    What has to happen to get from one state to another.

    before: the state that was read; after: the state that is wanted, with what is left alone filled in from before;
    keys: the names of what differs. False when there is nothing to do.
    """

    def __init__(self, before, wanted, same=lambda key, now, then: now == then):
        self.before = before
        self.wanted = wanted
        if wanted is None or before is None:
            self.keys = set((wanted if before is None else before) or ())
            self.after = wanted
            self.needed = (before is None) != (wanted is None)
        else:
            self.keys = {key for key in wanted if key not in before or not same(key, before[key], wanted[key])}
            self.after = dict(before, **wanted)
            self.needed = bool(self.keys)

    def __bool__(self):
        return self.needed

    def __contains__(self, key):
        return self.needed and key in self.keys

    @property
    def creates(self):
        """Whether the thing does not exist and should."""
        return self.needed and self.before is None

    @property
    def removes(self):
        """Whether the thing exists and should not."""
        return self.needed and self.wanted is None


def diffs(change, subject):
    """The change as a list of {before, after, before_header, after_header}, as Ansible's results carry it."""
    if not change:
        return []
    before, after = _part(change, change.before), _part(change, change.after)
    found = []
    names = [n for n in sorted(change.keys) if isinstance((after or {}).get(n, (before or {}).get(n)), Content)]
    for name in names:
        old, new = (before or {}).pop(name, None), (after or {}).pop(name, None)
        found.append(_diff((new or old).path or subject, old.shown() if old else "", new.shown() if new else ""))
    if before or after or not names:
        found.append(_diff(subject, _plain(before), _plain(after)))
    return found


def _part(change, state):
    return None if state is None else {key: state[key] for key in sorted(change.keys) if key in state}


def _plain(state):
    if state is None:
        return ""
    return {key: str(value) if isinstance(value, Unknown) else value for key, value in state.items()}


def _diff(subject, before, after):
    return {"before": before, "after": after, "before_header": subject, "after_header": subject}
