"""Make sure an image is there as its registry has it, or at all. A dry run asks the registry what it has."""

from modules.docker import _image_work as work
from modules.docker._base import EngineModule
from modules.kit import Arg, ModuleFailed, Unknown


class DockerImagePull(work.NamedImage, EngineModule):
    platform = Arg(str, "The platform to pull for: OS/ARCHITECTURE/VARIANT, or a part of it", default=None)
    pull = Arg(
        str, "Whether an image that is there is pulled again where the registry has another one",
        default="always", choices=("always", "not_present"),
    )  # fmt: skip

    takes_id = False

    def check_arguments(self):
        super().check_arguments()
        self.found, self.pulled = None, False

    def read(self, engine):
        self.found = work.inspect(engine, self.full)
        if self.found is None:
            return None
        state = {"image": self.full, "digests": work.digests(self.found)}
        if self.platform:
            state["platform"] = self._platform_of()
        return state

    def _platform_of(self):
        """The platform asked for where the image fits it, and otherwise the image's own."""
        own = tuple(self.found.get(key) or "" for key in ("Os", "Architecture", "Variant"))
        asked = self.platform.lower().split("/")
        if len(asked) == 1:
            system = asked[0] in ("linux", "windows")
            fits = asked[0] == own[0] if system else _architecture(asked[0]) == own[1]
        else:
            fits = asked[0] == own[0] and _architecture(asked[1]) == own[1] and (len(asked) < 3 or asked[2] == own[2])
        return self.platform if fits else "/".join(part for part in own if part)

    def wanted(self):
        wanted = {"image": self.full}
        if self.before is None:
            return wanted
        if self.platform:
            wanted["platform"] = self.platform
        if self.pull == "always" or (self.platform and self.before["platform"] != self.platform):
            wanted["digests"] = self._in_registry()
        return wanted

    def _in_registry(self):
        if self.version.startswith("sha256:"):
            return [self.version]
        digest = work.expected_in_registry(self, self.client(), self.full)
        if digest is None:
            raise ModuleFailed("the registry has no image %s" % self.full)
        return digest if isinstance(digest, Unknown) else [digest]

    def same(self, key, now, wanted):
        if key == "digests":
            return self.pulled or (isinstance(wanted, list) and wanted[0] in now)
        return now == wanted

    def change(self, engine, change):
        work.pull(engine, self.repository_name, self.version, self.platform)
        self.pulled = True

    def brings(self, change):
        return [("image", self.full)]

    def returns(self, change, state):
        actions = ["Pulled image %s" % self.full] if change else []
        return {"image": self.found or {}, "actions": actions}


def _architecture(name):
    return {"x86_64": "amd64", "x86-64": "amd64", "aarch64": "arm64", "armhf": "arm", "i386": "386"}.get(name, name)
