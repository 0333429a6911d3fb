"""`opsengine exec`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from opsengine.cli import options as shared
from opsengine.cli.listing import show_hosts
from opsengine.cli.passwords import use_vault, vault_options
from opsengine.cli.running import command_line, guarded, prepared_run
from opsengine.config import config
from opsengine.errors import UsageError, near
from opsengine.execution.lint import check_play
from opsengine.playbook.nodes import Play, Playbook
from opsengine.source.text import COMMAND_LINE, Text, TextDict, TextList, trust


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("pattern")
@click.option("-m", "--module", metavar="NAME", help="The module to run.  [default: command]")
@click.option("-a", "--args", "arguments", metavar="ARGS", help="Its arguments: `name=value ...`, or JSON.")
@shared.inventory_option
@shared.limit_option
@shared.extra_vars_option
@shared.running_options
@shared.connection_options
@shared.output_options
@vault_options
@click.option("--list-hosts", is_flag=True, help="Only show on which hosts it would run.")
@shared.verbose_option
def command(pattern: str, module: str | None, arguments: str | None, **values: Any) -> int:
    """
    Run one module on the hosts that match PATTERN, without a playbook.

    \b
    opsengine exec -i hosts.ini all -m ping
    opsengine exec -i hosts.ini web -a 'systemctl is-active docker'
    opsengine exec -i hosts.ini web -b -m service -a 'name=docker state=restarted' --check
    """
    use_vault(values)
    module = module or config().get("ANSIBLE_MODULE_NAME") or "command"
    arguments = config().get("ANSIBLE_MODULE_ARGS", "") if arguments is None else arguments
    run = prepared_run(
        shared.run_options({**values, "verbosity": values["verbosity"] or 1}), values["output"], values["report"]
    )
    play = _play(run, pattern, module, arguments)
    playbook = Playbook(Path("ad hoc"), [play])
    if values["list_hosts"]:
        return show_hosts(run.hosts_of(play))
    check_play(run.loader, run.engine, play)
    words = command_line(["opsengine", *sys.argv[1:]])
    return guarded(lambda: run.play_all([playbook], words), run.bus)


def _play(run: Any, pattern: str, module: str, arguments: str) -> Play:
    if run.modules.find(module) is None:
        raise UsageError(f"there is no module `{module}`", hint=near(module, run.modules.names()))
    value: Any = Text(arguments) if arguments else None
    if arguments.lstrip().startswith("{") and not arguments.lstrip().startswith("{{"):
        value = trust(shared.extra_variables([arguments]))
    task = TextDict({Text(module): value})
    item = TextDict(
        {Text("name"): Text(f"{module} on {pattern}"), Text("hosts"): Text(pattern), Text("gather_facts"): False}
    )
    item[Text("tasks")] = TextList([task])
    return run.loader.play_of(item, Path.cwd() / COMMAND_LINE.file)  # type: ignore[no-any-return]
