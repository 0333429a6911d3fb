"""
Docker Compose's command line: which one this host has, and how it is called for a project.

That is `docker compose` where the plugin is installed, else `docker-compose`, in version 2 or 1.29.
"""

import json
import os
import re
import shutil
import tempfile

from modules.docker._base import EngineArguments
from modules.kit import Arg, ModuleFailed, Path
from modules.kit.process import find_command, run

USUAL_FILES = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")
FORESEES = (2, 18)
"""The version from which `--dry-run` can be relied on."""

OLDEST = (1, 28)
HINT = "install the package docker-compose-plugin, docker-compose-v2 or docker-compose"


class ComposeArguments(EngineArguments):
    """The arguments that say which project is meant, and where."""

    collection = "community.docker"

    project_src = Arg(Path, "The folder on the host with the Compose file", default=None)
    project_name = Arg(str, "The project's name; that of its folder where it is not given", default=None)
    files = Arg(list, "The Compose files, seen from project_src, instead of the usual one", default=None, of=Path)
    definition = Arg(dict, "What a Compose file would say, instead of one; needs project_name", default=None)
    env_files = Arg(list, "Files of variables, seen from project_src, instead of .env", default=None, of=Path)
    profiles = Arg(list, "The profiles to enable", default=None, of=str)
    check_files_existing = Arg(bool, "Whether one of the usual files has to be in project_src", default=True)
    docker_cli = Arg(Path, "The docker command; it is looked for where it is not given", default=None)
    cli_context = Arg(str, "The context of the docker command, instead of docker_host", default=None)

    one_of = (("project_src", "definition"),)
    exclusive = (("project_src", "definition"), ("files", "definition"), ("docker_host", "cli_context"))

    def check_arguments(self):
        if self.definition is not None and not self.project_name:
            raise ModuleFailed("project_name: required with definition")

    def compose(self):
        """The Compose of this project; None in a dry run in which the command or the files are still to come."""
        command, version = self._command()
        found = command is not None
        if not self.needs("command", "docker compose", found, "Docker Compose is not on this host", HINT):
            return None
        if self.definition is None and not self._has_files():
            return None
        return Compose(command, version, self)

    def _command(self):
        """(the words that call Compose, what it says of its version), or (None, "")."""
        docker = self.docker_cli or find_command("docker")
        if docker:
            said = run([docker, "compose", "version", "--short"], check=False)
            if said:
                return [docker] + self._engine_words() + ["compose"], said.stdout
        alone = find_command("docker-compose")
        return ([alone] + self._engine_words(), run([alone, "version", "--short"]).stdout) if alone else (None, "")

    def _engine_words(self):
        words = []
        if self.docker_host:
            words += ["--host", self.docker_host]
        if self.cli_context:
            words += ["--context", self.cli_context]
        if self.tls:
            words.append("--tls")
        if self.validate_certs:
            words.append("--tlsverify")
        for option, path in (("cacert", self.ca_path), ("cert", self.client_cert), ("key", self.client_key)):
            words += ["--tls" + option, path] if path else []
        return words

    def _has_files(self):
        folder = self.project_src
        if not self.needs("path", folder, os.path.isdir(folder), "there is no folder %s on this host" % folder):
            return False
        names = [os.path.join(folder, name) for name in self.files or USUAL_FILES]
        there = [name for name in names if os.path.isfile(name)]
        if self.files:
            return all(self.needs("path", name, name in there, "there is no file %s" % name) for name in names)
        if there or not self.check_files_existing:
            return True
        coming = next((name for name in names if self.context.bringer("path", name)), names[0])
        message = "there is no Compose file in %s" % folder
        return self.needs(
            "path", coming, False, message, "it is one of %s; files names another" % ", ".join(USUAL_FILES)
        )

    def client(self):
        if self.cli_context:
            said = run([self.docker_cli or "docker", "context", "inspect", self.cli_context])
            self.docker_host, context = json.loads(said.stdout)[0]["Endpoints"]["docker"]["Host"], self.cli_context
            try:
                return super().client()
            finally:
                self.docker_host, self.cli_context = None, context
        return super().client()


