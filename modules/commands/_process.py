"""Runs a command the way people's commands need: any output, any daemon left behind."""

import os
import selectors
import subprocess
import threading
import time

CHUNK = 1 << 16
QUIET_AFTER_END = 0.5
LONGEST_AFTER_END = 5.0


def run_to_end(argv, stdin=None, cwd=None):
    """
    Run a command; returns (exit code, stdout, stderr), the latter as bytes.

    stdin: bytes, or None for an empty input. A process that the command leaves behind with its output open (a daemon)
    is not waited for: what comes within half a second of silence after the command's end still counts.
    Raises OSError when the command cannot be started.
    """
    process = subprocess.Popen(
        argv,
        stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=cwd,
    )
    conversation = _Conversation(process, stdin)
    try:
        conversation.hold()
    finally:
        conversation.close()
    return process.returncode, bytes(conversation.output["stdout"]), bytes(conversation.output["stderr"])


class _Conversation:
    """Feeds a process and collects what it says, until it has ended."""

    def __init__(self, process, stdin):
        self.process = process
        self.unsent = memoryview(stdin or b"")
        self.output = {"stdout": bytearray(), "stderr": bytearray()}
        self.ended_at = None
        self.selector = selectors.DefaultSelector()
        self.selector.register(process.stdout, selectors.EVENT_READ, "stdout")
        self.selector.register(process.stderr, selectors.EVENT_READ, "stderr")
        if stdin is not None:
            os.set_blocking(process.stdin.fileno(), False)
            self.selector.register(process.stdin, selectors.EVENT_WRITE, "stdin")
        self.end, watcher = os.pipe()
        self.selector.register(self.end, selectors.EVENT_READ, "end")
        threading.Thread(target=self._watch, args=(watcher,), daemon=True).start()

    def _watch(self, handle):
        self.process.wait()
        os.close(handle)

    def hold(self):
        """Return when the process has ended and its output is complete, or nobody adds to it any more."""
        while self.ended_at is None or self._open_outputs():
            ready = self.selector.select(self._patience())
            if not ready:
                break
            for key, _ in ready:
                self._turn(key)
            if self.ended_at is not None and time.monotonic() - self.ended_at > LONGEST_AFTER_END:
                break
        self.process.wait()

    def _patience(self):
        return None if self.ended_at is None else QUIET_AFTER_END

    def _open_outputs(self):
        return any(key.data in self.output for key in self.selector.get_map().values())

    def _turn(self, key):
        if key.data == "end":
            self.selector.unregister(key.fileobj)
            self.ended_at = time.monotonic()
            if self.process.stdin is not None:
                self._close_input()
        elif key.data == "stdin":
            self._feed()
        else:
            data = os.read(key.fd, CHUNK)
            self.output[key.data] += data
            if not data:
                self.selector.unregister(key.fileobj)

    def _feed(self):
        try:
            self.unsent = self.unsent[os.write(self.process.stdin.fileno(), self.unsent[:CHUNK]) :]
        except BlockingIOError:
            return
        except OSError:
            self.unsent = memoryview(b"")
        if not self.unsent:
            self._close_input()

    def _close_input(self):
        if not self.process.stdin.closed:
            if self.process.stdin in [key.fileobj for key in self.selector.get_map().values()]:
                self.selector.unregister(self.process.stdin)
            self.process.stdin.close()

    def close(self):
        """Close every pipe."""
        self.selector.close()
        os.close(self.end)
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            if pipe is not None:
                pipe.close()
