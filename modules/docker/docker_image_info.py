"""Tell all that the engine knows of images."""

from modules.docker import _images
from modules.docker._base import EngineQuery
from modules.docker._client import name as quoted
from modules.kit import Arg


class DockerImageInfo(EngineQuery):
    name = Arg(list, "The names or ids of the images; without any, all images", default=None, of=str)

    def look(self, engine):
        if engine is None:
            return {"images": []}
        names = self.name
        if names is None:
            names = [image["Id"] for image in engine.get("/images/json")]
        found = [engine.get("/images/%s/json" % quoted(_images.full(name))) for name in names]
        return {"images": [image for image in found if image is not None]}
