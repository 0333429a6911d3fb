"""What --list-hosts, --list-tasks and --list-tags print."""

from __future__ import annotations

from collections.abc import Sequence

import click

from opsengine.execution.run import Run
from opsengine.playbook.nodes import Play, Playbook, Task


def _title(play: Play, number: int) -> str:
    pattern = ", ".join(str(part) for part in play.hosts)
    return f"  play #{number} ({pattern}): {play.name or pattern}"


def _plays(playbooks: Sequence[Playbook]) -> list[tuple[Playbook, int, Play]]:
    return [(book, number, play) for book in playbooks for number, play in enumerate(book.plays, 1)]


def list_hosts(run: Run, playbooks: Sequence[Playbook]) -> int:
    """Each play with its hosts."""
    for playbook, number, play in _plays(playbooks):
        if number == 1:
            click.echo(f"\nplaybook: {playbook.path}")
        hosts = run.hosts_of(play)
        click.echo(f"\n{_title(play, number)}\n    hosts ({len(hosts)}):")
        for host in hosts:
            click.echo(f"      {host}")
    return 0


def _line(task: Task) -> str:
    role = f"{task.role.role_name} : " if task.role else ""
    return f"      {role}{task.name or task.module}\tTAGS: [{', '.join(sorted(task.tags))}]"


def list_tasks(run: Run, playbooks: Sequence[Playbook]) -> int:
    """Each play with the tasks that the tags asked for select."""
    for playbook, number, play in _plays(playbooks):
        if number == 1:
            click.echo(f"\nplaybook: {playbook.path}")
        click.echo(f"\n{_title(play, number)}\tTAGS: [{', '.join(sorted(play.tags))}]\n    tasks:")
        for task in play.tasks():
            if run.selected(task):
                click.echo(_line(task))
    return 0


def list_tags(playbooks: Sequence[Playbook]) -> int:
    """Each play with every tag in it."""
    for playbook, number, play in _plays(playbooks):
        if number == 1:
            click.echo(f"\nplaybook: {playbook.path}")
        tags = sorted({tag for task in play.tasks() for tag in task.tags})
        click.echo(f"\n{_title(play, number)}\tTAGS: [{', '.join(sorted(play.tags))}]")
        click.echo(f"      TASK TAGS: [{', '.join(tags)}]")
    return 0
