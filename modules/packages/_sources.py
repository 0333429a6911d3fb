"""One-line sources of apt (sources.list(5)): where they are, how they are added and removed."""

import glob
import os
import re

from modules.kit import ModuleFailed
from modules.packages import _apt, _texts

KINDS = ("deb", "deb-src")


class Line:
    """One line of a sources file: whether it names a source, whether that is enabled, the source and the comment."""

    def __init__(self, text):
        self.text = text
        rest = text.strip()
        self.enabled = not rest.startswith("#")
        source, mark, comment = rest[0 if self.enabled else 1 :].partition("#")
        words = source.split()
        self.valid = bool(words) and words[0] in KINDS
        self.source = " ".join(words)
        self.comment = comment.strip() if mark else ""

    def when_enabled(self):
        """The line's text, with line feed, for an enabled source."""
        return self.source + (" # " + self.comment if self.comment else "") + "\n"


def parsed(text):
    """The source that an argument names, its blanks made single; raises ModuleFailed for what is none."""
    line = Line(text)
    if "\n" in text.strip() or not (line.valid and line.enabled) or len(_words(line.source)) < 2:
        raise ModuleFailed(
            "Invalid repository string: %s" % text, hint="as in: deb https://mirror.example.org/debian sid main"
        )
    return line.source


def _words(source):
    """Address, suite and components of a source: neither kind nor options."""
    return re.sub(r"\[[^\]]*\]", "", source).split()[1:]


def file_for(source, filename):
    """The path of the file that a new source goes to: by its name, else after its address."""
    if filename is None:
        address = re.sub(r"^\w+://", "", _words(source)[0]).split("@", 1)[-1]
        filename = "_".join(re.sub("[^a-zA-Z0-9]", " ", address).split())
    return filename + ".list" if "/" in filename else os.path.join(_apt.paths()[1], filename + ".list")


def read():
    """{path: [text of each line]} of every file of one-line sources."""
    file, folder = _apt.paths()
    places = [place for place in [file] + sorted(glob.glob(folder + "/*.list")) if os.path.isfile(place)]
    return {place: lines(_texts.there(place)) for place in places}


def lines(content):
    """The lines of a Content, each with its line feed."""
    return content.data.decode("utf-8", "surrogateescape").splitlines(True)


def with_source(files, source, path):
    """{path: [lines]} of the files that change to have a source: where it is disabled it is enabled, else added."""
    changed, found = {}, False
    for place, texts in files.items():
        fresh = []
        for line in map(Line, texts):
            same = line.valid and line.source == source
            found = found or same
            fresh.append(line.when_enabled() if same and not line.enabled else line.text)
        if fresh != texts:
            changed[place] = fresh
    if not found:
        old = files.get(path, [])
        ended = old[:-1] + [old[-1].rstrip("\n") + "\n"] if old else []
        changed[path] = ended + [source + "\n"]
    return changed


def without_source(files, source):
    """{path: [lines]} of the files that change to have a source no longer; no lines for a file that is to go."""
    changed = {}
    for place, texts in files.items():
        fresh = [text for text in texts if not _is(Line(text), source)]
        if fresh != texts:
            changed[place] = fresh
    return changed


def _is(line, source):
    return line.valid and line.enabled and line.source == source
