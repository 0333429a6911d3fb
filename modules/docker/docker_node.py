"""Make sure a node of a swarm has a role, an availability and labels. Runs on a manager."""

from modules.docker import _swarm as swarm
from modules.docker._base import EngineModule, holds, texts
from modules.kit import Arg, ModuleFailed


class DockerNode(EngineModule):
    hostname = Arg(str, "The node, by host name or id")
    role = Arg(str, "What it is in the swarm", default=None, choices=("manager", "worker"))
    availability = Arg(str, "Whether it takes tasks", default=None, choices=("active", "pause", "drain"))
    labels = Arg(dict, "Labels that it should have", default=None)
    labels_state = Arg(str, "Whether other labels stay, or go", default="merge", choices=("merge", "replace"))
    labels_to_remove = Arg(list, "Labels that it should not have, with merge", default=None, of=str)

    def check_arguments(self):
        self.found = None

    def subject(self):
        return "node %s of the swarm" % self.hostname

    def read(self, engine):
        swarm.insist_on_manager(engine)
        self.found = swarm.node(engine, self.hostname)
        if self.found is None:
            raise ModuleFailed("the swarm has no node %s" % self.hostname)
        spec = self.found["Spec"]
        return {"role": spec["Role"], "availability": spec["Availability"], "labels": spec.get("Labels") or {}}

    def wanted(self):
        wanted = {key: getattr(self, key) for key in ("role", "availability") if getattr(self, key)}
        if self.before is None:
            return wanted
        given = texts(self.labels)
        if self.labels_state == "replace":
            wanted["labels"] = given
        elif not holds(self.before["labels"], given) or set(self.labels_to_remove or []) & set(self.before["labels"]):
            kept = {
                key: value for key, value in self.before["labels"].items() if key not in (self.labels_to_remove or [])
            }
            wanted["labels"] = dict(kept, **given)
        return wanted

    def change(self, engine, change):
        after = change.after
        spec = dict(self.found["Spec"], Role=after["role"], Availability=after["availability"], Labels=after["labels"])
        query = {"version": self.found["Version"]["Index"]}
        engine.call("POST", "/nodes/%s/update" % self.found["ID"], query, spec)

    def returns(self, change, state):
        return {"node": self.found or {}}
