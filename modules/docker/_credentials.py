"""
Credentials for registries, where Docker's own client keeps them: config.json, or a helper that it names.

The file: https://docs.docker.com/reference/cli/docker/#configuration-files; the helpers:
https://github.com/docker/docker-credential-helpers. A credential is {"username", "password"}, or has an "identitytoken"
in place of the password.
"""

import base64
import binascii
import json
import os

from modules.kit import ModuleFailed, run
from modules.kit import filesystem as fs
from modules.kit.process import find_command

HUB = "https://index.docker.io/v1/"
HUB_NAMES = ("docker.io", "index.docker.io", "registry-1.docker.io")
TOKEN_USER = "<token>"
HELPER_ERRORS = "credentials not found"


def default_path():
    """The file of the user that runs the module."""
    folder = os.environ.get("DOCKER_CONFIG") or os.path.expanduser("~/.docker")
    return os.path.join(folder, "config.json")


def host(registry):
    """The host of a registry, however it is written; every name of Docker Hub's is docker.io."""
    name = registry.partition("://")[2] if "://" in registry else registry
    name = name.partition("/")[0]
    return "docker.io" if name in HUB_NAMES else name


def key(registry):
    """The name that Docker's client keeps a registry's credentials by."""
    return HUB if host(registry) == "docker.io" else host(registry)


class Credentials:
    """The credentials in one config.json. path: the file; None for the user's own. It need not exist."""

    def __init__(self, path=None):
        self.path = path or default_path()
        self.config = self._read()

    def _read(self):
        data = fs.read(self.path)
        if data is None or not data.strip():
            return {}
        try:
            config = json.loads(data.decode("utf-8"))
        except ValueError as error:
            raise ModuleFailed("%s is not JSON: %s" % (self.path, error), hint="repair the file, or move it away")
        if not isinstance(config, dict):
            raise ModuleFailed("%s should hold a JSON object" % self.path, hint="repair the file, or move it away")
        return config

    def helper(self, registry):
        """The name of the helper that keeps the credentials of a registry; None where the file itself does."""
        for name, helper in (self.config.get("credHelpers") or {}).items():
            if host(name) == host(registry):
                return helper
        return self.config.get("credsStore") or None

    def find(self, registry):
        """The credential for a registry, or None. Raises ModuleFailed when the helper for it cannot be asked."""
        helper = self.helper(registry)
        return self._ask(helper, registry) if helper else self._in_file(registry)

    def _entry(self, registry):
        auths = self.config.get("auths") or {}
        for name in [key(registry)] + sorted(auths):
            if name in auths and host(name) == host(registry):
                return name, auths[name] or {}
        return None, {}

    def _in_file(self, registry):
        entry = self._entry(registry)[1]
        user, password = _decoded(entry.get("auth"))
        if entry.get("identitytoken"):
            return {"username": user or entry.get("username", ""), "identitytoken": entry["identitytoken"]}
        if entry.get("username") and entry.get("password"):
            return {"username": entry["username"], "password": entry["password"]}
        return {"username": user, "password": password} if user else None

    def _ask(self, helper, registry):
        ended = _help(helper, "get", key(registry))
        if not ended:
            if HELPER_ERRORS in ended.stdout + ended.stderr:
                return None
            raise ModuleFailed("docker-credential-%s get: %s" % (helper, (ended.stderr or ended.stdout).strip()))
        said = _answer(helper, ended)
        if said.get("Username") == TOKEN_USER:
            return {"username": "", "identitytoken": said.get("Secret", "")}
        return {"username": said.get("Username", ""), "password": said.get("Secret", "")}

    def registries(self):
        """The registries that the file names, and those that its helper for all others keeps."""
        found = list(self.config.get("auths") or {}) + list(self.config.get("credHelpers") or {})
        helper = self.config.get("credsStore")
        if helper:
            ended = _help(helper, "list", "")
            found += list(_answer(helper, ended)) if ended else []
        return sorted(set(found))

    def store(self, registry, credential):
        """Keep a credential where it belongs, in place of an earlier one."""
        helper = self.helper(registry)
        token = credential.get("identitytoken")
        if helper:
            user, secret = (TOKEN_USER, token) if token else (credential["username"], credential["password"])
            said = json.dumps({"ServerURL": key(registry), "Username": user, "Secret": secret})
            ended = _help(helper, "store", said)
            if not ended:
                raise ModuleFailed("docker-credential-%s store: %s" % (helper, (ended.stderr or ended.stdout).strip()))
            return
        user = credential["username"]
        text = "%s:%s" % (user, "" if token else credential["password"])
        entry = {"auth": base64.b64encode(text.encode("utf-8")).decode("ascii")}
        if token:
            entry["identitytoken"] = token
        auths = dict(self.config.get("auths") or {})
        auths[self._entry(registry)[0] or key(registry)] = entry
        self._write(dict(self.config, auths=auths))

    def erase(self, registry):
        """Forget the credential for a registry."""
        helper = self.helper(registry)
        if helper:
            ended = _help(helper, "erase", key(registry))
            if not ended and HELPER_ERRORS not in ended.stdout + ended.stderr:
                raise ModuleFailed("docker-credential-%s erase: %s" % (helper, (ended.stderr or ended.stdout).strip()))
        auths = dict(self.config.get("auths") or {})
        names = [name for name in auths if host(name) == host(registry)]
        if names:
            self._write(dict(self.config, auths={name: auths[name] for name in auths if name not in names}))

    def _write(self, config):
        folder = os.path.dirname(os.path.abspath(self.path))
        if not os.path.isdir(folder):
            os.makedirs(folder, 0o700)
        fs.write(self.path, (json.dumps(config, indent="\t") + "\n").encode("utf-8"), mode=0o600)
        self.config = config


def _decoded(text):
    try:
        user, _, password = base64.b64decode(text or "").decode("utf-8").partition(":")
    except (binascii.Error, ValueError):
        return "", ""
    return user, password.strip("\0")


def _help(helper, verb, said):
    """Ask a helper; what it is told goes through its standard input, as its protocol has it."""
    program = find_command("docker-credential-" + helper)
    if program is None:
        raise ModuleFailed(
            "there is no docker-credential-%s on this host, which its config.json names" % helper,
            hint="install it, or take credsStore and credHelpers out of config.json",
        )
    return run([program, verb], stdin=said, check=False)


def _answer(helper, ended):
    try:
        said = json.loads(ended.stdout or "{}")
    except ValueError:
        raise ModuleFailed("docker-credential-%s does not answer in JSON" % helper)
    return said if isinstance(said, dict) else {}


def header(registry):
    """The header with this user's credentials for a registry; {} where there are none, or none can be had."""
    try:
        found = Credentials().find(registry)
    except ModuleFailed:
        return {}
    return {"X-Registry-Auth": encoded(dict(found, serveraddress=key(registry)))} if found else {}


def all_headers():
    """The header with this user's credentials for every registry, as a build needs it."""
    try:
        credentials = Credentials()
        known = {name: credentials.find(name) for name in credentials.registries()}
    except ModuleFailed:
        return {}
    said = {name: dict(found, serveraddress=name) for name, found in known.items() if found}
    return {"X-Registry-Config": encoded(said)} if said else {}


def encoded(value):
    """A value as the engine takes it in a header: JSON in base64 for URLs."""
    return base64.urlsafe_b64encode(json.dumps(value).encode("utf-8")).decode("ascii")
