"""Have apt trust a key for every repository, or no longer. Legacy: deb822_repository ties a key to its repository."""

import os
import re
import time
import urllib.parse

from modules.kit import Arg, Module, ModuleFailed, Path, Unknown
from modules.kit.filesystem import read, write
from modules.net._http import masked
from modules.packages import _keyrings, _openpgp
from modules.packages._fetch import fetch

LEGACY = "apt_key is legacy: such a key may sign every repository; deb822_repository with signed_by ties it to one"


class AptKey(Module):
    exclusive = (("data", "file", "keyserver", "url"),)

    id = Arg(str, "The key: its fingerprint, or the last 16 or 8 digits of it; 0x may stand before", default=None)
    data = Arg(str, "The key itself", default=None)
    file = Arg(Path, "A file of the host with the key", default=None)
    url = Arg(str, "Where to fetch the key from", default=None)
    keyserver = Arg(str, "The key server to fetch the key from, by its `id`", default=None)
    keyring = Arg(Path, "The keyring; else any that apt trusts, and for a new key a file of its own", default=None)
    validate_certs = Arg(bool, "Whether the server's certificate must be valid", default=True)
    state = Arg(str, "Whether the key is trusted", default="present", choices=("absent", "present"))

    def check_arguments(self):
        self.warn(LEGACY)
        self.now = time.time()
        self.found = None
        self.until = None
        if self.keyserver and not self.id:
            raise ModuleFailed("Missing key_id, required with keyserver.")
        self.source = self.data or self.file or self.url or self.keyserver
        if not self.id and not (self.source and self.state == "present"):
            raise ModuleFailed("id: which key? One of id, data, file and url is required", hint="absent needs the id")
        if self.id:
            digits = re.sub("^0X", "", self.id.strip().upper())
            if not re.match(r"^([0-9A-F]{8}|[0-9A-F]{16,})$", digits):
                raise ModuleFailed("Invalid key_id", hint="8, 16 or more hexadecimal digits: %s" % self.id, id=self.id)
            self.key_id = digits
        else:
            self._fetch()

    def subject(self):
        return "keys of " + (self.keyring or "apt")

    # -- the key to add

    def _fetch(self):
        """Take the keys from where the arguments say; sets key_id where none is given."""
        where, data = self._data()
        if data is None:
            self.key_id = self.key_id if self.id else None
            return
        self.found = _openpgp.keys_of(data, where)
        if not self.found:
            raise ModuleFailed("%s holds no key" % where)
        if not self.id:
            self.key_id = self.found[0].fingerprint
        meant = [key for key in self.found if key.answers_to(self.key_id)]
        if not meant:
            there = ", ".join(key.fingerprint for key in self.found)
            raise ModuleFailed("%s does not hold the key %s" % (where, self.key_id), hint="it holds: " + there)
        if meant[0].expired(self.now):
            raise ModuleFailed("the key %s expired on %s" % (meant[0].fingerprint, _openpgp.day(meant[0].expires)))

    def _data(self):
        """(where it is from, its bytes); no bytes where they come only with an earlier task of a dry run."""
        if self.data:
            return "data", self.data.encode("utf-8", "surrogateescape")
        if self.file:
            if self.needs("path", self.file, os.path.isfile(self.file), "there is no file %s" % self.file):
                return self.file, read(self.file)
            self.until = self.context.bringer("path", self.file)
            return self.file, None
        if self.url:
            return masked(self.url), fetch(self.url, "the key", self.validate_certs)
        if self.keyserver:
            return self.keyserver, fetch(_lookup(self.keyserver, self.key_id), "the key", self.validate_certs)
        raise ModuleFailed("the key %s is not trusted yet" % self.key_id, hint="give it: data, file, url or keyserver")

    # -- what is trusted

    def current(self):
        self.trusted = _keyrings.trusted(self.keyring)
        keys = [key for _, keys in self.trusted for key in keys]
        if self.state == "present":
            keys = [key for key in keys if not key.expired(self.now)]
        return {"keys": sorted({one for key in keys for one in key.ids()})}

    def wanted(self):
        ids = self.before["keys"]
        if self.state == "absent":
            gone = [one for key in self._meant() for one in key.ids()]
            return {"keys": [one for one in ids if one not in gone]}
        if self.key_id and any(one.endswith(self.key_id[-16:]) for one in ids):
            return {"keys": ids}
        if self.found is None and not self.until:
            self._fetch()
        if self.found is None:
            return {"keys": Unknown(self.until)}
        fresh = [one for key in self.found if not key.expired(self.now) for one in key.ids()]
        return {"keys": sorted(set(ids) | set(fresh))}

    def _meant(self):
        """The keys to remove; raises ModuleFailed for the id of a subkey, which cannot go alone."""
        keys = [key for _, keys in self.trusted for key in keys if key.answers_to(self.key_id)]
        for key in keys:
            if not (key.fingerprint.endswith(self.key_id) or key.id.endswith(self.key_id)):
                raise ModuleFailed("%s is a subkey" % self.key_id, hint="remove the key it belongs to: %s" % key.id)
        return keys

    # -- how to get there

    def apply(self, change):
        if self.state == "absent":
            self._remove(self._meant())
        else:
            self._add()

    def _remove(self, meant):
        gone = [key.fingerprint for key in meant]
        for path, keys in self.trusted:
            kept = [key for key in keys if key.fingerprint not in gone]
            if kept and len(kept) < len(keys):
                write(path, _keyrings.packed(path, kept), 0o644)
            elif keys and not kept:
                os.unlink(path)

    def _add(self):
        fresh = [key.fingerprint for key in self.found]
        # An expired copy is replaced where it is, or it would stay beside the new one.
        copies = [place for place, keys in self.trusted if any(key.fingerprint in fresh for key in keys)]
        path = self.keyring or (copies or [os.path.join(_keyrings.FOLDER, "%s.gpg" % fresh[0].lower())])[0]
        kept = [key for key in dict(self.trusted).get(path, []) if key.fingerprint not in fresh]
        os.makedirs(os.path.dirname(path), exist_ok=True)
        write(path, _keyrings.packed(path, kept + self.found), 0o644)

    def brings(self, change):
        return [("path", self.keyring)] if self.keyring and self.state == "present" else []

    def returns(self, change, state):
        short = len(self.key_id or "") == 8
        result = {"id": self.id or self.key_id, "key_id": self.key_id, "before": _ids(self.before, short)}
        if self.key_id:
            result.update(short_id=self.key_id[-8:], fp=self.key_id[-16:])
        if change:
            result["after"] = _ids(state, short)
        return result


def _ids(state, short):
    ids = state["keys"]
    return [] if isinstance(ids, Unknown) else [one[-8:] for one in ids] if short else ids


def _lookup(server, key):
    """The URL by which a key server gives a key (draft-gallagher-openpgp-hkp)."""
    parts = urllib.parse.urlsplit(server if "://" in server else "hkp://" + server)
    scheme = {"hkp": "http", "hkps": "https"}.get(parts.scheme, parts.scheme)
    port = ":11371" if parts.scheme == "hkp" and parts.port is None else ""
    return "%s://%s%s/pks/lookup?op=get&options=mr&search=0x%s" % (scheme, parts.netloc, port, key)
