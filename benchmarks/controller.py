"""
python -m benchmarks.controller [--hosts 500] [--only-ours]

What a host and task cost the controller when no host is reached: ten tasks of set_fact, debug and assert, through
ansible-core (of the development environment) and opsengine in one run. Prints wall time, CPU, peak memory, and what a
further host adds to the memory.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks.inventories import cost

TASKS = 10
PLAYBOOK = """
- hosts: web
  gather_facts: false
  vars: {base: 10, names: [a, b, c]}
  tasks:
    - set_fact: {one: "{{ n | int + base }}"}
    - debug: {msg: "host {{ inventory_hostname }} has {{ one }}"}
    - assert: {that: ["one == n | int + 10", "names | length == 3"]}
    - set_fact: {two: "{{ names | map('upper') | join('-') }}", three: "{{ one * 2 }}"}
    - debug: {var: two}
    - assert: {that: "two == 'A-B-C'"}
      when: n | int < 100000
    - debug: {msg: "{{ groups['web'] | length }}"}
    - set_fact: {four: "{{ hostvars['h0'].one }}"}
    - assert: {that: four == 10}
    - debug: {msg: "{{ item }}"}
      loop: [1, 2]
"""


@dataclass(frozen=True)
class Figures:
    """Of one run: seconds by the clock and of CPU, and peak memory in MiB of the largest process."""

    wall: float
    cpu: float
    memory: int


def measured(folder: Path, hosts: int, words: list[str]) -> Figures:
    """Run the playbook over so many hosts with a tool."""
    inventory, playbook = folder / f"hosts-{hosts}", folder / "site.yml"
    lines = "".join(f"h{number} n={number}\n" for number in range(hosts))
    inventory.write_text(f"[web]\n{lines}[web:vars]\nansible_connection=local\n")
    playbook.write_text(PLAYBOOK)
    return Figures(*cost([*words, "-i", str(inventory), str(playbook)]))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hosts", type=int, default=500)
    parser.add_argument("--only-ours", action="store_true")
    options = parser.parse_args()
    programs = Path(sys.executable).parent
    ours = [str(programs / "opsengine"), "run"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        mine, many = measured(folder, options.hosts, ours), measured(folder, options.hosts * 10, ours)
        show("opsengine", mine, options.hosts)
        added = (many.memory - mine.memory) * 1024 / (options.hosts * 9)
        print(f"memory that a further host adds: {added:.0f} KiB")
        if not options.only_ours:
            theirs = measured(folder, options.hosts, [str(programs / "ansible-playbook"), "-f", "50"])
            show("ansible-core", theirs, options.hosts)
            print(f"ratio: wall {theirs.wall / mine.wall:.1f}, CPU {theirs.cpu / mine.cpu:.1f}")


def show(name: str, figures: Figures, hosts: int) -> None:
    """Print a line."""
    each = figures.cpu / hosts / TASKS * 1000
    print(
        f"{name}: wall {figures.wall:.2f} s, CPU {figures.cpu:.2f} s, {each:.2f} ms CPU a host and task, "
        f"peak {figures.memory} MiB"
    )


if __name__ == "__main__":
    main()
