"""The lab itself: are its hosts as real as the other tests believe?"""

import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import paramiko
import pytest
import yaml

from tests.conftest import pytest_runtest_setup
from tests.lab import USERS, Lab, LabError, LabHost, User, machine
from tests.lab.lab import owners, remove_leftovers
from tests.lab.paths import REPOSITORY

SILENCE = 2.0
"""Seconds without an answer after which a host counts as frozen; a live one answers within a tenth of that."""


def eventually(happened: Callable[[], bool], seconds: float = 60) -> bool:
    """Whether something happens before the time is up."""
    deadline = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


@pytest.fixture(scope="module")
def host(lab: Lab) -> LabHost:
    """A host without Docker, for tests that leave it as it is."""
    return lab.host("bare")


@pytest.fixture(scope="module")
def engine(lab: Lab) -> LabHost:
    """A host with Docker."""
    return lab.host("engine", flavour="docker")


@pytest.fixture(scope="module")
def target(lab: Lab) -> LabHost:
    """A host that may be switched off and on."""
    return lab.host("power")


class TestAHost:
    def test_boots_without_a_failed_unit(self, host: LabHost) -> None:
        assert host.run("systemctl is-system-running") == "running\n"

    def test_has_its_name_and_the_python_of_bookworm(self, host: LabHost) -> None:
        assert host.run("hostname; python3 -c 'import sys; print(sys.version_info[:2])'") == "bare\n(3, 11)\n"

    def test_has_no_docker(self, host: LabHost) -> None:
        assert host.run("command -v docker dockerd containerd || echo none") == "none\n"

    def test_finds_its_neighbour_by_name(self, host: LabHost, engine: LabHost) -> None:
        assert host.run("getent hosts engine").split() == [engine.address, "engine"]

    def test_has_an_identity_of_its_own(self, host: LabHost, engine: LabHost) -> None:
        assert not set(host.host_keys()) & set(engine.host_keys())
        assert host.run("cat /etc/machine-id") != engine.run("cat /etc/machine-id")

    def test_can_replace_the_files_that_docker_mounts_over(self, host: LabHost) -> None:
        assert host.run("cp -p /etc/hosts /etc/hosts.new && mv /etc/hosts.new /etc/hosts && echo replaced") == (
            "replaced\n"
        )

    def test_reports_what_a_failed_command_said(self, host: LabHost) -> None:
        with pytest.raises(LabError, match=r"exit code 3(.|\n)*out of order"):
            host.run("echo out of order >&2; exit 3")


class TestAUser:
    @pytest.mark.parametrize("name", USERS)
    def test_logs_in_with_the_key(self, host: LabHost, name: str) -> None:
        assert host.ssh("whoami", user=name).stdout == f"{name}\n"

    @pytest.mark.parametrize("user", USERS.values(), ids=USERS)
    def test_logs_in_with_the_password(self, host: LabHost, user: User) -> None:
        with paramiko.SSHClient() as client:
            client.load_host_keys(str(host.known_hosts))
            client.connect(host.address, username=user.name, password=user.password, look_for_keys=False)
            assert client.exec_command("whoami")[1].read() == f"{user.name}\n".encode()

    def test_with_free_sudo_becomes_root_at_once(self, host: LabHost) -> None:
        assert host.ssh("sudo -n id -u", user="ops").stdout == "0\n"

    def test_with_sudo_by_password_becomes_root_only_with_it(self, host: LabHost) -> None:
        assert "a password is required" in host.ssh("sudo -n id -u", user="deploy").stderr
        assert host.ssh("sudo -S -p '' id -u", user="deploy", stdin="wrong\n").stdout == ""
        assert host.ssh("sudo -S -p '' id -u", user="deploy", stdin="deploy\n").stdout == "0\n"

    def test_without_sudo_becomes_root_only_with_the_password_of_root(self, host: LabHost) -> None:
        assert "plain is not in the sudoers file" in host.ssh("sudo -S id -u", user="plain", stdin="plain\n").stderr
        assert host.ssh("su -c 'id -u' root", user="plain", stdin="wrong\n").stdout == ""
        assert host.ssh("su -c 'id -u' root", user="plain", stdin="root\n").stdout == "0\n"


class TestDockerInAHost:
    def test_installs_without_a_network_and_runs_a_container(self, lab: Lab) -> None:
        host = lab.host("fresh")
        host.run("unshare --net apt-get install --yes docker.io", timeout=180)
        image = host.import_busybox()
        assert host.run(f"docker run --rm {image} echo hello from inside") == "hello from inside\n"
        host.remove()

    def test_is_there_at_once_in_the_docker_flavour(self, engine: LabHost) -> None:
        assert engine.run("systemctl is-active docker; systemctl is-system-running") == "active\nrunning\n"

    def test_stores_images_on_overlay2(self, engine: LabHost) -> None:
        assert engine.run("docker info --format '{{.Driver}}'") == "overlay2\n"

    def test_limits_memory(self, engine: LabHost) -> None:
        image = engine.import_busybox()
        read = "cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max 2>/dev/null || true"
        assert engine.run(f"docker run --rm --memory 64m {image} sh -c '{read}'") == f"{64 * 1024**2}\n"

    def test_runs_privileged_containers_and_ulimits_beyond_the_machine(self, engine: LabHost) -> None:
        image = engine.import_busybox()
        options = "--privileged --ulimit nofile=1048576:1048576"
        assert engine.run(f"docker run --rm {options} {image} echo ran") == "ran\n"

    def test_publishes_ports_that_other_hosts_reach(self, host: LabHost, engine: LabHost) -> None:
        image = engine.import_busybox()
        serve = "mkdir /www && echo served > /www/index.html && exec httpd -f -p 80 -h /www"
        engine.run(f"docker run --detach --name web --publish 8080:80 {image} sh -c '{serve}'")
        fetch = "curl --silent --retry 50 --retry-delay 0 --retry-all-errors --retry-max-time 20 http://engine:8080/"
        assert host.run(fetch) == "served\n"
        engine.run("docker rm --force web")


