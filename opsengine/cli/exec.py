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
from opsengine.execution.run import Run
from opsengine.playbook.catalogue import STATIC_ROLES, STATIC_TASKS, short
from opsengine.playbook.nodes import Play, Playbook
from opsengine.source.text import COMMAND_LINE, Text, TextDict, TextList, trust

SPOKEN = ("command", "shell", "raw", "script")
"""Modules that are nothing without arguments."""


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("pattern")
@click.option("-m", "--module", "--module-name", metavar="NAME", help="The module to run.  [default: command]")
@click.option("-a", "--args", "arguments", metavar="ARGS", help="Its arguments: `name=value ...`, or JSON.")
@click.option("-B", "--background", type=int, metavar="SECONDS", help="Let it take so long at most, in the background.")
@click.option("-P", "--poll", type=int, metavar="SECONDS", help="With -B: 0 does not wait for it.")
@click.option("--task-timeout", type=int, metavar="SECONDS", help="End it when it takes longer.")
@click.option(
    "--playbook-dir",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Look for roles, files, group_vars and host_vars in this folder, not in the one you are in.",
)
@shared.inventory_option
@shared.limit_option
@shared.extra_vars_option
@shared.working_options
@shared.connection_options
@shared.output_options
@click.option("-o", "--one-line", is_flag=True, help="One line a host, as `ansible -o` prints it.")
@click.option(
    "-t",
    "--tree",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Write each host's result to a file of its name in this folder.",
)
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
    output = "oneline" if values["one_line"] and values["output"] == "console" else values["output"]
    options = shared.run_options({**values, "verbosity": values["verbosity"] or 1})
    run = prepared_run(options, output, values["report"], values["tree"])
    if not values["list_hosts"]:
        _check(run, pattern, module, arguments)
    task = TextDict({Text(module): _arguments(arguments), **_keywords(values)})
    folder = values["playbook_dir"] or Path(config().get("ANSIBLE_PLAYBOOK_DIR") or ".")
    play = _play(run, pattern, module, task, folder.expanduser().absolute())
    playbook = Playbook(Path("ad hoc"), [play])
    if values["list_hosts"]:
        return show_hosts(run.hosts_of(play))
    check_play(run.loader, run.engine, play)
    words = command_line(["opsengine", *sys.argv[1:]])
    return guarded(lambda: run.play_all([playbook], words), run.bus)


def _check(run: Run, pattern: str, module: str, arguments: str) -> None:
    """Raise UsageError for what cannot be run from the command line."""
    for what, text in (("pattern", pattern), ("module", module)):
        if "{{" in text:
            raise UsageError(
                f"`{text}`: the {what} is written out on the command line", hint="templates may stand in -a only"
            )
    if short(module) == "import_playbook":
        raise UsageError("import_playbook stands among plays", hint="opsengine run runs a playbook")
    if short(module) not in STATIC_TASKS + STATIC_ROLES and run.modules.find(module) is None:
        raise UsageError(f"there is no module `{module}`", hint=near(module, run.modules.names()))
    if short(module) in SPOKEN and not arguments.strip():
        hint = f"opsengine run {pattern}" if pattern.endswith((".yml", ".yaml")) else "-a 'COMMAND'"
        raise UsageError(f"{module} needs arguments", hint=hint)


def _arguments(text: str) -> Any:
    if text.lstrip().startswith("{") and not text.lstrip().startswith("{{"):
        return trust(shared.extra_variables([text]))
    return Text(text) if text else None


def _keywords(values: dict[str, Any]) -> dict[Text, Any]:
    """The keywords that options put on the task."""
    said = {"timeout": values["task_timeout"], "async": values["background"]}
    if values["background"]:
        said["poll"] = values["poll"]
    return {Text(name): value for name, value in said.items() if value is not None}


def _play(run: Run, pattern: str, module: str, task: TextDict, folder: Path) -> Play:
    item = TextDict(
        {Text("name"): Text(f"{module} on {pattern}"), Text("hosts"): Text(pattern), Text("gather_facts"): False}
    )
    item[Text("tasks")] = TextList([task])
    return run.loader.play_of(item, folder / COMMAND_LINE.file)
