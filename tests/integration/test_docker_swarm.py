"""A swarm of two hosts: begun, joined, left, and one node removed; each step as its dry run says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract.case import LabTarget, perform
from tests.lab import Lab
from tests.lab.daemon import client


@pytest.fixture(scope="module")
def hosts(lab: Lab) -> Iterator[tuple[LabTarget, LabTarget]]:
    first, second = (LabTarget(lab.host(name, "docker"), client) for name in ("swarm1", "swarm2"))
    yield first, second
    for target in (first, second):
        target.agent.close()
        target.host.remove()


def changed(target: LabTarget, **args: Any) -> dict[str, Any]:
    """Do what a dry run says that would be done; the second time there is nothing to do."""
    assert perform(target, "docker_swarm", args, check=True)["changed"]
    done = perform(target, "docker_swarm", args)
    assert not done.get("failed"), done
    assert not perform(target, "docker_swarm", args, check=True)["changed"]
    return done


def test_a_swarm_lives_and_ends(hosts: tuple[LabTarget, LabTarget]) -> None:
    first, second = hosts
    address = first.host.address
    facts = changed(first, advertise_addr=address)["swarm_facts"]
    token = facts["JoinTokens"]["Worker"]
    wrong = perform(second, "docker_swarm", {"state": "join", "remote_addrs": [address], "join_token": "SWMTKN-1-x-y"})
    assert wrong["failed"]
    joined = changed(second, state="join", remote_addrs=[f"{address}:2377"], join_token=token)
    assert token not in json.dumps(joined)
    assert "this engine is a worker of a swarm" == perform(second, "docker_swarm", {})["msg"]
    info = perform(second, "docker_swarm_info", {"nodes": True})
    assert (True, False) == (info["docker_swarm_active"], info["docker_swarm_manager"])
    assert "this engine does not manage a swarm" == info["msg"]
    nodes = perform(first, "docker_swarm_info", {"nodes": True})["nodes"]
    assert {"swarm1": "Leader", "swarm2": None} == {node["Hostname"]: node["ManagerStatus"] for node in nodes}
    up = perform(first, "docker_swarm", {"state": "remove", "node_id": "swarm2"}, check=True)
    assert "node swarm2 is up" == up["msg"]
    changed(second, state="absent")
    changed(first, state="remove", node_id="swarm2", force=True)
    manages = perform(first, "docker_swarm", {"state": "absent"}, check=True)
    assert "this engine manages its swarm" == manages["msg"]
    changed(first, state="absent", force=True)
