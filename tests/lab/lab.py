"""The lab: starts hosts, writes inventories for them, and cleans up behind itself and behind runs that were killed."""

import json
import os
import shutil
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.lab import daemon, image, machine
from tests.lab.command import run
from tests.lab.daemon import docker
from tests.lab.errors import LabError
from tests.lab.host import LabHost
from tests.lab.image import Flavour
from tests.lab.paths import KEY, RUNS, turn, write_atomically

LABEL = "opsengine.lab"
OWNER_LABEL = f"{LABEL}.owner"
HOST_LABEL = f"{LABEL}.host"
FLAVOUR_LABEL = f"{LABEL}.flavour"
# The owner of hosts that stay until they are taken down, whatever becomes of the process that started them.
LASTING = "up"
# Addresses below are left for tests that need one of their own, such as a virtual address.
FIRST_ADDRESS = 10


class Lab:
    """The hosts of one owner: of one process (the default), or `LASTING`.

    Hosts of one owner share a network and resolve each other by name. Owners see nothing of one another, so test runs
    may go on side by side. Methods may be called from several threads.
    """

    def __init__(self, owner: str | None = None) -> None:
        """Start the daemon if need be, and remove what owners that are dead left behind.

        Raises LabError if this machine cannot run a lab.
        """
        if reason := machine.why_not():
            raise LabError(reason)
        machine.install_programs()
        daemon.start()
        remove_leftovers()
        self.owner = owner or _this_process()
        self.folder = RUNS / self.owner
        self.folder.mkdir(parents=True, exist_ok=True)
        self.known_hosts = self.folder / "known_hosts"
        self._lock = threading.RLock()
        self._key = _ensure_key()
        self._network = f"lab-{self.owner}"
        self._subnet = _ensure_network(self._network, self.owner)
        self._hosts = {host.name: host for host in self._load_hosts()}

    @property
    def hosts(self) -> list[LabHost]:
        """The hosts that are there, in the order in which they were made."""
        return list(self._hosts.values())

    def host(self, name: str, flavour: Flavour = "bare") -> LabHost:
        """Return the host `name`, booted and answering on sshd; made now unless it is there already.

        A `bare` host has no Docker, but its packages in apt's cache; a `docker` host runs Docker.
        """
        with self._lock:
            known = self._hosts.get(name)
            if known and known.flavour != flavour:
                raise LabError(f"host {name} is there already with flavour {known.flavour}, not {flavour}")
            host = known or self._create(name, flavour)
        host.wait()
        self._know(host, host.host_keys())
        return host

    def inventory(self, path: Path, hosts: Iterable[LabHost] | None = None) -> Path:
        """Write an inventory in YAML with `hosts` (all hosts of this lab by default) in the group `docker_hosts`."""
        lines = ["all:", "  children:", "    docker_hosts:", "      hosts:"]
        for host in self.hosts if hosts is None else hosts:
            variables = {
                "ansible_host": host.address,
                "ansible_port": host.port,
                "ansible_user": "root",
                "ansible_ssh_private_key_file": str(host.private_key),
                "ansible_ssh_common_args": f"-o UserKnownHostsFile={host.known_hosts}",
            }
            lines.append(f"        {host.name}:")
            # A JSON scalar is a YAML scalar.
            lines += [f"          {name}: {json.dumps(value)}" for name, value in variables.items()]
        write_atomically(path, "\n".join(lines) + "\n")
        return path

    def close(self) -> None:
        """Remove all hosts of this lab, their network, and the files about them."""
        remove_owner(self.owner)
        self._hosts.clear()

    def _create(self, name: str, flavour: Flavour) -> LabHost:
        container = f"{self._network}-{name}"
        labels = {LABEL: "1", OWNER_LABEL: self.owner, HOST_LABEL: name, FLAVOUR_LABEL: flavour}
        arguments = [
            *("run", "--detach", "--name", container, "--hostname", name),
            *("--network", self._network, "--network-alias", name, "--ip", self._free_address()),
            *(f"--label={label}={value}" for label, value in labels.items()),
            *machine_options(),
            f"--env=LAB_PUBLIC_KEY={self._key.with_suffix('.pub').read_text().strip()}",
            image.ensure(flavour),
        ]
        docker(*arguments)
        (host,) = self._load_hosts(container)
        self._hosts[name] = host
        return host

    def _free_address(self) -> str:
        taken = {host.address for host in self.hosts}
        prefix = self._subnet.rpartition(".")[0]
        return next(address for last in range(FIRST_ADDRESS, 255) if (address := f"{prefix}.{last}") not in taken)

    def _load_hosts(self, *containers: str) -> list[LabHost]:
        found = containers or _ids("ps", "--all", f"--filter=label={OWNER_LABEL}={self.owner}")
        hosts = [self._load_host(facts) for facts in inspect(*found)]
        return sorted(hosts, key=lambda host: int(host.address.rpartition(".")[2]))

    def _load_host(self, facts: dict[str, Any]) -> LabHost:
        labels = facts["Config"]["Labels"]
        if facts["State"]["Status"] == "exited":
            docker("start", facts["Id"])
        return LabHost(
            name=labels[HOST_LABEL],
            container=facts["Name"].lstrip("/"),
            flavour=labels[FLAVOUR_LABEL],
            address=facts["NetworkSettings"]["Networks"][self._network]["IPAMConfig"]["IPv4Address"],
            private_key=self._key,
            known_hosts=self.known_hosts,
            on_remove=self._forget,
        )

    def _forget(self, host: LabHost) -> None:
        with self._lock:
            self._hosts.pop(host.name, None)
            self._know(host, [])

    def _know(self, host: LabHost, keys: list[str]) -> None:
        """Replace what the known_hosts file says about a host."""
        with self._lock:
            old = self.known_hosts.read_text().splitlines() if self.known_hosts.exists() else []
            lines = [line for line in old if line.split()[0] != host.address]
            lines += [f"{host.address} {key}" for key in keys]
            write_atomically(self.known_hosts, "".join(f"{line}\n" for line in lines))


