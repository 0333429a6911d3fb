from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from opsengine.errors import InputError
from opsengine.inventory.model import Inventory
from opsengine.inventory.patterns import ordered, select
from opsengine.source.text import Origin, Text, TextList

from .conftest import Load

HOSTS = """\
lone
dot.example.org
[web]
web1
web2
web3
[db]
db2
db1
web3
[prod:children]
web
db
[same]
same
[empty]
"""


@pytest.fixture
def inventory(load: Load) -> Iterator[Inventory]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield load(HOSTS)


def names(inventory: Inventory, pattern: str | list[str], limit: str | None = None) -> list[str]:
    return [host.name for host in select(inventory, pattern, limit)]


class TestAPattern:
    @pytest.mark.parametrize(
        ("pattern", "expected"),
        [
            ("web", "web1 web2 web3"),
            ("web2", "web2"),
            ("web:db", "web1 web2 web3 db2 db1"),
            ("web,lone", "web1 web2 web3 lone"),
            ("prod:!db", "web1 web2"),
            ("!db:prod", "web1 web2"),
            ("web:&db", "web3"),
            ("!prod", "lone dot.example.org same"),
            ("web[0]", "web1"),
            ("web[-1]", "web3"),
            ("web[1:2]", "web2 web3"),
            ("web[1:]", "web2 web3"),
            ("web[5:9]", ""),
            ("~(lo|d)", "db2 db1 web3 lone dot.example.org"),
            ("d*1", "db1"),
            ("*.org", "dot.example.org"),
            ("web[1-2]", "web2 web3"),
            ("empty", ""),
            ("same", "same"),
        ],
    )
    def test_names_hosts(self, inventory: Inventory, pattern: str, expected: str) -> None:
        assert expected.split() == names(inventory, pattern)

    def test_may_be_a_list(self, inventory: Inventory) -> None:
        assert ["web1", "web2"] == names(inventory, ["web", "!db"])

    def test_finds_this_machine_without_an_inventory_naming_it(self, inventory: Inventory) -> None:
        (host,) = select(inventory, "localhost")
        assert (True, "local") == (host.implicit, host.vars["ansible_connection"])
        assert select(inventory, "127.0.0.1") == [host]
        assert host not in select(inventory, "all")

    def test_finds_the_localhost_of_the_inventory_first(self, load: Load) -> None:
        (host,) = select(load("localhost ansible_port=1\n"), "127.0.0.1")
        assert {"ansible_port": 1} == host.vars

    def test_warns_where_it_matches_nothing(self, inventory: Inventory) -> None:
        place = Origin("site.yml", 3, 10)
        with pytest.warns(UserWarning, match=r"site.yml:3:10: no host or group matches `wbe`; did you mean `web`\?"):
            assert [] == select(inventory, TextList([Text("wbe", place)]))

    @pytest.mark.parametrize(
        ("pattern", "expected"),
        [
            ("web[3]", "pattern `web[3]`: there is no such host, `web` has 3"),
            ("~we(b", "pattern `~we(b`: missing )"),
            ("web:!", "a pattern has a sign (& or !) with nothing after it"),
        ],
    )
    def test_is_refused_with_the_reason(self, inventory: Inventory, pattern: str, expected: str) -> None:
        with pytest.raises(InputError) as caught:
            select(inventory, Text(pattern, Origin("site.yml", 3, 10)))
        assert f"site.yml:3:10: {expected}" in str(caught.value)


class TestALimit:
    def test_keeps_the_order_of_the_pattern(self, inventory: Inventory) -> None:
        assert ["web2", "web3"] == names(inventory, "web", "db:web2")

    def test_may_only_exclude(self, inventory: Inventory) -> None:
        assert ["web1"] == names(inventory, "web", "!web2,!db")

    def test_may_be_the_lines_of_a_file(self, inventory: Inventory, tmp_path: Path) -> None:
        (tmp_path / "site.retry").write_text("web2\n\nweb1\n")
        assert ["web1", "web2"] == names(inventory, "web", f"@{tmp_path}/site.retry")

    def test_names_the_file_that_cannot_be_read(self, inventory: Inventory) -> None:
        with pytest.raises(InputError, match=r"the file of hosts `gone.retry` cannot be read: No such file"):
            select(inventory, "web", "@gone.retry")

    def test_leaves_this_machine_out_unless_it_names_it(self, inventory: Inventory) -> None:
        assert ([], ["localhost"]) == (names(inventory, "localhost", "web"), names(inventory, "localhost", "localhost"))


class TestAnOrder:
    @pytest.mark.parametrize(
        ("order", "expected"),
        [
            ("inventory", "db2 db1 web3"),
            ("reverse_inventory", "web3 db1 db2"),
            ("sorted", "db1 db2 web3"),
            ("reverse_sorted", "web3 db2 db1"),
        ],
    )
    def test_arranges_hosts(self, inventory: Inventory, order: str, expected: str) -> None:
        assert expected.split() == [host.name for host in ordered(select(inventory, "db"), order)]

    def test_may_be_left_to_chance(self, inventory: Inventory) -> None:
        hosts = select(inventory, "all")
        assert sorted(map(id, hosts)) == sorted(map(id, ordered(hosts, "shuffle")))

    def test_must_be_known(self, inventory: Inventory) -> None:
        with pytest.raises(InputError, match=r"unknown order `sort`\n.*did you mean `sorted`"):
            ordered([], "sort")
