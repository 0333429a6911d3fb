"""Versions and requirements of Python packages (PEP 440, PEP 508), as far as installed ones are compared with them."""

import copy
import re

VERSION = re.compile(
    r"^\s*v?(?:(?P<epoch>\d+)!)?(?P<release>\d+(?:\.\d+)*)"
    r"(?:[-_.]?(?P<pre>a|alpha|b|beta|c|rc|pre|preview)[-_.]?(?P<pre_number>\d*))?"
    r"(?:-(?P<post_only>\d+)|[-_.]?(?P<post>post|rev|r)[-_.]?(?P<post_number>\d*))?"
    r"(?:[-_.]?(?P<dev>dev)[-_.]?(?P<dev_number>\d*))?"
    r"(?:\+(?P<local>[a-z0-9]+(?:[-_.][a-z0-9]+)*))?\s*$",
    re.I,
)  # fmt: skip
PHASES = {"alpha": "a", "beta": "b", "c": "rc", "pre": "rc", "preview": "rc"}
REQUIREMENT = re.compile(
    r"^\s*(?P<name>[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[(?P<extras>[^\]]*)\])?\s*"
    r"(?:@\s*(?P<url>[^\s;]\S*)|\(?(?P<specifiers>[^;@()]*)\)?)\s*(?:;(?P<marker>.*))?$"
)  # fmt: skip
SPECIFIER = re.compile(r"^\s*(===|==|~=|!=|<=|>=|<|>)\s*(\S+)\s*$")
FIRST, LAST = (-1,), (9,)


class Version:
    """A version that can be compared. Raises ValueError for what is none."""

    def __init__(self, text):
        match = VERSION.match(text)
        if not match:
            raise ValueError("%s is no version" % text)
        part = match.groupdict()
        self.epoch = int(part["epoch"] or 0)
        self.release = tuple(int(number) for number in part["release"].split("."))
        self.pre = _phase(part["pre"], part["pre_number"])
        is_post = part["post"] or part["post_only"]
        self.post = int(part["post_only"] or part["post_number"] or 0) if is_post else None
        self.dev = int(part["dev_number"] or 0) if part["dev"] else None
        self.local = part["local"]

    def key(self, local=True):
        """What sorts versions (PEP 440, "Summary of permitted suffixes and relative ordering")."""
        release = self.release
        while len(release) > 1 and release[-1] == 0:
            release = release[:-1]
        if self.pre is None and self.post is None and self.dev is not None:
            pre = FIRST
        else:
            pre = LAST if self.pre is None else (1,) + self.pre
        post = -1 if self.post is None else self.post
        dev = LAST if self.dev is None else (1, self.dev)
        found = (self.epoch, release, pre, post, dev)
        return found + (_local_key(self.local) if local else (),)


def _phase(word, number):
    if word is None:
        return None
    word = word.lower()
    return PHASES.get(word, word), int(number or 0)


def _local_key(text):
    if text is None:
        return ()
    return tuple((1, int(part), "") if part.isdigit() else (0, 0, part) for part in re.split("[-_.]", text.lower()))


class Requirement:
    """
    What is asked for: name (canonical), extras, url or None, specifiers as [(operator, version)], marker or None.

    Raises ValueError for what is none: a path, or a URL without a name.
    """

    def __init__(self, text):
        match = REQUIREMENT.match(text)
        if not match:
            raise ValueError("%s is no requirement" % text)
        self.name = canonical(match.group("name"))
        self.extras = (match.group("extras") or "").strip()
        self.url = match.group("url")
        self.marker = match.group("marker")
        self.specifiers = []
        for part in (match.group("specifiers") or "").split(","):
            found = SPECIFIER.match(part)
            if not found and part.strip():
                raise ValueError("%s: %s is no condition of a version" % (text, part))
            if found:
                self.specifiers.append(found.groups())

    @property
    def plain(self):
        """Whether name and version alone tell whether it is met."""
        return not (self.extras or self.url or self.marker)

    def met_by(self, version):
        """Whether a version fits every specifier; one that is no version of PEP 440 fits only `===`."""
        return all(fits(version, operator, wanted) for operator, wanted in self.specifiers)


def canonical(name):
    """A name as the index compares it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def fits(version, operator, wanted):
    """Whether a version is what `operator wanted` asks for; versions before a release count."""
    if operator == "===":
        return version.strip().lower() == wanted.strip().lower()
    try:
        now = Version(version)
        if wanted.endswith(".*"):
            prefix = Version(wanted[:-2])
            return (operator == "==") == _begins(now, prefix)
        then = Version(wanted)
    except ValueError:
        return False
    return _compare(now, operator, then)


def _begins(version, prefix):
    padded = version.release + (0,) * len(prefix.release)
    return version.epoch == prefix.epoch and padded[: len(prefix.release)] == prefix.release


def _compare(now, operator, then):
    if operator in ("==", "!="):
        local = then.local is not None
        return (now.key(local) == then.key(local)) == (operator == "==")
    if operator == "~=":
        shorter = Version("%d!%s" % (then.epoch, ".".join(map(str, then.release[:-1])) or "0"))
        return now.key(False) >= then.key(False) and _begins(now, shorter)
    mine, other = now.key(False), then.key(False)
    if operator == ">":
        return mine > other and not (then.post is None and now.post is not None and _without(now, "post") == other)
    if operator == "<":
        early = then.pre is None and then.dev is None
        return mine < other and not (early and any(_without(now, part) == other for part in ("pre", "dev")))
    return mine >= other if operator == ">=" else mine <= other


def _without(version, part):
    """The key of the release that a version comes before (pre, dev) or after (post); None where it does not."""
    if getattr(version, part) is None:
        return None
    base = copy.copy(version)
    base.dev = None
    base.post = version.post if part == "dev" else None
    base.pre = None if part == "pre" else version.pre
    return base.key(False)
