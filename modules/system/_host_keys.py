"""Lines of known_hosts files: sshd(8), SSH_KNOWN_HOSTS FILE FORMAT."""

import base64
import binascii
import fnmatch
import hashlib
import hmac
import os

HASHED = "|1|"


class HostKey:
    """
    One line: marker (empty, @revoked or @cert-authority), names (the field as it stands, perhaps hashed), kind
    (ssh-ed25519, ...), data (base64).
    """

    def __init__(self, marker, names, kind, data, line):
        self.marker = marker
        self.names = names
        self.kind = kind
        self.data = data
        self.line = line

    def of(self, host):
        """Whether the line is about a host, whose name is in lower case."""
        if self.names.startswith(HASHED):
            return _is_hash_of(self.names, host)
        patterns = self.names.lower().split(",")
        if any(_matches(host, pattern[1:]) for pattern in patterns if pattern.startswith("!")):
            return False
        return any(_matches(host, pattern) for pattern in patterns if not pattern.startswith("!"))

    def same_key(self, other):
        """Whether both lines hold the same key, whatever the names."""
        return (self.marker, self.kind, self.data) == (other.marker, other.kind, other.data)

    def same_names(self, other):
        """Whether the names are written alike; two hashes of a name differ, and say the same."""
        both_hashed = self.names.startswith(HASHED) and other.names.startswith(HASHED)
        return both_hashed or self.names == other.names

    def hashed(self, host):
        """The same line with the hash of a host's name in place of the names."""
        salt = os.urandom(20)
        digest = hmac.new(salt, host.encode("utf-8"), hashlib.sha1).digest()
        name = "%s%s|%s" % (HASHED, base64.b64encode(salt).decode("ascii"), base64.b64encode(digest).decode("ascii"))
        words = [self.marker] if self.marker else []
        return parsed(" ".join(words + [name, self.kind, self.data]))


def parsed(line):
    """The HostKey of a line; None for a comment or what is no key."""
    words = line.split()
    if not words or words[0].startswith("#"):
        return None
    marker = words.pop(0) if words[0].startswith("@") else ""
    return HostKey(marker, words[0], words[1], words[2], line) if len(words) >= 3 else None


def _is_hash_of(field, host):
    salt, _, digest = field[len(HASHED) :].partition("|")
    try:
        key = base64.b64decode(salt)
        expected = base64.b64decode(digest)
    except (binascii.Error, ValueError):
        return False
    return hmac.compare_digest(hmac.new(key, host.encode("utf-8"), hashlib.sha1).digest(), expected)


def _matches(host, pattern):
    """* and ? stand for letters; the brackets of [host]:port stand for themselves."""
    return fnmatch.fnmatchcase(host, pattern.replace("[", "[[]"))
