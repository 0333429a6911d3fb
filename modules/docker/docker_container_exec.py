"""Run a command in a container that runs. A dry run looks whether it could be run."""

import shlex

from modules.docker import _container_life as life
from modules.docker._base import EngineAction, texts
from modules.docker._exec import Execution
from modules.kit import Arg, ModuleFailed


class DockerContainerExec(EngineAction):
    container = Arg(str, "The name or id of the container")
    argv = Arg(list, "The program and its arguments", default=None, of=str)
    command = Arg(str, "The program and its arguments as one text, without a shell in between", default=None)
    chdir = Arg(str, "The folder of the container to run it in", default=None)
    detach = Arg(bool, "Whether it is started only, and not waited for", default=False)
    user = Arg(str, "The user of the container to run it as: name or number, with a group after a colon", default=None)
    stdin = Arg(str, "Text the command reads from its standard input; it is empty otherwise", default=None)
    stdin_add_newline = Arg(bool, "Whether `stdin` gets a line end after it", default=True)
    strip_empty_ends = Arg(bool, "Whether empty lines at the end of stdout and stderr are taken off", default=True)
    tty = Arg(bool, "Whether the command gets a terminal; stderr comes in stdout then", default=False)
    env = Arg(dict, "Environment variables for the command", default=None)

    one_of = (("argv", "command"),)
    exclusive = (("argv", "command"),)

    def check_arguments(self):
        if self.detach and self.stdin is not None:
            raise ModuleFailed("stdin: a command that is not waited for (detach) cannot get any")
        try:
            self.words = self.argv if self.argv is not None else shlex.split(self.command)
        except ValueError as error:
            raise ModuleFailed("the command's quotes do not match (%s): %s" % (error, self.command))
        if not self.words:
            raise ModuleFailed("there is no command to run")

    def needless(self):
        engine = self.engine()
        if engine is None:
            return
        found = life.inspect(engine, self.container)
        message = "there is no container %s" % self.container
        if self.needs("container", self.container, found is not None, message, "docker_container makes it"):
            runs = found["State"]["Running"] and not found["State"]["Paused"]
            message = "container %s is %s" % (self.container, found["State"]["Status"])
            self.needs("container", self.container, runs, message, "docker_container with state: started starts it")

    def run(self):
        execution = Execution(
            self.client(), self.container, self.words, self.user, self.chdir, texts(self.env), self._input(), self.tty
        )
        if self.detach:
            execution.leave()
            return {"exec_id": execution.identity}
        code, stdout, stderr = execution.run()
        result = dict(self._said("stdout", stdout), rc=code, **self._said("stderr", stderr))
        return dict(result, failed=True, msg="non-zero return code") if code else result

    def _input(self):
        if self.stdin is None:
            return None
        return (self.stdin + ("\n" if self.stdin_add_newline else "")).encode("utf-8", "surrogateescape")

    def _said(self, name, data):
        text = data.decode("utf-8", "replace")
        if self.strip_empty_ends:
            text = text.rstrip("\r\n")
        return {name: text, name + "_lines": text.splitlines()}
