"""Tell all that the engine knows of a volume."""

from modules.docker._base import EngineQuery
from modules.docker._client import name as quoted
from modules.kit import Arg


class DockerVolumeInfo(EngineQuery):
    name = Arg(str, "The name or id of the volume", aliases=("volume_name",))

    def look(self, engine):
        found = engine.get("/volumes/%s" % quoted(self.name)) if engine else None
        return {"exists": found is not None, "volume": found}
