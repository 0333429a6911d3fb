from __future__ import annotations

import pytest

from opsengine.errors import InputError
from opsengine.inventory.model import Inventory
from opsengine.inventory.variables import Level
from opsengine.source.text import Origin

from .conftest import Load


class TestGroups:
    def test_of_a_host_are_sorted_as_they_override(self, load: Load) -> None:
        inventory = load("[z]\nh\n[a]\nh\n[a:vars]\nansible_group_priority=9\n[m]\nh\n[deep]\nh\n[y:children]\ndeep\n")
        assert ["all", "m", "y", "z", "a", "deep"] == [
            group.name for group in inventory.groups_of(inventory.hosts["h"])
        ]
        assert 2 == inventory.groups["deep"].depth

    def test_sink_when_they_are_put_below_others(self) -> None:
        inventory = Inventory()
        for name in "abcd":
            inventory.add_group(name)
        for parent, child in [("c", "d"), ("b", "c"), ("a", "b"), ("a", "d"), ("all", "a")]:
            inventory.add_child(parent, child)
        assert [1, 2, 3, 4] == [inventory.groups[name].depth for name in "abcd"]

    def test_cannot_contain_each_other(self) -> None:
        inventory = Inventory()
        inventory.add_group("a", Origin("one", 1, 1))
        inventory.add_group("b", Origin("two", 5, 1))
        inventory.add_child("a", "b")
        with pytest.raises(InputError) as caught:
            inventory.add_child("b", "a", Origin("two", 6, 1))
        assert "two:6:1: group `b` cannot contain `a`: `a` contains `b` already\n  hint: `a` begins at one:1:1" == str(
            caught.value
        )

    def test_tell_their_members_by_name(self, load: Load) -> None:
        members = load("lone\n[web]\nw1\n[prod:children]\nweb\n").group_members()
        assert {"all": ["lone", "w1"], "ungrouped": ["lone"], "web": ["w1"], "prod": ["w1"]} == members

    def test_of_one_host_may_be_only_ungrouped_or_not_at_all(self, load: Load) -> None:
        inventory = load("h1\nh2\n[web]\nh1\n")
        assert (["h2"], ["h1"]) == (list(inventory.ungrouped.hosts), list(inventory.groups["web"].hosts))


class TestThisMachine:
    def test_is_warned_of_when_it_is_there_twice(self, load: Load) -> None:
        with pytest.warns(
            UserWarning, match=r"hosts.ini:2:1: `127.0.0.1` is this machine, as `localhost` \(hosts.ini:1:1\) is"
        ):
            load("localhost\n127.0.0.1\n")

    def test_takes_the_variables_of_all_and_of_no_other_group(self, load: Load) -> None:
        inventory = load("h1\n[all:vars]\na=1\n[ungrouped:vars]\nb=1\n")
        host = inventory.host("localhost")
        assert host is not None
        layers = dict(inventory.host_vars_layers(host))
        assert ({"a": 1}, {}) == (layers[Level.ALL_IN_INVENTORY], layers[Level.GROUPS_IN_INVENTORY])

    def test_is_nobody_else(self, load: Load) -> None:
        assert load("h1\n").host("elsewhere") is None


class TestAHostAddedWhileRunning:
    def test_joins_its_groups_and_takes_its_variables(self, load: Load) -> None:
        inventory = load("[web]\nw1\n")
        assert inventory.add_host_while_running("new", ["web", "fresh"], {"a": "{{ x }}"})
        host = inventory.hosts["new"]
        assert ["all", "fresh", "web"] == [group.name for group in inventory.groups_of(host)]
        assert ({"a": "{{ x }}"}, None) == (host.vars, host.inventory_file)
        assert ["w1", "new"] == inventory.group_members()["web"]

    def test_changes_nothing_the_second_time(self, load: Load) -> None:
        inventory = load("h1\n")
        arguments = ("new", ["web"], {"a": 1})
        assert [True, False] == [inventory.add_host_while_running(*arguments) for _ in range(2)]
        assert inventory.add_host_while_running("new", [], {"a": 2})

    def test_without_groups_is_ungrouped(self, load: Load) -> None:
        inventory = load("h1\n")
        inventory.add_host_while_running("new")
        assert ["h1", "new"] == inventory.group_members()["ungrouped"]


class TestAHostGroupedWhileRunning:
    def test_leaves_ungrouped_for_the_group(self, load: Load) -> None:
        inventory = load("h1\nh2\n")
        arguments = (inventory.hosts["h1"], "os_debian", ["os"])
        assert [True, False] == [inventory.group_host_while_running(*arguments) for _ in range(2)]
        assert {
            "all": ["h2", "h1"],
            "ungrouped": ["h2"],
            "os": ["h1"],
            "os_debian": ["h1"],
        } == inventory.group_members()

    def test_may_be_this_machine_which_stays_out_of_all(self, load: Load) -> None:
        inventory = load("h1\n")
        host = inventory.host("localhost")
        assert host is not None
        inventory.group_host_while_running(host, "controllers")
        assert (["h1"], ["localhost"]) == (inventory.group_members()["all"], inventory.group_members()["controllers"])
