"""One host of the lab."""

import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tests.lab.daemon import docker
from tests.lab.errors import LabError
from tests.lab.image import Flavour

BOOT_TIMEOUT = 120.0


@dataclass(frozen=True)
class User:
    """An account of every lab host. It accepts the lab's key and its password."""

    name: str
    password: str
    sudo: Literal["free", "password", "none"]


USERS = {
    user.name: user
    for user in (
        User("root", "root", "free"),
        User("ops", "ops", "free"),
        User("deploy", "deploy", "password"),
        User("plain", "plain", "none"),
    )
}


@dataclass(frozen=True)
class LabHost:
    """A running host: a container that boots systemd with sshd."""

    name: str
    container: str
    flavour: Flavour
    address: str
    private_key: Path
    known_hosts: Path
    on_remove: Callable[["LabHost"], None]
    """Called when the host was removed."""
    port: int = 22

    def run(self, command: str, *, user: str = "root", stdin: str | None = None, timeout: float = 120) -> str:
        """Run a shell command in the host, past ssh, and return what it printed. A failure raises LabError."""
        options = ["--user", user] + (["--interactive"] if stdin is not None else [])
        return docker("exec", *options, self.container, "sh", "-c", command, stdin=stdin, timeout=timeout)

    def ssh(
        self, command: str, *, user: str = "root", stdin: str = "", timeout: float = 60
    ) -> subprocess.CompletedProcess[str]:
        """Run a shell command in the host with this machine's ssh client and the lab's key."""
        options = {
            "BatchMode": "yes",
            "ConnectTimeout": "10",
            "IdentitiesOnly": "yes",
            "StrictHostKeyChecking": "yes",
            "UserKnownHostsFile": str(self.known_hosts),
        }
        arguments = ["ssh", "-F", "none", "-i", str(self.private_key), "-l", user, "-p", str(self.port)]
        arguments += [f"-o{name}={value}" for name, value in options.items()]
        return subprocess.run(
            [*arguments, self.address, command], input=stdin, capture_output=True, text=True, timeout=timeout
        )

    def import_busybox(self, image: str = "busybox:lab") -> str:
        """Make a small image in the host's own Docker, without a registry, and return its name."""
        self.run(f"docker import --change 'CMD [\"sh\"]' /usr/local/share/lab/busybox.tar {image}")
        return image

    def wait(self) -> None:
        """Wait until the host has booted and sshd answers."""
        deadline = time.monotonic() + BOOT_TIMEOUT
        while not (self._ssh_answers() and self._has_booted()):
            if time.monotonic() > deadline:
                logs = docker("logs", "--tail", "20", self.container, check=False)
                raise LabError(f"host {self.name} ({self.address}) did not boot in {BOOT_TIMEOUT:g} s\n{logs}")
            time.sleep(0.05)

    def _ssh_answers(self) -> bool:
        try:
            with socket.create_connection((self.address, self.port), timeout=5) as connection:
                return connection.recv(4) == b"SSH-"
        except OSError:
            return False

    def _has_booted(self) -> bool:
        """Wait for the end of the boot; until then only root may log in (pam_nologin)."""
        command = ["exec", self.container, "systemctl", "is-system-running", "--wait"]
        return docker(*command, timeout=BOOT_TIMEOUT, check=False).strip() in ("running", "degraded")

    def host_keys(self) -> list[str]:
        """The public host keys, each as type and key."""
        keys = self.run("cat /etc/ssh/ssh_host_*_key.pub")
        return [" ".join(line.split()[:2]) for line in keys.splitlines()]

    def state(self) -> str:
        """`running`, `paused`, `exited`, … as the daemon calls it."""
        return docker("inspect", "--format", "{{.State.Status}}", self.container).strip()

    def pause(self) -> None:
        """Freeze every process of the host: connections stay open, nothing answers."""
        docker("pause", self.container)

    def unpause(self) -> None:
        """Let a frozen host go on."""
        docker("unpause", self.container)

    def stop(self) -> None:
        """Shut the host down; its files stay."""
        docker("stop", "--time", "20", self.container)

    def start(self) -> None:
        """Boot a host that was shut down, and wait for it."""
        docker("start", self.container)
        self.wait()

    def restart(self) -> None:
        """Reboot the host and wait for it."""
        self.stop()
        self.start()

    def remove(self) -> None:
        """Remove the host with all its files."""
        docker("rm", "--force", "--volumes", self.container)
        self.on_remove(self)
