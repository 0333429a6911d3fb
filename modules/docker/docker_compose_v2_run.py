"""Run a command in a new container of a service of a Compose project."""

from modules.docker._compose_command import ComposeCommand
from modules.kit import Arg


class DockerComposeV2Run(ComposeCommand):
    build = Arg(bool, "Whether the image is built before", default=False)
    cap_add = Arg(list, "Rights that the container gets", default=None, of=str)
    cap_drop = Arg(list, "Rights that it loses", default=None, of=str)
    entrypoint = Arg(str, "What it runs its command with", default=None)
    interactive = Arg(bool, "Whether its standard input stays open", default=True)
    labels = Arg(list, "Labels for it, as NAME=VALUE", default=None, of=str)
    name = Arg(str, "Its name", default=None)
    no_deps = Arg(bool, "Whether services that this one depends on are not started", default=False)
    publish = Arg(list, "Ports to publish", default=None, of=str)
    quiet_pull = Arg(bool, "Whether a pull says nothing of how it comes along", default=False)
    remove_orphans = Arg(bool, "Whether containers of services that the files do not have any more go", default=False)
    cleanup = Arg(bool, "Whether the container is removed when it ends", default=False)
    service_ports = Arg(bool, "Whether the service's own ports are published", default=False)
    use_aliases = Arg(bool, "Whether it has the service's names in its networks", default=False)
    volumes = Arg(list, "Volumes to mount", default=None, of=str)

    FLAGS = ("build", "no_deps", "quiet_pull", "remove_orphans", "service_ports", "use_aliases")
    VALUES = ("cap_add", "cap_drop", "entrypoint", "labels", "name", "publish", "volumes")
    SINGULAR = {"labels": "label", "volumes": "volume"}

    def options(self, compose):
        words = ["run"] + self.shared_options() + (["--rm"] if self.cleanup else [])
        words += ["--" + name.replace("_", "-") for name in self.FLAGS if getattr(self, name)]
        words += [] if self.interactive else ["--interactive=false"]
        for name in self.VALUES:
            value = getattr(self, name)
            for item in value if isinstance(value, list) else [value] if value is not None else []:
                words += ["--" + self.SINGULAR.get(name, name).replace("_", "-"), item]
        return words

    def left(self, ended):
        return {"container_id": ended.stdout.strip().split("\n")[-1]}
