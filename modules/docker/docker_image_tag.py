"""Give an image further names."""

from modules.docker import _image_work as work
from modules.docker import _images
from modules.docker._base import EngineModule
from modules.kit import Arg, ModuleFailed, Unknown


class DockerImageTag(work.NamedImage, EngineModule):
    repository = Arg(list, "The names to give it; one without a tag gets `tag`", of=str)
    existing_images = Arg(
        str, "What becomes of a name that is another image's so far", default="overwrite", choices=("keep", "overwrite")
    )

    def check_arguments(self):
        super().check_arguments()
        self.names = []
        for name in self.repository:
            if _images.is_id(name) or "@" in name:
                raise ModuleFailed("repository: should be a name with or without a tag, got %s" % name)
            repository, version = _images.split(name, self.tag)
            work.check_tag("repository", version)
            self.names.append(_images.joined(repository, version))
        self.found = None

    def read(self, engine):
        self.found = work.inspect(engine, self.full)
        others = {name: work.inspect(engine, name) for name in self.names}
        return {name: other["Id"] if other else None for name, other in others.items()}

    def wanted(self):
        hint = "docker_image_pull, docker_image_load or docker_image_build brings it"
        message = "image %s is not there" % self.full
        if self.before is None or not self.needs("image", self.full, self.found is not None, message, hint):
            identity = Unknown(self.context.bringer("image", self.full) or self.context.bringer("engine", "docker"))
        else:
            identity = self.found["Id"]
        kept = self.existing_images == "keep"
        return {name: identity for name in self.names if not (kept and (self.before or {}).get(name))}

    def change(self, engine, change):
        for name in self._tagged(change):
            work.tag(engine, self.full, name)

    def _tagged(self, change):
        return [name for name in self.names if name in change]

    def brings(self, change):
        return [("image", name) for name in self._tagged(change)]

    def returns(self, change, state):
        tagged = self._tagged(change)
        actions = ["Tagged image %s as %s" % (self.full, name) for name in tagged]
        return {"image": self.found or {}, "tagged_images": tagged, "actions": actions}
