"""The agent: one exchange a task, in memory, every Python, and gone when its channel is."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from opsengine.agent import bootstrap, library
from opsengine.agent.client import AgentClient, Request
from opsengine.agent.library import ModuleFile
from opsengine.errors import Unreachable
from tests.unit.agent.conftest import StartAgent, interpreters

MODULE = """
import os, subprocess, time
from modules.kit import Action, Arg, Query, Raw

class Probe(Query):
    do = Arg(str, "What to do")
    value = Arg(Raw, "With what", default=None)

    def read(self):
        return getattr(self, "_" + self.do)()

    def _echo(self):
        return {"value": self.value}

    def _die(self):
        os.kill(os.getpid(), 9)

    def _sleep(self):
        subprocess.Popen(["sleep", "300"])
        with open(self.value, "w") as file:
            file.write(str(os.getpid()))
        time.sleep(300)

    def _tidy(self):
        try:
            self._sleep()
        finally:
            os.unlink(self.value)

    def _leak(self):
        os.environ["LEAKED"] = "yes"
        os.chdir("/tmp")
        os.umask(0)
        return {}

    def _leaked(self):
        mask = os.umask(0)
        return {"environment": os.environ.get("LEAKED"), "folder": os.getcwd(), "mask": mask}

    def _fetch(self):
        import hashlib
        return {"digest": hashlib.md5(b"".join(self.context.content(self.value))).hexdigest()}

    def _shout(self):
        print("this must not tear the frames apart", flush=True)
        os.write(2, b"nor this")
        return {}
