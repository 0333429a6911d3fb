"""Make sure the images of a Compose project's services are there, as their registries have them or at all."""

from modules.docker import _image_work as work
from modules.docker import _images
from modules.docker._compose import ComposeArguments
from modules.kit import Arg, Module, ModuleFailed, Unknown


class DockerComposeV2Pull(ComposeArguments, Module):
    policy = Arg(
        str, "Whether images that are there are pulled again where the registry has others",
        default="always", choices=("always", "missing"),
    )  # fmt: skip
    ignore_buildable = Arg(bool, "Whether images that can be built are left out", default=False)
    include_deps = Arg(bool, "Whether services that these depend on are meant too", default=False)
    services = Arg(list, "Only these services", default=None, of=str)

    def check_arguments(self):
        super().check_arguments()
        self.names, self.said, self.images = None, {"stdout": "", "stderr": ""}, []
        self.project = self.project_name or self.project_src

    def subject(self):
        return "images of project %s" % self.project

    def current(self):
        engine = self.engine()
        compose = engine and self.compose()
        if not compose:
            return None
        with compose:
            if compose.version < (2,):
                raise ModuleFailed("Docker Compose 2 or newer is needed, found %d.%d" % compose.version[:2])
            self.project = compose.name()
            self.names = sorted({_images.full(compose.image_of(name)) for name in self._meant(compose)})
            self.images = [image for image in (work.inspect(engine, name) for name in self.names) if image]
            return {"image " + name: self._how(engine, name) for name in self.names}

    def _meant(self, compose):
        """The services whose images are pulled."""
        described = compose.config()["services"]
        waiting, meant = list(self.services or described), []
        while waiting:
            name = waiting.pop()
            if name not in described:
                raise ModuleFailed("project %s has no service %s" % (self.project, name))
            if name not in meant:
                meant.append(name)
                waiting += list(described[name].get("depends_on") or {}) if self.include_deps else []
        return [
            name
            for name in meant
            if described[name].get("image") and not (self.ignore_buildable and "build" in described[name])
        ]

    def _how(self, engine, name):
        here = work.inspect(engine, name)
        if here is None:
            return "absent"
        if self.policy == "missing":
            return "as asked for"
        digest = work.expected_in_registry(self, engine, name)
        known = not isinstance(digest, Unknown) and digest in work.digests(here)
        return "as asked for" if known else "another one than in the registry"

    def wanted(self):
        if self.names is None:
            return {"project": Unknown(self.context.coming[-1][2])}
        return {"image " + name: "as asked for" for name in self.names}

    def apply(self, change):
        compose = self.compose()
        with compose:
            words = ["pull", "--quiet"] + (["--policy", "missing"] if self.policy == "missing" else [])
            words += ["--ignore-buildable"] if self.ignore_buildable else []
            words += ["--include-deps"] if self.include_deps else []
            ended = compose.call(*(words + (self.services or [])))
        self.said = {"stdout": ended.stdout, "stderr": ended.stderr}

    def brings(self, change):
        return [("image", name) for name in self.names or []]

    def returns(self, change, state):
        pulled = [key[len("image ") :] for key in sorted(change.keys) if self.names] if change else []
        actions = [{"what": "image", "id": name, "status": "pulled"} for name in pulled]
        return dict(self.said, images=self.images, actions=actions)
