"""Logging in to a registry: wrong passwords are not kept, right ones are used and never shown."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.contract.case import LabTarget, perform
from tests.contract.cases.docker import IMAGE
from tests.contract.cases.images import CLOSED
from tests.contract.cases.logins import LAB, OTHERS, PASSWORD, UP
from tests.lab import Lab
from tests.lab.daemon import client

NAME = f"{CLOSED}/opsengine/case:1"
USER = {"registry_url": CLOSED, "username": "lab"}


@pytest.fixture(scope="module")
def host(lab: Lab) -> Iterator[LabTarget]:
    target = LabTarget(lab.host("fault-docker", "docker"), client)
    target.run((UP + IMAGE + f"docker tag opsengine/case:1 {NAME}").replace("{folder}", target.folder))
    yield target
    target.run("rm -rf /root/.docker")
    target.agent.close()


class TestALogin:
    def test_with_a_wrong_password_keeps_nothing(self, host: LabTarget) -> None:
        host.run(OTHERS.replace("{folder}", host.folder))
        before = host.run(f"cat {host.folder}/config.json")
        result = perform(host, "docker_login", {**LAB, "password": "wrong horse"})
        assert f"logging in to {CLOSED} as lab failed" in result["msg"]
        assert "wrong horse" not in json.dumps(result)
        assert before == host.run(f"cat {host.folder}/config.json")

    def test_leaves_a_file_that_is_no_json_as_it_is(self, host: LabTarget) -> None:
        host.run(f"echo oops > {host.folder}/config.json")
        result = perform(host, "docker_login", LAB)
        assert f"{host.folder}/config.json is not JSON" in result["msg"]
        assert "oops\n" == host.run(f"cat {host.folder}/config.json")

    def test_names_a_helper_that_is_missing(self, host: LabTarget) -> None:
        host.run(f"""echo '{{"credsStore": "nosuch"}}' > {host.folder}/config.json""")
        result = perform(host, "docker_login", LAB)
        assert "there is no docker-credential-nosuch on this host" in result["msg"]

    def test_is_what_pushing_and_pulling_need(self, host: LabTarget) -> None:
        refused = perform(host, "docker_image_push", {"name": NAME})
        assert refused["failed"]
        done = perform(host, "docker_login", {**USER, "password": PASSWORD})
        assert "Login Succeeded" == done["login_result"]["Status"]
        assert PASSWORD not in json.dumps(done)
        assert "600" == host.run("stat -c %a /root/.docker/config.json").strip()
        assert perform(host, "docker_image_push", {"name": NAME})["changed"]
        host.run(f"docker rmi {NAME}")
        assert perform(host, "docker_image_pull", {"name": NAME})["changed"]
        assert not perform(host, "docker_image_pull", {"name": NAME}, check=True)["changed"]
