"""What --list-hosts, --list-tasks and --list-tags show, by ansible-playbook and by `opsengine run`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conformance.inventories import difference, write

ROOT = Path(__file__).parents[2]
PLAYBOOK = """
- name: first
  hosts: web:&all
  tags: [t]
  roles: [r]
  pre_tasks:
    - debug: {msg: a}
  tasks:
    - {name: one, ping: , tags: a}
    - block:
        - {name: two, ping: }
        - ansible.builtin.ping:
      tags: [b, always]
    - meta: flush_handlers
    - {import_tasks: more.yml, tags: imp}
    - include_tasks: more.yml
    - {name: never, ping: , tags: never}
  handlers:
    - {name: h, ping: }
- hosts: [web, "!w2"]
  tasks: []
- hosts: nobody
"""
FILES = {
    "roles/r/tasks/main.yml": "- {name: in the role, debug: {msg: a}, tags: [x, y]}\n",
    "more.yml": "- {name: more, ping: , tags: m}\n",
    "p.yml": PLAYBOOK,
    "hosts": "[web]\nw1\nw2\n[db]\nd1\n",
}


@pytest.mark.parametrize(
    "words",
    [
        "--list-hosts",
        "--list-tasks",
        "--list-tags",
        "--list-tasks --tags a",
        "--list-tasks --skip-tags a,x",
        "--list-tags --tags never",
        "--list-hosts --list-tasks --list-tags --limit w1 -K",
    ],
)
def test_are_the_same(words: str, tmp_path: Path) -> None:
    write(FILES, tmp_path)
    theirs = shown(tmp_path, [str(Path(sys.executable).with_name("ansible-playbook"))], words)
    ours = shown(tmp_path, [sys.executable, "-m", "opsengine", "run"], words)
    assert theirs == ours, difference([words], "\n".join(theirs), "\n".join(ours))


def shown(folder: Path, command: list[str], words: str) -> list[str]:
    """The lines; hosts sorted, as Ansible shows them in any order."""
    done = subprocess.run(
        [*command, "-i", "hosts", "p.yml", *words.split()],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin", "HOME": str(folder)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    for at, line in enumerate(lines):
        if line.startswith("    hosts ("):
            end = at + 1 + int(line.split("(")[1].split(")")[0])
            lines[at + 1 : end] = sorted(lines[at + 1 : end])
    return lines
