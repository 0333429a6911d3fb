from __future__ import annotations

import json
from pathlib import Path

import pytest

from opsengine.errors import InputError
from opsengine.inventory.export import Listing
from opsengine.inventory.load import load_inventory
from opsengine.source.text import Text


class TestSources:
    def test_may_be_none(self) -> None:
        inventory = load_inventory([])
        assert ({}, ["all", "ungrouped"]) == (inventory.hosts, list(inventory.groups))

    def test_may_be_hosts_with_commas(self) -> None:
        inventory = load_inventory(["web[1:2], db:2222,"])
        assert ["web1", "web2", "db"] == list(inventory.ungrouped.hosts)
        assert {"ansible_port": 2222} == inventory.hosts["db"].vars

    def test_tell_each_host_where_it_comes_from(self, tmp_path: Path) -> None:
        (tmp_path / "hosts").write_text("h1\n")
        inventory = load_inventory([str(tmp_path), "h2,"])
        assert str(tmp_path / "hosts") == inventory.hosts["h1"].inventory_file
        assert str(tmp_path) == inventory.hosts["h1"].inventory_dir
        assert ("h2,", None) == (inventory.hosts["h2"].inventory_file, inventory.hosts["h2"].inventory_dir)

    def test_are_all_read_before_their_problems_are_told(self, tmp_path: Path) -> None:
        (tmp_path / "a.ini").write_text("h1 wrong\n")
        (tmp_path / "b.yml").write_text("- wrong\n")
        with pytest.raises(InputError) as caught:
            load_inventory([str(tmp_path), str(tmp_path / "c.ini")])
        found = [f"{Path(each.origin.file).name}: {each.message}" for each in caught.value.each() if each.origin]
        assert [
            "a.ini: expected a variable (name=value), found `wrong`",
            "b.yml: expected groups (name: ...), found a list",
            "c.ini: no such inventory",
        ] == found
        assert "did you mean `a.ini`?" in str(caught.value.each()[2])

    def test_in_a_folder_may_be_links_but_not_to_nothing(self, tmp_path: Path) -> None:
        (tmp_path / "hosts").symlink_to("gone")
        with pytest.raises(InputError, match="no such inventory\n  hint: it is a link to gone, which is not there"):
            load_inventory([str(tmp_path)])

    def test_warn_of_a_folder_without_any(self, tmp_path: Path) -> None:
        with pytest.warns(UserWarning, match="there is no inventory in this folder"):
            assert {} == load_inventory([str(tmp_path)]).hosts

    def test_say_how_to_write_a_host_list(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        with pytest.raises(InputError, match=r"web1: no such inventory\n.*need a comma: `web1,`"):
            load_inventory(["web1"])


class TestAScript:
    def run(self, tmp_path: Path, body: str) -> str:
        script = tmp_path / "inventory.sh"
        script.write_text(f"#!/bin/sh\n{body}\n")
        script.chmod(0o755)
        return str(script)

    def test_is_trusted_except_where_it_says_otherwise(self, tmp_path: Path) -> None:
        source = self.run(
            tmp_path,
            """echo '{"g": {"hosts": ["h"], "vars": {"a": "{{ x }}", "b": {"__ansible_unsafe": "{{ x }}"}}}}'""",
        )
        variables = load_inventory([source]).groups["g"].vars
        assert isinstance(variables["a"], Text)
        assert source == variables["a"].origin.file
        assert (str, "{{ x }}") == (type(variables["b"]), variables["b"])

    @pytest.mark.parametrize(
        ("body", "expected"),
        [
            ("echo no such cloud >&2; exit 3", "exited with 3 for --list\n  hint: it said: no such cloud"),
            ("echo hello", "prints for --list is not JSON"),
            ("echo '[1]'", "the answer to --list must be a JSON object, found a list"),
            ("""echo '{"g": {"hosts": "h"}}'""", "`hosts` of group `g` must be a list of names, found a text"),
            ("""echo '{"g": 1}'""", "group `g` must be a JSON object or a list of hosts, found `1`"),
            ("""echo '{"_meta": {"hostvars": []}}'""", "`_meta.hostvars` must be a JSON object, found a list"),
        ],
    )
    def test_that_fails_is_reported(self, tmp_path: Path, body: str, expected: str) -> None:
        with pytest.raises(InputError) as caught:
            load_inventory([self.run(tmp_path, body)])
        assert expected in str(caught.value)

    def test_may_print_what_was_exported(self, tmp_path: Path) -> None:
        (tmp_path / "h.yml").write_text(
            "g: {hosts: {h1: {a: '{{ x }}', b: !unsafe '{{ y }}'}}, children: {k: {hosts: {h2: }}}}"
        )
        exported = Listing(load_inventory([str(tmp_path / "h.yml")])).as_list()
        (tmp_path / "exported.json").write_text(json.dumps(exported))
        again = load_inventory([self.run(tmp_path, f"cat {tmp_path}/exported.json")])
        assert exported == Listing(again).as_list()


class TestAListing:
    def test_may_keep_to_some_hosts(self) -> None:
        inventory = load_inventory(["h1,h2"])
        assert ["h2"] == Listing(inventory, [inventory.hosts["h2"]]).as_list()["ungrouped"]["hosts"]

    def test_draws_a_tree(self, tmp_path: Path) -> None:
        (tmp_path / "h.ini").write_text("[g]\nh1 a=1\n[g:vars]\nb=2\nansible_group_priority=5\n[top:children]\ng\n")
        inventory = load_inventory([str(tmp_path / "h.ini")])
        expected = "@top:\n  |--@g:\n  |  |--h1\n  |  |  |--{a = 1}\n  |  |  |--{b = 2}\n"
        expected += "  |  |--{ansible_group_priority = 5}\n  |  |--{b = 2}"
        assert expected == Listing(inventory).as_graph("top", show_vars=True)
