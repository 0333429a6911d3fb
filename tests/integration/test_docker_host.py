"""The main job: a playbook turns bare hosts into Docker hosts, over SSH, and does what its dry run said."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.lab import Lab, LabHost

ROOT = Path(__file__).parents[2]
PLAYBOOK = ROOT / "playbooks" / "docker-host.yml"
NAMES = ("main1", "main2", "main3")
SNAPSHOT = (
    "dpkg-query -W; find /etc /opt /usr/local /var/lib/docker /root -xdev -type f -printf '%p %s %m %T@\\n' | sort; "
    "ls /sys/class/net; cat /proc/sys/net/ipv4/ip_forward; systemctl list-units --plain --no-legend 'docker*'"
)


@dataclass
class Ran:
    """What one run said: its exit code, and the events of its JSON lines."""

    code: int
    events: list[dict[str, Any]]
    errors: str

    def results(self) -> dict[tuple[str, str], dict[str, Any]]:
        """{(task, host): its host_result event}."""
        names = {event["task"]: event["name"] for event in self.events if event["event"] == "task_started"}
        return {(names[e["task"]], e["host"]): e for e in self.events if e["event"] == "host_result"}

    def changed(self) -> dict[str, int]:
        """{host: number of changed tasks}."""
        (ended,) = [event for event in self.events if event["event"] == "run_ended"]
        return {host: stats["changed"] for host, stats in ended["stats"].items()}


def run(inventory: Path, *options: str) -> Ran:
    """Run the playbook as a person does, with JSON lines."""
    command = [sys.executable, "-m", "opsengine", "run", "-i", str(inventory), str(PLAYBOOK), "--output", "jsonl"]
    answer = subprocess.run([*command, *options], cwd=ROOT, capture_output=True, text=True, timeout=280, check=False)
    events = [json.loads(line) for line in answer.stdout.splitlines()]
    return Ran(answer.returncode, events, answer.stderr)


@pytest.fixture(scope="module")
def hosts(lab: Lab) -> list[LabHost]:
    return [lab.host(name) for name in NAMES]


@pytest.fixture(scope="module")
def inventory(lab: Lab, hosts: list[LabHost], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("inventory")
    path = folder / "hosts.yml"
    lab.inventory(path, hosts)
    (folder / "group_vars").mkdir()
    variables = yaml.safe_load((ROOT / "inventories" / "local.yml").read_text())["docker_hosts"]["vars"]
    (folder / "group_vars" / "docker_hosts.yml").write_text(yaml.safe_dump(variables))
    return path


def known(diffs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Diffs without what the dry run said that it could not know."""

    def plain(value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {key: item for key, item in value.items() if key != "made from"}

    return [{key: plain(value) for key, value in diff.items()} for diff in diffs]


@pytest.fixture(scope="module")
def story(hosts: list[LabHost], inventory: Path) -> Iterator[dict[str, Any]]:
    """Dry run, run, and run again, with what the hosts looked like before and after the dry run."""
    before = {host.name: host.run(SNAPSHOT) for host in hosts}
    foreseen = run(inventory, "--check", "--diff")
    after = {host.name: host.run(SNAPSHOT) for host in hosts}
    done = run(inventory, "--diff")
    yield {"before": before, "after": after, "foreseen": foreseen, "done": done, "again": run(inventory, "--diff")}


class TestTheDryRun:
    def test_succeeds_on_hosts_that_have_nothing_yet(self, story: dict[str, Any]) -> None:
        assert 0 == story["foreseen"].code, story["foreseen"].errors

    def test_touches_nothing(self, story: dict[str, Any]) -> None:
        assert story["before"] == story["after"]

    def test_foresees_every_change_and_no_other(self, story: dict[str, Any]) -> None:
        foreseen, done = story["foreseen"].results(), story["done"].results()
        assert {key: event["status"] for key, event in foreseen.items()} == {
            key: event["status"] for key, event in done.items()
        }

    def test_shows_the_very_diffs(self, story: dict[str, Any]) -> None:
        foreseen, done = story["foreseen"].results(), story["done"].results()
        assert {key: known(event["diffs"]) for key, event in foreseen.items()} == {
            key: known(event["diffs"]) for key, event in done.items()
        }

    def test_says_what_it_takes_for_granted(self, story: dict[str, Any]) -> None:
        event = story["foreseen"].results()["Create networks", "main1"]
        assert ["engine docker, which comes with: Install and start the engine"] == event["assumes"]


class TestTheRun:
    def test_succeeds(self, story: dict[str, Any]) -> None:
        assert 0 == story["done"].code, story["done"].errors

    def test_leaves_a_container_that_answers_at_its_address(self, story: dict[str, Any], hosts: list[LabHost]) -> None:
        for host in hosts:
            said = host.run("docker exec demo-web /bin/busybox wget -O- http://172.30.99.10:8080/ 2>&1 || true")
            assert "404" in said, said

    def test_leaves_an_engine_that_goes_by_its_daemon_json(self, story: dict[str, Any], hosts: list[LabHost]) -> None:
        for host in hosts:
            assert "http://127.0.0.1:5001/" in host.run("docker info --format '{{.RegistryConfig.Mirrors}}'")

    def test_again_changes_nothing(self, story: dict[str, Any]) -> None:
        assert (0, dict.fromkeys(NAMES, 0)) == (story["again"].code, story["again"].changed())
        assert not any(event["diffs"] for event in story["again"].results().values())


class TestAHostThatCannotBeReached:
    def test_does_not_keep_the_others_from_finishing(
        self, story: dict[str, Any], inventory: Path, tmp_path: Path
    ) -> None:
        more = tmp_path / "more.yml"
        more.write_text("docker_hosts: {hosts: {ghost: {ansible_host: 127.0.0.1, ansible_port: 1}}}\n")
        ran = run(inventory, "-i", str(more))
        assert 4 == ran.code
        assert "unreachable" == ran.results()["Set kernel parameters", "ghost"]["status"]
        assert all(("Run containers", name) in ran.results() for name in NAMES)


class TestABrokenDaemonJson:
    def test_is_named_before_anything_is_written(
        self, story: dict[str, Any], inventory: Path, hosts: list[LabHost]
    ) -> None:
        broken = '{\n  "debug": true,\n  oops\n}\n'
        hosts[0].run(f"cp -a /etc/docker/daemon.json /root/kept; printf '%s' '{broken}' > /etc/docker/daemon.json")
        try:
            before = hosts[0].run("ls -la --time-style=full-iso /etc/docker")
            ran = run(inventory)
            event = ran.results()["Configure the engine", "main1"]
            assert (2, "failed") == (ran.code, event["status"])
            assert "/etc/docker/daemon.json:3:3 is not JSON" in event["result"]["msg"]
            assert "nothing was written" in event["hint"]
            assert before == hosts[0].run("ls -la --time-style=full-iso /etc/docker")
            assert "ok" == ran.results()["Run containers", "main2"]["status"]
        finally:
            hosts[0].run("mv /root/kept /etc/docker/daemon.json")
