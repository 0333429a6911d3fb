"""Personal package archives of Launchpad (`ppa:owner/name`): their source, and the key that signs them."""

import json
import os

from modules.kit import Content, ModuleFailed
from modules.packages import _keyrings, _openpgp
from modules.packages._fetch import fetch
from modules.system._facts.distribution import os_release

ARCHIVE = "https://ppa.launchpadcontent.net"
LAUNCHPAD = "https://api.launchpad.net/1.0/~%s/+archive/%s"
KEYS = "https://keyserver.ubuntu.com/pks/lookup?op=get&options=mr&search=0x%s"


class Ppa:
    """One archive. text: as written, `ppa:owner/name`. codename: the release, None for the host's own."""

    def __init__(self, text, codename):
        self.owner, _, name = text.split(":", 1)[1].partition("/")
        self.name = name.split("/")[0] or "ppa"
        codename = codename or os_release().get("VERSION_CODENAME")
        if not self.owner or not codename:
            raise ModuleFailed(
                "Invalid repository string: %s" % text, hint="as in ppa:owner/name, with codename: jammy"
            )
        self.source = "deb %s/%s/%s/ubuntu %s main" % (ARCHIVE, self.owner, self.name, codename)

    def key(self, validate_certs):
        """(path, Content) of the file with its key; None when apt trusts the key already."""
        said = fetch(LAUNCHPAD % (self.owner, self.name), "the description of the archive", validate_certs)
        try:
            fingerprint = json.loads(said.decode("utf-8"))["signing_key_fingerprint"].upper()
        except (ValueError, KeyError, AttributeError) as error:
            raise ModuleFailed("Launchpad does not tell the key of ppa:%s/%s: %s" % (self.owner, self.name, error))
        if any(fingerprint == key.fingerprint for _, keys in _keyrings.trusted() for key in keys):
            return None
        data = fetch(KEYS % fingerprint, "the key of the archive", validate_certs)
        keys = [key for key in _openpgp.keys_of(data, "the key server's answer") if key.fingerprint == fingerprint]
        if not keys:
            raise ModuleFailed("the key server does not have the key %s" % fingerprint)
        path = os.path.join(_keyrings.FOLDER, "%s-%s.gpg" % (self.owner, self.name))
        return path, Content(keys[0].data, path=path)
