"""Make sure that a pair of SSH keys exists, made by ssh-keygen, or that none does."""

import os
import re
import tempfile

from modules.files._attributes import _Attributes
from modules.kit import Arg, ModuleFailed, Path, run
from modules.kit.filesystem import read, write

SIZES = {"rsa": 4096, "rsa1": 4096, "dsa": 1024, "ecdsa": 256, "ed25519": 256}
FITS, AWAY, OTHER = "fits", "is not there", "is of another key"


class OpensshKeypair(_Attributes):
    collection = "community.crypto"

    path = Arg(Path, "The private key; the public one has the same name with .pub behind it")
    state = Arg(str, "Whether the pair is to be there", default="present", choices=("present", "absent"))
    type = Arg(str, "The kind of key", default="rsa", choices=tuple(SIZES))
    size = Arg(int, "Its bits: rsa 4096 unless given, ecdsa 256, 384 or 521; others know one size only", default=None)
    comment = Arg(str, "The comment in both halves", default=None)
    passphrase = Arg(str, "What the private key is encrypted with", default=None, secret=True)
    force = Arg(bool, "Whether the pair is made anew each time", default=False)
    regenerate = Arg(
        str,
        "When a key that is there is replaced: never, never but fail if another is wanted (fail), where another is "
        "wanted and the old one can be read (partial_idempotence) or cannot (full_idempotence), or always",
        default="partial_idempotence",
        choices=("never", "fail", "partial_idempotence", "full_idempotence", "always"),
    )
    private_key_format = Arg(
        str, "The format of the private key; OpenSSH's own only", default="auto", choices=("auto", "ssh")
    )
    backend = Arg(
        str, "What makes the key; ssh-keygen always", default="auto", choices=("auto", "cryptography", "opensshbin")
    )

    def check_arguments(self):
        super().check_arguments()
        self.public_path = self.path + ".pub"
        self.rule = "always" if self.force else self.regenerate
        self.bits = SIZES[self.type] if self.size is None or self.type == "ed25519" else self.size
        if self.type in ("rsa", "rsa1") and self.bits < 1024:
            raise ModuleFailed("size: an RSA key has at least 1024 bits, got %d" % self.bits)
        if self.type == "dsa" and self.bits != 1024:
            raise ModuleFailed("size: a DSA key has 1024 bits, got %d" % self.bits)
        if self.type == "ecdsa" and self.bits not in (256, 384, 521):
            raise ModuleFailed("size: an ECDSA key has 256, 384 or 521 bits, got %d" % self.bits)
        if os.path.isdir(self.path):
            raise ModuleFailed("%s is a directory. Please specify a path to a file." % self.path)
        self.made, self.making, self.told = False, False, {}

    # -- what is there

    def current(self):
        there = [path for path in (self.path, self.public_path) if os.path.lexists(path)]
        if not there:
            return None
        self.private = self._read() if os.path.exists(self.path) else None
        if self.state == "absent":
            return {"files": there}
        state = {"type": None, "size": None, "made": self.made, "public": self._fit()}
        if self.private:
            state.update(type=self.private["type"], size=self.private["size"])
        state["comment"] = (self._public_words() + [""] * 3)[2]
        state["attributes"] = {path: self.read_attributes(path) for path in there}
        for path in there:
            asked = self.wanted_attributes(path)
            state["attributes"][path] = {key: state["attributes"][path].get(key) for key in asked}
        return state

    def _read(self):
        """The private key's {type, size, public (kind and data), fingerprint}; None where it cannot be read."""
        open_to_all = run(["ssh-keygen", "-y", "-P", "", "-f", self.path], check=False, hint="install openssh-client")
        said = self._keygen(["-y", "-f", self.path], check=False) if self.passphrase else open_to_all
        if not said or (self.passphrase and open_to_all):
            return None
        words = run(["ssh-keygen", "-l", "-f", "-"], stdin=said.stdout).stdout.split()
        kind = re.sub(r"\W", "", words[-1]).lower()
        self.told = {
            "type": kind, "size": int(words[0]), "public": said.stdout.split()[:2], "fingerprint": words[1],
        }  # fmt: skip
        return self.told

    def _public_words(self):
        """Kind, data and comment of the public key, as far as there are any."""
        return (read(self.public_path) or b"").decode("utf-8", "replace").strip(" \n").split(" ", 2)

    def _fit(self):
        if not os.path.exists(self.public_path):
            return AWAY
        return FITS if self.private and self._public_words()[:2] == self.private["public"] else OTHER

    # -- what is asked for

    def wanted(self):
        if self.state == "absent":
            return None
        folder = os.path.dirname(os.path.abspath(self.path))
        message = "The directory %s does not exist or the file is not a directory" % folder
        self.needs("path", folder, os.path.isdir(folder), message)
        self.making = self._must_make()
        state = {"public": FITS, "made": self.making}
        if self.making:
            state.update(type=self.type, size=self.bits)
        if self.comment is not None or self.making:
            state["comment"] = self.comment or ""
        state["attributes"] = {
            self.path: self.wanted_attributes(self.path, new_mode=0o600),
            self.public_path: self.wanted_attributes(self.public_path),
        }
        return state

    def _must_make(self):
        if self.before is None or not os.path.exists(self.path):
            return True
        if self.private is None:
            if self.rule in ("never", "fail", "partial_idempotence"):
                raise ModuleFailed(
                    "the key %s cannot be read: it is broken, or has another passphrase, or none" % self.path,
                    hint="it is kept unless `regenerate` is full_idempotence or always",
                )
            return True
        fits = (self.private["type"], self.private["size"]) == (self.type, self.bits)
        if self.rule == "fail" and not fits:
            raise ModuleFailed(
                "%s is a key of type %s with %d bits" % (self.path, self.private["type"], self.private["size"]),
                hint="it is kept unless `regenerate` is partial_idempotence, full_idempotence or always",
            )
        return self.rule == "always" or (self.rule != "never" and not fits)

    # -- how to get there

    def apply(self, change):
        if change.removes:
            for path in change.before["files"]:
                os.unlink(path)
            return
        if self.making:
            self._make()
        elif {"public", "comment"} & change.keys:
            comment = change.wanted.get("comment", change.before["comment"])
            line = " ".join(self.private["public"] + ([comment] if comment else []))
            write(self.public_path, line.encode() + b"\n", None if os.path.exists(self.public_path) else 0o644)
            if self.comment is not None:
                self._keygen(["-q", "-c", "-C", self.comment, "-f", self.path])
        for path, attributes in change.wanted["attributes"].items():
            self.set_attributes(path, attributes)

    def _make(self):
        """Beside their places, in a folder that is nobody else's; put there when both halves are whole."""
        with tempfile.TemporaryDirectory(
            prefix=".opsengine", dir=os.path.dirname(os.path.abspath(self.path))
        ) as folder:
            path = os.path.join(folder, "key")
            words = ["-q", "-t", self.type, "-b", str(self.bits), "-C", self.comment or "", "-f", path]
            self._keygen(words if self.passphrase else words + ["-N", ""], times=2)
            if self.passphrase and run(["ssh-keygen", "-y", "-P", "", "-f", path], check=False):
                raise ModuleFailed("ssh-keygen did not take the passphrase", hint="nothing was changed")
            write(self.path, read(path), 0o600)
            write(self.public_path, read(path + ".pub"), 0o644)
        self.made = True

    def _keygen(self, words, times=1, check=True):
        """
        Run ssh-keygen, which without a terminal and a helper to ask by reads the passphrase from its input, `times`
        times; so it is in no list of processes.
        """
        if not self.passphrase:
            return run(["ssh-keygen", *words], check=check)
        alone = ["env", "-u", "DISPLAY", "-u", "SSH_ASKPASS", "setsid", "ssh-keygen"]
        answer = (self.passphrase + "\n") * times
        return run([*alone, *words], stdin=answer, env={"SSH_ASKPASS_REQUIRE": "never"}, check=check)

    def brings(self, change):
        return [] if change.removes else [("path", self.path), ("path", self.public_path)]

    def returns(self, change, state):
        fresh = self.making and not self.made
        words = [] if fresh or self.state == "absent" else self._public_words()
        return {
            "size": self.bits,
            "type": self.type,
            "filename": self.path,
            "fingerprint": "" if fresh else self.told.get("fingerprint", ""),
            "public_key": " ".join(words[:2]),
            "comment": " ".join(words[2:]),
        }
