"""Make a temporary file or folder and tell its path."""

import os
import tempfile

from modules.files._attributes import described
from modules.kit import Action, Arg, ModuleFailed, Path


class Temporary(Action):
    state = Arg(str, "What to make", default="file", choices=("file", "directory"))
    path = Arg(Path, "Where; the system's folder for temporary files otherwise", default=None)
    prefix = Arg(str, "How its name begins", default="ansible.")
    suffix = Arg(str, "How its name ends", default="")

    def needless(self):
        if self.path is not None:
            self.needs("path", self.path, os.path.isdir(self.path), "the folder %s does not exist" % self.path)
        return

    def run(self):
        try:
            if self.state == "directory":
                made = tempfile.mkdtemp(prefix=self.prefix, suffix=self.suffix, dir=self.path)
            else:
                handle, made = tempfile.mkstemp(prefix=self.prefix, suffix=self.suffix, dir=self.path)
                os.close(handle)
        except OSError as error:
            raise ModuleFailed("no temporary %s can be made: %s" % (self.state, error))
        return dict(described(made), path=made, changed=True)
