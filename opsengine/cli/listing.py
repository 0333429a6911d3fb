"""What --list-hosts, --list-tasks and --list-tags print: what ansible-playbook prints, in the inventory's order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import click

from opsengine.execution.run import Run
from opsengine.playbook.nodes import Play, Playbook, Task


def show(
    run: Run, playbooks: Sequence[Playbook], *, hosts: bool = False, tasks: bool = False, tags: bool = False
) -> int:
    """
    Print each play with what is asked for.

    Of the tasks those that --tags and --skip-tags select; where only tags are to be listed and none were asked for,
    those under `never` too.
    """
    everything = tags and not run.options.tags and not run.options.skip_tags
    for playbook in playbooks:
        click.echo(f"\nplaybook: {playbook.path}")
        for number, play in enumerate(playbook.plays, 1):
            pattern = ",".join(run.pattern_of(play))
            click.echo(f"\n  play #{number} ({pattern}): {run.title(play)}\tTAGS: [{_joined(play.tags, ',')}]")
            if hosts:
                click.echo("\n".join(_hosts(run, play)))
            selected = [task for task in play.tasks() if everything or run.selected(task)] if tasks or tags else []
            if tasks:
                click.echo("\n".join(["    tasks:", *map(_task, selected)]))
            if tags:
                found = frozenset(play.tags).union(*(task.tags for task in selected))
                click.echo(f"      TASK TAGS: [{_joined(found)}]")
    return 0


def show_hosts(names: Sequence[str]) -> int:
    """Print the hosts that `opsengine exec` would run on, as ansible prints them."""
    click.echo("\n".join([f"  hosts ({len(names)}):", *(f"    {name}" for name in names)]))
    return 0


def _hosts(run: Run, play: Play) -> Iterator[str]:
    names = run.hosts_of(play)
    yield f"    pattern: {run.pattern_of(play)}"
    yield f"    hosts ({len(names)}):"
    yield from (f"      {name}" for name in names)


def _task(task: Task) -> str:
    role = f"{task.role.role_name} : " if task.role else ""
    return f"      {role}{task.name or task.module}\tTAGS: [{_joined(task.tags)}]"


def _joined(tags: frozenset[str], separator: str = ", ") -> str:
    return separator.join(sorted(tags))
