"""Tell about the swarm that this engine manages, and about what is in it."""

from modules.docker import _swarm as swarm
from modules.docker._base import EngineQuery, text
from modules.kit import Arg


class DockerSwarmInfo(EngineQuery):
    nodes = Arg(bool, "Whether nodes are listed", default=False)
    nodes_filters = Arg(dict, "Only nodes that fit, as in `docker node ls --filter`", default=None)
    services = Arg(bool, "Whether services are listed", default=False)
    services_filters = Arg(dict, "Only services that fit", default=None)
    tasks = Arg(bool, "Whether tasks are listed", default=False)
    tasks_filters = Arg(dict, "Only tasks that fit", default=None)
    unlock_key = Arg(bool, "Whether the key is told that unlocks managers", default=False)
    verbose_output = Arg(bool, "Whether everything is told of what is listed", default=False)

    def look(self, engine):
        if engine is None:
            return {"can_talk_to_docker": False, "docker_swarm_active": False, "docker_swarm_manager": False}
        said = swarm.membership(engine)
        found = {
            "can_talk_to_docker": True,
            "docker_swarm_active": swarm.is_member(said),
            "docker_swarm_manager": bool(said.get("ControlAvailable")),
        }
        swarm.insist_on_manager(engine, **found)
        found["swarm_facts"] = engine.get("/swarm")
        if self.unlock_key:
            found["swarm_unlock_key"] = (engine.get("/swarm/unlockkey") or {}).get("UnlockKey")
        for kind in ("nodes", "services", "tasks"):
            if getattr(self, kind):
                found[kind] = self._listed(engine, kind)
        return found

    def _listed(self, engine, kind):
        filters = getattr(self, kind + "_filters") or {}
        given = {key: [text(item) for item in (v if isinstance(v, list) else [v])] for key, v in filters.items()}
        listed = engine.get("/" + kind, {"filters": given} if given else None)
        if self.verbose_output:
            return listed
        names = (
            {service["ID"]: service["Spec"]["Name"] for service in engine.get("/services")} if kind == "tasks" else {}
        )
        hosts = (
            {node["ID"]: node["Description"].get("Hostname") for node in engine.get("/nodes")}
            if kind == "tasks"
            else {}
        )
        short = {"nodes": _node, "services": _service}
        return [short[kind](item) if kind in short else _task(item, names, hosts) for item in listed]


def _node(node):
    manager = node.get("ManagerStatus")
    leader = manager and manager.get("Leader")
    return {
        "ID": node["ID"],
        "Hostname": node["Description"].get("Hostname"),
        "Status": node["Status"]["State"],
        "Availability": node["Spec"]["Availability"],
        "ManagerStatus": ("Leader" if leader else manager.get("Reachability")) if manager else None,
        "EngineVersion": node["Description"].get("Engine", {}).get("EngineVersion"),
    }


def _service(service):
    spec = service["Spec"]
    mode = spec["Mode"]
    found = {
        "ID": service["ID"],
        "Name": spec["Name"],
        "Image": spec["TaskTemplate"].get("ContainerSpec", {}).get("Image"),
        "Ports": service.get("Endpoint", {}).get("Ports") or [],
    }
    if "Replicated" in mode:
        return dict(found, Mode="Replicated", Replicas=mode["Replicated"].get("Replicas"))
    return dict(found, Mode=next(iter(mode)), Replicas=None)


def _task(task, names, hosts):
    service = names.get(task.get("ServiceID"), task.get("ServiceID"))
    return {
        "ID": task["ID"],
        "Name": "%s.%s.%s" % (service, task.get("Slot") or task.get("NodeID"), task["ID"]),
        "Image": task["Spec"].get("ContainerSpec", {}).get("Image"),
        "Node": hosts.get(task.get("NodeID")),
        "DesiredState": task.get("DesiredState"),
        "CurrentState": task["Status"]["State"],
        "Error": task["Status"].get("Err"),
    }
