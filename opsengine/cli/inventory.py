"""`opsengine inventory`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from opsengine.cli.options import extra_variables, extra_vars_option, inventory_option, inventory_sources, limit_option
from opsengine.cli.passwords import use_vault, vault_options
from opsengine.config import config
from opsengine.errors import UsageError
from opsengine.inventory.export import Listing, as_json, as_yaml
from opsengine.inventory.load import load_inventory
from opsengine.inventory.patterns import select
from opsengine.inventory.variables import VarsFolders
from opsengine.variables.cache import configured
from opsengine.vault import files


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("group", default="all", required=False)
@inventory_option
@limit_option
@extra_vars_option
@vault_options
@click.option("--list", "listed", is_flag=True, help="Every group, host and variable, as JSON.")
@click.option("--host", metavar="NAME", help="The variables of one host.")
@click.option("--graph", is_flag=True, help="Groups and hosts as a tree; this is what is shown without an option too.")
@click.option("--vars", "with_vars", is_flag=True, help="With --graph: variables too.")
@click.option("--export", is_flag=True, help="Groups with their variables, and hosts with their own alone.")
@click.option("-y", "--yaml", "in_yaml", is_flag=True, help="YAML instead of JSON.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write it to a file.")
@click.option(
    "--playbook-dir",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Read group_vars and host_vars beside the playbooks in this folder too.",
)
def command(group: str, inventory: tuple[str, ...], output: Path | None, **values: Any) -> int:
    """
    Show hosts, groups and variables of an inventory, as they are before any template is rendered.

    \b
    opsengine inventory -i hosts.ini                          the groups as a tree
    opsengine inventory -i hosts.ini --host web1 --yaml       what holds for one host
    opsengine inventory -i hosts.ini --list --export --yaml   one YAML file for all of it
    """
    use_vault(values)
    if sum((values["listed"], values["graph"], values["host"] is not None)) > 1:
        raise UsageError("only one of --list, --host and --graph can be shown")
    text = _shown(group, inventory, values)
    if output:
        files.replace(output, text.encode())
    else:
        click.echo(text, nl=not text.endswith("\n"))
    return 0


def _shown(group: str, inventory: tuple[str, ...], values: dict[str, Any]) -> str:
    beside = values["playbook_dir"] or config().get("ANSIBLE_PLAYBOOK_DIR")
    cache = configured(config())
    extra = extra_variables(values["extra_vars"])
    loaded = load_inventory(inventory_sources(inventory), extra_vars=extra)
    listing = Listing(
        loaded,
        select(loaded, "all", values["limit"]) if values["limit"] else None,
        beside_playbook=VarsFolders([beside] if beside else []),
        extra_vars=extra,
        facts=cache.read if cache else None,
        export=values["export"] or config().truth("ANSIBLE_INVENTORY_EXPORT"),
    )
    write = as_yaml if values["in_yaml"] else as_json
    if values["host"] is not None:
        hosts = select(loaded, values["host"])
        if len(hosts) != 1:
            raise UsageError(f"--host wants one host, and `{values['host']}` stands for {len(hosts)}")
        return write(listing.of_host(hosts[0]))
    if values["listed"]:
        return write(listing.as_inventory() if values["in_yaml"] else listing.as_list())
    return listing.as_graph(group, values["with_vars"])
