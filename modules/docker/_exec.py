"""Running a command in a container, as `docker exec` does."""

import threading
import time

from modules.docker._client import name as quoted
from modules.kit import ModuleFailed

STREAMS = {1: "stdout", 2: "stderr"}
PAUSE = 0.05
LONGEST_AFTER_END = 10


class Execution:
    """
    A command in a container. argv: the program and its arguments. stdin: bytes for its input, or None for an empty one.
    user, chdir: as whom and where; None for what the container has. env: {name: text} to add. tty: give it a terminal.
    """

    def __init__(self, engine, container, argv, user=None, chdir=None, env=None, stdin=None, tty=False):
        self.engine = engine
        self.stdin = stdin
        self.tty = tty
        data = {
            "Cmd": argv,
            "User": user or "",
            "Env": ["%s=%s" % pair for pair in sorted((env or {}).items())],
            "Tty": tty,
            "AttachStdin": stdin is not None,
            "AttachStdout": True,
            "AttachStderr": True,
        }
        if chdir is not None:
            data["WorkingDir"] = chdir
        self.identity = engine.call("POST", "/containers/%s/exec" % quoted(container), data=data)["Id"]

    def leave(self):
        """Start it and do not wait for it."""
        self.engine.call("POST", "/exec/%s/start" % self.identity, data={"Detach": True, "Tty": self.tty})

    def run(self):
        """Run it to its end; returns (exit code, stdout, stderr), these as bytes. With a terminal, all is stdout."""
        if self.stdin is not None and self.engine.tls:
            # The end of the input is a connection closed for writing, which Python's TLS cannot do and go on reading.
            raise ModuleFailed("stdin: cannot be given over TLS", hint="run the task on the engine's own host")
        data = {"Detach": False, "Tty": self.tty}
        with self.engine.hijack("/exec/%s/start" % self.identity, data) as conversation:
            writer = threading.Thread(target=conversation.send_all, args=(self.stdin,), daemon=True)
            if self.stdin is not None:
                writer.start()
            output = {"stdout": bytearray(), "stderr": bytearray()}
            for name, piece in conversation.raw() if self.tty else frames(conversation):
                output[name] += piece
        return self._exit_code(), bytes(output["stdout"]), bytes(output["stderr"])

    def _exit_code(self):
        """The exit code, which the engine may know a moment after the output has ended."""
        end = time.monotonic() + LONGEST_AFTER_END
        while True:
            found = self.engine.get("/exec/%s/json" % self.identity)
            if found is None:
                raise ModuleFailed("the container was gone before the command in it had ended")
            if not found["Running"] or time.monotonic() > end:
                return found["ExitCode"] or 0
            time.sleep(PAUSE)


def frames(conversation):
    """
    (stdout or stderr, bytes) for each frame of an answer without a terminal: a byte that tells the stream, three empty
    ones, four with the size (https://docs.docker.com/reference/api/engine/version/v1.47/, "Attach to a container").
    """
    while True:
        header = conversation.read(8)
        if len(header) < 8:
            return
        yield STREAMS.get(header[0], "stdout"), conversation.read(int.from_bytes(header[4:], "big"))
