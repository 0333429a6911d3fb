"""
Make sure this host's user is logged in to a registry, or is not.

The credentials are kept where Docker's own client keeps them: with the helper that config.json names for the registry,
or else in config.json itself, which only its owner may read. They are tried with the engine before they are kept.
"""

from modules.docker import _credentials
from modules.docker._base import EngineModule
from modules.docker._client import EngineError
from modules.kit import Arg, ModuleFailed, Path


class DockerLogin(EngineModule):
    registry_url = Arg(str, "The registry", default=_credentials.HUB, aliases=("registry", "url"))
    username = Arg(str, "The name to log in with", default=None, needed_if={"state": "present"})
    password = Arg(
        str, "The password or token to log in with", default=None, secret=True, needed_if={"state": "present"}
    )
    state = Arg(str, "Whether to be logged in", default="present", choices=("present", "absent"))
    reauthorize = Arg(bool, "Log in again even with the credentials that are kept", default=False, aliases=("reauth",))
    config_path = Arg(
        Path,
        "Docker's configuration file; that of the user who runs the module where it is not given",
        default=None,
        aliases=("dockercfg_path",),
    )

    def check_arguments(self):
        self.answer, self.authorized = {}, False

    def subject(self):
        return "login to %s in %s" % (
            _credentials.host(self.registry_url),
            self.config_path or _credentials.default_path(),
        )

    def current(self):
        """What is kept; a password is never shown, only whether it is the one given."""
        found = _credentials.Credentials(self.config_path).find(self.registry_url)
        if found is None:
            return None
        # Of a token, only the registry knows whose it is.
        name = found["username"] or self.username
        kept = "identitytoken" in found or found["password"] == self.password
        return {
            "registry": _credentials.host(self.registry_url),
            "username": name,
            "password": "as given" if kept else "another one",
            "authorized": "now" if self.authorized else "before",
        }

    def wanted(self):
        if self.state == "absent":
            return None
        wanted = {
            "registry": _credentials.host(self.registry_url),
            "username": self.username,
            "password": "as given",
        }
        if self.before is None or self.before["password"] != "as given" or self.before["username"] != self.username:
            self.engine()
        if self.reauthorize and self.before is not None:
            wanted["authorized"] = "now"
        return wanted

    def apply(self, change):
        credentials = _credentials.Credentials(self.config_path)
        if change.removes:
            credentials.erase(self.registry_url)
            return
        self.answer = self._authorize() or {}
        self.authorized = True
        token = self.answer.get("IdentityToken")
        credential = {"identitytoken": token} if token else {"password": self.password}
        credentials.store(self.registry_url, dict(credential, username=self.username))

    def _authorize(self):
        """Try the credentials; returns the engine's answer."""
        server = _credentials.key(self.registry_url)
        data = {"username": self.username, "password": self.password, "serveraddress": server}
        try:
            return self.client().call("POST", "/auth", data=data)
        except EngineError as error:
            raise ModuleFailed(
                "logging in to %s as %s failed: %s"
                % (_credentials.host(self.registry_url), self.username, error.message),
                hint="nothing was kept; what was there before still is",
            )

    def returns(self, change, state):
        if self.state == "absent":
            return {}
        said = {key: value for key, value in self.answer.items() if key != "IdentityToken"}
        server = _credentials.key(self.registry_url)
        return {"login_result": dict(said, username=self.username, serveraddress=server)}
