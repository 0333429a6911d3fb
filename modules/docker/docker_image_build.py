"""Make sure an image is there, built by the engine itself from a folder of the host, without client or buildx."""

from modules.docker import _image_making as making
from modules.docker import _image_work as work
from modules.docker._base import EngineModule
from modules.kit import Arg, ModuleFailed, Path, Size


class DockerImageBuild(work.NamedImage, EngineModule):
    path = Arg(Path, "The folder on the host to build from")
    dockerfile = Arg(str, "The Dockerfile in it", default=None)
    args = Arg(dict, "Values for the Dockerfile's ARGs", default=None)
    pull = Arg(bool, "Whether the image it begins FROM is pulled each time", default=False)
    nocache = Arg(bool, "Whether nothing is taken from earlier builds", default=False)
    target = Arg(str, "The stage to stop at", default=None)
    network = Arg(str, "The network that RUN has", default=None)
    labels = Arg(dict, "Labels for the image", default=None)
    etc_hosts = Arg(dict, "Names for /etc/hosts, as {name: address}", default=None)
    shm_size = Arg(Size, "The size of /dev/shm", default=None)
    platform = Arg(list, "The platform to build for, one", default=None, of=str)
    cache_from = Arg(list, "Images whose layers may be used", default=None, of=str)
    rebuild = Arg(
        str,
        "Whether an image that is there is built again; `changed`, which Ansible does not have: when the folder or the "
        "arguments are others than it was built from",
        default="never",
        choices=("never", "always", "changed"),
    )

    takes_id = False

    def check_arguments(self):
        super().check_arguments()
        if self.version.startswith("sha256:"):
            raise ModuleFailed("name: a digest is no name to give to an image")
        if len(self.platform or []) > 1:
            raise ModuleFailed("platform: the engine builds for one at a time, got %s" % ", ".join(self.platform))
        self.found, self.said, self.digest, self.built = None, "", None, False

    def read(self, engine):
        self.found = work.inspect(engine, self.full)
        state = work.origin(self.found, self.full)
        return state and dict(state, built="now" if self.built else "before")

    def wanted(self):
        wanted = {"image": self.full}
        if self.before is None or self.rebuild != "never":
            self.digest = making.context_digest(self, self._options())
            wanted["made from"] = self.digest
        if self.before is not None and self.rebuild == "always":
            wanted["built"] = "now"
        return wanted

    def _options(self):
        names = [name for name in making.BUILD if hasattr(self, name)]
        options = {name: getattr(self, name) for name in names}
        return dict(options, platform=self.platform[0] if self.platform else None)

    def change(self, engine, change):
        self.said = making.build(engine, self.full, self._options(), self.digest)
        self.built = True

    def brings(self, change):
        return [("image", self.full)]

    def returns(self, change, state):
        actions = ["Built image %s" % self.full] if change else []
        return {"image": self.found or {}, "actions": actions, "stdout": self.said}