class Compose:
    """
    Compose for one project. command: the words that call it; version: what it says of its version; arguments: a module
    with ComposeArguments.

    To be used in a `with`: a project that is given as a definition has a folder for as long.
    """

    def __init__(self, command, version, arguments):
        self.command = command
        self.arguments = arguments
        self.version = _version(version)
        if self.version < OLDEST:
            said = ".".join(str(part) for part in self.version)
            raise ModuleFailed("Docker Compose is of version %s, 1.28 or newer is needed" % said, hint=HINT)
        self.separator = "-" if self.version >= (2,) else "_"
        self.foresees = self.version >= FORESEES
        self.folder = arguments.project_src
        self._config = None

    def __enter__(self):
        if self.arguments.definition is not None:
            self.folder = tempfile.mkdtemp(prefix="opsengine-compose-")
            with open(os.path.join(self.folder, "compose.yaml"), "w") as file:
                # JSON is YAML.
                json.dump(self.arguments.definition, file)
        return self

    def __exit__(self, *reason):
        if self.arguments.definition is not None:
            shutil.rmtree(self.folder, ignore_errors=True)

    def words(self, *more):
        """The whole command line for these words."""
        given = self.arguments
        words = ["--ansi", "never", "--project-directory", self.folder]
        words += ["--project-name", given.project_name] if given.project_name else []
        for name in given.env_files or []:
            words += ["--env-file", os.path.join(self.folder, name)]
        names = ["compose.yaml"] if given.definition is not None else given.files or []
        for name in names:
            words += ["--file", os.path.join(self.folder, name)]
        for name in given.profiles or []:
            words += ["--profile", name]
        return self.command + words + list(more)

    def call(self, *words, **how):
        """Run Compose with these words; what it did. how: see modules.kit.process.run."""
        return run(self.words(*words), cwd=self.folder, **how)

    def config(self):
        """What the files say, as Compose understands them; {} of a version that does not tell it in JSON."""
        if self._config is None:
            self._config = json.loads(self.call("config", "--format", "json").stdout) if self.version >= (2,) else {}
        return self._config

    def name(self):
        """The project's name."""
        if self.arguments.project_name:
            return self.arguments.project_name
        if self.config():
            return self.config()["name"]
        name = os.environ.get("COMPOSE_PROJECT_NAME") or os.path.basename(os.path.abspath(self.folder))
        return re.sub(r"[^-_a-z0-9]", "", name.lower())

    def hashes(self):
        """{service: the hash of its description}, as its containers carry it in a label."""
        lines = self.call("config", "--hash", "*").stdout.split("\n")
        return dict(line.split() for line in lines if line.strip())

    def image_of(self, service):
        """The name of a service's image; None where this version does not tell."""
        found = self.config().get("services", {}).get(service)
        return found and (found.get("image") or "%s-%s" % (self.name(), service))

    def containers(self):
        """What `ps` tells of the project's containers, running or not; [] of a version that does not in JSON."""
        return [_tidy(item) for item in self._table("ps", "--all")]

    def images(self):
        """What `images` tells of those that the containers are of."""
        return self._table("images")

    def _table(self, *words):
        if self.version < (2,):
            return []
        text = self.call(*(words + ("--format", "json"))).stdout.strip()
        if not text.startswith("["):
            return [json.loads(line) for line in text.split("\n") if line.strip()]
        return json.loads(text)


def _version(text):
    """(2, 26, 1) of `2.26.1-4` and the like."""
    return tuple(int(part) for part in re.findall(r"\d+", text.partition("-")[0])[:3])


def _tidy(item):
    """A container as Ansible's result has it: labels as a mapping, names and networks as lists."""
    found = dict(item)
    if isinstance(found.get("Labels"), str):
        found["Labels"] = dict(pair.partition("=")[::2] for pair in found["Labels"].split(",") if pair)
    for key in ("Names", "Networks"):
        if isinstance(found.get(key), str):
            found[key] = [part for part in found[key].split(",") if part]
    if "Name" not in found and found.get("Names"):
        found["Name"] = found["Names"][0]
    return found
