"""Any tangle of hosts and groups, through Ansible's inventory manager and through opsengine."""

from __future__ import annotations

import tempfile
import warnings
from pathlib import Path

from ansible.inventory.helpers import get_group_vars, sort_groups
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from hypothesis import given, settings
from hypothesis import strategies as st

from opsengine.inventory.load import load_inventory
from opsengine.inventory.variables import Level

GROUPS = [f"g{number}" for number in range(6)]

host_lines = st.builds(
    "{}{}{}".format,
    st.sampled_from(["h1", "h2", "h[1:3]", "h4", "localhost", "127.0.0.1"]),
    st.sampled_from(["", "", ":22"]),
    st.sampled_from(["", " a=1", " a='x y' b=[1]", " b={'k':1}", " c=yes # a=2"]),
)
host_sections = st.tuples(
    st.sampled_from([*GROUPS, "all", "ungrouped"]).map("[{}]".format), st.lists(host_lines, max_size=3)
)
# A group only takes children of higher number, so that no two contain each other.
child_sections = st.sampled_from(GROUPS[:-1]).flatmap(
    lambda parent: st.tuples(
        st.just(f"[{parent}:children]"), st.lists(st.sampled_from(GROUPS[GROUPS.index(parent) + 1 :]), max_size=3)
    )
)
variable_sections = st.tuples(
    st.sampled_from([*GROUPS, "all"]).map("[{}:vars]".format),
    st.lists(st.sampled_from(["a=1", "a = g", "b=two words", "c=[1]", "ansible_group_priority=3"]), max_size=3),
)
inventories = st.lists(host_sections | child_sections | variable_sections, max_size=9).map(
    lambda sections: "h0\n" + "".join(f"{head}\n" + "".join(f"{line}\n" for line in lines) for head, lines in sections)
)


@given(content=inventories, later=inventories)
@settings(max_examples=150, deadline=None, derandomize=True, database=None)
def test_every_inventory_means_what_it_means_to_ansible(content: str, later: str) -> None:
    declared = "".join(f"[{group}]\n" for group in GROUPS)
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        sources = [Path(folder, "one.ini"), Path(folder, "two.ini")]
        for source, text in zip(sources, (content + declared, later), strict=True):
            source.write_text(text)
        assert as_ansible_reads([str(source) for source in sources]) == as_we_read([str(source) for source in sources])


def as_we_read(sources: list[str]) -> dict[str, object]:
    inventory = load_inventory(sources)
    hosts = {}
    for host in inventory.hosts.values():
        groups = inventory.groups_of(host)
        in_groups = {**inventory.all.vars, **dict(inventory.host_vars_layers(host))[Level.GROUPS_IN_INVENTORY]}
        hosts[host.name] = ([group.name for group in groups], dict(host.vars), in_groups, host.inventory_file)
    groups = {
        group.name: (
            list(group.hosts),
            list(group.children),
            sorted(host.name for host in group.members()),
            group.depth,
        )
        for group in inventory.groups.values()
    }
    return {"hosts": hosts, "order": list(hosts), "groups": groups, "group order": list(groups)}


def as_ansible_reads(sources: list[str]) -> dict[str, object]:
    manager = InventoryManager(DataLoader(), sources)
    hosts = {}
    for host in manager.hosts.values():
        variables = dict(host.vars)
        source = variables.pop("inventory_file")
        del variables["inventory_dir"]
        groups = sort_groups(host.get_groups())
        hosts[host.name] = ([group.name for group in groups], variables, get_group_vars(groups), source)
    groups = {
        group.name: (
            [host.name for host in group.hosts],
            [child.name for child in group.child_groups],
            sorted(host.name for host in group.get_hosts()),
            group.depth,
        )
        for group in manager.groups.values()
    }
    return {"hosts": hosts, "order": list(hosts), "groups": groups, "group order": list(groups)}
