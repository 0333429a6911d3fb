"""Run a command line through a shell, with pipes, redirections and variables."""

from modules.commands._command import _Command
from modules.kit import Arg, ModuleFailed, Path


class Shell(_Command):
    executable = Arg(Path, "The shell that runs it, as a full path such as /bin/bash", default="/bin/sh")

    one_of = (("cmd",),)

    def check_arguments(self):
        if not self.cmd.strip():
            raise ModuleFailed("there is no command to run", rc=256)

    def program(self):
        return [self.executable, "-c", self.cmd]
