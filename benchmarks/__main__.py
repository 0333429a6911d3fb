"""
python -m benchmarks [--quick] [--only TOOL,...]

Runs every workload with every tool, the order turned round each time, and prints a table of medians and ratios.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.farm import PORT, Farm, address
from benchmarks.peers import Peer, install, peers
from benchmarks.proxy import DelayingProxy
from benchmarks.workloads import Workload, workloads, write_all

FOLDER = Path(os.environ.get("BENCHMARKS", "~/.cache/opsengine/benchmarks")).expanduser()
PATIENCE = 60.0  # seconds that one tool may spend on the repetitions of one workload
DELAY = 0.05


@dataclass(frozen=True)
class Cost:
    """What one run of a tool cost: seconds by the clock, and CPU of the controller's side."""

    wall: float
    cpu: float


def run(peer: Peer, command: list[str], work: Path) -> Cost:
    """Run a tool once; raises RuntimeError with the end of its output when it fails."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.monotonic()
    ended = subprocess.run(
        command, env=peer.environment, cwd=work, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    wall = time.monotonic() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if ended.returncode:
        raise RuntimeError(f"{peer.name} failed ({ended.returncode}):\n{(ended.stdout + ended.stderr)[-3000:]}")
    cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return Cost(wall, cpu)


def measured(tools: list[Peer], workload: Workload, work: Path, repeats: int) -> dict[str, list[Cost]]:
    """Every tool's costs, the order of the tools turned round each time."""
    costs: dict[str, list[Cost]] = {tool.name: [] for tool in tools}
    for turn in range(repeats):
        for tool in tools if turn % 2 == 0 else tools[::-1]:
            if sum(cost.wall for cost in costs[tool.name]) > PATIENCE:
                continue
            command = tool.command(workload.inventory, workload.play, workload.forks)
            if command is None:
                continue
            if workload.fresh:
                shutil.rmtree(work / "targets", ignore_errors=True)
                (work / "targets").mkdir()
            end_connections(tool, work)
            costs[tool.name].append(run(tool, command, work))
    return costs


def end_connections(tool: Peer, work: Path) -> None:
    """End what a tool keeps alive between runs, so that each begins without a connection."""
    for socket in Path(tool.environment.get("ANSIBLE_SSH_CONTROL_PATH_DIR", "/nonexistent")).glob("*"):
        subprocess.run(["ssh", "-O", "exit", "-S", socket, "any"], capture_output=True, check=False)


def table(workload: Workload, costs: dict[str, list[Cost]]) -> None:
    """Print one workload's medians, with ratios to opsengine."""
    print(f"\n{workload.name}")
    print(f"  {'':12}{'wall s':>9}{'ratio':>8}{'CPU s':>9}{'ms CPU a host and task':>26}{'runs':>6}")
    own = statistics.median(cost.wall for cost in costs["opsengine"])
    for name, found in costs.items():
        if found:
            wall = statistics.median(cost.wall for cost in found)
            cpu = statistics.median(cost.cpu for cost in found)
            each = cpu / workload.host_tasks * 1000
            print(f"  {name:12}{wall:9.2f}{wall / own:8.1f}{cpu:9.2f}{each:26.2f}{len(found):6}")
    sys.stdout.flush()


def exchanges(tools: list[Peer], work: Path) -> None:
    """Print what a task costs on the wire: exchanges and bytes, as the difference between 24 tasks and 4."""
    print(f"\non the wire, through a proxy that delays {DELAY * 1000:.0f} ms each way")
    print(f"  {'':12}{'exchanges a task':>18}{'bytes sent a task':>19}{'s a task':>10}{'loop of 100: exchanges':>24}")
    for tool in tools:
        few, many, loop = (wire(tool, work, name) for name in ("commands4", "commands24", "loop"))
        if few is None or many is None:
            continue
        each = (many[0] - few[0]) / 20
        size = (many[1] - few[1]) / 20
        seconds = (many[2] - few[2]) / 20
        one = wire(tool, work, "commands1")
        looped = f"{loop[0] - one[0] + 1}" if loop and one else "-"
        print(f"  {tool.name:12}{each:18.1f}{size:19.0f}{seconds:10.2f}{looped:>24}")
        sys.stdout.flush()


def wire(tool: Peer, work: Path, play: str) -> tuple[int, int, float] | None:
    """Exchanges, bytes sent and seconds of one run through the proxy."""
    command = tool.command(work / "late.ini", work / f"{play}.yml", 1)
    if command is None:
        return None
    end_connections(tool, work)
    proxy = DelayingProxy(PORT + 1, (address(0), PORT), DELAY)
    try:
        cost = run(tool, command, work)
        end_connections(tool, work)
        total = proxy.total()
        return total.exchanges, total.up, cost.wall
    finally:
        proxy.close()


def startup(tools: list[Peer], work: Path) -> None:
    """Print how long `--version` takes, and opsengine's own shortest play."""
    print("\nstarting")
    for tool in tools:
        walls = sorted(run(tool, tool.version, work).wall for _ in range(5))
        print(f"  {tool.name:12} --version {walls[2] * 1000:6.0f} ms")
    own = tools[-1]
    (work / "ping.yml").write_text("- hosts: localhost\n  gather_facts: false\n  tasks: [{ping: }]\n")
    command = [*own.version[:-1], "run", str(work / "ping.yml")]
    walls = sorted(run(own, command, work).wall for _ in range(5))
    print(f"  {own.name:12} local one-task play {walls[2] * 1000:6.0f} ms")


def main() -> None:
    """Measure everything."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="one run of each instead of three")
    parser.add_argument("--only", default="", help="only these tools, with commas; opsengine always")
    options = parser.parse_args()
    work = FOLDER / "work"
    work.mkdir(parents=True, exist_ok=True)
    install(FOLDER)
    with Farm(FOLDER / "farm", 20) as farm:
        write_all(work, farm)
        wanted = [name for name in options.only.split(",") if name]
        tools = [t for t in peers(FOLDER, farm.home) if not wanted or t.name in (*wanted, "opsengine")]
        startup(tools, work)
        exchanges(tools, work)
        for workload in workloads(work):
            table(workload, measured(tools, workload, work, 1 if options.quick else 3))


if __name__ == "__main__":
    main()
