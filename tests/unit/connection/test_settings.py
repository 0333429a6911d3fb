"""How a host is reached, out of variables; and how another user is become."""

from __future__ import annotations

from typing import Any

import pytest

from opsengine.connection.become import READY, SUDO_PROMPT, Become
from opsengine.connection.settings import Settings
from opsengine.errors import Unreachable


def settings(**variables: Any) -> Settings:
    return Settings.of({"ansible_host": "web1", **variables})


class TestSettings:
    def test_take_the_variables_of_ansible(self) -> None:
        found = settings(ansible_port="2222", ansible_user="ops", ansible_timeout=3)
        assert (2222, "ops", 3.0) == (found.port, found.user, found.timeout)

    def test_take_the_arguments_of_ssh(self) -> None:
        args = "-o StrictHostKeyChecking=no -oUserKnownHostsFile=/a -o 'ProxyJump jump' -p 2200 -C"
        found = settings(ansible_ssh_common_args=args)
        assert ("no", ("/a",), "jump", 2200) == (
            found.host_key_checking, found.known_hosts, found.proxy_jump, found.port,
        )  # fmt: skip

    def test_warn_of_an_argument_that_has_no_effect(self) -> None:
        with pytest.warns(UserWarning, match="`LocalForward` has no effect"):
            settings(ansible_ssh_extra_args="-o LocalForward=1:2")

    def test_never_show_a_password(self) -> None:
        assert "hunter2" not in repr(settings(ansible_password="hunter2"))

    def test_refuse_an_unknown_connection(self) -> None:
        with pytest.raises(Unreachable, match="there is no connection `shh`"):
            settings(ansible_connection="shh")


class Asking:
    """A channel whose other side says things and is told things."""

    def __init__(self, *said: bytes) -> None:
        self.said = list(said)
        self.told = b""

    def send(self, data: bytes) -> None:
        self.told += data

    def receive(self) -> bytes:
        return self.said.pop(0) if self.said else b""

    def exit_code(self) -> int | None:
        return 1

    def close(self) -> None:
        self.said.clear()


def sudo(password: str = "hunter2") -> Become:
    become = Become.of({"ansible_become": True, "ansible_become_password": password})
    assert become is not None
    return become


class TestBecome:
    def test_is_nobody_unless_asked_for(self) -> None:
        assert Become.of({"ansible_become_user": "root"}) is None

    def test_has_no_password_in_its_command(self) -> None:
        assert "hunter2" not in sudo().wrap("true") + repr(sudo())

    def test_answers_the_prompt_and_gives_back_what_came_after(self) -> None:
        channel = Asking(b"lecture\n" + SUDO_PROMPT, READY + b"more")
        resumed = sudo().unlock(channel, 5)
        assert (b"hunter2\n", b"more") == (channel.told, resumed.receive())

    def test_sends_no_password_that_nobody_asks_for(self) -> None:
        channel = Asking(READY)
        sudo().unlock(channel, 5)
        assert b"" == channel.told

    def test_gives_up_when_it_is_asked_again(self) -> None:
        with pytest.raises(Unreachable, match="does not accept the password"):
            sudo().unlock(Asking(SUDO_PROMPT, b"Sorry, try again.\n" + SUDO_PROMPT), 5)

    def test_waits_for_nothing_without_a_password(self) -> None:
        assert not sudo("").waits
        assert "sudo -H -n -u root" in sudo("").wrap("true")
