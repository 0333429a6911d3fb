from __future__ import annotations

from pathlib import Path

import pytest

from opsengine.errors import InputError
from opsengine.inventory.load import load_inventory
from opsengine.inventory.variables import Level, VarsFolders
from opsengine.source.text import Origin


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return folder


class TestVariableFolders:
    def test_merge_a_folder_alphabetically_and_deeply(self, tmp_path: Path) -> None:
        write(
            tmp_path,
            {"group_vars/g/b.yml": "x: b", "group_vars/g/a/z.yml": "{x: a, y: a}", "group_vars/g/c.txt": "x: c"},
        )
        assert {"x": "b", "y": "a"} == VarsFolders([tmp_path]).of_groups(["g"])

    def test_take_only_the_first_spelling_of_a_name(self, tmp_path: Path) -> None:
        write(tmp_path, {"host_vars/h.yaml": "x: yaml", "host_vars/h.yml": "x: yml", "host_vars/h.json": "{}"})
        assert {"x": "yml"} == VarsFolders([tmp_path]).of_host("h")

    def test_override_folder_by_folder_then_group_by_group(self, tmp_path: Path) -> None:
        one = write(tmp_path / "one", {"group_vars/a": "{x: 1a, y: 1a}", "group_vars/b": "{y: 1b, z: 1b}"})
        two = write(tmp_path / "two", {"group_vars/a": "{z: 2a}"})
        assert {"x": "1a", "y": "1b", "z": "2a"} == VarsFolders([one, two]).of_groups(["a", "b"])
        assert {"x": "1a", "y": "1b", "z": "1b"} == VarsFolders([one, two, one]).of_groups(["a", "b"])

    def test_read_each_file_once(self, tmp_path: Path) -> None:
        write(tmp_path, {"group_vars/g.yml": "x: 1"})
        read: list[Path] = []

        def reading(path: Path) -> dict[str, int]:
            read.append(path)
            return {"x": 1}

        folders = VarsFolders([tmp_path], reading)
        assert [{"x": 1}] * 2 == [folders.of_groups(["g"]) for _ in range(2)]
        assert [tmp_path / "group_vars/g.yml"] == read

    def test_report_every_wrong_file_at_once(self, tmp_path: Path) -> None:
        write(
            tmp_path,
            {"group_vars/g/a.yml": "- 1", "group_vars/g/b.yml": "x: ]", "host_vars/h": "just text", "host_vars/k": ""},
        )
        with pytest.raises(InputError) as caught:
            VarsFolders([tmp_path]).preload(["g", "none"], ["h", "k"])
        places = [str(each.origin).removeprefix(f"{tmp_path}/") for each in caught.value.each()]
        assert ["group_vars/g/a.yml:1:1", "group_vars/g/b.yml:1:4", "host_vars/h:1:1"] == places
        assert "expected variables (name: value), found a list" in str(caught.value)

    def test_warn_of_a_file_in_the_place_of_the_folder(self, tmp_path: Path) -> None:
        write(tmp_path, {"group_vars": "x: 1"})
        with pytest.warns(UserWarning, match="group_vars: is not a folder"):
            assert {} == VarsFolders([tmp_path]).of_groups(["g"])


class TestTheLayersOfAHost:
    def test_come_lowest_first_and_apart(self, tmp_path: Path) -> None:
        write(
            tmp_path,
            {
                "hosts.ini": "[web]\nh h=1\n[all:vars]\na=1\n[web:vars]\ng=1\n",
                "group_vars/all.yml": "a: 2",
                "group_vars/web.yml": "g: 2",
                "host_vars/h.yml": "h: 2",
                "play/group_vars/all.yml": "a: 3",
                "play/group_vars/web.yml": "g: 3",
                "play/host_vars/h.yml": "h: 3",
            },
        )
        inventory = load_inventory([str(tmp_path / "hosts.ini")])
        layers = inventory.host_vars_layers(inventory.hosts["h"], VarsFolders([tmp_path / "play"]))
        assert [
            (Level.ALL_IN_INVENTORY, {"a": 1}),
            (Level.GROUPS_IN_INVENTORY, {"g": 1}),
            (Level.ALL_BESIDE_INVENTORY, {"a": 2}),
            (Level.ALL_BESIDE_PLAYBOOK, {"a": 3}),
            (Level.GROUPS_BESIDE_INVENTORY, {"g": 2}),
            (Level.GROUPS_BESIDE_PLAYBOOK, {"g": 3}),
            (Level.HOST_IN_INVENTORY, {"h": 1}),
            (Level.HOST_BESIDE_INVENTORY, {"h": 2}),
            (Level.HOST_BESIDE_PLAYBOOK, {"h": 3}),
        ] == layers
        assert list(Level) == [level for level, _ in layers]

    def test_know_the_place_of_every_text(self, tmp_path: Path) -> None:
        write(tmp_path, {"hosts.ini": "[web]\nh\n", "group_vars/web.yml": "\ng: text"})
        inventory = load_inventory([str(tmp_path / "hosts.ini")])
        layers = dict(inventory.host_vars_layers(inventory.hosts["h"]))
        assert Origin(str(tmp_path / "group_vars/web.yml"), 2, 4) == layers[Level.GROUPS_BESIDE_INVENTORY]["g"].origin
