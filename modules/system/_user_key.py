"""The SSH key of an account: made by ssh-keygen, so that its passphrase is in no list of processes."""

import os

from modules.kit import ModuleFailed, run
from modules.kit.filesystem import read


class _UserKey:
    """
    One key of a user.

    user: pwd.struct_passwd. file: relative to the home folder unless absolute. kind, bits (0: as ssh-keygen likes),
    comment, passphrase: as ssh-keygen takes them.
    """

    def __init__(self, user, file, kind, bits, comment, passphrase):
        self.user = user
        self.path = os.path.join(user.pw_dir, file or os.path.join(".ssh", "id_" + kind))
        self.kind = kind
        self.bits = bits
        self.comment = comment
        self.passphrase = passphrase

    @property
    def exists(self):
        """Whether either half is there."""
        return os.path.lexists(self.path) or os.path.lexists(self.path + ".pub")

    def make(self):
        """Write the key and its public half, in place of those that are there."""
        folder = os.path.dirname(self.path)
        if not os.path.isdir(folder):
            os.mkdir(folder, 0o700)
            os.chown(folder, self.user.pw_uid, self.user.pw_gid)
        for path in (self.path, self.path + ".pub"):
            if os.path.lexists(path):
                os.unlink(path)
        words = ["ssh-keygen", "-q", "-t", self.kind, "-C", self.comment, "-f", self.path]
        words += ["-b", str(self.bits)] if self.bits else []
        if self.passphrase:
            self._make_with_passphrase(words)
        else:
            run(words + ["-N", ""])
        for path in (self.path, self.path + ".pub"):
            os.chown(path, self.user.pw_uid, self.user.pw_gid, follow_symlinks=False)

    def _make_with_passphrase(self, words):
        """Without a terminal and a helper to ask by, ssh-keygen reads the passphrase, twice, from its input."""
        alone = ["env", "-u", "DISPLAY", "-u", "SSH_ASKPASS", "setsid"]
        run(alone + words, stdin="%s\n%s\n" % (self.passphrase, self.passphrase), env={"SSH_ASKPASS_REQUIRE": "never"})
        if run(["ssh-keygen", "-y", "-P", "", "-f", self.path], check=False):
            os.unlink(self.path)
            raise ModuleFailed("ssh-keygen did not take the passphrase", hint="the key it made was removed again")

    def returns(self):
        """The values of a task's result."""
        public = read(self.path + ".pub")
        found = {"ssh_key_file": self.path}
        if public is not None:
            found["ssh_public_key"] = public.decode("utf-8", "replace").strip()
            said = run(["ssh-keygen", "-l", "-f", self.path + ".pub"], check=False)
            found["ssh_fingerprint"] = (said.stdout or said.stderr).strip()
        return found
