"""Hosts over SSH: who is let in and as whom, what each failure says, and what a task costs on the wire."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from benchmarks.proxy import DelayingProxy
from opsengine.connection.settings import Settings
from opsengine.connection.ssh import SshConnection
from tests.cli import playbook, run
from tests.lab import Lab, LabHost


@pytest.fixture(scope="module")
def host(lab: Lab) -> LabHost:
    return lab.host("ssh1")


@pytest.fixture(scope="module")
def inventory(lab: Lab, host: LabHost, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("inventory") / "hosts.yml"
    lab.inventory(path, [host])
    return path


def who(inventory: Path, **variables: str) -> str:
    """The user that a command runs as with these variables; else how and why it failed."""
    extra = [word for name, value in variables.items() for word in ("-e", f"{name}='{value}'")]
    ran = run("exec", "-i", inventory, "all", "-a", "id -u", *extra)
    (event,) = ran.results("ssh1")
    if event["status"] != "changed":
        return f"{ran.code} {event['status']}: {event['result']['msg']} | {event['hint']}"
    return str(event["result"]["stdout"])


class TestAUser:
    def test_is_let_in_by_key(self, inventory: Path) -> None:
        assert "0" == who(inventory)

    def test_is_let_in_by_password(self, inventory: Path) -> None:
        variables = {"ansible_user": "deploy", "ansible_password": "deploy", "ansible_ssh_private_key_file": ""}
        assert who(inventory, **variables).isdigit()

    def test_becomes_root_by_sudo_without_a_password(self, inventory: Path) -> None:
        assert "0" == who(inventory, ansible_user="ops", ansible_become="yes")

    def test_becomes_root_by_sudo_with_a_password(self, inventory: Path) -> None:
        variables = {"ansible_user": "deploy", "ansible_become": "yes", "ansible_become_password": "deploy"}
        assert "0" == who(inventory, **variables)

    def test_becomes_root_by_su(self, inventory: Path) -> None:
        variables = {"ansible_user": "plain", "ansible_become": "yes", "ansible_become_method": "su"}
        assert "0" == who(inventory, **variables, ansible_become_password="root")

    def test_becomes_another_user_who_is_not_root(self, inventory: Path, host: LabHost) -> None:
        expected = host.run("id -u deploy").strip()
        assert expected == who(inventory, ansible_user="ops", ansible_become="yes", ansible_become_user="deploy")


FAILURES = {
    "name": ({"ansible_host": "nosuch.invalid"}, "4 unreachable: the name nosuch.invalid cannot be resolved"),
    "refused": ({"ansible_port": "1"}, ":1 refuses connections"),
    "unknown host key": (
        {"ansible_ssh_common_args": "-o UserKnownHostsFile=/dev/null -o GlobalKnownHostsFile=/dev/null"},
        "the host key of",
    ),
    "unknown user": ({"ansible_user": "nosuch"}, "does not let nosuch in; tried:"),
    "missing key": ({"ansible_ssh_private_key_file": "/nonexistent"}, "there is no key file /nonexistent"),
    "wrong password": (
        {"ansible_user": "deploy", "ansible_password": "wrong", "ansible_ssh_private_key_file": ""},
        "tried: password",
    ),
    "no python": ({"ansible_python_interpreter": "/nonexistent"}, "2 failed: there is no Python 3.6 or newer"),
    "sudo wants a password": (
        {"ansible_user": "deploy", "ansible_become": "yes"},
        "2 failed: sudo wants a password to become root | use --ask-become-pass",
    ),
    "sudo gets a wrong one": (
        {"ansible_user": "deploy", "ansible_become": "yes", "ansible_become_password": "wrong"},
        "2 failed: sudo does not accept the password to become root",
    ),
    "sudo is not allowed": (
        {"ansible_user": "plain", "ansible_become": "yes", "ansible_become_password": "plain"},
        "2 failed: sudo does not let this user become root",
    ),
    "su gets a wrong password": (
        {
            "ansible_user": "plain",
            "ansible_become": "yes",
            "ansible_become_method": "su",
            "ansible_become_password": "x",
        },
        "2 failed: su does not accept the password to become root",
    ),
    "no such user to become": (
        {"ansible_user": "ops", "ansible_become": "yes", "ansible_become_user": "nosuch"},
        "2 failed: there is no user nosuch on the host",
    ),
    "no sudo": (
        {"ansible_user": "ops", "ansible_become": "yes", "ansible_become_exe": "nosudo"},
        "2 failed: there is no nosudo on the host",
    ),
    "no such method": (
        {"ansible_become": "yes", "ansible_become_method": "sudoo"},
        "there is no become method `sudoo` | did you mean `sudo`?",
    ),
}


class TestAFailureToConnect:
    @pytest.mark.parametrize("case", FAILURES)
    def test_says_what_it_is(self, case: str, inventory: Path) -> None:
        variables, expected = FAILURES[case]
        assert expected in who(inventory, **variables)

    def test_names_the_line_of_a_changed_host_key(self, inventory: Path, host: LabHost, tmp_path: Path) -> None:
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / "other"], check=True)
        kind, key = (tmp_path / "other.pub").read_text().split()[:2]
        known = tmp_path / "known_hosts"
        known.write_text(f"# comment\n{host.address} {kind} {key}\n")
        said = who(inventory, ansible_ssh_common_args=f"-o UserKnownHostsFile={known}")
        assert "has changed: it is ssh-ed25519 SHA256:" in said
        assert f"{known}:2 says otherwise" in said

    def test_names_a_key_with_a_passphrase(self, inventory: Path, tmp_path: Path) -> None:
        key = tmp_path / "locked"
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "secret", "-f", key], check=True)
        assert "is protected by a passphrase | load it into an agent" in who(
            inventory, ansible_ssh_private_key_file=str(key)
        )


class TestTheSshConfiguration:
    def test_says_how_a_host_is_reached(self, host: LabHost, tmp_path: Path) -> None:
        config = tmp_path / "config"
        lines = [f"HostName {host.address}", "User ops", f"IdentityFile {host.private_key}"]
        lines.append(f"UserKnownHostsFile {host.known_hosts}")
        config.write_text("Host ssh1\n" + "".join(f"  {line}\n" for line in lines))
        ran = run("exec", "-i", "ssh1,", "all", "-a", "id -un", "-e", f"ansible_ssh_common_args='-F {config}'")
        assert ["ops"] == [event["result"]["stdout"] for event in ran.results("ssh1")]

    def test_leads_over_a_jump_host(self, lab: Lab, inventory: Path, host: LabHost) -> None:
        jump = lab.host("ssh2")
        files = f"-o UserKnownHostsFile='{host.known_hosts} {jump.known_hosts}'"
        args = f'{{"ansible_ssh_common_args": "{files} -o ProxyJump=root@{jump.address}"}}'
        ran = run("exec", "-i", inventory, "all", "-a", "sh -c 'echo $SSH_CONNECTION'", "-e", args)
        assert jump.address == ran.results("ssh1")[0]["result"]["stdout"].split()[0], ran.errors


class TestOnTheWire:
    def cost(self, inventory: Path, host: LabHost, tmp_path: Path, tasks: str) -> tuple[int, int]:
        """Exchanges and bytes sent of a play, through a proxy that makes exchanges tell apart."""
        proxy = DelayingProxy(0, (host.address, host.port), 0.02)
        try:
            port = proxy.port
            book = playbook(tmp_path / "site.yml", tasks)
            ran = run("run", "-i", inventory, book, "-e", f"ansible_host=127.0.0.1 ansible_port={port}",
                      "-e", "ansible_host_key_checking=false")  # fmt: skip
            assert 0 == ran.code, ran.events
            return proxy.total().exchanges, proxy.total().up
        finally:
            proxy.close()

    def test_a_repeated_task_is_one_exchange_and_few_bytes(
        self, inventory: Path, host: LabHost, tmp_path: Path
    ) -> None:
        few = self.cost(inventory, host, tmp_path, "- command: /bin/true\n" * 2)
        many = self.cost(inventory, host, tmp_path, "- command: /bin/true\n" * 12)
        assert (1.0, True) == ((many[0] - few[0]) / 10, (many[1] - few[1]) / 10 < 300)

    def test_a_loop_of_a_hundred_is_at_most_two_exchanges(self, inventory: Path, host: LabHost, tmp_path: Path) -> None:
        one = self.cost(inventory, host, tmp_path, "- command: /bin/true")
        loop = "- command: /bin/true\n- command: /bin/true\n  loop: '{{ range(100) | list }}'"
        assert self.cost(inventory, host, tmp_path, loop)[0] - one[0] <= 2

    def handshake(self, host: LabHost) -> int:
        """Exchanges until a host has let us in: versions, keys, authentication."""
        proxy = DelayingProxy(0, (host.address, host.port), 0.02)
        settings = Settings("ssh", "127.0.0.1", port=proxy.port, user="root", key_file=str(host.private_key),
                            host_key_checking="no")  # fmt: skip
        connection = SshConnection(settings)
        try:
            connection.transport()
            return proxy.total().exchanges
        finally:
            connection.close()
            proxy.close()

    def test_the_first_task_is_at_most_four_exchanges_after_the_handshake(
        self, inventory: Path, host: LabHost, tmp_path: Path
    ) -> None:
        assert 0 == self.cost(inventory, host, tmp_path, "- command: /bin/true\n  when: false")[0]
        whole = self.cost(inventory, host, tmp_path, "- command: /bin/true")[0]
        handshake = self.handshake(host)
        assert whole - handshake <= 4
