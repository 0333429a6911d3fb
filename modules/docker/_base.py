"""What every module that talks to an engine shares: where it is, and what happens when there is none."""

import os

from modules.docker._client import DEFAULT_HOST, Client, EngineAbsent, tls_context
from modules.kit import Action, Arg, Module, Path, Query


class EngineArguments:
    docker_host = Arg(
        str, "Where the engine listens: unix:///path or tcp://host:port; $DOCKER_HOST, else the usual socket",
        default=None, aliases=("docker_url",),
    )  # fmt: skip
    tls = Arg(bool, "Speak TLS, without checking the engine's certificate", default=False)
    validate_certs = Arg(bool, "Speak TLS and check the engine's certificate", default=False, aliases=("tls_verify",))
    ca_path = Arg(
        Path,
        "The certificate of the authority to trust",
        default=None,
        aliases=("ca_cert", "tls_ca_cert", "cacert_path"),
    )
    client_cert = Arg(Path, "This client's certificate", default=None, aliases=("tls_client_cert", "cert_path"))
    client_key = Arg(Path, "The key of it", default=None, aliases=("tls_client_key", "key_path"))
    tls_hostname = Arg(str, "Accepted as in Ansible; the host's name in docker_host is what is checked", default=None)
    api_version = Arg(
        str, "The version of the API to speak; auto: the newest that both know", default="auto",
        aliases=("docker_api_version",),
    )  # fmt: skip
    timeout = Arg(int, "Seconds to wait for an answer of the engine", default=60)
    debug = Arg(bool, "Accepted as in Ansible; has no effect", default=False)

    def client(self):
        """The engine's client; it connects when it is first used."""
        host = self.docker_host or os.environ.get("DOCKER_HOST") or DEFAULT_HOST
        context = None
        if self.tls or self.validate_certs:
            context = tls_context(self.validate_certs, self.ca_path, self.client_cert, self.client_key)
        return Client(host, context, self.api_version, self.timeout)

    def engine(self):
        """The engine's client, or None in a dry run in which the engine is still to come."""
        client = self.client()
        try:
            client.ping()
        except EngineAbsent as absent:
            hint = "the module docker_engine installs and starts it; this user may also lack the right to use it"
            self.needs("engine", "docker", False, str(absent), hint)
            return None
        return client


class EngineModule(EngineArguments, Module):
    """A module whose thing lives in an engine; its `read` and `change` are given one that answers."""

    collection = "community.docker"

    def current(self):
        engine = self.engine()
        return None if engine is None else self.read(engine)

    def apply(self, change):
        self.change(self.client(), change)

    def read(self, engine):
        """The state of the thing in an engine that answers; None when it does not exist."""
        raise TypeError("%s does not read its state" % type(self).__name__)

    def change(self, engine, change):
        """Make the change."""
        raise TypeError("%s cannot be changed" % type(self).__name__)


class EngineAction(EngineArguments, Action):
    """A module that has an effect in an engine and no state to read."""

    collection = "community.docker"


class EngineQuery(EngineArguments, Query):
    """A module that only looks: `look` is given an engine that answers, or None in a dry run before there is one."""

    collection = "community.docker"

    def read(self):
        return self.look(self.engine())

    def look(self, engine):
        """The values of the result."""
        raise TypeError("%s reads nothing" % type(self).__name__)


def texts(mapping):
    """A mapping with its values as text, as labels and options are kept; true and false in lower case."""
    return {str(key): text(value) for key, value in (mapping or {}).items()}


def text(value):
    """A value as text; true and false in lower case, nothing as an empty one."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def holds(now, wanted):
    """Whether a mapping has everything that is wanted of it; more may be there."""
    return all((now or {}).get(key) == value for key, value in wanted.items())
