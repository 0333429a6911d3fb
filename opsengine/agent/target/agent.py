"""
The agent: one process for each (host, user) and run, living in memory at the far end of one channel.

Frames come in on standard input and go out on standard output: a header of two 32-bit lengths, a JSON head, raw bytes.
Each task runs in a fork of its own, so that a module can neither leak state nor take the agent down. When the channel
goes, the agent's children go, and then the agent. Packed by opsengine.agent.package; never imported by the controller.
"""

import gc
import importlib
import importlib.util
import json
import os
import selectors
import signal
import struct
import sys
import time
import zlib

HEADER = struct.Struct(">II")
MAGIC = b"\0OPSENGINE\n"
CHUNK = 1 << 18
GRACE = 3.0
BACKLOG = 4 * CHUNK
LAST = b'{"t":"result","last":1,'


def pack(head, body=b""):
    """One frame as bytes."""
    text = json.dumps(head, separators=(",", ":"), default=_plain).encode("utf-8", "backslashreplace")
    return HEADER.pack(len(text), len(body)) + text + body


def _plain(value):
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, (set, tuple, frozenset)):
        return list(value)
    return str(value)


def write_all(handle, data):
    """Write every byte to a blocking file descriptor."""
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]


class Frames:
    """Cuts a stream of bytes into frames."""

    def __init__(self):
        self.buffer = bytearray()

    def feed(self, data):
        """Take bytes in; yields (head bytes, body bytes) for each frame that is complete."""
        self.buffer += data
        while len(self.buffer) >= HEADER.size:
            head, body = HEADER.unpack_from(self.buffer)
            end = HEADER.size + head + body
            if len(self.buffer) < end:
                return
            frame = bytes(self.buffer[HEADER.size : end])
            del self.buffer[:end]
            yield frame[:head], frame[head:]


class Library:
    """Imports what the controller has sent; on sys.meta_path."""

    def __init__(self):
        self.sources = {}

    def add(self, files, body):
        """Take in sources: files is a list of [dotted name, is package, length] of the inflated body's parts."""
        data, start = zlib.decompress(body), 0
        for name, package, length in files:
            if name in self.sources:
                for loaded in [m for m in sys.modules if m == name or m.startswith(name + ".")]:
                    del sys.modules[loaded]
            self.sources[name] = (package, data[start : start + length])
            start += length

    def find_spec(self, name, path=None, target=None):
        if name not in self.sources:
            return None
        return importlib.util.spec_from_loader(name, self, is_package=self.sources[name][0])

    def create_module(self, spec):
        return None

    def get_source(self, name):
        """A module's text: for tracebacks, and for modules that run a part of themselves under another Python."""
        return self.sources[name][1].decode("utf-8")

    def exec_module(self, module):
        name = module.__name__
        package, source = self.sources[name]
        module.__file__ = "<opsengine>/%s%s" % (name.replace(".", "/"), "/__init__.py" if package else ".py")
        exec(compile(source, module.__file__, "exec"), module.__dict__)


class Interrupted(BaseException):
    """The task is to end now; raised in its process so that `finally` and `with` clean up."""


class Task:
    """The agent's side of a running task: the process, the pipes to and from it, and its deadline."""

    def __init__(self, number, pid, reader, writer, timeout):
        self.number = number
        self.pid = pid
        self.reader = reader
        self.writer = writer
        self.frames = Frames()
        self.pending = bytearray()
        self.deadline = time.monotonic() + timeout if timeout else None
        self.timeout = timeout
        self.ending = None
        self.timedout = None
        self.finished = False


