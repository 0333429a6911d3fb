"""Hosts that are restarted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cli import Ran, playbook, run
from tests.lab import Lab, LabHost

STARTED = "stat -c %Z /proc/1"


@pytest.fixture(scope="module")
def host(lab: Lab) -> LabHost:
    return lab.host("reboots")


@pytest.fixture(scope="module")
def inventory(lab: Lab, host: LabHost, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("inventory") / "hosts.yml"
    lab.inventory(path, [host])
    return path


def reboot(inventory: Path | str, path: Path, arguments: str, *words: str) -> Ran:
    """Run a playbook that restarts the hosts and asks for the time of their start."""
    tasks = f"- reboot: {{{arguments}}}\n- command: {STARTED}"
    return run("run", playbook(path / "p.yml", tasks), "-i", str(inventory), *words)


def result(ran: Ran, host: str = "reboots") -> dict[str, Any]:
    found: dict[str, Any] = ran.results(host)[0]["result"]
    return found


class TestAHost:
    def test_is_restarted_and_worked_on(self, host: LabHost, inventory: Path, tmp_path: Path) -> None:
        before = host.run(STARTED).strip()
        ran = reboot(inventory, tmp_path, "connect_timeout: 5", "-e", "ansible_user=ops", "--become")
        assert (0, ["changed", "changed"]) == (ran.code, ran.statuses()["reboots"]), ran.events
        assert (True, True) == (result(ran)["rebooted"], result(ran)["changed"])
        assert before != ran.results("reboots")[1]["result"]["stdout"]

    def test_that_does_not_go_is_noticed(self, inventory: Path, tmp_path: Path) -> None:
        ran = reboot(inventory, tmp_path, "reboot_command: /bin/true, reboot_timeout: 2")
        assert ["failed"] == ran.statuses()["reboots"]
        assert "Timed out waiting for the host to start anew (timeout=2)" in result(ran)["msg"]
        assert not result(ran)["rebooted"]

    def test_that_never_passes_the_test_is_noticed(self, inventory: Path, tmp_path: Path) -> None:
        arguments = "test_command: /bin/false, reboot_timeout: 2, reboot_command: 'true', boot_time_command: date +%N"
        ran = reboot(inventory, tmp_path, arguments)
        assert "Timed out waiting for the test command" in result(ran)["msg"]
        assert result(ran)["rebooted"]

    def test_that_has_no_such_command_is_not_waited_for(self, inventory: Path, tmp_path: Path) -> None:
        assert 'Unable to find command "nosuch"' in result(reboot(inventory, tmp_path, "reboot_command: nosuch"))["msg"]
        ran = reboot(inventory, tmp_path, "reboot_command: ls /nonexistent")
        assert result(ran)["msg"].startswith("Reboot command failed. Error was: ', /bin/ls:")

    def test_stays_up_in_a_dry_run(self, host: LabHost, inventory: Path, tmp_path: Path) -> None:
        before = host.run(STARTED)
        ran = reboot(inventory, tmp_path, "", "--check")
        assert (True, True) == (result(ran)["changed"], result(ran)["rebooted"])
        assert before == host.run(STARTED)


def test_this_machine_is_not_restarted(tmp_path: Path) -> None:
    ran = reboot("here,", tmp_path, "", "-e", "ansible_connection=local")
    assert "would reboot the control node" in result(ran, "here")["msg"]
