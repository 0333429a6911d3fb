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


class TestAFolderOfAContainer:
    def test_does_not_come_through_a_link_on_the_host(self, host: LabTarget) -> None:
        host.run("docker exec web /bin/busybox mkdir -p /tree/a; docker exec web /bin/busybox touch /tree/a/passwd")
        host.run("mkdir -p /root/to/tree /root/elsewhere; ln -s /root/elsewhere /root/to/tree/a")
        args = {"container": "web", "container_path": "/tree", "path": "/root/to"}
        result = perform(host, "docker_container_copy_from", args)
        assert "/root/to/tree/a is no folder, but a folder is to come there" == result["msg"]
        assert "" == host.run("ls /root/elsewhere")


class TestAFileForAContainer:
    def test_needs_a_folder_there(self, host: LabTarget) -> None:
        args = {"container": "web", "content": "a", "mode": "0644", "container_path": "/no/such"}
        result = perform(host, "docker_container_copy_into", args)
        assert "container web has no folder /no" == result["msg"]

    def test_does_not_take_the_place_of_a_folder(self, host: LabTarget) -> None:
        args = {"container": "web", "content": "a", "mode": "0644", "container_path": "/bin"}
        result = perform(host, "docker_container_copy_into", args)
        assert "/bin in container web is a folder" == result["msg"]
