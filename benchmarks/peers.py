"""The tools that are measured. All run the same playbooks, pyinfra a deploy of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

REQUIREMENTS = {"ansible": ["ansible-core==2.19.*", "mitogen"], "pyinfra": ["pyinfra"]}


@dataclass(frozen=True)
class Peer:
    """One tool. command(inventory, play, forks) gives the command line; None where it cannot do that work."""

    name: str
    command: Callable[[Path, Path, int], list[str] | None]
    environment: dict[str, str]
    version: list[str]


def install(folder: Path) -> None:
    """Install the peers in environments of their own, once."""
    for name, wanted in REQUIREMENTS.items():
        environment = folder / f"venv-{name}"
        if not (environment / "bin" / "done").exists():
            subprocess.run([sys.executable, "-m", "venv", environment], check=True)
            subprocess.run([environment / "bin" / "pip", "install", "-q", *wanted], check=True)
            (environment / "bin" / "done").touch()


def peers(folder: Path, home: Path) -> list[Peer]:
    """Every tool, opsengine last."""
    ansible = folder / "venv-ansible" / "bin"
    pyinfra = folder / "venv-pyinfra" / "bin" / "pyinfra"
    base = {"HOME": str(home), "LC_ALL": "C.UTF-8", "PATH": os.environ["PATH"]}
    sockets = folder / "cp"
    sockets.mkdir(exist_ok=True)
    pipelining = {
        **base,
        "ANSIBLE_PIPELINING": "1",
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_SSH_ARGS": "-o ControlMaster=auto -o ControlPersist=60s",
        "ANSIBLE_SSH_CONTROL_PATH_DIR": str(sockets),
        "ANSIBLE_LOCALHOST_WARNING": "0",
    }
    strategies = next(iter((folder / "venv-ansible").glob("lib/*/site-packages/ansible_mitogen/plugins/strategy")))
    mitogen = {**pipelining, "ANSIBLE_STRATEGY": "mitogen_linear", "ANSIBLE_STRATEGY_PLUGINS": str(strategies)}

    def through_ansible(inventory: Path, play: Path, forks: int) -> list[str]:
        return [str(ansible / "ansible-playbook"), "-i", str(inventory), "-f", str(forks), str(play)]

    def through_pyinfra(inventory: Path, play: Path, forks: int) -> list[str] | None:
        deploy = play.with_suffix(".deploy.py")
        if not deploy.exists():
            return None
        return [str(pyinfra), "-y", "--parallel", str(forks), str(inventory.with_suffix(".py")), str(deploy)]

    def through_opsengine(inventory: Path, play: Path, forks: int) -> list[str]:
        return [sys.executable, "-m", "opsengine", "run", "-i", str(inventory), "-f", str(forks), str(play)]

    return [
        Peer("ansible", through_ansible, pipelining, [str(ansible / "ansible"), "--version"]),
        Peer("mitogen", through_ansible, mitogen, [str(ansible / "ansible"), "--version"]),
        Peer("pyinfra", through_pyinfra, {**base, "PYINFRA_PROGRESS": "off"}, [str(pyinfra), "--version"]),
        Peer(
            "opsengine",
            through_opsengine,
            {**base, "PYTHONPATH": str(Path(__file__).parent.parent)},
            [sys.executable, "-m", "opsengine", "--version"],
        ),
    ]
