"""Any text as a variable's value, in INI and in YAML, through Ansible's inventory manager and through opsengine."""

from __future__ import annotations

import tempfile
import warnings
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible import constants
from ansible.errors import AnsibleError
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from hypothesis import given, settings
from hypothesis import strategies as st

from opsengine.errors import InputError
from opsengine.inventory.load import load_inventory
from opsengine.inventory.model import Inventory

QUICK = settings(max_examples=400, deadline=None, derandomize=True, database=None)

signs = st.text("\"'\\#;=[]{}(),:.+-_ \tabx0189é%", max_size=12)
words = st.sampled_from(
    ["True", "None", "nan", "1_000", "0x1F", "1e5", "'a b'", '"a"', "[1, 'x']", "{'a': 1}", "{{ x }}"]
)
ini_values = signs | words | st.lists(words, min_size=2, max_size=3).map(" ".join)
names = st.sampled_from(["a", "b", "a_b", "c1", "a.b", "x-y", "é"])
pairs = st.builds("{}={}".format, names, ini_values)
hosts = st.sampled_from(["h1", "h[1:2]", "h2:22", "h3"])
rest = st.lists(pairs | pairs | pairs | st.sampled_from(["# c", "b=", "a", "="]), max_size=3).map(" ".join)
host_lines = st.builds("{} {}".format, hosts, rest)
variable_lines = pairs | st.builds("{} = {}".format, names, ini_values) | pairs | signs
ini = st.builds(
    "h0\n[g]\n{}\n[g:vars]\n{}\n".format,
    st.lists(host_lines, max_size=2).map("\n".join),
    st.lists(variable_lines, max_size=2).map("\n".join),
)

plain_texts = st.text("\"'\\#:=[]{},.-_ &*!|>%@`~?\n\tabyeno0189é", max_size=10)
scalars = (
    plain_texts
    | st.sampled_from(["yes", "null", "0o7", "017", "1e3", "1:30", "2024-01-02", "=", "<<", "{{ x }}", "!x"])
    | st.integers()
    | st.floats(allow_nan=False)
    | st.booleans()
    | st.none()
    | st.dates()
)
values: st.SearchStrategy[Any] = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(plain_texts, inner, max_size=3), max_leaves=5
)
variables = st.dictionaries(names, values, max_size=3)
groups = st.deferred(
    lambda: st.fixed_dictionaries(
        {},
        optional={
            "hosts": st.dictionaries(
                st.sampled_from(["h1", "h[1:3]", "h2:22", "::1"]), st.none() | variables, max_size=2
            ),
            "vars": variables,
            "children": st.dictionaries(st.sampled_from(["k", "m"]), st.none() | st.just({}) | groups, max_size=1),
        },
    )
)
documents = st.dictionaries(st.sampled_from(["all", "g", "ungrouped"]), groups, min_size=1, max_size=2)


@pytest.fixture(autouse=True)
def refused_where_anything_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "INVENTORY_ANY_UNPARSED_IS_FAILED", True)


def by_ansible(source: Path) -> Any:
    try:
        manager = InventoryManager(DataLoader(), [str(source)])
    except AnsibleError:
        return "refused"
    own = ("inventory_file", "inventory_dir")
    hosts = {host.name: {k: v for k, v in host.vars.items() if k not in own} for host in manager.hosts.values()}
    groups = {
        group.name: (
            group.vars,
            group.priority,
            [host.name for host in group.hosts],
            [child.name for child in group.child_groups],
        )
        for group in manager.groups.values()
    }
    return typed((hosts, groups))


def by_us(source: Path) -> Any:
    try:
        inventory: Inventory = load_inventory([str(source)])
    except InputError:
        return "refused"
    hosts = {host.name: host.vars for host in inventory.hosts.values()}
    groups = {
        group.name: (group.vars, group.priority, list(group.hosts), list(group.children))
        for group in inventory.groups.values()
    }
    return typed((hosts, groups))


def typed(value: Any) -> Any:
    """A value that is only equal to one of the same types."""
    if isinstance(value, dict):
        return {str(key): typed(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [typed(item) for item in value]
    for kind in (bool, int, float, str):
        if isinstance(value, kind):
            return kind.__name__, kind.__str__(value)
    return type(value).__name__.removeprefix("_AnsibleTagged").lower(), str(value)


def compare(content: str, name: str) -> None:
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        source = Path(folder, name)
        source.write_text(content)
        assert by_ansible(source) == by_us(source)


@given(content=ini)
@QUICK
def test_ini_gives_the_same_values(content: str) -> None:
    compare(content, "hosts.ini")


@given(content=documents, block=st.booleans(), width=st.sampled_from([20, 200]))
@QUICK
def test_yaml_gives_the_same_values(content: Any, block: bool, width: int) -> None:
    text = yaml.safe_dump(content, default_flow_style=not block, width=width, allow_unicode=True)
    compare(text, "hosts.yml")


@given(value=st.text("\"'#:=[]{},.-_ &*!|>~?\n0189abcyesnotru", min_size=1, max_size=12))
@QUICK
def test_yaml_that_nobody_checked_gives_the_same_values(value: str) -> None:
    compare(f"g:\n  hosts:\n    h1:\n      a: {value}\n      b: 1\n", "hosts.yml")
