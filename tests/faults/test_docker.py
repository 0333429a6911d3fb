"""Docker modules when things go wrong: the old container stays, the old daemon.json comes back."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.contract.case import LabTarget, perform
from tests.contract.cases.docker import LOOP, RUN
from tests.lab import Lab
from tests.lab.daemon import client

FILE = "cat /etc/docker/daemon.json 2>/dev/null || echo none"


@pytest.fixture(scope="module")
def host(lab: Lab) -> Iterator[LabTarget]:
    target = LabTarget(lab.host("fault-docker", "docker"), client)
    yield target
    target.agent.close()


def web(host: LabTarget) -> dict[str, str]:
    """The container `web`: its id, whether it runs, since when."""
    said = host.run("docker inspect web --format '{{.Id}} {{.State.Running}} {{.State.StartedAt}}'").split()
    return dict(zip(("id", "running", "since"), said, strict=True))


class TestAContainer:
    def test_stays_when_the_one_to_replace_it_does_not_start(self, host: LabTarget) -> None:
        host.run(RUN.replace("{folder}", host.folder))
        before = web(host)
        args = {"name": "web", "image": "opsengine/case:1", "command": ["/nonexistent"], "stop_timeout": 1}
        result = perform(host, "docker_container", args)
        assert result["failed"]
        assert "the old one is back and runs" in result["msg"]
        assert (before["id"], "true") == (web(host)["id"], web(host)["running"])
        assert ["web"] == host.run("docker ps -a --format '{{.Names}}'").split()

    def test_is_updated_live_without_a_restart(self, host: LabTarget) -> None:
        host.run(RUN.replace("{folder}", host.folder))
        before = web(host)
        assert perform(host, "docker_container", {"name": "web", "memory": "64m", "cpus": 1})["changed"]
        assert before == web(host)

    def test_keeps_its_volume_without_a_name_when_it_is_replaced(self, host: LabTarget) -> None:
        run = "docker run -d --name web -v /data opsengine/case:1 /bin/busybox sleep 300; "
        host.run(RUN.replace("{folder}", host.folder) + "docker rm -f web >/dev/null; " + run)
        mounts = "docker inspect web --format '{{range .Mounts}}{{.Name}}{{end}}'"
        before = host.run(mounts)
        args = {"name": "web", "image": "opsengine/case:1", "command": LOOP, "hostname": "other", "stop_timeout": 1}
        assert perform(host, "docker_container", args)["changed"]
        assert before == host.run(mounts)


class TestDaemonJson:
    def test_comes_back_when_the_engine_does_not_take_the_new_one(self, host: LabTarget) -> None:
        perform(host, "docker_daemon", {"config": {"debug": False}, "replace": True})
        before = host.run(FILE)
        result = perform(host, "docker_daemon", {"config": {"storage-driver": "nosuch"}, "start_timeout": 20})
        assert result["failed"]
        assert "the previous configuration is back and the engine runs" in result["msg"], result
        assert before == host.run(FILE)
        host.run("docker info >/dev/null")

    @pytest.mark.parametrize(
        ("config", "expected"),
        [
            ({"hosts": ["tcp://127.0.0.1:2375"]}, "would keep it from starting"),
            ({"authorization-plugins": ["nosuch"]}, "there is no plugin nosuch"),
            ({"debug": "yes please"}, "debug should be true or false"),
            ({"log-opts": {"max-file": 3}}, "every value in log-opts should be text"),
        ],
    )
    def test_is_not_written_when_it_would_do_harm(
        self, config: dict[str, object], expected: str, host: LabTarget
    ) -> None:
        before = host.run(FILE)
        result = perform(host, "docker_daemon", {"config": config})
        assert expected in result["msg"]
        assert before == host.run(FILE)

    def test_without_a_live_key_takes_effect(self, host: LabTarget) -> None:
        perform(host, "docker_daemon", {"config": {"registry-mirrors": ["http://127.0.0.1:5001"]}, "replace": True})
        assert perform(host, "docker_daemon", {"remove": ["registry-mirrors"]})["changed"]
        assert [] == json.loads(host.run("docker info --format '{{json .RegistryConfig.Mirrors}}'"))


class TestAnEngineThatIsNotThere:
    def test_is_named_with_what_to_do(self, host: LabTarget) -> None:
        result = perform(host, "docker_network", {"name": "apps", "docker_host": "unix:///nonexistent.sock"})
        assert "no Docker engine answers at unix:///nonexistent.sock" in result["msg"]
        assert "docker_engine installs and starts it" in result["hint"]
