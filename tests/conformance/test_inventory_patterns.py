"""Any pattern of hosts, through Ansible's inventory manager and through opsengine: the same hosts in the same order."""

from __future__ import annotations

import functools
import tempfile
import warnings
from pathlib import Path

from ansible.errors import AnsibleError
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from hypothesis import example, given, settings
from hypothesis import strategies as st

from opsengine.errors import InputError
from opsengine.inventory.load import load_inventory
from opsengine.inventory.model import Inventory
from opsengine.inventory.patterns import ordered, select

CONTENT = """
solo
10.0.0.1
[web]
web[1:4]
web10.example.org
[db]
db-a
db-b:2222
web2
[empty]
[prod:children]
web
[west:children]
db
prod
[v6]
2001:db8::1
"""
NAMES = [
    "all",
    "ungrouped",
    "web",
    "db",
    "prod",
    "west",
    "empty",
    "solo",
    "web1",
    "web2",
    "web10.example.org",
    "db-a",
    "10.0.0.1",
    "2001:db8::1",
    "localhost",
    "127.0.0.1",
    "nobody",
]
GLOBS = [
    "*",
    "web*",
    "*b*",
    "w?b1",
    "web[12]",
    "web[!1]",
    "*.example.org",
    "10.*",
    "d*-[ab]",
    "we[st]*",
    "**",
    "[",
    "?",
]
EXPRESSIONS = ["~web[0-9]+$", "~w", "~.*b", "~(db|web)-?a?", "~^solo$", "~x", "~[", "~web\\d", "~.*\\.org"]
SUBSCRIPTS = ["[0]", "[-1]", "[1:3]", "[1:]", "[0:0]", "[9]", "[2-3]", "[5:2]", "[-2]", "[0:99]", "[:2]", "[a]"]

named = st.sampled_from(NAMES + GLOBS)
parts = st.builds(
    "{}{}".format,
    st.sampled_from(["", "", "", "&", "!"]),
    st.one_of(named, st.sampled_from(EXPRESSIONS), st.builds("{}{}".format, named, st.sampled_from(SUBSCRIPTS))),
)
patterns = st.one_of(
    st.lists(parts, min_size=1, max_size=4).map(",".join),
    st.lists(parts, min_size=1, max_size=3).map(", ".join),
    st.lists(parts, min_size=1, max_size=4).map(":".join),
)


@functools.cache
def inventories() -> tuple[InventoryManager, Inventory]:
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "hosts.ini")
        source.write_text(CONTENT)
        return InventoryManager(DataLoader(), [str(source)]), load_inventory([str(source)])


def by_ansible(pattern: str | list[str], limit: str | None, order: str) -> list[str] | str:
    manager = inventories()[0]
    try:
        manager.subset(limit)
        return [host.name for host in manager.get_hosts(pattern, order=order)]
    except (AnsibleError, IndexError):
        return "refused"


def by_us(pattern: str | list[str], limit: str | None, order: str) -> list[str] | str:
    try:
        return [host.name for host in ordered(select(inventories()[1], pattern, limit), order)]
    except InputError:
        return "refused"


@given(
    pattern=patterns | st.lists(patterns, min_size=1, max_size=3),
    limit=st.none() | patterns,
    order=st.sampled_from(["inventory", "reverse_inventory", "sorted", "reverse_sorted"]),
)
@example("web:&db", None, "inventory")
@settings(max_examples=1500, deadline=None, derandomize=True, database=None)
def test_a_pattern_chooses_the_same_hosts(pattern: str | list[str], limit: str | None, order: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert by_ansible(pattern, limit, order) == by_us(pattern, limit, order)
