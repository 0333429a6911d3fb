"""Make sure an image does not have a name any more, and is removed with its last one."""

from modules.docker import _image_work as work
from modules.docker import _images
from modules.docker._base import EngineModule
from modules.kit import Arg, ModuleFailed


class DockerImageRemove(work.NamedImage, EngineModule):
    force = Arg(bool, "Remove it with all of its names, even if a container uses it", default=False)
    prune = Arg(bool, "Whether the images without a name that it was built on are removed too", default=True)

    def check_arguments(self):
        super().check_arguments()
        self.first, self.removed = None, []

    def read(self, engine):
        found = work.inspect(engine, self.full)
        if found is None:
            return None
        self.first = self.first or found
        names = sorted(found.get("RepoTags") or [])
        return {"id": found["Id"], "tags": names, "digests": sorted(found.get("RepoDigests") or [])}

    def wanted(self):
        by_id = _images.is_id(self.name)
        if by_id and self.before and not self.force and len(self.before["tags"] + self.before["digests"]) > 1:
            raise ModuleFailed(
                "image %s has several names: %s" % (self.name, ", ".join(self.before["tags"])),
                hint="give one of them, or force: true",
            )
        return

    def change(self, engine, change):
        self.removed = work.remove(engine, self.full, self.force, self.prune)

    def returns(self, change, state):
        untagged = sorted(item["Untagged"] for item in self.removed if "Untagged" in item)
        deleted = sorted(item["Deleted"] for item in self.removed if "Deleted" in item)
        if change and not self.removed:
            untagged, deleted = self._foreseen(change.before)
        actions = ["Removed image %s" % self.full] if change else []
        return {"image": self.first or {}, "untagged": untagged, "deleted": deleted, "actions": actions}

    def _foreseen(self, before):
        """What a dry run can tell: the names, and the image itself where no name is left."""
        names = before["tags"] + before["digests"]
        if self.force or _images.is_id(self.name):
            return names, [before["id"]]
        if len(before["tags"]) > 1:
            return [self.full], []
        return names, [before["id"]]
