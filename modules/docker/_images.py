"""Names of images: registry, repository, tag, digest; and the credentials that the host has for a registry."""

import base64
import json
import os
import re

DEFAULT_REGISTRY = "docker.io"
CREDENTIALS_KEY = "https://index.docker.io/v1/"


def split(name, tag=None):
    """A name as (repository, tag or digest); a tag in the name wins over the one given; `latest` is the last resort."""
    if "@" in name:
        repository, _, digest = name.partition("@")
        return repository, digest
    repository, separator, own = name.rpartition(":")
    if not separator or "/" in own:
        return name, tag or "latest"
    return repository, own


def joined(repository, tag):
    """A repository with a tag or a digest."""
    return "%s%s%s" % (repository, "@" if tag.startswith("sha256:") else ":", tag)


def is_id(name):
    """Whether a text is an image's id rather than a name."""
    return bool(re.match(r"^(sha256:)?[0-9a-f]{12,64}$", name))


def full(name):
    """An image's name with its tag or digest; an id is itself."""
    return name if is_id(name) else joined(*split(name))


def registry_of(repository):
    """The registry that a repository lives in."""
    first = repository.partition("/")[0]
    named = "/" in repository and ("." in first or ":" in first or first == "localhost")
    return first if named else DEFAULT_REGISTRY


def authorization(repository):
    """The header with the host's own credentials for a repository's registry; {} where it has none."""
    registry = registry_of(repository)
    folder = os.environ.get("DOCKER_CONFIG") or os.path.expanduser("~/.docker")
    try:
        with open(os.path.join(folder, "config.json")) as file:
            known = json.load(file).get("auths") or {}
    except (OSError, ValueError):
        return {}
    entry = known.get(CREDENTIALS_KEY if registry == DEFAULT_REGISTRY else registry) or {}
    if not entry.get("auth"):
        return {}
    user, _, password = base64.b64decode(entry["auth"]).decode("utf-8", "replace").partition(":")
    said = {"username": user, "password": password, "serveraddress": registry}
    return {"X-Registry-Auth": base64.urlsafe_b64encode(json.dumps(said).encode("utf-8")).decode("ascii")}