"""


@pytest.fixture
def probe(monkeypatch: pytest.MonkeyPatch) -> ModuleFile:
    """A module that misbehaves as it is told to."""
    source = MODULE.encode()
    names = (*library.sources_of("modules.system.ping"), "modules.probe")
    monkeypatch.setattr(library, "sources_of", lambda name: names)
    original = library._source
    monkeypatch.setattr(library, "_source", lambda name: (False, source) if name == "modules.probe" else original(name))
    library._packed.cache_clear()
    return ModuleFile("probe", Path("probe.py"), "modules.probe")


def ask(agent: AgentClient, module: ModuleFile, do: str, value: Any = None, **options: Any) -> dict[str, Any]:
    """The result of one call."""
    ((_, result),) = agent.run(Request(module, [{"do": do, "value": value}], **options))
    return result


def wait_for(path: Path) -> int:
    """The process id that a task notes in a file."""
    deadline = time.monotonic() + 10
    while not (path.exists() and path.read_text()):
        assert time.monotonic() < deadline, "the task never began"
        time.sleep(0.01)
    return int(path.read_text())


def wait_until_gone(*pids: int) -> None:
    """Wait until processes are no more (or are dead and only unburied)."""
    deadline = time.monotonic() + 10
    while any(alive(pid) for pid in pids):
        assert time.monotonic() < deadline, f"still there: {[pid for pid in pids if alive(pid)]}"
        time.sleep(0.02)


def alive(pid: int) -> bool:
    """Whether a process is there and not a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def children(pid: int) -> list[int]:
    """The processes directly below one."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


class TestAnAgent:
    @pytest.mark.parametrize("interpreter", interpreters())
    def test_runs_on_this_python(self, interpreter: str, start_agent: StartAgent, probe: ModuleFile) -> None:
        value = {"text": "ü😀\n", "list": [1, None, True, 1.5], "quote": "'\""}
        assert value == ask(start_agent(interpreter), probe, "echo", value)["value"]

    def test_runs_the_items_of_a_loop_in_one_request(self, start_agent: StartAgent, probe: ModuleFile) -> None:
        items = [{"do": "echo", "value": number} for number in range(100)]
        results = list(start_agent().run(Request(probe, items)))
        assert list(range(100)) == [result["value"] for _, result in results]
        assert list(range(100)) == [index for index, _ in results]

    def test_has_many_requests_in_flight(self, start_agent: StartAgent, probe: ModuleFile) -> None:
        agent, found = start_agent(), {}

        def one(number: int) -> None:
            found[number] = ask(agent, probe, "echo", number)["value"]

        threads = [threading.Thread(target=one, args=(number,)) for number in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert {number: number for number in range(20)} == found

    def test_survives_a_module_that_dies(self, start_agent: StartAgent, probe: ModuleFile) -> None:
        agent = start_agent()
        assert "ended by signal 9" in ask(agent, probe, "die")["msg"]
        assert 1 == ask(agent, probe, "echo", 1)["value"]

    def test_survives_a_module_that_prints(self, start_agent: StartAgent, probe: ModuleFile) -> None:
        agent = start_agent()
        assert not ask(agent, probe, "shout").get("failed")
        assert 1 == ask(agent, probe, "echo", 1)["value"]

    def test_lets_nothing_leak_from_one_item_to_the_next(self, start_agent: StartAgent, probe: ModuleFile) -> None:
        request = Request(probe, [{"do": "leaked"}, {"do": "leak"}, {"do": "leaked"}])
        (_, before), _, (_, after) = start_agent().run(request)
        assert before == after

    def test_stays_small(self) -> None:
        assert len(bootstrap.agent_source()) < 8_192
        _, body = library.packed(library.sources_of("modules.system.ping"))
        assert len(body) < 16_384

    def test_is_started_by_a_command_that_any_login_shell_can_pass_on(self) -> None:
        assert "'" not in bootstrap.command()
        assert "\n" not in bootstrap.command()
        assert len(bootstrap.command()) < 1_000


class TestATimeout:
    def test_ends_the_task_and_all_it_started(self, start_agent: StartAgent, probe: ModuleFile, pidfile: Path) -> None:
        agent = start_agent()
        found: list[dict[str, Any]] = []
        thread = threading.Thread(target=lambda: found.append(ask(agent, probe, "sleep", str(pidfile), timeout=1.0)))
        thread.start()
        pid = wait_for(pidfile)
        below = children(pid)
        thread.join()
        assert "Timed out" in found[0]["msg"]
        assert found[0]["failed"]
        wait_until_gone(pid, *below)
        assert 1 == ask(agent, probe, "echo", 1)["value"]

    def test_lets_the_task_tidy_up(self, start_agent: StartAgent, probe: ModuleFile, pidfile: Path) -> None:
        ask(start_agent(), probe, "tidy", str(pidfile), timeout=1.0)
        assert not pidfile.exists()


class TestAChannelThatGoes:
    def test_ends_the_agent_and_all_below_it(self, start_agent: StartAgent, probe: ModuleFile, pidfile: Path) -> None:
        agent = start_agent()
        lost: list[Unreachable] = []

        def run() -> None:
            try:
                ask(agent, probe, "tidy", str(pidfile))
            except Unreachable as error:
                lost.append(error)

        thread = threading.Thread(target=run)
        thread.start()
        pid = wait_for(pidfile)
        parent = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
        below = children(pid)
        agent.close()
        thread.join()
        wait_until_gone(parent, pid, *below)
        assert ["lost"] == [error.kind for error in lost]
        assert not pidfile.exists()

    def test_by_a_controller_that_is_killed_leaves_nothing(self, pidfile: Path) -> None:
        playbook = pidfile.with_name("site.yml")
        playbook.write_text(
            "- hosts: localhost\n  gather_facts: false\n  tasks:\n"
            f"    - command: sh -c 'echo $$ > {pidfile}; sleep 300; true'\n"
        )
        controller = subprocess.Popen(
            [sys.executable, "-m", "opsengine", "run", str(playbook)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        shell = wait_for(pidfile)
        below = children(shell)
        module = int(Path(f"/proc/{shell}/stat").read_text().rpartition(")")[2].split()[1])
        agent = int(Path(f"/proc/{module}/stat").read_text().rpartition(")")[2].split()[1])
        controller.kill()
        controller.wait()
        wait_until_gone(agent, module, shell, *below)


class TestContent:
    def test_travels_in_pieces_when_it_is_asked_for(self, start_agent: StartAgent, probe: ModuleFile) -> None:
        data = os.urandom(5_000_000)
        digest = hashlib.sha256(data).hexdigest()

        def content(wanted: str) -> Iterator[bytes]:
            assert digest == wanted
            for start in range(0, len(data), 1 << 18):
                yield data[start : start + (1 << 18)]

        result = ask(start_agent(), probe, "fetch", digest, content=content)
        assert hashlib.md5(data).hexdigest() == result["digest"]

    def test_that_changed_on_the_way_is_refused(self, start_agent: StartAgent, probe: ModuleFile) -> None:
        result = ask(start_agent(), probe, "fetch", "0" * 64, content=lambda digest: [b"other"])
        assert "changed on the controller" in result["msg"]

    def test_that_cannot_be_read_says_why(self, start_agent: StartAgent, probe: ModuleFile) -> None:
        def content(digest: str) -> Iterator[bytes]:
            raise OSError("disk on fire")
            yield b""

        assert "disk on fire" in ask(start_agent(), probe, "fetch", "0" * 64, content=content)["msg"]


class FakeChannel:
    """A channel whose other end says what it is told to, and then nothing."""

    def __init__(self, *said: bytes, hangs: bool = False, code: int = 1) -> None:
        self.said = list(said)
        self.hangs = hangs
        self.code = code
        self.closed = threading.Event()

    def send(self, data: bytes) -> None:
        pass

    def receive(self) -> bytes:
        if self.said:
            return self.said.pop(0)
        if self.hangs:
            self.closed.wait(20)
        return b""

    def exit_code(self) -> int | None:
        return self.code

    def close(self) -> None:
        self.closed.set()


class TestAHost:
    def lost(self, channel: FakeChannel, silence: float = 30.0) -> Unreachable:
        ping = library.find("ping")
        assert ping is not None
        with pytest.raises(Unreachable) as raised:
            list(AgentClient(channel, silence).run(Request(ping, [{}])))
        return raised.value

    def test_that_shows_no_sign_of_life_is_given_up(self) -> None:
        channel = FakeChannel(bootstrap.agent_source()[:0] + b"\0OPSENGINE\n", hangs=True)
        error = self.lost(channel, silence=0.3)
        assert ("lost", True) == (error.kind, channel.closed.is_set())
        assert "no sign of life" in error.message

    def test_without_a_python_says_so(self) -> None:
        error = self.lost(FakeChannel(bootstrap.NO_PYTHON.encode(), code=127))
        assert "no-python" == error.kind
        assert "ansible_python_interpreter" in str(error.hint)

    def test_that_says_something_else_is_quoted(self) -> None:
        assert "This account is not available" in self.lost(FakeChannel(b"This account is not available.\n")).message

    def test_whose_shell_greets_first_is_understood(self, start_agent: StartAgent, tmp_path: Path) -> None:
        noisy = tmp_path / "noisy"
        noisy.write_text(f'#!/bin/sh\necho "Welcome to this host!"\nexec {sys.executable} "$@"\n')
        noisy.chmod(0o755)
        ping = library.find("ping")
        assert ping is not None
        assert [(0, {"ping": "pong", "changed": False})] == list(start_agent(str(noisy)).run(Request(ping, [{}])))

    def test_whose_first_python_is_too_old_uses_the_next(self, tmp_path: Path) -> None:
        old, good = tmp_path / "old", tmp_path / "good"
        old.write_text("#!/bin/sh\nexit 86\n")
        good.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
        for path in (old, good):
            path.chmod(0o755)
        script = bootstrap.command(f"{old} {good}")
        answer = subprocess.run(
            ["/bin/sh", "-c", script], input=bootstrap.agent_source(), capture_output=True, check=False
        )
        assert b"\0OPSENGINE\n" in answer.stdout


def test_the_packed_agent_is_the_agent_in_this_tree() -> None:
    source = (Path(bootstrap.__file__).parent / "target" / "agent.py").read_bytes()
    packed = bootstrap.agent_source()
    assert source in zlib.decompress(packed[packed.index(b"\x78\xda") :])
