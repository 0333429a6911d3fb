"""
Runs inventory scripts: programs that print an inventory as JSON.

https://docs.ansible.com/ansible/latest/dev_guide/developing_inventory.html#inventory-scripts
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from opsengine.errors import InputError
from opsengine.inventory.model import Group, Inventory
from opsengine.inventory.variables import kind_of
from opsengine.source.json import load_json
from opsengine.source.text import Origin


def read_script(inventory: Inventory, path: Path) -> None:
    """
    Add the hosts, groups and variables that `PATH --list` prints.

    Where it prints no `_meta.hostvars`, `PATH --host NAME` is asked for each host. Raises InputError.
    """
    script = _Script(path)
    content = script.ask("--list")
    hostvars = script.hostvars(content.pop("_meta", {}))
    problems: list[InputError] = []
    named: dict[str, None] = {}
    for name, group in content.items():
        try:
            named.update(dict.fromkeys(_add_group(inventory, name, group, script.origin)))
        except InputError as problem:
            problems.append(problem)
    if problems:
        raise InputError.of(problems)
    for host in named:
        variables = script.ask("--host", host) if hostvars is None else hostvars.get(host, {})
        for key, value in script.mapping(variables, f"the variables of `{host}`").items():
            inventory.set_variable(inventory.hosts[host], key, value, script.origin)


class _Script:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.origin = Origin(str(path))

    def ask(self, *arguments: str) -> dict[str, Any]:
        """The JSON mapping that the script prints; an empty answer is an empty mapping."""
        question = " ".join(arguments)
        try:
            done = subprocess.run([self.path.absolute(), *arguments], capture_output=True, check=False)
        except OSError as error:
            raise self.problem(f"the inventory script cannot be run: {error.strerror}") from None
        if done.returncode:
            raise self.problem(f"the inventory script exited with {done.returncode} for {question}", done.stderr)
        if not done.stdout.strip() and arguments[0] == "--host":
            return {}
        try:
            value = load_json(done.stdout.decode(), self.origin)
        except ValueError as error:
            raise self.problem(
                f"what the inventory script prints for {question} is not JSON: {error}", done.stderr
            ) from None
        return self.mapping(value, f"the answer to {question}")

    def hostvars(self, meta: Any) -> dict[str, Any] | None:
        """Every host's variables, or None where the script must be asked for each."""
        if "hostvars" not in self.mapping(meta, "`_meta`"):
            return None
        return self.mapping(meta["hostvars"], "`_meta.hostvars`")

    def mapping(self, value: Any, name: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise self.problem(f"{name} must be a JSON object, found {kind_of(value)}")
        return value

    def problem(self, message: str, stderr: bytes = b"") -> InputError:
        said = stderr.decode(errors="replace").strip().splitlines()
        return InputError(message, origin=self.origin, hint=f"it said: {' / '.join(said[-3:])}" if said else None)


def _add_group(inventory: Inventory, name: str, content: Any, origin: Origin) -> list[str]:
    """Add one group of the answer; the names of its hosts."""
    if isinstance(content, list):
        content = {"hosts": content}
    if not isinstance(content, dict):
        raise InputError(
            f"group `{name}` must be a JSON object or a list of hosts, found {kind_of(content)}", origin=origin
        )
    if not content.keys() & {"hosts", "vars", "children"}:
        # Ansible's oldest form: the only host of a group by its name. The JSON detour makes its variables plain data.
        content = {"hosts": [name], "vars": json.loads(json.dumps(content))}
    group = inventory.add_group(name, origin)
    hosts = _names(content, "hosts", group, origin)
    for host in hosts:
        inventory.add_host(host, group.name, origin=origin)
    variables = content.get("vars", {})
    if not isinstance(variables, dict):
        raise InputError(f"`vars` of group `{name}` must be a JSON object, found {kind_of(variables)}", origin=origin)
    for key, value in variables.items():
        inventory.set_variable(group, key, value, origin)
    for child in _names(content, "children", group, origin):
        inventory.add_group(child, origin)
        inventory.add_child(group.name, child, origin)
    return hosts


def _names(content: dict[str, Any], key: str, group: Group, origin: Origin) -> list[str]:
    names = content.get(key, [])
    if not isinstance(names, list) or not all(isinstance(name, str) and name for name in names):
        raise InputError(
            f"`{key}` of group `{group.name}` must be a list of names, found {kind_of(names)}", origin=origin
        )
    return [str(name) for name in names]
