"""The lines of an authorized_keys file (sshd(8), AUTHORIZED_KEYS FILE FORMAT)."""

import re

WORD = re.compile(r'(?:[^\s"]|"(?:\\.|[^"\\])*")+')
OPTION = re.compile(r'(?:[^,"]|"(?:\\.|[^"\\])*")+')
KIND = re.compile(r"^(sk-)?(ssh|ecdsa)-[a-z0-9-]+(@openssh\.com)?$")


class KeyLine:
    """
    One key: options as text (maybe empty), kind, data (base64) and comment.

    Two are equal when sshd would not tell them apart and the comment is the same.
    """

    def __init__(self, options, kind, data, comment):
        self.options = options
        self.kind = kind
        self.data = data
        self.comment = comment

    def _meaning(self):
        return sorted(OPTION.findall(self.options)), self.kind, self.data, self.comment

    def __eq__(self, other):
        return isinstance(other, KeyLine) and self._meaning() == other._meaning()

    __hash__ = None

    def __str__(self):
        return " ".join(part for part in (self.options, self.kind, self.data, self.comment) if part)


def parsed(line):
    """The KeyLine of a line; None for a comment or what is no key."""
    words = [(match.group(), match.start(), match.end()) for match in WORD.finditer(line)]
    if line.lstrip().startswith("#"):
        return None
    places = [place for place, (word, _, _) in enumerate(words) if KIND.match(word)]
    if not places or places[0] + 1 >= len(words):
        return None
    kind, start, _ = words[places[0]]
    data, _, end = words[places[0] + 1]
    return KeyLine(line[:start].strip(), kind, data, line[end:].strip())
