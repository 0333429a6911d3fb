"""The lab's own Docker daemon: own socket, data, bridge and containerd namespace, beside any other on the machine."""

import ipaddress
import os
import select
import signal
import subprocess
import time
from pathlib import Path

from tests.lab import machine
from tests.lab.command import ENVIRONMENT, run
from tests.lab.errors import LabError
from tests.lab.paths import CACHE, LAB_ID, RUNTIME, turn

SOCKET = RUNTIME / "docker.sock"
PID_FILE = RUNTIME / "docker.pid"
EXEC = RUNTIME / "exec"
LOG = CACHE / "dockerd.log"
DATA = CACHE / "docker"
NETWORK_FILE = CACHE / "network"
BRIDGE = f"lab{LAB_ID}"
START_TIMEOUT = 60.0
STOP_TIMEOUT = 60.0


def docker(*arguments: str, stdin: str | None = None, timeout: float = 120, check: bool = True) -> str:
    """Run the docker client against the lab's daemon and return what it printed."""
    return run(client(*arguments), stdin=stdin, timeout=timeout, check=check)


def client(*arguments: str) -> list[str]:
    """The command line of a docker client that talks to the lab's daemon."""
    return ["docker", "--host", f"unix://{SOCKET}", *arguments]


def process_id() -> int | None:
    """The process id of the running daemon, None if there is none."""
    return _living(PID_FILE, f"--data-root={DATA}")


def _living(pid_file: Path, argument: str) -> int | None:
    """The process a pid file names, if it lives and was started with that argument (a number can be used again)."""
    try:
        pid = int(pid_file.read_text())
        # Of a zombie, the command line is empty.
        arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError, ValueError):
        return None
    return pid if argument.encode() in arguments else None


def network() -> ipaddress.IPv4Network:
    """The address space of the lab; chosen once, since networks live on in the daemon's data."""
    if not NETWORK_FILE.exists():
        NETWORK_FILE.write_text(str(machine.free_network()))
    return ipaddress.IPv4Network(NETWORK_FILE.read_text())


def start() -> None:
    """Start the daemon unless it runs, and wait until it answers."""
    with turn("daemon"):
        if process_id() is None:
            machine.raise_inotify_limit()
            RUNTIME.mkdir(mode=0o700, exist_ok=True)
            _forget_dead()
            _make_bridge()
            _await_answer(_launch())


def _forget_dead() -> None:
    """Remove pid files of killed processes: dockerd would wait for a containerd that is a zombie."""
    PID_FILE.unlink(missing_ok=True)
    folder = EXEC / "containerd"
    if _living(folder / "containerd.pid", str(folder / "containerd.toml")) is None:
        (folder / "containerd.pid").unlink(missing_ok=True)


def _make_bridge() -> None:
    if not Path("/sys/class/net", BRIDGE).exists():
        run(["ip", "link", "add", BRIDGE, "type", "bridge"])
        first = next(network().subnets(new_prefix=24))
        run(["ip", "address", "add", f"{first[1]}/24", "dev", BRIDGE])
        run(["ip", "link", "set", BRIDGE, "up"])


def _launch() -> subprocess.Popen[bytes]:
    options = {
        "--host": f"unix://{SOCKET}",
        "--data-root": DATA,
        "--exec-root": EXEC,
        "--pidfile": PID_FILE,
        "--bridge": BRIDGE,
        "--storage-driver": "overlay2",
        "--containerd-namespace": "opsengine-lab",
        "--containerd-plugins-namespace": "opsengine-lab-plugins",
    }
    arguments = ["dockerd", *(f"{name}={value}" for name, value in options.items())]
    with LOG.open("wb") as log:
        return subprocess.Popen(
            arguments,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=ENVIRONMENT,
            start_new_session=True,
        )


def _await_answer(process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_TIMEOUT
    while not docker("version", "--format", "{{.Server.Version}}", check=False).strip():
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            raise LabError(f"dockerd did not start; the end of {LOG}:\n{LOG.read_text()[-2000:]}")
        time.sleep(0.1)


def stop() -> None:
    """Stop the daemon and wait until it is gone; its containers must be removed before, as its networks must."""
    with turn("daemon"):
        pid = process_id()
        if pid is not None:
            descriptor = os.pidfd_open(pid)
            signal.pidfd_send_signal(descriptor, signal.SIGTERM)
            gone, _, _ = select.select([descriptor], [], [], STOP_TIMEOUT)
            os.close(descriptor)
            if not gone:
                raise LabError(f"dockerd (process {pid}) did not stop within {STOP_TIMEOUT:g} s; see {LOG}")
        _unmount()
        _remove_bridge()


def _unmount() -> None:
    """Unmount what a killed daemon left mounted below its folders; a folder that is mounted cannot be removed."""
    points = [Path(line.split()[4]) for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    for point in reversed(points):
        if point.is_relative_to(DATA) or point.is_relative_to(EXEC):
            run(["umount", str(point)])


def _remove_bridge() -> None:
    """Remove the bridge, and what the daemon leaves about it in the firewall: rules of a dead network catch packets."""
    if not Path("/sys/class/net", BRIDGE).exists():
        return
    for table in ("filter", "nat"):
        for rule in run(["iptables", "--table", table, "--list-rules"]).splitlines():
            if rule.startswith("-A") and BRIDGE in rule.split():
                run(["iptables", "--table", table, "-D", *rule.split()[1:]])
    run(["ip", "link", "delete", BRIDGE])
