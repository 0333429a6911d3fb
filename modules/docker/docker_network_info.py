"""Tell all that the engine knows of a network."""

from modules.docker._base import EngineQuery
from modules.docker._client import name as quoted
from modules.kit import Arg


class DockerNetworkInfo(EngineQuery):
    name = Arg(str, "The name or id of the network")

    def look(self, engine):
        found = engine.get("/networks/%s" % quoted(self.name)) if engine else None
        return {"exists": found is not None, "network": found}
