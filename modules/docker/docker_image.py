"""
Make sure an image is there: pulled, built, loaded from an archive, or made from a root file system; or is not there.

A build is repeated when its context has changed, which a label of the image tells.
"""

import json
import os

from modules.docker import _images
from modules.docker._base import EngineModule, texts
from modules.docker._client import name as quoted
from modules.docker._context import DIGEST_LABEL, Context
from modules.kit import Arg, ModuleFailed, Path, Size, Unknown
from modules.kit import filesystem as fs

LIMITS = {
    "memory": Arg(Size, "The memory that the build may use", default=None),
    "memswap": Arg(Size, "Memory and swap together; -1 for no limit", default=None),
    "cpushares": Arg(int, "Its share of the processors", default=None),
    "cpusetcpus": Arg(str, "The processors it may run on", default=None),
}
BUILD = {
    "path": Arg(Path, "The folder on the host to build from"),
    "dockerfile": Arg(str, "The Dockerfile in it", default=None),
    "args": Arg(dict, "Values for the Dockerfile's ARGs", default=None),
    "pull": Arg(bool, "Whether the image it begins FROM is pulled each time", default=False),
    "nocache": Arg(bool, "Whether nothing is taken from earlier builds", default=False),
    "rm": Arg(bool, "Whether the containers of the build are removed", default=True),
    "target": Arg(str, "The stage to stop at", default=None),
    "network": Arg(str, "The network that RUN has", default=None),
    "labels": Arg(dict, "Labels for the image", default=None),
    "etc_hosts": Arg(dict, "Names for /etc/hosts, as {name: address}", default=None),
    "shm_size": Arg(Size, "The size of /dev/shm", default=None),
    "platform": Arg(str, "The platform to build for", default=None),
    "cache_from": Arg(list, "Images whose layers may be used", default=None, of=str),
    "container_limits": Arg(dict, "What the build may use", default=None, of=LIMITS),
    "http_timeout": Arg(int, "Seconds that the build may be silent", default=None),
    "use_config_proxy": Arg(bool, "Refused unless it is no: proxies are given as args", default=False),
}
CHANGES = {
    "command": Arg(list, "What a container runs", default=None, of=str),
    "entrypoint": Arg(list, "What it runs it with", default=None, of=str),
    "env": Arg(dict, "Its environment", default=None),
    "exposed_ports": Arg(list, "Ports it listens on", default=None, of=str),
    "workdir": Arg(str, "The folder it begins in", default=None),
    "user": Arg(str, "The user it runs as", default=None),
    "labels": Arg(dict, "Labels for the image", default=None),
}


