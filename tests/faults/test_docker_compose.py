"""Docker Compose when things go wrong or are still to come."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from opsengine.agent import library
from opsengine.agent.client import Request
from tests.contract.case import LabTarget, perform, placed
from tests.contract.cases.compose import FRESH, GIVEN, PLUGIN, UP, WEB
from tests.lab import Lab
from tests.lab.daemon import client


@pytest.fixture(scope="module")
def host(lab: Lab) -> Iterator[LabTarget]:
    target = LabTarget(lab.host("fault-compose", "docker"), client)
    target.run((f"mkdir -p {target.folder}; " + PLUGIN + FRESH).replace("{folder}", target.folder))
    yield target
    target.agent.close()


def foresee(host: LabTarget, args: dict[str, Any], *coming: tuple[str, str, str]) -> dict[str, Any]:
    """The result of a dry run of docker_compose_v2 in which earlier tasks would bring something."""
    file = library.find("docker_compose_v2")
    assert file is not None
    request = Request(file, [placed(args, host.folder)], check=True, coming=list(coming), timeout=100)
    [(_, result)] = list(host.agent.run(request))
    return result


class TestAProject:
    def test_with_a_mistake_in_its_file_fails_with_what_compose_says(self, host: LabTarget) -> None:
        args = {"project_name": "case", "definition": {"services": {"web": {**WEB, "comand": "x"}}}}
        result = perform(host, "docker_compose_v2", args, check=True)
        assert "comand" in result["msg"]

    def test_without_a_file_is_named(self, host: LabTarget) -> None:
        result = perform(host, "docker_compose_v2", {"project_src": "/root"})
        assert "there is no Compose file in /root" == result["msg"]

    def test_with_a_container_that_fails_says_so(self, host: LabTarget) -> None:
        definition = {"services": {"job": {**WEB, "command": ["/bin/busybox", "false"]}}}
        result = perform(host, "docker_compose_v2", {"project_name": "jobs", "definition": definition})
        assert result["changed"]
        host.run("docker wait jobs-job-1")
        result = perform(host, "docker_compose_v2", {"project_name": "jobs", "definition": definition})
        assert ["container jobs-job-1 has ended with exit code 1"] == result["warnings"]

    def test_whose_image_comes_with_an_earlier_task_is_foreseen(self, host: LabTarget) -> None:
        definition = {"services": {"web": {**WEB, "image": "not/there:1"}}}
        args = {"project_name": "later", "definition": definition}
        assert foresee(host, args)["failed"]
        result = foresee(host, args, ("image", "not/there:1", "Build it"))
        assert ["image not/there:1, which comes with: Build it"] == result["assumes"]
        assert {"what": "container", "id": "later-web-1", "status": "created"} in result["actions"]

    def test_whose_file_comes_with_an_earlier_task_is_foreseen(self, host: LabTarget) -> None:
        args = {"project_src": "/srv/app"}
        assert foresee(host, args)["failed"]
        result = foresee(host, args, ("path", "/srv/app", "Make the folder"), ("path", "/srv/app/compose.yml", "Write"))
        assert result["changed"]


class TestACommand:
    @pytest.mark.parametrize("check", [False, True])
    def test_needs_a_service_that_runs(self, check: bool, host: LabTarget) -> None:
        args = {**GIVEN, "service": "web", "command": "true"}
        result = perform(host, "docker_compose_v2_exec", args, check=check)
        assert "service web of project case has no container 1 that runs" == result["msg"]

    def test_that_ends_with_an_error_fails(self, host: LabTarget) -> None:
        host.run(UP.replace("{folder}", host.folder))
        args = {**GIVEN, "service": "web", "command": "/bin/busybox sh -c 'exit 3'"}
        result = perform(host, "docker_compose_v2_exec", args)
        assert (True, 3) == (result["failed"], result["rc"])
