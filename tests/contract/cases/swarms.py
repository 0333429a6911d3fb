"""Cases of the modules about swarms, in a swarm of one."""

from typing import Any

from tests.contract.case import Case
from tests.contract.cases.docker import CLEAN, IMAGE

SEEN = (
    "docker info --format '{{json .Swarm.LocalNodeState}}'; docker node ls; docker network ls --filter driver=overlay; "
    "docker info --format '{{json .Swarm.Cluster}}'; docker swarm join-token -q worker; docker node inspect self; true"
)
LEFT = "docker swarm leave --force >/dev/null 2>&1; true; "
ALONE = CLEAN + LEFT
BEGUN = ALONE + "docker swarm init --advertise-addr 127.0.0.1 >/dev/null; "
SERVICE = IMAGE.replace(CLEAN, BEGUN) + (
    "docker service create -q -d --name web --restart-condition none opsengine/case:1 /bin/busybox sleep 300; "
)


def swarm(title: str, arrange: str, same: bool = False, repeats: bool = False, **args: Any) -> Case:
    """A case of docker_swarm."""
    return Case("docker_swarm", title, args, arrange=arrange, snapshot=SEEN, same=same, repeats=repeats, docker=True)


def node(title: str, arrange: str, same: bool = False, **args: Any) -> Case:
    """A case of docker_node about the only node."""
    given = {"hostname": "contract-docker", **args}
    return Case("docker_node", title, given, arrange=arrange, snapshot=SEEN, same=same, docker=True)


LABELLED = BEGUN + "docker node update --label-add a=1 --label-add b=2 contract-docker; "
CASES = [
    swarm("begins one", ALONE, advertise_addr="127.0.0.1", labels={"a": 1}, election_tick=20,
          node_cert_expiry=7 * 10**15, default_addr_pool=["10.99.0.0/16"], subnet_size=26),
    swarm("changes settings", BEGUN, labels={"a": True}, task_history_retention_limit=3, autolock_managers=True),
    swarm("leaves one as it is", BEGUN, same=True, dispatcher_heartbeat_period=5 * 10**9),
    swarm("makes the workers' token anew", BEGUN, repeats=True, rotate_worker_token=True),
    swarm("is in none already", ALONE, same=True, state="absent"),
    swarm("has joined already", BEGUN, same=True, state="join", remote_addrs=["127.0.0.1:2377"], join_token="SWMTKN-x"),
    swarm("has no such node", BEGUN, same=True, state="remove", node_id="nosuch"),
    node("changes a node", BEGUN, availability="drain", labels={"a": 1}),
    node("adds and removes labels", LABELLED, labels={"c": "d"}, labels_to_remove=["a"]),
    node("replaces labels", LABELLED, labels={"a": 1}, labels_state="replace"),
    node("leaves a node as it is", LABELLED, same=True, labels={"a": 1}, role="manager"),
    Case("docker_swarm_info", "tells of all", {"nodes": True, "services": True, "tasks": True, "unlock_key": True,
         "services_filters": {"name": "web"}}, arrange=SERVICE, snapshot=SEEN, kind="query",
         expect={"docker_swarm_active": True, "docker_swarm_manager": True, "swarm_unlock_key": ""}, docker=True),
    Case("docker_node_info", "tells of this node", {"self": True}, arrange=BEGUN, snapshot=SEEN, kind="query",
         docker=True),
    Case("docker_node_info", "tells of all", {}, arrange=BEGUN, snapshot=SEEN, kind="query", docker=True),
    # The last, so that the engine is as before.
    swarm("leaves one", BEGUN, state="absent", force=True),
]  # fmt: skip
