"""Tell about the engine and, where asked for, about what is on it."""

from modules.docker._base import EngineQuery, text
from modules.kit import Arg

SHORT = {
    "containers": ("Id", "Image", "Command", "Created", "Status", "Ports", "Names"),
    "images": ("Id", "RepoTags", "Created", "Size"),
    "networks": ("Id", "Driver", "Name", "Scope"),
    "volumes": ("Mountpoint", "Name"),
}
PATHS = {"containers": "/containers/json", "images": "/images/json", "networks": "/networks", "volumes": "/volumes"}


class DockerHostInfo(EngineQuery):
    containers = Arg(bool, "Whether the containers that run are listed", default=False)
    containers_all = Arg(bool, "Whether those that do not run are listed too", default=False)
    containers_filters = Arg(dict, "Only containers that fit, as in `docker ps --filter`", default=None)
    images = Arg(bool, "Whether images are listed", default=False)
    images_filters = Arg(dict, "Only images that fit", default=None)
    networks = Arg(bool, "Whether networks are listed", default=False)
    networks_filters = Arg(dict, "Only networks that fit", default=None)
    volumes = Arg(bool, "Whether volumes are listed", default=False)
    volumes_filters = Arg(dict, "Only volumes that fit", default=None)
    disk_usage = Arg(bool, "Whether it is told what takes how much room", default=False)
    verbose_output = Arg(bool, "Whether everything is told of what is listed", default=False)

    def look(self, engine):
        if engine is None:
            return {"can_talk_to_docker": False, "host_info": {}}
        found = {"can_talk_to_docker": True, "host_info": engine.get("/info")}
        for kind, path in PATHS.items():
            if getattr(self, kind):
                found[kind] = self._listed(engine, kind, path)
        if self.disk_usage:
            usage = engine.get("/system/df")
            found["disk_usage"] = usage if self.verbose_output else {"LayersSize": usage["LayersSize"]}
        return found

    def _listed(self, engine, kind, path):
        filters = getattr(self, kind + "_filters")
        query = {"filters": {key: _texts(value) for key, value in filters.items()}} if filters else {}
        if kind == "containers" and self.containers_all:
            query["all"] = "1"
        found = engine.get(path, query)
        if kind == "volumes":
            found = found["Volumes"] or []
        if self.verbose_output:
            return found
        return [{key: item[key] for key in SHORT[kind] if key in item} for item in found]


def _texts(value):
    return [text(item) for item in (value if isinstance(value, list) else [value])]
