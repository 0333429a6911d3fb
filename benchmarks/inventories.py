"""
python -m benchmarks.inventories [--hosts 10000]

How long a large inventory takes to be read, in INI and YAML, with group_vars: `--list-hosts` of a play for all hosts.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
IN_A_GROUP = 100


def write(folder: Path, hosts: int) -> list[Path]:
    """Both inventories, the variables of their groups, and a playbook; returns the inventories."""
    groups = range(0, hosts, IN_A_GROUP)
    ini, yaml = [], ["all:", "  children:"]
    for first in groups:
        ini += [f"[g{first}]"]
        yaml += [f"    g{first}:", f"      vars: {{first: {first}}}", "      hosts:"]
        for number in range(first, min(first + IN_A_GROUP, hosts)):
            address = f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"
            ini += [f"host{number:06} ansible_host={address} kind=web number={number} note='some text'"]
            yaml += [f"        host{number:06}:", f"          ansible_host: {address}", "          kind: web"]
            yaml += [f"          number: {number}", "          note: some text"]
        ini += [f"[g{first}:vars]", f"first={first}"]
    (folder / "hosts.ini").write_text("\n".join(ini) + "\n")
    (folder / "hosts.yml").write_text("\n".join(yaml) + "\n")
    (folder / "group_vars").mkdir()
    for first in groups:
        (folder / f"group_vars/g{first}.yml").write_text("".join(f"v{n}: value {n}\n" for n in range(20)))
    (folder / "site.yml").write_text("- hosts: all\n  gather_facts: false\n  tasks: [ping: ]\n")
    return [folder / "hosts.ini", folder / "hosts.yml"]


def cost(command: list[str]) -> tuple[float, float, int]:
    """Seconds by the clock, seconds of CPU, and the most memory in MiB that one run of a command takes."""
    began = time.monotonic()
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    child = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise RuntimeError(f"{command[0]} failed ({child.returncode})")
    return time.monotonic() - began, used.ru_utime + used.ru_stime, used.ru_maxrss >> 10


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hosts", type=int, default=10_000)
    hosts = parser.parse_args().hosts
    tools = {
        "opsengine": [sys.executable, "-m", "opsengine", "run"],
        "ansible": [str(Path(sys.executable).with_name("ansible-playbook"))],
    }
    with tempfile.TemporaryDirectory() as name:
        for inventory in write(Path(name), hosts):
            for tool, command in tools.items():
                words = [*command, "-i", str(inventory), f"{name}/site.yml", "--list-hosts"]
                wall, cpu, memory = min(cost(words) for _ in range(3))
                print(f"{hosts} hosts  {inventory.suffix:5} {tool:10} {wall:6.2f} s  CPU {cpu:6.2f} s  {memory:5} MiB")


if __name__ == "__main__":
    main()
