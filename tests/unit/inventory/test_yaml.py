from __future__ import annotations

import pytest

from opsengine.source.text import Origin, Text

from .conftest import Load, Problems


class TestAYamlInventory:
    def test_nests_groups_with_hosts_and_variables(self, load: Load) -> None:
        inventory = load(
            "all:\n  children:\n    web:\n      hosts: {'w[1:2]': {a: 1}}\n"
            "      vars: {port: 80}\n      children: {inner: {hosts: solo}}\n",
            "hosts.yml",
        )
        assert ["w1", "w2", "solo"] == [host.name for host in inventory.groups["web"].members()]
        assert {"port": 80} == inventory.groups["web"].vars
        assert [0, 1, 2] == [group.depth for group in inventory.groups_of(inventory.hosts["solo"])]

    def test_keeps_the_places_of_names_and_values(self, load: Load) -> None:
        inventory = load("web:\n  hosts:\n    w1:\n      a: text\n", "hosts.yml")
        assert Origin("hosts.yml", 1, 1) == inventory.groups["web"].origin
        assert Origin("hosts.yml", 3, 5) == inventory.hosts["w1"].origin
        assert Origin("hosts.yml", 4, 10) == inventory.hosts["w1"].vars["a"].origin

    def test_keeps_unsafe_strings_plain(self, load: Load) -> None:
        assert not isinstance(load("g: {hosts: {h: {a: !unsafe '{{ x }}'}}}", "h.yml").hosts["h"].vars["a"], Text)

    def test_warns_of_keys_that_mean_nothing(self, load: Load) -> None:
        with pytest.warns(UserWarning, match=r"h.yml:1:5: `host` of group `g` is skipped: did you mean `hosts`\?"):
            load("g: {host: {h1: }}", "h.yml")

    def test_warns_of_what_is_no_group(self, load: Load) -> None:
        with pytest.warns(UserWarning, match="h.yml:1:1: `shared` is a list, not a group; skipped"):
            load("shared: [1]\ng: {hosts: {h1: }}", "h.yml")

    def test_reports_every_problem_at_once(self, problems: Problems) -> None:
        found = problems(
            "g:\n  hosts: [h1]\n  vars: {1: a}\nk:\n  hosts: {2: , h3: text, 'h[': }\n  children: {g: [], k: }\n",
            "h.yml",
        )
        assert [
            "h.yml:2:10: `hosts` of group `g` must be a mapping, found a list\n"
            "  hint: write `name:` for each, without a dash",
            'h.yml:3:9: the name of a variable must be a text, found `1`\n  hint: put it in quotes: "1"',
            'h.yml:5:10: the name of a host must be a text, found `2`\n  hint: put it in quotes: "2"',
            "h.yml:5:20: host `h3`: expected variables (name: value), found a text",
            "h.yml:6:14: child group `g` must be a mapping or empty, found a list",
            "h.yml:6:21: group `k` cannot contain itself",
        ] == [line for line in found if "`h[`" not in line]
        assert any("h.yml:5:26: `h[`: a bracket is not closed" in line for line in found)

    @pytest.mark.parametrize(
        ("content", "expected"),
        [
            ("", "h.yml: the inventory is empty"),
            ("- h1\n", "h.yml:1:1: expected groups (name: ...), found a list"),
            (
                "plugin: aws_ec2\n",
                "h.yml:1:9: this sets up the inventory plugin `aws_ec2`, which opsengine does not have",
            ),
            ("1: {}\n", "the name of a group must be a text, found `1`"),
        ],
    )
    def test_says_what_is_not_an_inventory(self, problems: Problems, content: str, expected: str) -> None:
        assert expected in problems(content, "h.yml")[0]


class TestATomlInventory:
    def test_lists_its_children(self, load: Load) -> None:
        inventory = load('[web]\nchildren = ["in"]\n[in.hosts]\nh1 = { a = "{{ b }}" }\n', "hosts.toml")
        assert ["h1"] == [host.name for host in inventory.groups["web"].members()]
        assert Origin("hosts.toml") == inventory.hosts["h1"].vars["a"].origin

    def test_says_where_it_is_broken(self, problems: Problems) -> None:
        assert "hosts.toml: not TOML" in problems("[web\n", "hosts.toml")[0]
