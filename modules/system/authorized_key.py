"""Allow an SSH key to log in to an account, or no longer."""

import os
import ssl
import urllib.error
import urllib.request

from modules.kit import Arg, Content, Module, ModuleFailed, Path
from modules.kit.filesystem import read, write
from modules.system import _accounts
from modules.system._key_lines import parsed


class AuthorizedKey(Module):
    collection = "ansible.posix"

    user = Arg(str, "The account")
    key = Arg(str, "The public key, or several, one a line; or a URL (http, https, file) to get them from")
    state = Arg(str, "Whether the keys should be in the file", default="present", choices=("present", "absent"))
    path = Arg(Path, "The file; else ~/.ssh/authorized_keys of the account", default=None)
    manage_dir = Arg(bool, "Whether its folder is made, and given to the account with mode 0700", default=True)
    key_options = Arg(str, "The options in front of the keys, in place of those that come with them", default=None)
    exclusive_ = Arg(bool, "Whether all that the file holds besides these keys is removed", default=False)
    comment = Arg(str, "The comment behind the keys, in place of the one that comes with them", default=None)
    follow = Arg(bool, "Whether a link is followed to the file it points to", default=False)
    validate_certs = Arg(bool, "Whether the certificate of a https URL has to be good", default=True)

    def check_arguments(self):
        self.keys = []
        for line in self._key_text().splitlines():
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            key = parsed(line)
            if key is None:
                raise ModuleFailed(
                    "invalid key specified: %s" % line, hint="a key looks like: ssh-ed25519 AAAAC3Nz... ann@example.com"
                )
            key.options = key.options if self.key_options is None else self.key_options.strip()
            key.comment = key.comment if self.comment is None else self.comment.strip()
            self.keys.append(key)

    def _key_text(self):
        if not self.key.startswith(("http://", "https://", "file://")):
            return self.key
        trust = ssl.create_default_context()
        if not self.validate_certs:
            trust.check_hostname = False
            trust.verify_mode = ssl.CERT_NONE
        try:
            with urllib.request.urlopen(self.key, timeout=10, context=trust) as answer:
                return answer.read().decode("utf-8", "surrogateescape")
        except (urllib.error.URLError, OSError) as error:
            raise ModuleFailed("key: cannot get %s: %s" % (self.key, getattr(error, "reason", error)))

    def subject(self):
        return self.file

    def current(self):
        self.file = self._file()
        data = read(self.file)
        self.lines = (data or b"").decode("utf-8", "surrogateescape").splitlines()
        return {"keys": Content(data or b"", path=self.file)}

    def _file(self):
        entry = _accounts.find_user(self.user)
        known = self.needs("user", self.user, entry is not None or bool(self.path), "there is no user %s" % self.user)
        path = self.path or os.path.join(entry.pw_dir if known else "/home/" + self.user, ".ssh", "authorized_keys")
        return os.path.realpath(path) if self.follow else path

    def wanted(self):
        lines = self._with_keys() if self.state == "present" else self._without_keys()
        if lines == self.lines:
            return {}
        text = "".join(line + "\n" for line in lines)
        return {"keys": Content(text.encode("utf-8", "surrogateescape"), path=self.file)}

    def _with_keys(self):
        """A key that is there with other options or another comment is taken out; new ones go to the end."""
        lines = list(self.lines)
        for key in self.keys:
            places = [(place, found) for place, found in enumerate(map(parsed, lines)) if _same_key(found, key)]
            if places and places[-1][1] == key:
                continue
            for place, _ in reversed(places):
                del lines[place]
            lines.append(str(key))
        return [line for line in lines if self._among(line)] if self.exclusive else lines

    def _without_keys(self):
        return [line for line in self.lines if not self._among(line)]

    def _among(self, line):
        found = parsed(line)
        return any(_same_key(found, key) for key in self.keys)

    def apply(self, change):
        entry = _accounts.find_user(self.user)
        if entry is None:
            raise ModuleFailed("there is no user %s" % self.user, hint="make it first, with the module user")
        folder = os.path.dirname(self.file)
        if self.manage_dir:
            if not os.path.isdir(folder):
                os.mkdir(folder, 0o700)
            os.chown(folder, entry.pw_uid, entry.pw_gid)
            os.chmod(folder, 0o700)
        elif not os.path.isdir(folder):
            os.makedirs(folder)
        write(self.file, change.wanted["keys"].data, mode=0o600, uid=entry.pw_uid, gid=entry.pw_gid)

    def brings(self, change):
        return [("path", self.file)]

    def returns(self, change, state):
        given = {name: getattr(self, name) for name in self.arguments()}
        return dict(given, keyfile=self.file)


def _same_key(found, key):
    return found is not None and found.data == key.data