class TestThePowerOfAHost:
    def test_restart_boots_anew_and_keeps_the_files(self, target: LabHost) -> None:
        target.run("touch /root/kept /run/forgotten")
        target.restart()
        assert target.run("ls /root/kept; test -e /run/forgotten || echo forgotten") == "/root/kept\nforgotten\n"
        assert target.ssh("hostname").stdout == "power\n"

    def test_a_reboot_from_inside_comes_back_by_itself(self, target: LabHost) -> None:
        def rebooted() -> bool:
            return target.ssh("test -e /run/before-reboot").returncode == 1

        target.run("touch /run/before-reboot")
        target.ssh("systemctl reboot")
        assert eventually(rebooted)

    def test_pause_freezes_the_host_until_unpause(self, target: LabHost) -> None:
        target.pause()
        with pytest.raises(subprocess.TimeoutExpired):
            target.ssh("hostname", timeout=SILENCE)
        target.unpause()
        assert target.ssh("hostname").stdout == "power\n"

    def test_stop_closes_its_ports(self, target: LabHost) -> None:
        target.stop()
        assert target.state() == "exited"
        with pytest.raises(OSError):
            socket.create_connection((target.address, target.port), timeout=SILENCE)
        target.start()
        assert target.ssh("hostname").stdout == "power\n"

    def test_remove_leaves_nothing_even_of_a_frozen_host(self, lab: Lab, target: LabHost) -> None:
        target.pause()
        target.remove()
        assert target not in lab.hosts
        assert target.address not in lab.known_hosts.read_text()
        with pytest.raises(LabError, match="No such"):
            target.state()


class TestTheLab:
    def test_gives_the_same_host_for_the_same_name(self, lab: Lab, host: LabHost) -> None:
        assert lab.host("bare") == host

    def test_refuses_a_known_name_with_another_flavour(self, lab: Lab, host: LabHost) -> None:
        with pytest.raises(LabError, match="host bare is there already with flavour bare, not docker"):
            lab.host("bare", flavour="docker")

    def test_writes_an_inventory_of_chosen_hosts(self, lab: Lab, host: LabHost, tmp_path: Path) -> None:
        path = lab.inventory(tmp_path / "lab.yml", [host])
        hosts = yaml.safe_load(path.read_text())["all"]["children"]["docker_hosts"]["hosts"]
        assert list(hosts) == ["bare"]
        assert hosts["bare"]["ansible_host"] == host.address

    def test_writes_an_inventory_with_which_ansible_reaches_every_host(
        self, lab: Lab, host: LabHost, engine: LabHost, tmp_path: Path
    ) -> None:
        path = lab.inventory(tmp_path / "lab.yml", [host, engine])
        command = [sys.executable, "-m", "ansible", "adhoc", "-i", str(path), "docker_hosts", "-m", "ping", "-o"]
        answer = subprocess.run(command, capture_output=True, text=True, timeout=120)
        assert answer.stdout.count("SUCCESS") == 2, answer.stdout + answer.stderr

    def test_clears_away_what_a_killed_run_left_and_nothing_else(self, lab: Lab, host: LabHost) -> None:
        program = "from tests.lab import Lab; lab = Lab(); lab.host('orphan'); print(lab.owner, flush=True); input()"
        other = subprocess.Popen(
            [sys.executable, "-c", program], cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert other.stdout
        owner = other.stdout.readline().strip()
        remove_leftovers()
        assert {owner, lab.owner} <= owners()
        other.kill()
        other.communicate()
        remove_leftovers()
        assert owner not in owners()
        assert host.ssh("hostname").stdout == "bare\n"


class TestWhereNoLabCanRun:
    @pytest.fixture(autouse=True)
    def powerless(self, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
        """A machine that can run no lab, and a test that asks for one (only once it runs, or it would be skipped)."""
        request.node.add_marker(pytest.mark.lab)
        monkeypatch.setattr(machine, "why_not", lambda: "the lab needs root")
        monkeypatch.delenv("CI", raising=False)

    def test_a_workstation_skips_its_tests_and_says_why(self, request: pytest.FixtureRequest) -> None:
        with pytest.raises(pytest.skip.Exception, match="the lab needs root"):
            pytest_runtest_setup(request.node)

    def test_continuous_integration_fails(
        self, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("CI", "true")
        with pytest.raises(pytest.fail.Exception, match="the lab needs root"):
            pytest_runtest_setup(request.node)

    def test_opening_the_lab_says_why(self) -> None:
        with pytest.raises(LabError, match="the lab needs root"):
            Lab()
