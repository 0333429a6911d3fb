"""Settings that say how inventories are read, in the environment and in ansible.cfg, to both tools."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conformance.inventories import difference, write

ROOT = Path(__file__).parents[2]
FILES = {
    "inv/1-hosts": "[web-1]\nh1 a=host d=\"{'host': 1, 'deep': {'x': 1}}\"\n[other]\nh1\n[web-1:vars]\na=web\nb=web\n"
    "d={'web': 1, 'deep': {'y': 1}}\n[all:vars]\na=all\nb=all\nc=all\nd={'all': 1}\n",
    "inv/2-plugin.yml": "plugin: constructed\ncompose: {e: extra | default('none')}\nkeyed_groups: [{key: a}]\n",
    "inv/3-skipped.ini": "h3\n",
    "inv/4.skipped": "h4\n",
    "inv/5.cfg": "h5\n",
    "inv/6.data": "h6\n",
    "inv/group_vars/all.yml": "b: all file\nc: all file\nd: {file: 1, deep: {z: 1}}\n",
    "inv/group_vars/web-1.yml": "b: web file\nf: web file\n",
    "inv/group_vars/web_1.yml": "b: safe web file\n",
    "inv/group_vars/other.data": "g: read\n",
    "inv/host_vars/h1/1.yml": "d: {one: 1}\n",
    "inv/host_vars/h1/2.yml": "d: {two: 2}\n",
    "play/group_vars/all.yml": "b: play\nc: play\nd: {play: 1}\n",
}
SETTINGS = {
    "nothing": "",
    "merging": "[defaults]\nhash_behaviour = merge\n",
    "another order of levels": "[defaults]\nprecedence = groups_plugins_play, groups_plugins_inventory,"
    " groups_inventory, all_plugins_play, all_plugins_inventory, all_inventory\n",
    "some levels": "[defaults]\nprecedence = all_inventory, groups_inventory\n",
    "no variable files": "[defaults]\nvars_plugins_enabled =,\n",
    "safe group names": "[defaults]\nforce_valid_group_names = always\n",
    "silently safe group names": "[defaults]\nforce_valid_group_names = silently\n",
    "other group names": "[defaults]\nforce_valid_group_names = ignore\n",
    "other endings to pass over": "[inventory]\nignore_extensions = .skipped, .data\n",
    "endings to pass over at their old place": "[defaults]\ninventory_ignore_extensions = .skipped, .data, .cfg\n",
    "patterns to pass over": "[inventory]\nignore_patterns = ^3, kip+ed$\n",
    "other endings of variable files": "[defaults]\nyaml_valid_extensions = .data, .yml\n",
    "exports": "[inventory]\nexport = true\n",
    "variables of the command line": "[inventory_plugins]\nuse_extra_vars = yes\n",
    "an inventory": "[defaults]\ninventory = inv/1-hosts, inv/3-skipped.ini\n",
}


@pytest.mark.parametrize("name", SETTINGS)
def test_a_setting_means_the_same(name: str, tmp_path: Path) -> None:
    write({**FILES, "ansible.cfg": SETTINGS[name]}, tmp_path)
    tmp_path.chmod(0o755)
    words = ["--list", "--playbook-dir", "play", "-e", "extra=typed"]
    words += [] if name == "an inventory" else ["-i", "inv"]
    theirs = shown(tmp_path, [str(Path(sys.executable).with_name("ansible-inventory")), *words])
    ours = shown(tmp_path, [sys.executable, "-m", "opsengine", "inventory", *words])
    assert theirs.splitlines() == ours.splitlines(), difference([name], theirs, ours)


def shown(folder: Path, command: list[str]) -> str:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}
    done = subprocess.run(
        command,
        cwd=folder,
        env={**kept, "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
