"""`opsengine lint`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from opsengine.cli.options import existing
from opsengine.cli.passwords import use_vault, vault_options
from opsengine.config import role_folders
from opsengine.errors import InputError
from opsengine.execution.catalogue import Modules
from opsengine.execution.lint import examine
from opsengine.execution.scopes import early_renderer, learner
from opsengine.playbook.loader import Loader
from opsengine.templating.functions import equipped_engine


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("playbooks", nargs=-1, required=True, metavar="PLAYBOOK...")
@vault_options
def command(playbooks: tuple[str, ...], **values: Any) -> int:
    """
    Check playbooks as a whole, without any host.

    Finds bad YAML, unknown keywords, modules and arguments, wrong types and choices, syntax errors in templates and
    conditions, missing files, roles and handlers: all of them at once, each with file, line and column.
    """
    use_vault(values)
    paths: list[Path] = [existing(path) for path in playbooks]
    engine = equipped_engine()
    loader = Loader(Modules(), role_folders(), early_renderer(engine, {}), learner(engine))
    found, problems = examine(loader, engine, paths)
    if problems:
        raise InputError.of(problems)
    plays = sum(len(playbook.plays) for playbook in found)
    tasks = sum(1 for playbook in found for play in playbook.plays for _ in play.tasks())
    click.echo(f"no problem found in {len(found)} playbook(s): {plays} plays, {tasks} tasks")
    return 0
