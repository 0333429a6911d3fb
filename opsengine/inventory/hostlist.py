"""
Reads host lists: `web1,web2,db[1:3]` in place of a file.

https://docs.ansible.com/ansible/latest/collections/ansible/builtin/advanced_host_list_inventory.html
"""

from __future__ import annotations

from opsengine.inventory.model import Inventory
from opsengine.inventory.ranges import expand_host, split_port
from opsengine.source.text import COMMAND_LINE


def read_host_list(inventory: Inventory, text: str, ranges: bool = True) -> None:
    """
    Add the hosts of a list with commas; those that are known already stay as they are.

    ranges: whether `web[1:3]` stands for three hosts, or is the name of one. Raises InputError.
    """
    for word in filter(None, map(str.strip, text.split(","))):
        names, port = expand_host(word, COMMAND_LINE) if ranges else _as_it_is(word)
        for name in names:
            if name not in inventory.hosts:
                inventory.add_host(name, port=port)


def _as_it_is(word: str) -> tuple[list[str], int | None]:
    if "[" in word and not word.startswith("["):
        return [word], None
    name, port = split_port(word) or (word, None)
    return [name], port
