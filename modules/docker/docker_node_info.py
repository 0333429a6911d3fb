"""Tell all that a manager knows of the nodes of its swarm."""

from modules.docker import _swarm as swarm
from modules.docker._base import EngineQuery
from modules.kit import Arg


class DockerNodeInfo(EngineQuery):
    name = Arg(list, "The nodes, by id or host name; without any, all", default=None, of=str)
    self_ = Arg(bool, "Whether only the node is meant that the module runs on", default=False)

    def look(self, engine):
        if engine is None:
            return {"nodes": []}
        swarm.insist_on_manager(engine)
        if self.self:
            found = [swarm.node(engine, swarm.membership(engine)["NodeID"])]
        elif self.name:
            found = [swarm.node(engine, name) for name in self.name]
        else:
            found = engine.get("/nodes")
        return {"nodes": [node for node in found if node is not None]}
