"""Creating, starting, stopping and replacing containers. A replacement never leaves nothing behind."""

import re
import time

from modules.docker._client import EngineError
from modules.docker._client import name as quoted
from modules.kit import ModuleFailed

ANONYMOUS = re.compile(r"^[0-9a-f]{64}$")
PAUSE = 0.1


def inspect(engine, name):
    """What the engine says of a container; None when there is none."""
    return engine.get("/containers/%s/json" % quoted(name))


def create(engine, name, body, platform=None):
    """Create a container and return its id."""
    query = {"name": name, "platform": platform}
    return engine.call("POST", "/containers/create", query, body)["Id"]


def start(engine, identity):
    """Start it; raises ModuleFailed with its last output when it ends at once with an error."""
    engine.call("POST", "/containers/%s/start" % identity)
    state = inspect(engine, identity)["State"]
    if not state["Running"] and not state.get("Restarting") and state.get("ExitCode"):
        said = logs(engine, identity)
        raise ModuleFailed("the container ended at once with exit code %s" % state["ExitCode"], hint=said or None)


def stop(engine, identity, timeout=None, signal=None):
    """Stop it, gently, or with a signal."""
    if signal:
        engine.call("POST", "/containers/%s/kill" % identity, {"signal": signal})
        engine.call("POST", "/containers/%s/wait" % identity)
        return
    patient = max(engine.timeout, (timeout or 10) + 30)
    before, engine.timeout = engine.timeout, patient
    try:
        engine.call("POST", "/containers/%s/stop" % identity, {"t": timeout})
    finally:
        engine.timeout = before


def remove(engine, identity, volumes=True):
    """Remove it, running or not; with its anonymous volumes unless told otherwise."""
    engine.call("DELETE", "/containers/%s" % identity, {"force": True, "v": volumes})


def logs(engine, identity, lines=10):
    """The last lines that a container has put out."""
    answer = engine.stream("GET", "/containers/%s/logs" % identity, {"stdout": True, "stderr": True, "tail": lines})
    data, text = answer.read(), []
    while len(data) >= 8 and data[0] in (0, 1, 2) and data[1:4] == b"\0\0\0":
        size = int.from_bytes(data[4:8], "big")
        text.append(data[8 : 8 + size])
        data = data[8 + size :]
    return (b"".join(text) or data).decode("utf-8", "replace").strip()


def wait_healthy(engine, identity, timeout):
    """Wait until the container's own check says that it is healthy; raises ModuleFailed with what the check said."""
    end = time.monotonic() + timeout
    while True:
        state = inspect(engine, identity)["State"]
        health = state.get("Health") or {}
        if not health:
            raise ModuleFailed(
                "the container has no health check", hint="healthcheck gives it one; or use state: started"
            )
        if health["Status"] == "healthy":
            return
        if health["Status"] == "unhealthy" or not state["Running"] or time.monotonic() > end:
            last = (health.get("Log") or [{}])[-1].get("Output", "").strip()
            what = health["Status"] if state["Running"] else "not running"
            raise ModuleFailed("the container is %s" % what, hint=last or logs(engine, identity) or None)
        time.sleep(PAUSE)


def patience(healthcheck):
    """How many seconds a health check may take to decide, from its own settings (in nanoseconds)."""
    interval = (healthcheck.get("Interval") or 30 * 10**9) / 1e9
    answer = (healthcheck.get("Timeout") or 30 * 10**9) / 1e9
    return (healthcheck.get("StartPeriod") or 0) / 1e9 + (interval + answer) * ((healthcheck.get("Retries") or 3) + 1)


def anonymous_volumes(found, covered):
    """Binds for the volumes without a name of a container that is replaced, so that the new one keeps them."""
    return [
        "%s:%s%s" % (mount["Name"], mount["Destination"], "" if mount.get("RW", True) else ":ro")
        for mount in found.get("Mounts") or []
        if mount.get("Type") == "volume"
        and ANONYMOUS.match(mount.get("Name", ""))
        and mount["Destination"] not in covered
    ]


class Replacement:
    """
    Replaces a container: the old one is set aside, the new one made, and only when that is well the old one goes.

    make(): creates the new container and returns its id. begin(id): starts it and waits until it is well.
    """

    def __init__(self, engine, old, name, stop_timeout):
        self.engine = engine
        self.old = old
        self.name = name
        self.stop_timeout = stop_timeout
        self.aside = "%s-before-%s" % (name, old["Id"][:12])

    def run(self, make, begin):
        """Replace it; on any failure the old one is back as it was, and ModuleFailed says why."""
        running, identity = self.old["State"]["Running"], None
        self._rename(self.aside)
        try:
            identity = make()
            if running:
                stop(self.engine, self.old["Id"], self.stop_timeout)
            begin(identity)
        except (ModuleFailed, OSError) as failure:
            self._put_back(identity, running)
            message = getattr(failure, "message", str(failure))
            raise ModuleFailed(
                "the new container did not work out: %s; the old one is back%s"
                % (message, " and runs" if running else ""),
                hint=getattr(failure, "hint", None),
            )
        remove(self.engine, self.old["Id"], volumes=False)
        return identity

    def _rename(self, name):
        self.engine.call("POST", "/containers/%s/rename" % self.old["Id"], {"name": name})

    def _put_back(self, identity, running):
        if identity is not None:
            try:
                remove(self.engine, identity, volumes=False)
            except EngineError as error:
                if error.status != 404:
                    raise
        self._rename(self.name)
        if running and not inspect(self.engine, self.old["Id"])["State"]["Running"]:
            self.engine.call("POST", "/containers/%s/start" % self.old["Id"])
