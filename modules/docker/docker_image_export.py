"""Make sure an archive on the host holds certain images (`docker save`), and no others."""

import os

from modules.docker import _image_work as work
from modules.docker import _images
from modules.docker._base import EngineModule
from modules.kit import Arg, ModuleFailed, Path, Unknown


class DockerImageExport(EngineModule):
    aliases = ("docker_image_save",)

    names = Arg(list, "The names or ids of the images", aliases=("name",), of=str)
    tag = Arg(str, "The tag, where a name has none", default="latest")
    path = Arg(Path, "The archive on the host")
    force = Arg(bool, "Whether it is written even if it holds the right images", default=False)

    def check_arguments(self):
        work.check_tag("tag", self.tag)
        if not self.names:
            raise ModuleFailed("names: at least one image is needed")
        self.full = [_images.full(name, self.tag) for name in self.names]
        self.written, self.found = False, {}

    def current(self):
        folder = os.path.dirname(os.path.abspath(self.path))
        self.needs("path", folder, os.path.isdir(folder), "there is no folder %s" % folder)
        return super().current()

    def read(self, engine):
        self.found = {name: work.inspect(engine, name) for name in self.full}
        if not os.path.exists(self.path):
            return None
        try:
            held = work.Archive(self.path).ids()
        except ValueError:
            held = {}
        asked = self._ids()
        images = {name: asked[name] if asked.get(name) in ids else ids[0] for name, ids in held.items()}
        return {"images": images, "written": "now" if self.written else "before"}

    def _ids(self):
        """{name as an archive has it: id} of the images asked for; those that are not there are left out."""
        there = {name: image["Id"] for name, image in self.found.items() if image}
        return {identity if _images.is_id(name) else name: identity for name, identity in there.items()}

    def wanted(self):
        wanted = {"images": self._ids()}
        for name in self.full:
            message = "image %s is not there" % name
            hint = "docker_image_pull, docker_image_load or docker_image_build brings it"
            if self.found and not self.needs("image", name, self.found[name] is not None, message, hint):
                wanted["images"] = Unknown(self.context.bringer("image", name))
        if self.force and self.before is not None:
            wanted["written"] = "now"
        return wanted

    def change(self, engine, change):
        work.save(engine, self.full, self.path)
        self.written = True

    def brings(self, change):
        return [("path", self.path)]

    def returns(self, change, state):
        return {"images": [image for image in self.found.values() if image]}
