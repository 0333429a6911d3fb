"""
Building images from a folder, and making them from a root file system: what docker_image, docker_image_build and
docker_image_import share. What an image was made from is kept in a label of it.
"""

import json
import os

from modules.docker import _credentials, _images
from modules.docker import _image_work as work
from modules.docker._base import texts
from modules.docker._context import DIGEST_LABEL, Context
from modules.kit import Arg, Path, Size, Unknown
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


def context_digest(module, build):
    """The digest of all that decides what a build gives; Unknown in a dry run where that is still to come."""
    folder, name = build["path"], build["dockerfile"] or "Dockerfile"
    if not module.needs("path", folder, os.path.isdir(folder), "there is no folder %s on this host" % folder):
        return Unknown(module.context.bringer("path", folder))
    dockerfile = os.path.join(folder, name)
    coming = module.context.bringer("path", dockerfile)
    if not os.path.isfile(dockerfile) and coming:
        module.context.assume("path", dockerfile, coming)
        return Unknown(coming)
    keys = ("dockerfile", "args", "target", "labels", "platform")
    return Context(folder, build["dockerfile"]).digest({key: build[key] for key in keys})


def file_digest(module, path):
    """The digest of a file; None in a dry run where it is still to come."""
    if module.needs("path", path, os.path.isfile(path), "there is no file %s on this host" % path):
        return fs.digest(path, "sha256")
    return None


def build(engine, name, build, digest):
    """Build an image by the arguments in BUILD; returns what the engine said. digest: what the image is made from."""
    context = Context(build["path"], build["dockerfile"])
    limits = build.get("container_limits") or {}
    query = {
        "t": name,
        "dockerfile": context.dockerfile,
        "buildargs": texts(build["args"]),
        "labels": dict(texts(build["labels"]), **{DIGEST_LABEL: digest}),
        "pull": build["pull"] or None,
        "nocache": build["nocache"],
        "rm": build.get("rm", True),
        "forcerm": build.get("rm", True),
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
    engine.timeout = build.get("http_timeout") or max(engine.timeout, work.PATIENCE)
    headers = dict(work.TAR, **_credentials.all_headers())
    events = engine.progress("POST", "/build", query, context.tar(), headers)
    return "".join(event.get("stream", "") for event in events)


def import_root(engine, path, name, changes, message=None, platform=None):
    """Make an image of the tar of a root file system."""
    repository, version = _images.split(name)
    query = {
        "fromSrc": "-",
        "repo": repository,
        "tag": version,
        "changes": changes,
        "message": message,
        "platform": platform,
    }
    engine.timeout = max(engine.timeout, work.PATIENCE)
    engine.progress("POST", "/images/create", query, work.pieces(path), work.TAR)


def import_changes(given, digest):
    """How containers of an image run, as the lines of a Dockerfile, with the label that tells what it is made from."""
    return "\n".join(["LABEL %s=%s" % (DIGEST_LABEL, digest)] + dockerfile_lines(given or {}))


def dockerfile_lines(given):
    """The arguments in CHANGES as lines of a Dockerfile."""
    found = ["LABEL %s=%s" % (key, json.dumps(value)) for key, value in sorted(texts(given.get("labels")).items())]
    found += ["ENV %s=%s" % (key, json.dumps(value)) for key, value in sorted(texts(given.get("env")).items())]
    found += ["EXPOSE %s" % port for port in given.get("exposed_ports") or []]
    for word, key in (("CMD", "command"), ("ENTRYPOINT", "entrypoint")):
        if given.get(key):
            found.append("%s %s" % (word, json.dumps(given[key])))
    found += ["WORKDIR " + given["workdir"]] if given.get("workdir") else []
    return found + (["USER " + given["user"]] if given.get("user") else [])
