"""
Make sure an image is there: pulled, built, loaded from an archive, or made from a root file system; or is not there.

A build is repeated when its context has changed, which a label of the image tells.
"""

import os

from modules.docker import _image_making as making
from modules.docker import _image_work as work
from modules.docker import _images
from modules.docker._base import EngineModule
from modules.kit import Arg, ModuleFailed, Path


class DockerImage(EngineModule):
    name = Arg(str, "The image: repository, with :tag or @digest, or an id with state: absent")
    tag = Arg(str, "The tag, where the name has none", default="latest")
    state = Arg(str, "Whether it should be there", default="present", choices=("present", "absent"))
    source = Arg(
        str, "Where it comes from; local: it has to be there already",
        default=None, choices=("build", "import", "load", "local", "pull"),
    )  # fmt: skip
    build = Arg(dict, "How it is built", default=None, of=making.BUILD, needed_if={"source": "build"})
    load_path = Arg(Path, "The archive on the host (`docker save`)", default=None, needed_if={"source": "load"})
    import_path = Arg(
        Path,
        "A tar of a root file system on the host that becomes the image",
        default=None,
        needed_if={"source": "import"},
    )
    import_changes = Arg(dict, "How containers of an imported image run", default=None, of=making.CHANGES)
    pull = Arg(
        dict, "How it is pulled", default=None, of={"platform": Arg(str, "The platform to pull for", default=None)}
    )
    force_source = Arg(bool, "Pull, build, load or import even if it is there", default=False)
    force_absent = Arg(bool, "Remove it with all of its tags, even if containers use it", default=False)
    force_tag = Arg(bool, "Tag `repository` even if that is another image by now", default=False)
    repository = Arg(str, "A further name to give it, which is what `push` pushes", default=None)
    push = Arg(bool, "Push it to its registry", default=False)
    archive_path = Arg(Path, "Write it to this archive on the host too", default=None)

    def check_arguments(self):
        if self.state == "present" and self.source is None:
            kinds = {"import": self.import_path, "load": self.load_path, "build": self.build}
            self.source = next((kind for kind, given in kinds.items() if given), None)
            if self.source is None:
                raise ModuleFailed("source: one of build, import, load, local, pull is required")
        if _images.is_id(self.name) and self.state == "present" and self.source != "local":
            raise ModuleFailed("name: an id is no name to give to an image")
        self.repository_name, self.version = _images.split(self.name, self.tag)
        self.full = self.name if _images.is_id(self.name) else _images.joined(self.repository_name, self.version)
        self.actions = []
        self.foreseen = None

    def subject(self):
        return "image " + self.full

    # -- what is there

    def read(self, engine):
        self.found = work.inspect(engine, self.full)
        state = work.origin(self.found, self.full)
        if state is None:
            return None
        if self.repository:
            other = work.inspect(engine, self._other_name())
            state["also named"] = self._other_name() if other and other["Id"] == self.found["Id"] else None
        if self.archive_path:
            state["archive"] = os.path.exists(self.archive_path)
        if self.push:
            state["pushed"] = self._is_pushed(engine)
        state["brought"] = "now" if "source" in self.actions else "before"
        return state

    def _is_pushed(self, engine):
        digest = work.expected_in_registry(self, engine, self._other_name() if self.repository else self.full)
        return isinstance(digest, str) and digest in work.digests(self.found)

    def _other_name(self):
        return _images.joined(*_images.split(self.repository, self.version))

    # -- what is asked for

    def wanted(self):
        if self.state == "absent":
            return None
        wanted = {"image": self.full}
        if self.source == "local" and self.before is None:
            self.needs(
                "image", self.full, False, "image %s is not there" % self.full, "source: pull or build brings it"
            )
        digest = self._digest()
        if digest is not None and (self.before is None or "made from" in self.before):
            wanted["made from"] = digest
        if self.force_source and self.before is not None and self.source != "local":
            wanted["brought"] = "now"
        if self.repository:
            wanted["also named"] = self._other_name()
        if self.archive_path:
            wanted["archive"] = True
        if self.push:
            wanted["pushed"] = True
        return wanted

    def _digest(self):
        if self.foreseen is not None:
            return self.foreseen
        if self.source == "build":
            self.foreseen = making.context_digest(self, self.build)
        elif self.source == "import":
            self.foreseen = making.file_digest(self, self.import_path)
        elif self.source == "load":
            there = os.path.isfile(self.load_path)
            self.needs("path", self.load_path, there, "there is no file %s on this host" % self.load_path)
        return self.foreseen

    # -- how to get there

    def change(self, engine, change):
        if change.removes:
            work.remove(engine, self.before["id"] if self.force_absent else self.full, self.force_absent)
            return
        if change.creates or {"made from", "brought"} & change.keys:
            getattr(self, "_by_" + self.source)(engine)
            self.actions.append("source")
        if self.repository and (change.creates or "also named" in change):
            self._tag(engine)
        if self.archive_path and (change.creates or "archive" in change or "source" in self.actions):
            work.save(engine, [self.full], self.archive_path)
        if self.push and (change.creates or "pushed" in change or "source" in self.actions):
            self._push(engine)

    def _by_local(self, engine):
        raise ModuleFailed("image %s is not there" % self.full)

    def _by_pull(self, engine):
        work.pull(engine, self.repository_name, self.version, (self.pull or {}).get("platform"))

    def _by_build(self, engine):
        self.said = making.build(engine, self.full, self.build, self.foreseen)

    def _by_load(self, engine):
        work.load(engine, self.load_path)
        if work.inspect(engine, self.full) is None:
            raise ModuleFailed("%s does not hold the image %s" % (self.load_path, self.full))

    def _by_import(self, engine):
        changes = making.import_changes(self.import_changes, self.foreseen)
        making.import_root(engine, self.import_path, self.full, changes)

    def _tag(self, engine):
        other = work.inspect(engine, self._other_name())
        own = work.inspect(engine, self.full)
        if other and other["Id"] != own["Id"] and not self.force_tag:
            raise ModuleFailed(
                "%s is another image already" % self._other_name(), hint="force_tag: true takes the name"
            )
        work.tag(engine, self.full, self._other_name())

    def _push(self, engine):
        work.push(engine, self.repository or self.full, self.version)
        self.actions.append("pushed")

    def brings(self, change):
        return [] if change.removes else [("image", self.full)]

    def returns(self, change, state):
        result = {"image": (getattr(self, "found", None) or {}) if state is not None else {}, "actions": self.actions}
        if getattr(self, "said", None):
            result["stdout"] = self.said
        return result
