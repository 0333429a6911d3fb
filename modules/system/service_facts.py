"""Tell which services the host has, whether they run, and whether they start at boot."""

import os
import re

from modules.kit import Query
from modules.kit.process import find_command, run

BAD = ("not-found", "masked", "failed")
STATUS_ALL = re.compile(r"^\s*\[\s*([-+?])\s*\]\s+(\S+)$")


class ServiceFacts(Query):
    def read(self):
        found = dict(_of_sysv(), **_of_systemd())
        if not found:
            message = "Failed to find any services. This can be due to privileges or some other configuration issue."
            return {"skipped": True, "msg": message}
        return {"ansible_facts": {"services": found}}


def _of_systemd():
    program = find_command("systemctl")
    if program is None or not os.path.isdir("/run/systemd/system"):
        return {}
    found = {}
    for fields in _lines([program, "list-units", "--type", "service", "--all", "--plain"]):
        status = next((word for word in BAD if word in fields[:-1]), fields[2])
        state = "running" if fields[3] == "running" else "stopped"
        found[fields[0]] = _service(fields[0], state, status, "systemd")
    further = []
    for fields in _lines([program, "list-unit-files", "--type", "service", "--all"]):
        name, status = fields[:2]
        if name not in found:
            further.append(name)
            found[name] = _service(name, "unknown", status, "systemd")
        elif found[name]["status"] not in BAD:
            found[name]["status"] = status
    for name, state in _states(program, [name for name in further if "@." not in name]):
        found[name]["state"] = state
    return found


def _lines(command):
    said = run([*command, "--no-pager", "--no-legend"], check=False).stdout
    return [fields for fields in (line.split() for line in said.splitlines()) if fields and ".service" in fields[0]]


def _states(program, names):
    """(name, state) of units that are not loaded, asked for all at once."""
    if not names:
        return []
    said = run([program, "show", "--property=Id,Names,ActiveState", "--no-pager", *names], check=False).stdout
    blocks = [dict(line.split("=", 1) for line in block.splitlines() if "=" in line) for block in said.split("\n\n")]
    return [(name, block["ActiveState"]) for name, block in zip(names, blocks) if "ActiveState" in block]


def _of_sysv():
    program = find_command("service")
    if program is None or not os.path.isdir("/etc/init.d"):
        return {}
    ended = run([program, "--status-all"], check=False)
    found = {}
    for line in (ended.stdout + "\n" + ended.stderr).splitlines():
        match = STATUS_ALL.match(line)
        if match:
            state = {"+": "running", "-": "stopped"}.get(match.group(1), "unknown")
            found[match.group(2)] = {"name": match.group(2), "state": state, "source": "sysv"}
    return found


def _service(name, state, status, source):
    return {"name": name, "state": state, "status": status, "source": source}
