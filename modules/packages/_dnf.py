"""
The host's dnf, asked for a plan and then told to carry it out: through its Python module where a Python has it, else by
its command line (_dnf_text.py).
"""

import configparser
import glob
import json
import os
import subprocess
import sys
import tempfile

from modules.kit import ModuleFailed
from modules.kit.process import find_command
from modules.packages import _dnf_worker
from modules.packages._dnf_text import TextSession

PYTHONS = ("/usr/libexec/platform-python", "/usr/bin/python3", sys.executable, "/usr/bin/python")
COMING = ("package lists", "dnf")
"""What a dry run calls repositories that are to come, as `needs` takes it."""


def session(request, backend):
    """
    Something with `plan` and `apply()`; raises ModuleFailed where the host has no such package manager.

    request: as _dnf_worker.Worker takes it. backend: the module's use_backend.
    """
    if backend in ("auto", "dnf", "dnf4", "yum4"):
        for python in _pythons():
            found = Session(python, request)
            if found.start():
                return found
    names = {"auto": ("dnf", "dnf5", "yum"), "yum": ("yum",), "dnf5": ("dnf5",)}.get(backend, ("dnf", "yum"))
    program = next((path for path in map(find_command, names) if path), None)
    if program is None:
        raise ModuleFailed("there is no %s on this host" % " or ".join(names))
    return TextSession(program, request)


def streams(root):
    """
    {module: its stream, with / and its profiles behind it} of the modules of packages that are enabled.

    root: the installroot. They are noted in files of their own (dnf(8), "Modularity").
    """
    found = {}
    for path in glob.glob(os.path.join(root, "etc/dnf/modules.d/*.module")):
        parser = configparser.RawConfigParser()
        parser.read(path, encoding="utf-8")
        for name in parser.sections():
            if parser.get(name, "state", fallback="") == "enabled":
                profiles = [part.strip() for part in parser.get(name, "profiles", fallback="").split(",")]
                found[name] = stream_text(parser.get(name, "stream", fallback=""), profiles)
    return found


def stream_text(stream, profiles):
    """A stream and its profiles as `streams` tells them."""
    profiles = ",".join(sorted(set(filter(None, profiles))))
    return stream + ("/" + profiles if profiles else "")


def streams_after(before, changes):
    """What `streams` will tell, for what it tells now and the changes that a plan names."""
    after = dict(before)
    for name in changes.get("reset", ()):
        after.pop(name, None)
    for name, stream in changes.get("enabled", {}).items():
        after[name] = stream_text(stream, after.get(name, "").partition("/")[2].split(","))
    for key in ("removed", "installed"):
        for name, profiles in changes.get(key, {}).items():
            if name in after:
                stream, _, there = after[name].partition("/")
                kept = [one for one in there.split(",") if one not in profiles]
                after[name] = stream_text(stream, kept + (profiles if key == "installed" else []))
    return after


def _pythons():
    """The Pythons that may have dnf's module, the one that dnf itself runs on first."""
    found = []
    program = find_command("dnf")
    if program:
        with open(program, "rb") as file:
            words = file.readline(200).decode("utf-8", "replace").strip().lstrip("#!").split()
        found += words[:1] if words and words[0].startswith("/") and "python" in words[0] else []
    found += PYTHONS
    return [path for path in dict.fromkeys(found) if path and os.path.exists(path)]


class Session:
    """
    A worker under a Python of the host. It waits with its plan until it is told to carry it out, or is left.

    plan: {"steps": {"name.arch": [versions before, versions after]}, "results": [text], "missing": [spec],
    "messages": [text], "files": [path], "streams": {...}}; for `list` only {"results": [package]}.
    """

    def __init__(self, python, request):
        self.python = python
        self.request = request
        self.plan = None
        self.waited_for = None

    def start(self):
        """Have it plan; returns whether this Python has dnf's module."""
        loader = _dnf_worker.__spec__.loader
        source = loader.get_source(_dnf_worker.__name__)
        self.errors = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the worker
        self.process = subprocess.Popen(
            [self.python, "-c", source],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            env=dict(os.environ, LC_ALL="C.UTF-8", LANG="C.UTF-8", LANGUAGE="C"),
            cwd="/",
        )
        reply = self._exchange(json.dumps(self.request))
        if "no_dnf" in reply:
            self.process.wait()
            return False
        self.plan = self._checked(reply)
        return True

    def apply(self):
        """Carry the plan out."""
        self._checked(self._exchange("apply"))
        self.process.stdin.close()
        self.process.wait()

    def _exchange(self, line):
        try:
            self.process.stdin.write(line.encode("utf-8") + b"\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass
        answer = self.process.stdout.readline()
        if not answer:
            raise ModuleFailed("dnf ended without an answer (exit status %s)" % self.process.wait(), hint=self.said())
        return json.loads(answer.decode("utf-8"))

    def _checked(self, reply):
        self.waited_for = reply.get("waited_for") or self.waited_for
        if "failed" in reply:
            raise ModuleFailed(reply["failed"], hint=self.said(), failures=reply.get("failures", []), results=[], rc=1)
        return reply

    def said(self):
        """The end of what dnf and the scripts of packages said; None for nothing."""
        self.errors.seek(0)
        return self.errors.read().decode("utf-8", "replace").strip()[-2000:] or None
