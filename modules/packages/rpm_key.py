"""Have rpm trust a key, or no longer."""

import os
import re
import tempfile

from modules.kit import Arg, Module, ModuleFailed
from modules.kit.filesystem import read
from modules.kit.process import find_command, run
from modules.net._http import masked
from modules.packages import _openpgp
from modules.packages._fetch import fetch

KEY_ID = re.compile(r"^\s*(?:0x)?([0-9a-f]{8,40})\s*$", re.I)


class RpmKey(Module):
    key = Arg(str, "The key: a URL, a file of the host, or the id of one that rpm has already")
    state = Arg(str, "Whether rpm trusts it", default="present", choices=("absent", "present"))
    fingerprint = Arg(list, "Fingerprints that the keys of the file must have", default=None, of=str)
    validate_certs = Arg(bool, "Whether the server's certificate must be valid", default=True)

    def check_arguments(self):
        self.data, self.keys, self.until = None, [], None
        self.prints = {re.sub(r"\s", "", one).upper() for one in self.fingerprint or ()}
        match = KEY_ID.match(self.key)
        self.id = match.group(1).upper() if match and not os.path.isfile(self.key) else None
        if find_command("rpm") is None:
            raise ModuleFailed("there is no rpm on this host")
        if self.id is None:
            self._read()

    def _read(self):
        """Take the keys from the file or URL; none where the file comes only with an earlier task of a dry run."""
        if "://" in self.key:
            where, self.data = masked(self.key), fetch(self.key, "the key", self.validate_certs)
        else:
            where = self.key
            if not self.needs("path", self.key, os.path.isfile(self.key), "Not a valid key %s" % self.key):
                return
            self.data = read(self.key)
        self.keys = _openpgp.keys_of(self.data, where)
        if not self.keys:
            raise ModuleFailed("Not a public key: %s" % where)
        there = {key.fingerprint for key in self.keys}
        if self.state == "present" and not self.prints <= there:
            raise ModuleFailed(
                "fingerprint: %s holds no key with the fingerprint %s"
                % (where, ", ".join(sorted(self.prints - there))),
                hint="it holds: %s" % ", ".join(sorted(there)),
            )

    def subject(self):
        return "keys of rpm"

    # -- what rpm trusts

    def current(self):
        self.trusted = _trusted()
        return {"keys": sorted(self.trusted)}

    def wanted(self):
        there = set(self.before["keys"])
        if self.state == "absent":
            return {"keys": sorted(there - set(self._meant()))}
        if self.id is not None:
            if not self._meant():
                raise ModuleFailed("When importing a key, a valid file must be given", hint="rpm has no key " + self.id)
            return {"keys": sorted(there)}
        if not self.keys:
            return {"keys": sorted(there | {"the key of " + self.key})}
        return {"keys": sorted(there | {key.fingerprint for key in self.keys})}

    def _meant(self):
        """{fingerprint: the package of the key} of what the arguments name and rpm has."""
        names = [self.id] if self.id is not None else [key.fingerprint for key in self.keys]
        return {one: package for one, package in self.trusted.items() if any(one.endswith(name) for name in names)}

    def apply(self, change):
        if self.state == "absent":
            run(["rpm", "--erase", "--allmatches"] + sorted(set(self._meant().values())))
            return
        with tempfile.NamedTemporaryFile(suffix=".asc") as file:
            # rpm takes armored keys only, whatever they came as.
            file.write(_openpgp.armored(_openpgp.binary(self.data)))
            file.flush()
            run(["rpm", "--import", file.name])


def _trusted():
    """{fingerprint: name-version-release of its package} of every key that rpm has."""
    layout = "%{NAME}-%{VERSION}-%{RELEASE}\\n%{DESCRIPTION}\\n"
    said = run(["rpm", "-q", "gpg-pubkey", "--qf", layout], check=False).stdout
    found = {}
    for block in re.split(r"^(?=gpg-pubkey-)", said, flags=re.M):
        package, _, text = block.partition("\n")
        if package.startswith("gpg-pubkey-"):
            for key in _openpgp.keys_of(text.encode(), package):
                found[key.fingerprint] = package
    return found
