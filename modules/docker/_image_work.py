"""What the modules about images have in common: looking at images and registries, moving images, and their archives."""

import json
import os
import re
import tarfile

from modules.docker import _images
from modules.docker._client import name as quoted
from modules.docker._context import DIGEST_LABEL
from modules.kit import Arg, ModuleFailed, Unknown
from modules.kit import filesystem as fs

TAR = {"Content-Type": "application/x-tar"}
NOBODY = {"X-Registry-Auth": "e30="}
PATIENCE = 600
"""Seconds: an engine that unpacks or packs a large image is silent meanwhile."""

TAG = re.compile(r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$")


class NamedImage:
    """The arguments that name an image, and the names that come of them: repository, version, full."""

    name = Arg(str, "The image: repository, with :tag or @digest, or an id")
    tag = Arg(str, "The tag, where the name has none", default="latest")

    takes_id = True

    def check_arguments(self):
        if _images.is_id(self.name) and not self.takes_id:
            raise ModuleFailed("name: an id is not possible here, got %s" % self.name)
        check_tag("tag", self.tag)
        self.repository_name, self.version = _images.split(self.name, self.tag)
        self.full = _images.full(self.name, self.tag)

    def subject(self):
        return "image " + self.full


def check_tag(argument, tag):
    """Raise ModuleFailed for what is no tag."""
    if not TAG.match(tag or "latest"):
        raise ModuleFailed("%s: %s is not a valid tag" % (argument, tag))


def inspect(engine, name):
    """What the engine says of an image; None when it has none of that name or id."""
    return engine.get("/images/%s/json" % quoted(name))


def origin(image, name):
    """The state of an image: its name, and by its label what it was made from; None where there is no image."""
    if image is None:
        return None
    labels = (image.get("Config") or {}).get("Labels") or {}
    made_from = {"made from": labels[DIGEST_LABEL]} if DIGEST_LABEL in labels else {}
    return dict(made_from, image=name, id=image["Id"])


def digests(image):
    """The digests that registries know an image by, sorted."""
    return sorted({text.partition("@")[2] for text in image.get("RepoDigests") or []})


def in_registry(engine, name):
    """
    The digest of an image in its registry, asked by the engine; None where the registry has none of that name.

    Raises ModuleFailed where the registry cannot be asked.
    """
    headers = _images.authorization(_images.split(name)[0]) or NOBODY
    found = engine.get("/distribution/%s/json" % quoted(name), headers=headers)
    return found["Descriptor"]["digest"] if found else None


def expected_in_registry(module, engine, name):
    """As `in_registry`; Unknown in a dry run that cannot reach the registry, but would start containers before."""
    try:
        return in_registry(engine, name)
    except ModuleFailed:
        for kind, container, task in module.context.coming:
            if kind == "container":
                module.context.assume("registry", "%s in container %s" % (_images.registry_of(name), container), task)
                return Unknown(task)
        raise


def pull(engine, repository, version, platform=None):
    """Pull an image."""
    query = {"fromImage": repository, "tag": version, "platform": platform}
    engine.progress("POST", "/images/create", query, headers=_images.authorization(repository))


def push(engine, name, version):
    """Push an image to the registry that its name tells; returns the lines that the engine says meanwhile."""
    repository, tag = _images.split(name, version)
    headers = _images.authorization(repository) or NOBODY
    return engine.progress("POST", "/images/%s/push" % repository, {"tag": tag}, headers=headers)


def tag(engine, name, other):
    """Give an image a further name."""
    repository, version = _images.split(other)
    engine.call("POST", "/images/%s/tag" % quoted(name), {"repo": repository, "tag": version})


def remove(engine, name, force=False, prune=True):
    """Take a name from an image, and remove it with its last one; returns [{"Untagged" or "Deleted": name}]."""
    return engine.call("DELETE", "/images/" + quoted(name), {"force": force, "noprune": not prune}) or []


def load(engine, path):
    """Load the images of an archive; returns what the engine says, a line for each."""
    engine.timeout = max(engine.timeout, PATIENCE)
    events = engine.progress("POST", "/images/load", {"quiet": True}, pieces(path), TAR)
    return "".join(event.get("stream", "") for event in events)


def save(engine, names, path):
    """Write images to an archive."""
    engine.timeout = max(engine.timeout, PATIENCE)
    query = [("names", name) for name in names]
    answer = engine.stream("GET", "/images/get", query)
    write_answer(answer, path)


def write_answer(answer, path):
    """Write what an answer of the engine holds to a file."""
    with fs.replacing(path) as file:
        for piece in iter(lambda: answer.read(fs.CHUNK), b""):
            file.write(piece)


def pieces(path):
    """The content of a file, in pieces."""
    with open(path, "rb") as file:
        for piece in iter(lambda: file.read(fs.CHUNK), b""):
            yield piece


class Archive:
    """
    What an archive of images holds: `images` is {id: sorted names} by its manifest.

    The format: https://docs.docker.com/reference/api/engine/version/v1.47/#tag/Image/operation/ImageGet. Raises
    ValueError for a file that is none; an id is the digest of the image's configuration, `digests` those of the
    manifests, which are the ids where the engine keeps images in containerd.
    """

    def __init__(self, path):
        self.images, self.digests = {}, {}
        try:
            with tarfile.open(path) as archive:
                manifest = json.loads(archive.extractfile("manifest.json").read().decode("utf-8"))
                index = _member(archive, "index.json")
            for entry in manifest:
                identity = "sha256:" + os.path.basename(entry["Config"]).replace(".json", "")
                self.images[identity] = sorted(entry.get("RepoTags") or [])
            for entry in (index or {}).get("manifests") or []:
                name = (entry.get("annotations") or {}).get("io.containerd.image.name")
                if name:
                    self.digests[familiar(name)] = entry["digest"]
        except (tarfile.TarError, KeyError, TypeError, AttributeError, EOFError, OSError) as error:
            raise ValueError("%s is no archive of images (%s)" % (path, error))

    def ids(self):
        """{name: the ids that the image may have}, with the id itself for the name of an image that has none."""
        found = {}
        for identity, names in self.images.items():
            for name in names or [identity]:
                found[name] = [identity, self.digests.get(name, identity)]
        return found


def familiar(name):
    """A name without what it says of Docker Hub."""
    for prefix in ("docker.io/library/", "docker.io/"):
        if name.startswith(prefix):
            return name[len(prefix) :]
    return name


def _member(archive, name):
    try:
        return json.loads(archive.extractfile(name).read().decode("utf-8"))
    except (KeyError, ValueError, AttributeError):
        return None
