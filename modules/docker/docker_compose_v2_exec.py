"""Run a command in a container of a service of a Compose project. A dry run looks whether there is one that runs."""

from modules.docker import _compose_plan as plans
from modules.docker._compose_command import ComposeCommand
from modules.kit import Arg


class DockerComposeV2Exec(ComposeCommand):
    index = Arg(int, "The number of the container, where the service has several", default=None)
    privileged = Arg(bool, "Whether the command gets all rights", default=False)

    one_of = (("argv", "command"),) + ComposeCommand.one_of

    def look(self, engine, compose):
        project = compose.name()
        number = self.index or 1
        containers = plans.Containers(engine, project)
        there = containers.of(self.service)
        if self.index is not None:
            there = [item for item in there if item["Labels"].get(plans.LABEL + "container-number") == str(self.index)]
        runs = any(plans.name(item) in containers.running() for item in there)
        message = "service %s of project %s has no container %d that runs" % (self.service, project, number)
        name = "%s%s%s%s%d" % (project, compose.separator, self.service, compose.separator, number)
        self.needs("container", name, runs, message, "docker_compose_v2 brings it up")

    def options(self, compose):
        words = ["exec"] + self.shared_options()
        words += ["--index", str(self.index)] if self.index is not None else []
        return words + (["--privileged"] if self.privileged else [])
