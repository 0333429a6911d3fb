"""Read a whole file of the host, as base64."""

import base64
import os

from modules.kit import Arg, ModuleFailed, Path, Query, Raw


class Slurp(Query):
    src = Arg(Path, "The file to read", aliases=("path",))
    _part = Arg(Raw, "Where to begin and how much to read, in bytes; for the engine, not for people", default=None)

    def read(self):
        if os.path.isdir(self.src):
            raise ModuleFailed("source is a directory and must be a file: %s" % self.src)
        try:
            with open(self.src, "rb") as file:
                offset, length = self._part or (0, -1)
                file.seek(offset)
                data = file.read(length)
        except FileNotFoundError:
            raise ModuleFailed("file not found: %s" % self.src)
        except PermissionError:
            raise ModuleFailed("file is not readable: %s" % self.src)
        return {"content": base64.b64encode(data).decode("ascii"), "source": self.src, "encoding": "base64"}