class DockerImage(EngineModule):
    name = Arg(str, "The image: repository, with :tag or @digest, or an id with state: absent")
    tag = Arg(str, "The tag, where the name has none", default="latest")
    state = Arg(str, "Whether it should be there", default="present", choices=("present", "absent"))
    source = Arg(
        str, "Where it comes from; local: it has to be there already",
        default=None, choices=("build", "import", "load", "local", "pull"),
    )  # fmt: skip
    build = Arg(dict, "How it is built", default=None, of=BUILD, needed_if={"source": "build"})
    load_path = Arg(Path, "The archive on the host (`docker save`)", default=None, needed_if={"source": "load"})
    import_path = Arg(
        Path,
        "A tar of a root file system on the host that becomes the image",
        default=None,
        needed_if={"source": "import"},
    )
    import_changes = Arg(dict, "How containers of an imported image run", default=None, of=CHANGES)
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
        self.found = engine.get("/images/%s/json" % quoted(self.full))
        if self.found is None:
            return None
        state = {"image": self.full, "id": self.found["Id"]}
        labels = (self.found.get("Config") or {}).get("Labels") or {}
        if DIGEST_LABEL in labels:
            state["made from"] = labels[DIGEST_LABEL]
        if self.repository:
            other = engine.get("/images/%s/json" % quoted(self._other_name()))
            state["also named"] = self._other_name() if other and other["Id"] == self.found["Id"] else None
        if self.archive_path:
            state["archive"] = os.path.exists(self.archive_path)
        return state

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
            wanted["source"] = "anew"
        if self.repository:
            wanted["also named"] = self._other_name()
        if self.archive_path:
            wanted["archive"] = True
        if self.push:
            wanted["pushed"] = True
        return wanted

    def same(self, key, now, wanted):
        if key in ("pushed", "source"):
            return key in self.actions
        return now == wanted

    def _digest(self):
        if self.foreseen is not None:
            return self.foreseen
        if self.source == "build":
            folder = self.build["path"]
            there = os.path.isdir(folder)
            if not self.needs("path", folder, there, "there is no folder %s on this host" % folder):
                self.foreseen = Unknown(self.context.bringer("path", folder))
            else:
                coming = self.context.bringer("path", folder + "/" + (self.build["dockerfile"] or "Dockerfile"))
                self.foreseen = self._context_digest(folder, coming)
        elif self.source in ("import", "load"):
            path = self.import_path or self.load_path
            if self.needs("path", path, os.path.isfile(path), "there is no file %s on this host" % path):
                self.foreseen = fs.digest(path, "sha256") if self.source == "import" else None
        return self.foreseen

    def _context_digest(self, folder, coming):
        dockerfile = os.path.join(folder, self.build["dockerfile"] or "Dockerfile")
        if not os.path.isfile(dockerfile) and coming:
            self.context.assume("path", dockerfile, coming)
            return Unknown(coming)
        keys = ("dockerfile", "args", "target", "labels", "platform")
        return Context(folder, self.build["dockerfile"]).digest({key: self.build[key] for key in keys})

    # -- how to get there

    def change(self, engine, change):
        if change.removes:
            query = {"force": self.force_absent}
            engine.call("DELETE", "/images/" + quoted(self.before["id"] if self.force_absent else self.full), query)
            return
        if change.creates or {"made from", "source"} & change.keys:
            getattr(self, "_by_" + self.source)(engine)
            self.actions.append("source")
        if self.repository and (change.creates or "also named" in change):
            self._tag(engine)
        if self.archive_path and (change.creates or "archive" in change or "source" in self.actions):
            self._archive(engine)
        if self.push:
            self._push(engine)

    def _by_local(self, engine):
        raise ModuleFailed("image %s is not there" % self.full)

    def _by_pull(self, engine):
        query = {"fromImage": self.repository_name, "tag": self.version, "platform": (self.pull or {}).get("platform")}
        engine.progress("POST", "/images/create", query, headers=_images.authorization(self.repository_name))

    def _by_build(self, engine):
        build = self.build
        context = Context(build["path"], build["dockerfile"])
        limits = build["container_limits"] or {}
        labels = dict(texts(build["labels"]), **{DIGEST_LABEL: self.foreseen})
        query = {
            "t": self.full,
            "dockerfile": context.dockerfile,
            "buildargs": texts(build["args"]),
            "labels": labels,
            "pull": build["pull"] or None,
            "nocache": build["nocache"],
            "rm": build["rm"],
            "forcerm": build["rm"],
            "target": build["target"],
            "networkmode": build["network"],
            "shmsize": build["shm_size"],
            "platform": build["platform"],
            "cachefrom": build["cache_from"],
            "extrahosts": ",".join("%s:%s" % pair for pair in sorted((build["etc_hosts"] or {}).items())) or None,
            "memory": limits.get("memory"),
            "memswap": limits.get("memswap"),
            "cpushares": limits.get("cpushares"),
            "cpusetcpus": limits.get("cpusetcpus"),
        }
        engine.timeout = build["http_timeout"] or max(engine.timeout, 600)
        events = engine.progress("POST", "/build", query, context.tar(), {"Content-Type": "application/x-tar"})
        self.said = "".join(event.get("stream", "") for event in events)

    def _by_load(self, engine):
        engine.progress("POST", "/images/load", {"quiet": True}, _pieces(self.load_path), TAR)
        if engine.get("/images/%s/json" % quoted(self.full)) is None:
            raise ModuleFailed("%s does not hold the image %s" % (self.load_path, self.full))

    def _by_import(self, engine):
        query = {"fromSrc": "-", "repo": self.repository_name, "tag": self.version, "changes": self._import_changes()}
        engine.progress("POST", "/images/create", query, _pieces(self.import_path), TAR)

    def _import_changes(self):
        given = self.import_changes or {}
        found = ["LABEL %s=%s" % (DIGEST_LABEL, self.foreseen)]
        found += ["LABEL %s=%s" % (key, json.dumps(value)) for key, value in sorted(texts(given.get("labels")).items())]
        found += ["ENV %s=%s" % (key, json.dumps(value)) for key, value in sorted(texts(given.get("env")).items())]
        found += ["EXPOSE %s" % port for port in given.get("exposed_ports") or []]
        for word, key in (("CMD", "command"), ("ENTRYPOINT", "entrypoint")):
            if given.get(key):
                found.append("%s %s" % (word, json.dumps(given[key])))
        found += ["WORKDIR " + given["workdir"]] if given.get("workdir") else []
        return "\n".join(found + (["USER " + given["user"]] if given.get("user") else []))

    def _tag(self, engine):
        other = engine.get("/images/%s/json" % quoted(self._other_name()))
        own = engine.get("/images/%s/json" % quoted(self.full))
        if other and other["Id"] != own["Id"] and not self.force_tag:
            raise ModuleFailed(
                "%s is another image already" % self._other_name(), hint="force_tag: true takes the name"
            )
        repository, tag = _images.split(self.repository, self.version)
        engine.call("POST", "/images/%s/tag" % quoted(self.full), {"repo": repository, "tag": tag})

    def _archive(self, engine):
        answer = engine.stream("GET", "/images/%s/get" % quoted(self.full))
        with fs.replacing(self.archive_path) as file:
            for piece in iter(lambda: answer.read(1 << 20), b""):
                file.write(piece)

    def _push(self, engine):
        name = self.repository or self.full
        repository, tag = _images.split(name, self.version)
        headers = _images.authorization(repository) or {"X-Registry-Auth": "e30="}
        engine.progress("POST", "/images/%s/push" % repository, {"tag": tag}, headers=headers)
        self.actions.append("pushed")

    def brings(self, change):
        return [] if change.removes else [("image", self.full)]

    def returns(self, change, state):
        result = {"image": (getattr(self, "found", None) or {}) if state is not None else {}, "actions": self.actions}
        if getattr(self, "said", None):
            result["stdout"] = self.said
        return result


TAR = {"Content-Type": "application/x-tar"}


def _pieces(path):
    with open(path, "rb") as file:
        for piece in iter(lambda: file.read(1 << 20), b""):
            yield piece
