"""Names of images: registry, repository, tag, digest; and the header with the credentials for them."""

import re

from modules.docker import _credentials

DEFAULT_REGISTRY = "docker.io"


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


def full(name, tag=None):
    """An image's name with its tag or digest; an id is itself."""
    return name if is_id(name) else joined(*split(name, tag))


def registry_of(repository):
    """The registry that a repository lives in."""
    first = repository.partition("/")[0]
    named = "/" in repository and ("." in first or ":" in first or first == "localhost")
    return first if named else DEFAULT_REGISTRY


def authorization(repository):
    """The header with the host's own credentials for a repository's registry; {} where it has none."""
    return _credentials.header(registry_of(repository))
