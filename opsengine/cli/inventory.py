"""`opsengine inventory`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
import yaml

from opsengine.cli.options import inventory_option, inventory_sources, limit_option
from opsengine.cli.passwords import use_vault, vault_options
from opsengine.errors import UsageError, near
from opsengine.inventory.export import as_graph, as_list, host_vars
from opsengine.inventory.load import load_inventory
from opsengine.inventory.patterns import select
from opsengine.inventory.variables import VarsFolders


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("group", default="all", required=False)
@inventory_option
@limit_option
@vault_options
@click.option("--list", "listed", is_flag=True, help="Every group, host and variable, as JSON.")
@click.option("--host", metavar="NAME", help="The variables of one host.")
@click.option("--graph", is_flag=True, help="Groups and hosts as a tree; this is what is shown without an option too.")
@click.option("--vars", "with_vars", is_flag=True, help="With --graph: variables too.")
@click.option("-y", "--yaml", "as_yaml", is_flag=True, help="YAML instead of JSON.")
@click.option(
    "--playbook-dir",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Read group_vars and host_vars beside the playbooks in this folder too.",
)
def command(group: str, inventory: tuple[str, ...], limit: str | None, **values: Any) -> int:
    """Show hosts, groups and variables of an inventory, as they are before any template is rendered."""
    use_vault(values)
    loaded = load_inventory(inventory_sources(inventory))
    beside = VarsFolders([values["playbook_dir"]] if values["playbook_dir"] else [])
    if values["host"]:
        host = loaded.host(values["host"])
        if host is None:
            raise UsageError(f"there is no host `{values['host']}`", hint=near(values["host"], loaded.hosts))
        _show(host_vars(loaded, host, beside), values["as_yaml"])
    elif values["listed"]:
        hosts = select(loaded, limit) if limit else None
        _show(as_list(loaded, hosts, beside), values["as_yaml"])
    else:
        click.echo(as_graph(loaded, group, show_vars=values["with_vars"], beside_playbook=beside))
    return 0


def _show(value: Any, as_yaml: bool) -> None:
    if as_yaml:
        click.echo(yaml.safe_dump(value, sort_keys=False, allow_unicode=True), nl=False)
    else:
        click.echo(json.dumps(value, indent=4, ensure_ascii=False, default=str))
