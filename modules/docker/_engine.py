"""Starts, stops and reloads the engine: through the host's service manager, or by itself where none is running."""

import contextlib
import os
import signal
import subprocess
import time

from modules.docker._client import EngineAbsent
from modules.kit import ModuleFailed
from modules.kit.process import find_command
from modules.system import _services

PID_FILE = "/var/run/docker.pid"
LOG = "/var/log/docker.log"
SERVICE = "docker"
PAUSE = 0.1


class Engine:
    """The engine of this host. client: how to reach it; patience: seconds to wait until it answers."""

    def __init__(self, client, patience=90):
        self.client = client
        self.patience = patience
        self.systemd = _services.systemd_runs()

    def answers(self):
        """Whether it answers now."""
        try:
            self.client.ping()
        except EngineAbsent:
            return False
        return True

    def enabled(self):
        """Whether it starts at boot; None where nothing on this host starts services."""
        return _services.manager("systemd").read(SERVICE)["enabled"] if self.systemd else None

    def set_enabled(self, wanted):
        """Let it start at boot, or not."""
        if self.systemd:
            _services.manager("systemd").set_enabled(SERVICE, wanted)

    def process(self):
        """The engine's process id, or None: from the service manager, else from its pid file."""
        if self.systemd:
            status = _services.manager("systemd").status(SERVICE)
            return int(status.get("MainPID") or 0) or None
        with contextlib.suppress(OSError, ValueError):
            with open(PID_FILE) as file:
                pid = int(file.read())
            with open("/proc/%d/comm" % pid) as file:
                return pid if file.read().strip() == "dockerd" else None
        return None

    def flags(self):
        """The arguments that the running engine was started with."""
        pid = self.process()
        if pid is None:
            return []
        with open("/proc/%d/cmdline" % pid, "rb") as file:
            return [part.decode("utf-8", "replace") for part in file.read().split(b"\0")[1:] if part]

    def start(self):
        """Start it and wait until it answers; raises ModuleFailed with the end of its log."""
        if self.systemd:
            manager = _services.manager("systemd")
            manager.call("reset-failed", "docker.service", check=False)
            manager.call("start", "docker.service", check=False)
        else:
            _launch()
        self.wait()

    def restart(self):
        """Stop and start it."""
        if self.systemd:
            manager = _services.manager("systemd")
            manager.call("reset-failed", "docker.service", check=False)
            manager.call("restart", "docker.service", check=False)
            self.wait()
        else:
            self.stop()
            self.start()

    def stop(self):
        """Stop it and wait until it has gone."""
        if self.systemd:
            for unit in ("docker.socket", "docker.service"):
                _services.manager("systemd").call("stop", unit, check=False)
            return
        pid = self.process()
        if pid is None:
            return
        os.kill(pid, signal.SIGTERM)
        end = time.monotonic() + self.patience
        while os.path.exists("/proc/%d" % pid):
            if time.monotonic() > end:
                raise ModuleFailed("the engine (process %d) did not stop within %d seconds" % (pid, self.patience))
            time.sleep(PAUSE)

    def reload(self):
        """Have it read daemon.json anew, which it does for some keys only."""
        pid = self.process()
        if pid is None:
            raise ModuleFailed("the engine's process cannot be found, so it cannot be told to reload")
        os.kill(pid, signal.SIGHUP)

    def wait(self):
        """Wait until it answers; raises ModuleFailed with the end of its log when it does not."""
        end = time.monotonic() + self.patience
        while not self.answers():
            if self._has_failed() or time.monotonic() > end:
                raise ModuleFailed("the Docker engine does not come up", hint="its log says:\n" + self.log())
            time.sleep(PAUSE)

    def _has_failed(self):
        if self.systemd:
            return _services.manager("systemd").status(SERVICE).get("ActiveState") == "failed"
        return Launched.process is not None and Launched.process.poll() is not None

    def log(self):
        """The last lines that the engine has logged."""
        if self.systemd:
            said = _services.run(
                ["journalctl", "-u", "docker.service", "-n", "12", "-o", "cat", "--no-pager"], check=False
            )
            return said.stdout.strip()
        with contextlib.suppress(OSError):
            with open(LOG, "rb") as file:
                return b"\n".join(file.read()[-20000:].splitlines()[-12:]).decode("utf-8", "replace")
        return ""


class Launched:
    """The process that was started last, so that its early end is noticed."""

    process = None


def _launch():
    """Start dockerd as a daemon of its own, which outlives whoever has started it."""
    program = find_command("dockerd")
    if program is None:
        raise ModuleFailed("there is no dockerd on this host", hint="docker_engine with state: started installs it")
    path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    with open(LOG, "ab") as log, open(os.devnull) as nothing:
        # The shell ends at once, so that the engine belongs to no task and is not ended with it.
        Launched.process = None
        command = '"$0" --pidfile "$1" >&2 & echo $!'
        starter = subprocess.Popen(
            ["/bin/sh", "-c", command, program, PID_FILE],
            stdin=nothing,
            stdout=subprocess.PIPE,
            stderr=log,
            env=dict(os.environ, PATH=path),
            cwd="/",
            start_new_session=True,
        )
        pid = int(starter.stdout.readline())
        starter.stdout.close()
        starter.wait()
        Launched.process = _Orphan(pid)


class _Orphan:
    """A process that is nobody's child here."""

    def __init__(self, pid):
        self.pid = pid

    def poll(self):
        """None while it is there."""
        return None if os.path.exists("/proc/%d" % self.pid) else 1
