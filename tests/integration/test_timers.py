"""Timers of systemd: what they start is what was asked for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli import playbook, run
from tests.lab import Lab, LabHost


@pytest.fixture(scope="module")
def host(lab: Lab) -> LabHost:
    return lab.host("timers")


@pytest.fixture(scope="module")
def inventory(lab: Lab, host: LabHost, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("inventory") / "hosts.yml"
    lab.inventory(path, [host])
    return path


def timer(inventory: Path, folder: Path, **args: Any) -> dict[str, Any]:
    """The event of one task with the module."""
    path = playbook(folder / "p.yml", f"- systemd_timer: {json.dumps(args)}")
    (event,) = run("run", path, "-i", inventory).results("timers")
    return dict(event)


class TestATimer:
    def test_runs_a_shell_command_letter_by_letter(self, host: LabHost, inventory: Path, tmp_path: Path) -> None:
        script = 'for i in a b; do\n  printf \'%s\\t"%s" 100%%\\n\' ${i} "$(echo $i\\$)"; done > /root/said'
        event = timer(inventory, tmp_path, name="letters", command=script, shell=True, on_calendar=["daily"])
        assert "changed" == event["status"], event
        host.run("systemctl start letters.service")
        assert 'a\t"a$" 100%\nb\t"b$" 100%\n' == host.run("cat /root/said")

    def test_runs_a_command_as_a_user_with_variables(self, host: LabHost, inventory: Path, tmp_path: Path) -> None:
        host.run("install -m 755 /dev/null /usr/local/bin/tell; install -o ops -d /opt/told")
        host.run("printf '#!/bin/sh\\necho \"$(id -un) $A $1\" > /opt/told/it\\n' > /usr/local/bin/tell")
        args = {"user": "ops", "environment": {"A": 'x "y" 5%'}, "on_unit_active_sec": ["1h"]}
        timer(inventory, tmp_path, name="tell.timer", command="/usr/local/bin/tell '50% of it'", **args)
        host.run("systemctl start tell.service")
        assert 'ops x "y" 5% 50% of it\n' == host.run("cat /opt/told/it")

    def test_is_told_when_it_runs_next(self, inventory: Path, tmp_path: Path) -> None:
        event = timer(inventory, tmp_path, name="next", command="/bin/true", on_calendar=["2099-01-01"])
        assert "2099-01-01" in event["result"]["next_run"]

    def test_needs_times_that_systemd_takes(self, inventory: Path, tmp_path: Path) -> None:
        event = timer(inventory, tmp_path, name="never", command="/bin/true", on_calendar=["Someday"])
        assert "failed" == event["status"]
        assert "on_calendar: Failed to parse calendar" in event["result"]["msg"]
        event = timer(inventory, tmp_path, name="never", command="/bin/true", on_boot_sec=["5 parsecs"])
        assert "on_boot_sec: Failed to parse time span" in event["result"]["msg"]

    def test_does_not_take_the_place_of_another_unit(self, inventory: Path, tmp_path: Path, host: LabHost) -> None:
        host.run("printf '[Service]\\nExecStart=/bin/true\\n' > /etc/systemd/system/mine.service")
        event = timer(inventory, tmp_path, name="mine", command="/bin/true", on_calendar=["daily"])
        assert "/etc/systemd/system/mine.service was not written by this module" == event["result"]["msg"]

    def test_that_systemd_does_not_take_is_told_of(self, inventory: Path, tmp_path: Path) -> None:
        event = timer(inventory, tmp_path, name="bad", command="'of one quote", on_calendar=["daily"])
        assert "systemd does not take /etc/systemd/system/bad.service" in event["result"]["msg"]
