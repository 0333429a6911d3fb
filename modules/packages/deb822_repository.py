"""Add a repository to apt in a file of its own (deb822 style, *.sources), with its key, or remove it."""

import os
import re
import urllib.parse

from modules.files import _mode
from modules.kit import Arg, Content, Module, ModuleFailed, Raw
from modules.packages import _apt, _openpgp, _texts
from modules.packages._fetch import fetch

KEYRINGS = "/etc/apt/keyrings"
ENDINGS = ("asc", "gpg")
NOT_FIELDS = ("mode", "state")
FIELD_NAMES = {"name": "X-Repolib-Name", "uris": "URIs"}


class Deb822Repository(Module):
    name = Arg(str, "Its name, after which its files are called")
    types = Arg(
        list, "Packages (deb), their sources (deb-src), or both", default=("deb",), choices=("deb", "deb-src"), of=str
    )
    uris = Arg(list, "The addresses of the archive", default=None, of=str)
    suites = Arg(list, "The releases, or paths that end in /", default=None, of=str)
    components = Arg(list, "The components of the releases", default=None, of=str)
    architectures = Arg(list, "The architectures; else those of the host", default=None, of=str)
    signed_by = Arg(
        str, "The key that signs it: a URL to fetch it from, a path on the host, fingerprints, or the armored key",
        default=None,
    )  # fmt: skip
    enabled = Arg(bool, "Whether apt uses it", default=None)
    trusted = Arg(bool, "Whether it counts as authentic whatever its signature", default=None)
    languages = Arg(list, "The languages whose descriptions of packages are fetched", default=None, of=str)
    targets = Arg(list, "What is fetched from it", default=None, of=str)
    pdiffs = Arg(bool, "Whether lists are brought up to date by differences", default=None)
    by_hash = Arg(bool, "Whether lists are fetched by their digests", default=None)
    allow_insecure = Arg(bool, "Whether it may be unsigned", default=None)
    allow_weak = Arg(bool, "Whether its signature may be made with a weak digest", default=None)
    allow_downgrade_to_insecure = Arg(bool, "Whether it may become unsigned after it was signed", default=None)
    check_valid_until = Arg(bool, "Whether lists that are past their time are refused", default=None)
    check_date = Arg(bool, "Whether the host's clock counts for lists of the future", default=None)
    date_max_future = Arg(int, "How many seconds lists may be in the future", default=None)
    inrelease_path = Arg(str, "Where the file InRelease is, from where it usually would be", default=None)
    mode = Arg(Raw, "Permission bits of its file", default="0644")
    state = Arg(str, "Whether it is there", default="present", choices=("absent", "present"))

    def check_arguments(self):
        slug = re.sub(r"[^a-z0-9-]+", "", re.sub(r"[_\s]+", "-", self.name.lower()))
        if not slug:
            raise ModuleFailed("name: `%s` has no letter or digit to call a file after" % self.name)
        self.path = os.path.join(_apt.paths()[1], slug + ".sources")
        self.keys = [os.path.join(KEYRINGS, "%s.%s" % (slug, ending)) for ending in ENDINGS]
        self.files = None
        self.text = None
        self.key = None
        _mode.parse(self.mode)

    def subject(self):
        return self.path

    def current(self):
        if self.files is None:
            self.files = self._plan()
        state = {path: _texts.there(path) for path in self.files}
        state["modes"] = {path: _shown(_texts.mode_of(path)) for path in self._modes()}
        return state

    def _plan(self):
        """{path: Content} of the repository's files."""
        if self.state == "absent":
            self.key = self.keys[-1]
            return {path: _texts.missing(path) for path in [self.path] + self.keys}
        files = {}
        signed_by = self.signed_by
        if signed_by and not os.path.isfile(signed_by) and urllib.parse.urlsplit(signed_by).scheme:
            data = fetch(signed_by, "the key")
            if not _openpgp.keys_of(data, signed_by):
                raise ModuleFailed("signed_by: %s holds no key" % signed_by)
            signed_by = self.key = self.keys[0 if _openpgp.is_armored(data) else 1]
            files[self.key] = Content(data, path=self.key)
        elif signed_by and os.path.isfile(signed_by):
            self.key = signed_by
        self.text = self._stanza(signed_by)
        files[self.path] = _texts.text(self.path, [self.text])
        return files

    def _stanza(self, signed_by):
        """The text of the file, its fields in the order of the arguments' names."""
        given = {name: getattr(self, name) for name in self.arguments() if name not in NOT_FIELDS}
        given["signed_by"] = signed_by
        lines = []
        for name, value in sorted(given.items()):
            if value is not None:
                value = _value(value)
                space = "" if value.startswith("\n") or not value else " "
                lines.append("%s:%s%s\n" % (FIELD_NAMES.get(name) or name.replace("_", "-").title(), space, value))
        return "".join(lines)

    def _modes(self):
        """{path: bits} of the files that are to be there."""
        if self.state == "absent":
            return {}
        bits = dict.fromkeys(self.files, 0o644)
        bits[self.path] = _mode.parse(self.mode, _texts.mode_of(self.path) or 0o644)
        return bits

    def wanted(self):
        return dict(self.files, modes={path: _shown(bits) for path, bits in self._modes().items()})

    def apply(self, change):
        for path, content in self.files.items():
            if os.path.dirname(path) == KEYRINGS and not os.path.isdir(KEYRINGS) and not _texts.is_missing(content):
                os.mkdir(KEYRINGS)
                os.chmod(KEYRINGS, 0o755)
            if path in change:
                _texts.put(path, content)
        for path, bits in change.wanted["modes"].items():
            os.chmod(path, int(bits, 8))

    def brings(self, change):
        return [("path", path) for path in self.files] if self.state == "present" else []

    def returns(self, change, state):
        return {"repo": self.text, "dest": self.path, "key_filename": self.key}


def _shown(bits):
    return None if bits is None else _mode.shown(bits)


def _value(value):
    """A value as a field has it (deb822(5)): several lines are indented, blank ones a dot."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple)):
        return " ".join(value)
    text = str(value)
    if "\n" not in text:
        return text
    return "\n" + "\n".join("    " + (line.strip() or ".") for line in text.strip().splitlines())
