"""Make sure the images of an archive (`docker save`) are there; where they are, it is not loaded again."""

import os

from modules.docker import _image_work as work
from modules.docker._base import EngineModule
from modules.kit import Arg, Path, Unknown


class DockerImageLoad(EngineModule):
    path = Arg(Path, "The archive on the host")

    def check_arguments(self):
        self.said, self.archived = "", None

    def subject(self):
        return "images of " + self.path

    def current(self):
        if self.archived is None:
            self.archived = self._read_archive()
        return super().current()

    def _read_archive(self):
        """{name: its possible ids}; of an archive that only the engine can read, or that is still to come, {}."""
        if not self.needs("path", self.path, os.path.isfile(self.path), "there is no file %s" % self.path):
            return {}
        try:
            return work.Archive(self.path).ids()
        except ValueError:
            return {}

    def read(self, engine):
        found = {name: work.inspect(engine, name) for name in self.archived}
        self.images = [image for image in found.values() if image]
        return {name: image["Id"] if image else None for name, image in found.items()}

    def wanted(self):
        if self.archived:
            return {name: ids[0] for name, ids in self.archived.items()}
        coming = self.context.bringer("path", self.path)
        return {"loaded": Unknown(coming) if coming else self.path}

    def same(self, key, now, wanted):
        return now in self.archived[key]

    def change(self, engine, change):
        self.said = work.load(engine, self.path)

    def brings(self, change):
        return [("image", name) for name in self.archived]

    def returns(self, change, state):
        names = sorted(self.archived)
        return {"image_names": names, "images": getattr(self, "images", []), "stdout": self.said}
