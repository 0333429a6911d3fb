"""SSH hosts that cost nothing: sshd processes of our own on 127.1.0.0/16, with keys of their own."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

PORT = 2222
ADDRESSES_EACH = 16  # OpenSSH listens on at most so many addresses


def address(number: int) -> str:
    """The loopback address of a host."""
    return f"127.1.{number // 250}.{number % 250 + 1}"


class Farm:
    """A number of SSH hosts below a folder; use as a context."""

    def __init__(self, folder: Path, hosts: int) -> None:
        self.folder = folder
        self.hosts = hosts
        self.key = folder / "id_ed25519"
        self.known_hosts = folder / "known_hosts"
        self.home = folder / "home"
        self._pids: list[int] = []

    def __enter__(self) -> Farm:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        self.home.mkdir(exist_ok=True)
        Path("/run/sshd").mkdir(exist_ok=True)
        for name in ("id_ed25519", "host_ed25519"):
            if not (self.folder / name).exists():
                subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.folder / name], check=True)
        host_key = (self.folder / "host_ed25519.pub").read_text().rsplit(" ", 1)[0]
        names = [f"[{address(number)}]:{PORT}" for number in range(self.hosts)] + [f"[127.0.0.1]:{PORT + 1}"]
        self.known_hosts.write_text("".join(f"{name} {host_key}\n" for name in names))
        for first in range(0, self.hosts, ADDRESSES_EACH):
            self._start(first, min(first + ADDRESSES_EACH, self.hosts))
        return self

    def _start(self, first: int, last: int) -> None:
        pid_file = self.folder / f"sshd-{first}.pid"
        pid_file.unlink(missing_ok=True)
        config = self.folder / f"sshd-{first}.conf"
        lines = [
            *(f"ListenAddress {address(number)}:{PORT}" for number in range(first, last)),
            f"HostKey {self.folder / 'host_ed25519'}",
            f"PidFile {pid_file}",
            f"AuthorizedKeysFile {self.key}.pub",
            "StrictModes no",
            "PermitRootLogin prohibit-password",
            "PasswordAuthentication no",
            "KbdInteractiveAuthentication no",
            "UsePAM no",
            "UseDNS no",
            "PrintMotd no",
            "PrintLastLog no",
            "MaxStartups 1000:30:2000",
            "MaxSessions 200",
            "LogLevel ERROR",
            "Subsystem sftp internal-sftp",
            f"SetEnv HOME={self.home} PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        ]
        config.write_text("\n".join(lines) + "\n")
        sshd = shutil.which("sshd") or "/usr/sbin/sshd"
        subprocess.run([sshd, "-f", config, "-E", self.folder / f"sshd-{first}.log"], check=True)
        deadline = time.monotonic() + 10
        while not (pid_file.exists() and pid_file.read_text().strip()):
            if time.monotonic() > deadline:
                raise RuntimeError((self.folder / f"sshd-{first}.log").read_text())
            time.sleep(0.02)
        self._pids.append(int(pid_file.read_text()))

    def __exit__(self, *ended: object) -> None:
        for pid in self._pids:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGTERM)

    def remote_cpu(self) -> float:
        """Seconds of CPU spent by the hosts' side so far: the daemons and all their children that have ended."""
        ticks = 0
        for pid in self._pids:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += sum(map(int, fields[11:15]))
        return ticks / os.sysconf("SC_CLK_TCK")
