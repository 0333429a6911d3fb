"""
The process of one task on the target: takes a request of the agent's protocol and sends back its results.

A request names one module and a list of argument sets (the items of a loop), which are run in order.
"""

import functools
import hashlib
import json
import os
import struct

from modules.kit import jobs
from modules.kit.errors import ModuleFailed
from modules.kit.module import Base
from modules.kit.perform import Context, perform

HEADER = struct.Struct(">II")


def module_class(module):
    """The one class of a module's file that the file itself defines."""
    found = [
        value
        for name, value in vars(module).items()
        if isinstance(value, type)
        and issubclass(value, Base)
        and value.__module__ == module.__name__
        and name[0] != "_"
    ]
    if len(found) != 1:
        raise TypeError("%s should define one module, has %d" % (module.__name__, len(found)))
    return found[0]


def work(request, module, incoming, send):
    """Run a request; `incoming` is a file descriptor that brings content, send(head, body) answers."""
    kind = module_class(module)
    number = request["id"]
    content = ContentReader(number, incoming, send)
    os.environ.update(request.get("e") or {})
    environment = dict(os.environ)
    final = len(request["a"]) - 1
    for index, given in enumerate(request["a"]):
        if os.environ != environment:
            os.environ.clear()
            os.environ.update(environment)
        os.chdir(_start_folder(request.get("f")))
        os.umask(0o022)
        context = Context(bool(request.get("c")), bool(request.get("d")), request.get("w", ()), content)
        head = {"t": "result", "last": 1} if index == final else {"t": "result"}
        background = request.get("b")
        if background:
            job, limit = background["jobs"][index], background["limit"]
            context.content = None
            result = jobs.start(job, limit, functools.partial(perform, kind, given, context))
        else:
            result = perform(kind, given, context)
        head.update(id=number, i=index, r=result)
        send(head)


def _start_folder(wished):
    places = (wished, os.path.expanduser("~"))
    return next((place for place in places if place and os.path.isdir(place) and os.access(place, os.X_OK)), "/")


class ContentReader:
    """
    Fetches the content of the controller's files by their SHA-256, in pieces, checked as they come.

    `asked` are the digests whose files are on their way, in the order they will come.
    """

    def __init__(self, number, incoming, send):
        self.number = number
        self.incoming = incoming
        self.send = send
        self.asked = []

    def ask(self, digests):
        """Ask for several files at once, which are then read one by one in this order: one round trip for all."""
        for digest in digests:
            self.send({"t": "need", "id": self.number, "hash": digest})
            self.asked.append(digest)

    def __call__(self, digest):
        """Yield the bytes of the file with this digest; raises ModuleFailed when they are not to be had."""
        while self.asked and self.asked[0] != digest:
            self._skip()
        if not self.asked:
            self.ask([digest])
        found = hashlib.sha256()
        while True:
            head, body = self._frame()
            if head["t"] == "end":
                self.asked.pop(0)
                break
            found.update(body)
            yield body
        if head.get("error"):
            raise ModuleFailed("the controller could not send a file: %s" % head["error"])
        if found.hexdigest() != digest:
            raise ModuleFailed("a file changed on the controller while it was sent", hint="run it again")

    def _skip(self):
        while self._frame()[0]["t"] != "end":
            pass
        self.asked.pop(0)

    def _frame(self):
        head, body = HEADER.unpack(self._exactly(HEADER.size))
        return json.loads(self._exactly(head).decode("utf-8")), self._exactly(body)

    def _exactly(self, size):
        parts = []
        while size:
            part = os.read(self.incoming, min(size, 1 << 20))
            if not part:
                raise ModuleFailed("the controller stopped sending a file")
            parts.append(part)
            size -= len(part)
        return b"".join(parts)
