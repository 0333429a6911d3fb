"""Files that set up inventory plugins: what is wrong with them, and which are read at all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from opsengine.config import config
from opsengine.errors import InputError
from opsengine.inventory.export import Listing
from opsengine.inventory.load import load_inventory
from opsengine.variables.cache import configured


@pytest.fixture(autouse=True)
def settings() -> Iterator[None]:
    config.cache_clear()
    yield
    config.cache_clear()


def loaded(folder: Path, content: str, name: str = "p.yml", hosts: str = "[g]\nh1 v=1\n") -> list[str]:
    """The hosts and groups of an INI inventory followed by a plugin's file."""
    (folder / "hosts.ini").write_text(hosts)
    (folder / name).write_text(content)
    inventory = load_inventory([str(folder / "hosts.ini"), str(folder / name)])
    return [*inventory.hosts, *list(inventory.groups)[2:]]


class TestAFileThatCannotBeUsed:
    @pytest.mark.parametrize(
        ("content", "expected"),
        [
            (
                "plugin: aws_ec2",
                "p.yml:1:9: this sets up the inventory plugin `aws_ec2`, which opsengine does not have",
            ),
            ("plugin: constructd", "did you mean `constructed`?"),
            ("plugin: yaml", "the inventory plugin `yaml` takes no settings"),
            ("plugin: ansible.builtin.script", "the inventory plugin `script` takes no settings"),
            ("plugin: constructed\nstrict: perhaps", "p.yml:2:1: `strict` should be yes or no, found `perhaps`"),
            ("plugin: constructed\ncompose: [a]", "p.yml:2:1: `compose` should be a mapping, found a list"),
            ("plugin: constructed\nkeyed_groups: {key: a}", "`keyed_groups` should be a list, found a mapping"),
            ("plugin: constructed\nkeyed_groups: [v]", "a keyed group should be a mapping, found a text"),
            ("plugin: constructed\nkeyed_groups: [{key: v}]", "wants a text, a list or a mapping; `v` gives `1`"),
            (
                "plugin: constructed\nkeyed_groups: [{key: '[]', default_value: x, trailing_separator: true}]",
                "`default_value` and `trailing_separator` exclude each other",
            ),
            (
                "plugin: constructed\nstrict: true\ncompose: {a: w}",
                "p.yml:3:14: the variable `a` of host `h1`: 'w' is undefined",
            ),
            (
                "plugin: constructed\nstrict: true\ngroups: {a: v}",
                "the group `a` of host `h1`: the condition `v` gives",
            ),
            ("plugin: constructed\nstrict: true\nkeyed_groups: [{key: w}]", "a keyed group of host `h1`: 'w' is"),
            ("plugin: constructed\nstrict: true\nkeyed_groups: [{key: none}]", "`none` gives nothing for host `h1`"),
            ("plugin: generator\nhosts: {name: x}", "`generator` needs `layers`, a mapping; found nothing"),
            (
                "plugin: generator\nhosts: x\nlayers: {}",
                "p.yml:2:8: `generator` needs `hosts`, a mapping; found a text",
            ),
            ("plugin: generator\nhosts: {name: x}\nlayers: {a: b}", "the layer `a` should be a list, found a text"),
            (
                "plugin: generator\nhosts: {name: '{{ b }}'}\nlayers: {a: [c]}",
                "p.yml:2:15: 'b' is undefined",
            ),
            ("plugin: generator\nhosts: {name: '{{ a }}'}\nlayers: {a: [1]}", "the name of a host should be a text"),
            (
                "plugin: generator\nhosts: {name: h, parents: [{vars: {}}]}\nlayers: {a: [b]}",
                "p.yml:2:28: a parent of `h` has no name",
            ),
        ],
    )
    def test_is_refused_with_the_reason(self, tmp_path: Path, content: str, expected: str) -> None:
        with pytest.raises(InputError) as caught:
            loaded(tmp_path, content)
        assert expected in str(caught.value)


class TestThePluginsEnabled:
    @pytest.mark.parametrize("name", ["p.yml", "p.config", "p"])
    def test_are_all_of_them_where_nothing_is_said(self, tmp_path: Path, name: str) -> None:
        assert ["h1", "g", "x"] == loaded(tmp_path, "plugin: constructed\ngroups: {x: v == 1}", name)

    def test_are_those_that_the_setting_names(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ANSIBLE_INVENTORY_ENABLED", "ini, ansible.builtin.constructed")
        assert ["h1", "g"] == loaded(tmp_path, "plugin: constructed")
        with pytest.raises(InputError, match=r"the inventory plugin `yaml` reads this, and is not among those enabled"):
            loaded(tmp_path, "g: {hosts: {h1: }}")
        with pytest.raises(InputError, match="the inventory plugin `host_list` reads this"):
            load_inventory(["h1,"])

    def test_decide_whether_a_host_list_has_ranges(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert ["w1", "w2"] == list(load_inventory(["w[1:2],"]).hosts)
        config.cache_clear()
        monkeypatch.setenv("ANSIBLE_INVENTORY_ENABLED", "host_list")
        hosts = load_inventory(["w[1:2],v:22,[::1]:22"]).hosts
        assert {"w[1:2]": None, "v": 22, "::1": 22} == {name: h.vars.get("ansible_port") for name, h in hosts.items()}


class TestAFileOfYamlThatHoldsIni:
    def test_is_read_as_what_it_is(self, tmp_path: Path) -> None:
        assert ["h1", "h2", "g", "k"] == loaded(tmp_path, "[k]\nh2 url=http://x:1 # see: there\n")

    @pytest.mark.parametrize("head", ["my group:", '"g 2":', "'g 2':", "g2 :", "? g2\n:", "&a g2:"])
    def test_is_not_one_whose_first_key_is_unusual(self, tmp_path: Path, head: str) -> None:
        assert "h5" in loaded(tmp_path, f"{head}\n  hosts: {{h5: }}\n", "hosts")


class TestFactsOfEarlierRuns:
    def test_are_among_the_variables_of_a_host(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ANSIBLE_CACHE_PLUGIN", "jsonfile")
        monkeypatch.setenv("ANSIBLE_CACHE_PLUGIN_CONNECTION", str(tmp_path / "facts"))
        cache = configured(config())
        assert cache
        cache.write("h1", {"ansible_distribution": "Debian"})
        plugin = "plugin: constructed\nkeyed_groups: [{key: ansible_distribution, prefix: os}]"
        assert ["h1", "h2", "g", "os_Debian"] == loaded(tmp_path, plugin, hosts="[g]\nh1\nh2\n")
        inventory = load_inventory([str(tmp_path / "hosts.ini")])
        shown = Listing(inventory, facts=cache.read).as_list()["_meta"]["hostvars"]
        assert {"h1": {"ansible_distribution": {"__ansible_unsafe": "Debian"}}} == shown
