"""
Make sure an image is there, made from the tar of a root file system on the host (`docker import`).

A label of the image tells which tar it was made from: another one makes it anew.
"""

from modules.docker import _image_making as making
from modules.docker import _image_work as work
from modules.docker._base import EngineModule
from modules.kit import Arg, ModuleFailed, Path, Unknown


class DockerImageImport(work.NamedImage, EngineModule):
    path = Arg(Path, "The tar on the host", aliases=("src",))
    changes = Arg(dict, "How containers of the image run", default=None, of=making.CHANGES)
    message = Arg(str, "A remark that the image's history keeps", default=None)
    platform = Arg(str, "The platform that the image is for", default=None)
    force = Arg(bool, "Whether it is made even if it is there and from this tar", default=False)

    takes_id = False

    def check_arguments(self):
        super().check_arguments()
        if self.version.startswith("sha256:"):
            raise ModuleFailed("name: a digest is no name to give to an image")
        self.found, self.digest, self.made = None, None, False

    def read(self, engine):
        self.found = work.inspect(engine, self.full)
        state = work.origin(self.found, self.full)
        return state and dict(state, made="now" if self.made else "before")

    def wanted(self):
        self.digest = making.file_digest(self, self.path)
        digest = self.digest or Unknown(self.context.bringer("path", self.path))
        wanted = {"image": self.full, "made from": digest}
        if self.force and self.before is not None:
            wanted["made"] = "now"
        return wanted

    def change(self, engine, change):
        changes = making.import_changes(self.changes, self.digest)
        making.import_root(engine, self.path, self.full, changes, self.message, self.platform)
        self.made = True

    def brings(self, change):
        return [("image", self.full)]

    def returns(self, change, state):
        actions = ["Imported image %s" % self.full] if change else []
        return {"image": self.found or {}, "actions": actions}
