"""
Make sure the host has a tar of a container's file system (`docker export`).

A tar that is there is left alone unless it is forced, since nothing tells what the container was when it was written.
"""

import os

from modules.docker import _container_files as files
from modules.docker import _image_work as work
from modules.docker._base import EngineModule
from modules.docker._client import name as quoted
from modules.kit import Arg, Path


class DockerContainerExport(EngineModule):
    container = Arg(str, "The name or id of the container")
    path = Arg(Path, "The tar on the host", aliases=("dest",))
    force = Arg(bool, "Whether a file that is there is replaced", default=False)

    def check_arguments(self):
        self.written = False

    def read(self, engine):
        there = os.path.exists(self.path)
        if not there or self.force:
            folder = os.path.dirname(os.path.abspath(self.path))
            self.needs("path", folder, os.path.isdir(folder), "there is no folder %s on this host" % folder)
            files.container(self, engine, self.container)
        return {"written": "now" if self.written else "before"} if there else None

    def wanted(self):
        return {"written": "now"} if self.force or self.before is None else {}

    def change(self, engine, change):
        engine.timeout = max(engine.timeout, work.PATIENCE)
        work.write_answer(engine.stream("GET", "/containers/%s/export" % quoted(self.container)), self.path)
        self.written = True

    def brings(self, change):
        return [("path", self.path)]

    def returns(self, change, state):
        return {"path": self.path}
