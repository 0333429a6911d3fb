"""
Make sure there is an image of what a container has become (`docker commit`).

An image that is there is left alone unless it is forced, since nothing tells what a container was when it was made.
"""

from modules.docker import _container_files as files
from modules.docker import _image_making as making
from modules.docker import _image_work as work
from modules.docker._base import EngineModule
from modules.kit import Arg, ModuleFailed


class DockerContainerCommit(work.NamedImage, EngineModule):
    container = Arg(str, "The name or id of the container")
    name = Arg(str, "The image: repository, with or without :tag", aliases=("image", "repository"))
    changes = Arg(dict, "How containers of the image run, where it is otherwise", default=None, of=making.CHANGES)
    author = Arg(str, "Who made it", default=None)
    message = Arg(str, "A remark that the image's history keeps", default=None, aliases=("comment",))
    pause = Arg(bool, "Whether the container stands still meanwhile", default=True)
    force = Arg(bool, "Whether an image of that name that is there is replaced", default=False)

    takes_id = False

    def check_arguments(self):
        super().check_arguments()
        if self.version.startswith("sha256:"):
            raise ModuleFailed("name: a digest is no name to give to an image")
        self.found, self.committed = None, False

    def read(self, engine):
        self.found = work.inspect(engine, self.full)
        if self.found is None or self.force:
            files.container(self, engine, self.container)
        state = work.origin(self.found, self.full)
        return state and dict(state, committed="now" if self.committed else "before")

    def wanted(self):
        wanted = {"image": self.full}
        if self.force and self.before is not None:
            wanted["committed"] = "now"
        return wanted

    def change(self, engine, change):
        query = {
            "container": self.container,
            "repo": self.repository_name,
            "tag": self.version,
            "comment": self.message,
            "author": self.author,
            "pause": self.pause,
            "changes": "\n".join(making.dockerfile_lines(self.changes or {})) or None,
        }
        engine.timeout = max(engine.timeout, work.PATIENCE)
        engine.call("POST", "/commit", query, {})
        self.committed = True

    def brings(self, change):
        return [("image", self.full)]

    def returns(self, change, state):
        actions = ["Committed container %s as image %s" % (self.container, self.full)] if change else []
        return {"image": self.found or {}, "actions": actions}
