"""`opsengine run`."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from opsengine.cli import options as shared
from opsengine.cli.listing import show
from opsengine.cli.passwords import use_vault, vault_options
from opsengine.cli.running import command_line, guarded, prepared_run
from opsengine.config import config
from opsengine.playbook.nodes import Playbook
from opsengine.vault import files


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("playbooks", nargs=-1, required=True, metavar="PLAYBOOK...")
@shared.inventory_option
@shared.limit_option
@shared.extra_vars_option
@shared.running_options
@shared.connection_options
@shared.output_options
@vault_options
@click.option(
    "--start-at-task", "start_at", metavar="NAME", help="Begin at the task of this name (or pattern of names)."
)
@click.option("--step", is_flag=True, help="Ask before each task: yes, no, or all the rest.")
@click.option("--list-hosts", is_flag=True, help="Only show which hosts each play would run on.")
@click.option("--list-tasks", is_flag=True, help="Only show the tasks that would run.")
@click.option("--list-tags", is_flag=True, help="Only show the tags there are.")
@click.option("--syntax-check", is_flag=True, help="Only read the playbook and check it; see `opsengine lint`.")
@shared.verbose_option
def command(playbooks: tuple[str, ...], **values: Any) -> int:
    """
    Run playbooks on the hosts of an inventory.

    The whole playbook is read and checked before any host is touched.

    \b
    Look before you leap:   opsengine run -i hosts.ini site.yml --check --diff
    Only some hosts:        opsengine run -i hosts.ini site.yml --limit 'web:!web3'
    Keep a report:          opsengine run -i hosts.ini site.yml --report run.html
    """
    use_vault(values)
    run_options = shared.run_options(values)
    run = prepared_run(run_options, values["output"], values["report"])
    loaded = _loaded(run, [shared.existing(path) for path in playbooks])
    if values["syntax_check"]:
        click.echo(f"{', '.join(playbooks)}: no problem found")
        return 0
    if values["list_hosts"] or values["list_tasks"] or values["list_tags"]:
        return show(run, loaded, hosts=values["list_hosts"], tasks=values["list_tasks"], tags=values["list_tags"])
    words = command_line(["opsengine", *sys.argv[1:]])
    code = guarded(lambda: run.play_all(loaded, words), run.bus)
    if config().truth("ANSIBLE_RETRY_FILES_ENABLED") and run.gone:
        _keep_for_retry(run.gone, Path(playbooks[0]))
    return code


def _keep_for_retry(hosts: Iterable[str], playbook: Path) -> None:
    """Write down the hosts that failed, for `--limit @FILE`."""
    path = Path(config().get("ANSIBLE_RETRY_FILES_SAVE_PATH") or playbook.parent) / f"{playbook.stem}.retry"
    files.replace(path, "".join(f"{host}\n" for host in sorted(hosts)).encode())
    click.echo(f"To try again the hosts that failed: --limit @{path}", err=True)


def _loaded(run: Any, paths: list[Path]) -> list[Playbook]:
    from opsengine.execution.lint import checked

    return checked(run.loader, run.engine, paths)