def machine_options() -> list[str]:
    """What makes a container a machine.

    `--privileged` would fail where this machine itself lacks a capability, so it is spelled out without the missing
    ones; SYS_TIME is left out since the clock is shared. Docker's data needs a file system that is not an overlay.
    """
    dropped = sorted(machine.missing_capabilities() | {"SYS_TIME"})
    return [
        *("--restart", "unless-stopped", "--stop-signal", "SIGRTMIN+3", "--cgroupns", "private"),
        *("--cap-add", "ALL", *(f"--cap-drop={name}" for name in dropped)),
        *(f"--security-opt={name}=unconfined" for name in ("seccomp", "apparmor", "systempaths")),
        "--device-cgroup-rule=a *:* rwm",
        *("--tmpfs", "/run:exec,mode=755", "--tmpfs", "/run/lock", "--tmpfs", "/tmp:exec,mode=1777"),
        *("--volume", "/var/lib/docker", "--volume", "/var/lib/containerd"),
    ]


def inspect(*containers: str) -> list[dict[str, Any]]:
    """What the daemon knows about containers."""
    found: list[dict[str, Any]] = json.loads(docker("inspect", *containers)) if containers else []
    return found


def owners() -> set[str]:
    """The owners of all hosts and networks of the lab, dead or alive."""
    lists = (
        docker("ps", "--all", f"--filter=label={LABEL}", "--format", f'{{{{.Label "{OWNER_LABEL}"}}}}'),
        docker("network", "ls", f"--filter=label={LABEL}", "--format", f'{{{{.Label "{OWNER_LABEL}"}}}}'),
    )
    return {owner for text in lists for owner in text.split()}


def is_alive(owner: str) -> bool:
    """Whether the process that owns hosts still runs; hosts that are meant to last always count as owned."""
    pid, _, started = owner.partition("-")
    return owner == LASTING or _start_time(pid) == started


def remove_leftovers() -> None:
    """Remove what processes left behind that were killed before they could clean up."""
    with turn("cleanup"):
        for owner in owners():
            if not is_alive(owner):
                remove_owner(owner)


def remove_owner(owner: str) -> None:
    """Remove all hosts of an owner, its network and its files."""
    selection = f"--filter=label={OWNER_LABEL}={owner}"
    if containers := _ids("ps", "--all", selection):
        docker("rm", "--force", "--volumes", *containers, timeout=300)
    if networks := _ids("network", "ls", selection):
        docker("network", "rm", *networks)
    shutil.rmtree(RUNS / owner, ignore_errors=True)


def _ids(*listing: str) -> list[str]:
    return docker(*listing, "--quiet").split()


def _this_process() -> str:
    return f"{os.getpid()}-{_start_time(str(os.getpid()))}"


def _start_time(pid: str) -> str | None:
    """When a process started, in clock ticks since boot (proc(5), field 22); tells apart two of the same number."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (FileNotFoundError, ProcessLookupError):
        return None


def _ensure_key() -> Path:
    with turn("key"):
        if not KEY.exists():
            run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "opsengine lab", "-f", str(KEY)])
    return KEY


def _ensure_network(name: str, owner: str) -> str:
    """Make the owner's network with a subnet that is still free, and return that subnet."""
    labels = [f"--label={LABEL}=1", f"--label={OWNER_LABEL}={owner}"]
    with turn("network"):
        if not _ids("network", "ls", f"--filter=name=^{name}$"):
            used = {network["IPAM"]["Config"][0]["Subnet"] for network in _networks()}
            subnets = (str(subnet) for subnet in list(daemon.network().subnets(new_prefix=24))[1:])
            free = next((subnet for subnet in subnets if subnet not in used), None)
            if free is None:
                raise LabError("no subnet is left: too many labs run at the same time")
            docker("network", "create", "--subnet", free, *labels, name)
        (network,) = inspect(name)
    return str(network["IPAM"]["Config"][0]["Subnet"])


def _networks() -> list[dict[str, Any]]:
    return inspect(*_ids("network", "ls", f"--filter=label={LABEL}"))
