"""What goes wrong in the middle: the controller is killed, interrupted, or the host freezes. Nothing is left behind."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli import ROOT, command, playbook, run
from tests.lab import Lab, LabHost

PROCESSES = "ps -eo pid,args | grep -E 'opsengine|sleep 30[0]|-SEc' | grep -v grep || true"
LEFTOVERS = "find / -xdev -name '*.opsengine' -not -path '/proc/*' 2>/dev/null || true"
BECOME = {
    "root": {},
    "sudo": {"ansible_user": "deploy", "ansible_become": "yes", "ansible_become_password": "deploy"},
    "su": {
        "ansible_user": "plain",
        "ansible_become": "yes",
        "ansible_become_method": "su",
        "ansible_become_password": "root",
    },
}


@pytest.fixture(scope="module")
def hosts(lab: Lab) -> list[LabHost]:
    return [lab.host(f"fault{number}") for number in (1, 2, 3)]


@pytest.fixture
def inventory(lab: Lab, hosts: list[LabHost], tmp_path: Path) -> Path:
    path = tmp_path / "hosts.yml"
    lab.inventory(path, hosts)
    return path


def wait(what: str, holds: Callable[[], bool], seconds: float = 20) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


@contextlib.contextmanager
def running(*words: str | Path) -> Iterator[subprocess.Popen[str]]:
    """opsengine, running; ended with the block at the latest."""
    process = subprocess.Popen(
        command(*words), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def nothing_is_left(host: LabHost) -> None:
    """Wait until no process of opsengine and no temporary file is on a host."""
    wait(f"left behind: {host.run(PROCESSES)}", lambda: not host.run(PROCESSES).strip())
    assert "" == host.run(LEFTOVERS).strip()


class TestAControllerThatIsKilled:
    @pytest.mark.parametrize("become", BECOME)
    def test_in_a_command_leaves_nothing(
        self, become: str, hosts: list[LabHost], inventory: Path, tmp_path: Path
    ) -> None:
        book = playbook(tmp_path / "site.yml", "- command: sh -c 'sleep 300; true'")
        extra = [word for name, value in BECOME[become].items() for word in ("-e", f"{name}={value}")]
        with running("run", "-i", inventory, book, "-l", "fault1", *extra) as controller:
            wait("the command never began", lambda: "sleep 300" in hosts[0].run(PROCESSES))
            controller.kill()
            nothing_is_left(hosts[0])

    def test_in_a_copy_leaves_the_old_file_and_no_other(
        self, hosts: list[LabHost], inventory: Path, tmp_path: Path
    ) -> None:
        (tmp_path / "big").write_bytes(os.urandom(1 << 20) * 200)
        hosts[0].run("echo old > /root/big")
        book = playbook(tmp_path / "site.yml", f"- copy: {{src: {tmp_path}/big, dest: /root/big, mode: '0644'}}")
        with running("run", "-i", inventory, book, "-l", "fault1") as controller:
            wait("the copy never began", lambda: ".opsengine" in hosts[0].run("ls -A /root"))
            controller.kill()
            nothing_is_left(hosts[0])
        assert "old\n" == hosts[0].run("cat /root/big")


class TestCtrlC:
    def test_ends_the_run_with_its_recap_and_no_further_task(
        self, hosts: list[LabHost], inventory: Path, tmp_path: Path
    ) -> None:
        tasks = "- command: /bin/true\n- command: sleep 300\n- command: touch /root/never"
        book = playbook(tmp_path / "site.yml", tasks)
        with running("run", "-i", inventory, book) as controller:
            for host in hosts:
                wait("the command never began", lambda host=host: "sleep 300" in host.run(PROCESSES))
            controller.send_signal(signal.SIGINT)
            said, _ = controller.communicate(timeout=20)
        assert 99 == controller.returncode, said
        assert "PLAY RECAP" in said
        assert "INTERRUPTED" in said
        for host in hosts:
            assert f"{host.name}   : ok=1  changed=1  unreachable=0  failed=0" in said
            nothing_is_left(host)
            assert "no" == host.run("test -e /root/never && echo yes || echo no").strip()


class TestAHostThatFreezes:
    TASKS = "- command: /bin/true\n- command: sh -c 'if [ $(hostname) = fault2 ]; then sleep 300; fi'\n- ping:"

    @contextlib.contextmanager
    def frozen(self, host: LabHost) -> Iterator[None]:
        """Freeze a host as soon as it is in its long command."""
        pid = os.fork()
        if pid == 0:
            with contextlib.suppress(BaseException):
                wait("the command never began", lambda: "sleep 300" in host.run(PROCESSES))
                host.pause()
            os._exit(0)
        try:
            yield
        finally:
            os.waitpid(pid, 0)
            host.unpause()

    def ran(
        self, hosts: list[LabHost], inventory: Path, tmp_path: Path, head: str = ""
    ) -> tuple[int, dict[str, list[str]]]:
        book = playbook(tmp_path / "site.yml", self.TASKS, head)
        with self.frozen(hosts[1]):
            ran = run("run", "-i", inventory, book, "--silence", "2")
        nothing_is_left(hosts[1])
        return ran.code, ran.statuses()

    def test_is_given_up_and_the_others_go_on(self, hosts: list[LabHost], inventory: Path, tmp_path: Path) -> None:
        code, statuses = self.ran(hosts, inventory, tmp_path)
        assert 4 == code
        assert {
            "fault1": ["changed", "changed", "ok"],
            "fault2": ["changed", "unreachable"],
            "fault3": ["changed", "changed", "ok"],
        } == statuses

    @pytest.mark.parametrize("head", ["  max_fail_percentage: 30\n", "  any_errors_fatal: true\n"])
    def test_counts_for_what_ends_the_play(
        self, head: str, hosts: list[LabHost], inventory: Path, tmp_path: Path
    ) -> None:
        code, statuses = self.ran(hosts, inventory, tmp_path, head)
        assert 4 == code
        assert [2, 2, 2] == [len(found) for found in statuses.values()]


class TestAConnectionThatDrops:
    def test_is_unreachable_and_the_others_go_on(self, hosts: list[LabHost], inventory: Path, tmp_path: Path) -> None:
        drop = 'if [ $(hostname) = fault3 ]; then pkill -KILL -f "ss[h]d: root"; sleep 5; fi'
        book = playbook(tmp_path / "site.yml", f"- shell: '{drop}'\n- ping:")
        ran = run("run", "-i", inventory, book)
        assert 4 == ran.code, ran.errors
        assert ["unreachable"] == ran.statuses()["fault3"]
        assert ["changed", "ok"] == ran.statuses()["fault1"]
        nothing_is_left(hosts[2])
