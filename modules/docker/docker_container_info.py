"""Tell all that the engine knows of a container."""

from modules.docker._base import EngineQuery
from modules.docker._client import name as quoted
from modules.kit import Arg


class DockerContainerInfo(EngineQuery):
    name = Arg(str, "The name or id of the container")

    def look(self, engine):
        found = engine.get("/containers/%s/json" % quoted(self.name)) if engine else None
        return {"exists": found is not None, "container": found}
