"""Answer, to show that a host can be reached and has a Python."""

from modules.kit import Arg, ModuleFailed, Query


class Ping(Query):
    data = Arg(str, "What to answer; `crash` fails on purpose", default="pong")

    def read(self):
        if self.data == "crash":
            raise ModuleFailed("boom", hint="data: crash was asked for")
        return {"ping": self.data}