class Agent:
    """Reads requests, runs each in a fork, passes results on."""

    def __init__(self, incoming, outgoing):
        self.incoming = incoming
        self.outgoing = outgoing
        self.frames = Frames()
        self.library = Library()
        self.tasks = {}
        self.selector = selectors.DefaultSelector()
        self.open = True

    def serve(self):
        """Work until the channel goes; then end every task and return."""
        sys.meta_path.insert(0, self.library)
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            signal.signal(number, self._stop)
        self.selector.register(self.incoming, selectors.EVENT_READ, None)
        hello = {"t": "hello", "python": "%d.%d.%d" % sys.version_info[:3], "pid": os.getpid(), "uid": os.geteuid()}
        self.say(hello, MAGIC)
        while self.open:
            for key, events in self.selector.select(self._patience()):
                self._turn(key, events)
            self._mind_deadlines()
        self._end_all()

    def say(self, head, before=b""):
        """Send one frame to the controller; a channel that is gone ends the agent."""
        self._send(before + pack(head))

    def _send(self, data):
        try:
            write_all(self.outgoing, data)
        except OSError:
            self.open = False

    def _stop(self, number, frame):
        self.open = False

    def _turn(self, key, events):
        task = key.data
        if task is None:
            self._hear()
        elif key.fd == task.reader:
            self._pass_on(task)
        else:
            self._feed(task)

    def _hear(self):
        try:
            data = os.read(self.incoming, CHUNK)
        except InterruptedError:
            return
        except OSError:
            data = b""
        if not data:
            self.open = False
            return
        for head, body in self.frames.feed(data):
            self._take(json.loads(head.decode("utf-8")), body)

    def _take(self, head, body):
        kind = head["t"]
        if kind == "run":
            self._start(head)
        elif kind == "code":
            self.library.add(head["files"], body)
        elif kind == "ping":
            self.say({"t": "pong"})
        elif kind == "cancel" and head["id"] in self.tasks:
            self._interrupt(self.tasks[head["id"]], "cancelled")
        elif kind in ("data", "end") and head["id"] in self.tasks:
            self._queue(self.tasks[head["id"]], pack(head, body))

    def _start(self, head):
        try:
            module = importlib.import_module(head["m"])
            importlib.import_module("modules.kit.worker")
        except BaseException as error:
            self._refuse(head, "module %s cannot be loaded: %s: %s" % (head["m"], type(error).__name__, error))
            return
        from_task, to_agent = os.pipe()
        from_agent, to_task = os.pipe()
        try:
            pid = os.fork()
        except OSError as error:
            for handle in (from_task, to_agent, from_agent, to_task):
                os.close(handle)
            self._refuse(head, "no process can be started: %s" % error)
            return
        if pid == 0:
            os.close(from_task)
            os.close(to_task)
            self._become_task(head, module, from_agent, to_agent)
        os.close(to_agent)
        os.close(from_agent)
        os.set_blocking(to_task, False)
        task = Task(head["id"], pid, from_task, to_task, head.get("x"))
        self.tasks[task.number] = task
        self.selector.register(from_task, selectors.EVENT_READ, task)

    def _refuse(self, head, message):
        self._answer_for(head["id"], message)

    def _answer_for(self, number, message, further=()):
        result = dict(further, failed=True, changed=False, msg=message)
        self.say({"t": "result", "last": 1, "id": number, "i": -1, "r": result})

    def _become_task(self, head, module, incoming, outgoing):
        code = 1
        try:
            os.setsid()
            self.selector.close()
            for task in self.tasks.values():
                os.close(task.reader)
                os.close(task.writer)
            os.close(self.incoming)
            os.close(self.outgoing)
            # Not SIGPIPE: a module may write to a command that does not read, and has to live through that.
            for number in (signal.SIGHUP, signal.SIGINT, signal.SIGCHLD):
                signal.signal(number, signal.SIG_DFL)
            signal.signal(signal.SIGTERM, _interrupted)
            from modules.kit.worker import work

            work(head, module, incoming, lambda frame, body=b"": write_all(outgoing, pack(frame, body)))
            code = 0
        except Interrupted:
            code = 0
        finally:
            os._exit(code)

    def _pass_on(self, task):
        try:
            data = os.read(task.reader, CHUNK)
        except OSError:
            data = b""
        if not data:
            self._bury(task)
            return
        if task.ending:
            return  # What it still says is of a command that was killed under it.
        for head, body in task.frames.feed(data):
            task.finished = task.finished or head.startswith(LAST)
            self._send(HEADER.pack(len(head), len(body)) + head + body)

    def _queue(self, task, frame):
        task.pending += frame
        self._feed(task)
        if len(task.pending) > BACKLOG and self.incoming in self.selector.get_map():
            self.selector.unregister(self.incoming)

    def _feed(self, task):
        try:
            del task.pending[: os.write(task.writer, task.pending[:CHUNK])]
        except BlockingIOError:
            pass
        except OSError:
            del task.pending[:]
        waiting = task.writer in self.selector.get_map()
        if task.pending and not waiting:
            self.selector.register(task.writer, selectors.EVENT_WRITE, task)
        elif waiting and not task.pending:
            self.selector.unregister(task.writer)
        self._listen_again()

    def _listen_again(self):
        full = any(len(task.pending) > BACKLOG for task in self.tasks.values())
        if not full and self.incoming not in self.selector.get_map():
            self.selector.register(self.incoming, selectors.EVENT_READ, None)

    def _bury(self, task):
        for handle in (task.reader, task.writer):
            if handle in self.selector.get_map():
                self.selector.unregister(handle)
            os.close(handle)
        del self.tasks[task.number]
        self._listen_again()
        _, status = os.waitpid(task.pid, 0)
        if task.finished:
            return
        if task.ending:
            message = task.ending
        elif os.WIFSIGNALED(status):
            message = "the module's process was ended by signal %d (9: out of memory?)" % os.WTERMSIG(status)
        else:
            message = "the module's process ended without a result (exit status %d)" % os.WEXITSTATUS(status)
        self._answer_for(task.number, message, {"timedout": task.timedout} if task.timedout else {})

    def _patience(self):
        deadlines = [task.deadline for task in self.tasks.values() if task.deadline]
        return max(0.0, min(deadlines) - time.monotonic()) if deadlines else None

    def _mind_deadlines(self):
        now = time.monotonic()
        for task in list(self.tasks.values()):
            if task.deadline and now >= task.deadline:
                if task.ending:
                    kill_tree(task.pid, signal.SIGKILL)
                    task.deadline = None
                else:
                    whole = int(task.timeout) == task.timeout
                    limit = {"period": int(task.timeout) if whole else task.timeout}
                    self._interrupt(task, "Timed out after %g second(s)." % task.timeout, limit)

    def _interrupt(self, task, why, timedout=None):
        task.ending = why
        task.timedout = timedout
        task.deadline = time.monotonic() + GRACE
        kill_tree(task.pid, signal.SIGTERM)

    def _end_all(self):
        for task in self.tasks.values():
            self._interrupt(task, "the channel to the controller is gone")
        end = time.monotonic() + GRACE
        while self.tasks and time.monotonic() < end:
            for task in list(self.tasks.values()):
                if os.waitpid(task.pid, os.WNOHANG)[0]:
                    kill_tree(task.pid, signal.SIGKILL)
                    del self.tasks[task.number]
            time.sleep(0.02)
        for task in self.tasks.values():
            kill_tree(task.pid, signal.SIGKILL)


def _interrupted(number, frame):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise Interrupted()


def descendants(pid):
    """The process ids below a process, the farthest first, from /proc."""
    children = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open("/proc/%s/stat" % name, "rb") as file:
                    parent = int(file.read().rpartition(b")")[2].split()[1])
            except (OSError, ValueError, IndexError):
                continue
            children.setdefault(parent, []).append(int(name))
    found, front = [], [pid]
    while front:
        front = [child for parent in front for child in children.get(parent, ())]
        found = front + found
    return found


def kill_tree(pid, number):
    """Send a signal to a task's process, its process group and everything below it."""
    for target in descendants(pid) + [pid]:
        try:
            os.kill(target, number)
        except OSError:
            pass
    try:
        os.killpg(pid, number)
    except OSError:
        pass


def main():
    """
    Take standard input and output for the protocol and give the tasks /dev/null instead.

    Standard error too: the channel may carry it in the same stream, where it would tear frames apart.
    """
    incoming, outgoing = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)
    os.dup2(null, 2)
    os.chdir("/")
    gc.disable()
    agent = Agent(incoming, outgoing)
    agent.serve()
    os._exit(0)
