"""Run a script of the controller's on the host."""

import os
import shlex
import tempfile

from modules.commands._command import _Command
from modules.files import _entries
from modules.kit import Arg, ModuleFailed, Raw


class Script(_Command):
    executable = Arg(str, "The program to run the script with; its first line says otherwise", default=None)
    decrypt = Arg(bool, "Whether a script kept in a vault is decrypted on the controller", default=True)
    _script = Arg(Raw, "What the controller found; for the engine, not for people", default=None)

    stdin = None
    stdin_add_newline = True
    strip_empty_ends = False

    def check_arguments(self):
        if self._script is None:
            raise ModuleFailed("there is no script to run")
        (self.entry,) = _entries.of_manifest(self._script["entries"])
        self.place = ""

    def shown(self):
        return self.cmd

    def _not_run(self, path, why):
        option = "creates" if why == "exists" else "removes"
        return {"skipped": True, "msg": "%s %s, matching %s option" % (path, why, option)}

    def program(self):
        first = [*shlex.split(self.executable), self.place] if self.executable else [self.place]
        return [*first, *self._script["words"]]

    def run(self):
        """A file of mode 0700 for as long as the script runs."""
        handle, self.place = tempfile.mkstemp(prefix="opsengine-", suffix="-" + self._script["name"])
        try:
            with open(handle, "wb") as file:
                for piece in self.entry.chunks(self.context.content):
                    file.write(piece)
            os.chmod(self.place, 0o700)
            result = super().run()
        finally:
            os.unlink(self.place)
        del result["cmd"]
        if not result.get("failed"):
            del result["msg"]
        return result
