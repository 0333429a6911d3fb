"""Make sure a registry has an image as it is here. A dry run asks the registry what it has."""

from modules.docker import _image_work as work
from modules.docker._base import EngineModule
from modules.kit import ModuleFailed, Unknown


class DockerImagePush(work.NamedImage, EngineModule):
    takes_id = False

    def check_arguments(self):
        super().check_arguments()
        if self.version.startswith("sha256:"):
            raise ModuleFailed("name: an image is pushed by its tag, not by its digest")
        self.found, self.said = None, ""

    def subject(self):
        return "image %s in its registry" % self.full

    def read(self, engine):
        self.found = work.inspect(engine, self.full)
        digest = work.expected_in_registry(self, engine, self.full)
        if digest is None or isinstance(digest, Unknown):
            return None
        if self.found and digest in work.digests(self.found):
            return {"id": self.found["Id"]}
        return {"id": "another image, %s" % digest}

    def wanted(self):
        hint = "docker_image_pull, docker_image_load, docker_image_build or docker_image_tag brings it"
        there = self.found is not None
        if self.before is None and not there and self.context.bringer("engine", "docker"):
            return {"id": Unknown(self.context.bringer("engine", "docker"))}
        if not self.needs("image", self.full, there, "image %s is not there" % self.full, hint):
            return {"id": Unknown(self.context.bringer("image", self.full))}
        return {"id": self.found["Id"]}

    def change(self, engine, change):
        engine.timeout = max(engine.timeout, work.PATIENCE)
        events = work.push(engine, self.repository_name, self.version)
        self.said = "\n".join(event["status"] for event in events if event.get("status") and "id" not in event)

    def returns(self, change, state):
        actions = ["Pushed image %s" % self.full] if change else []
        return {"image": self.found or {}, "actions": actions, "stdout": self.said}
