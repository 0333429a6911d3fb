"""Commands and files in containers when things go wrong."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contract.case import LabTarget, perform
from tests.contract.cases.docker import RUN
from tests.lab import Lab
from tests.lab.daemon import client


@pytest.fixture(scope="module")
def host(lab: Lab) -> Iterator[LabTarget]:
    target = LabTarget(lab.host("fault-docker", "docker"), client)
    target.run(RUN.replace("{folder}", target.folder))
    yield target
    target.agent.close()


class TestACommandInAContainer:
    def test_that_ends_with_an_error_fails_with_what_it_said(self, host: LabTarget) -> None:
        command = "/bin/busybox sh -c 'echo hm; echo no >&2; exit 3'"
        result = perform(host, "docker_container_exec", {"container": "web", "command": command})
        assert (True, 3, "hm", "no") == tuple(result[key] for key in ("failed", "rc", "stdout", "stderr"))

    def test_that_does_not_listen_to_its_input_ends_well(self, host: LabTarget) -> None:
        args = {"container": "web", "argv": ["/bin/busybox", "true"], "stdin": "x" * 5_000_000}
        assert 0 == perform(host, "docker_container_exec", args)["rc"]

    @pytest.mark.parametrize("check", [False, True])
    def test_needs_a_container(self, check: bool, host: LabTarget) -> None:
        result = perform(host, "docker_container_exec", {"container": "nobody", "argv": ["true"]}, check=check)
        assert "there is no container nobody" == result["msg"]

    @pytest.mark.parametrize("check", [False, True])
    def test_needs_a_container_that_runs(self, check: bool, host: LabTarget) -> None:
        host.run("docker create --name idle opsengine/case:1 /bin/busybox sleep 1 >/dev/null")
        try:
            result = perform(host, "docker_container_exec", {"container": "idle", "argv": ["true"]}, check=check)
            assert "container idle is created" == result["msg"]
        finally:
            host.run("docker rm idle")
