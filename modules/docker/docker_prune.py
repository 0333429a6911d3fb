"""
Remove what is not used: containers that do not run, images, networks, volumes, and what builds have left behind.

A dry run names what would go by the engine's own rules, and how much room that gives as far as the engine tells: layers
that removed images share with each other are not counted, and those that the builder's cache holds on to are.
"""

import time

from modules.docker import _image_work as work
from modules.docker import _unused as unused
from modules.docker._base import EngineModule
from modules.kit import Arg, Size

KINDS = ("containers", "images", "networks", "volumes", "builder_cache")
PATHS = {
    "containers": ("/containers/prune", "ContainersDeleted"),
    "images": ("/images/prune", "ImagesDeleted"),
    "networks": ("/networks/prune", "NetworksDeleted"),
    "volumes": ("/volumes/prune", "VolumesDeleted"),
    "builder_cache": ("/build/prune", "CachesDeleted"),
}
"""Kind -> where to ask for its removal, and the key of the answer that tells what has gone."""


class DockerPrune(EngineModule):
    containers = Arg(bool, "Whether containers that do not run go", default=False)
    containers_filters = Arg(dict, "Only containers that fit: until, label, label!", default=None)
    images = Arg(bool, "Whether images that no container uses go", default=False)
    images_filters = Arg(
        dict, "Only images that fit: until, label, label!; dangling: false for those with a name too", default=None
    )
    networks = Arg(bool, "Whether networks without a container go", default=False)
    networks_filters = Arg(dict, "Only networks that fit: until, label, label!", default=None)
    volumes = Arg(bool, "Whether volumes that no container uses go, with all that is in them", default=False)
    volumes_filters = Arg(
        dict, "Only volumes that fit: label, label!; all: true for those with a name too, from Docker 23", default=None
    )
    builder_cache = Arg(bool, "Whether what builds have left for later builds goes", default=False)
    builder_cache_all = Arg(bool, "Whether what images share with it, and what is internal, goes too", default=False)
    builder_cache_filters = Arg(dict, "Only records that fit: until, id, parent, type, description", default=None)
    builder_cache_keep_storage = Arg(Size, "How much of it may stay", default=None)

    def check_arguments(self):
        now = time.time()
        self.asked = [kind for kind in KINDS if getattr(self, kind)]
        self.filters = {kind: unused.Filters(getattr(self, kind + "_filters"), now) for kind in KINDS}
        self.found, self.answers = {}, {}

    def subject(self):
        return "unused in the engine"

    def read(self, engine):
        self.found = self._unused(engine)
        return {kind: self.found[kind].names for kind in self.asked}

    def _unused(self, engine):
        """{kind: what would go}, each with regard to what goes before it."""
        sized = {"images", "volumes", "builder_cache"} & set(self.asked)
        usage = engine.get("/system/df") if sized else {}
        filters = self.filters
        containers = unused.Containers(engine, filters["containers"], self.containers)
        found = {"containers": containers}
        if self.images:
            found["images"] = unused.Images(engine, filters["images"], containers, usage)
        if self.networks:
            found["networks"] = unused.Networks(engine, filters["networks"])
        if self.volumes:
            found["volumes"] = unused.Volumes(engine, filters["volumes"], containers, usage)
        if self.builder_cache:
            found["builder_cache"] = unused.BuilderCache(
                filters["builder_cache"], usage, self.builder_cache_all, self.builder_cache_keep_storage
            )
        return found

    def wanted(self):
        return {} if self.before is None else {kind: [] for kind in self.asked}

    def same(self, key, now, wanted):
        """Once the engine has pruned, it has the last word on what may go."""
        return now == wanted or key in self.answers

    def change(self, engine, change):
        engine.timeout = max(engine.timeout, work.PATIENCE)
        for kind in self.asked:
            query = {"filters": self.filters[kind].given or None}
            if kind == "builder_cache":
                query.update({"all": self.builder_cache_all, "keep-storage": self.builder_cache_keep_storage})
            self.answers[kind] = engine.call("POST", PATHS[kind][0], query) or {}

    def returns(self, change, state):
        result = {}
        for kind in self.asked if state is not None else ():
            name = "builder_cache_caches_deleted" if kind == "builder_cache" else kind
            if kind in self.answers:
                result[name] = self.answers[kind].get(PATHS[kind][1]) or []
                size = self.answers[kind].get("SpaceReclaimed", 0)
                if state[kind]:
                    self.warn("the engine keeps these %s: %s" % (kind, ", ".join(state[kind])))
            else:
                result[name], size = self.found[kind].ids, self.found[kind].size
            if kind != "networks":
                result[kind + "_space_reclaimed"] = size
        return result
