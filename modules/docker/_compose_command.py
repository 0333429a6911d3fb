"""What docker_compose_v2_exec and docker_compose_v2_run share: a command of a service, and what it says."""

import shlex

from modules.docker._base import texts
from modules.docker._compose import ComposeArguments
from modules.kit import Action, Arg, ModuleFailed


class ComposeCommand(ComposeArguments, Action):
    service = Arg(str, "The service")
    argv = Arg(list, "The program and its arguments", default=None, of=str)
    command = Arg(str, "The program and its arguments as one text, without a shell in between", default=None)
    chdir = Arg(str, "The folder of the container to run it in", default=None)
    detach = Arg(bool, "Whether it is started only, and not waited for", default=False)
    user = Arg(str, "The user of the container to run it as", default=None)
    stdin = Arg(str, "Text the command reads from its standard input; it is empty otherwise", default=None)
    stdin_add_newline = Arg(bool, "Whether `stdin` gets a line end after it", default=True)
    strip_empty_ends = Arg(bool, "Whether empty lines at the end of stdout and stderr are taken off", default=True)
    tty = Arg(bool, "Accepted as in Ansible; there is no terminal that the command could have", default=True)
    env = Arg(dict, "Environment variables for the command", default=None)

    exclusive = (("argv", "command"),) + ComposeArguments.exclusive

    def check_arguments(self):
        super().check_arguments()
        if self.detach and self.stdin is not None:
            raise ModuleFailed("stdin: a command that is not waited for (detach) cannot get any")
        try:
            self.program = self.argv if self.argv is not None else shlex.split(self.command or "")
        except ValueError as error:
            raise ModuleFailed("the command's quotes do not match (%s): %s" % (error, self.command))

    def options(self, compose):
        """The words between Compose's own and the service's name."""
        raise TypeError("%s does not say how to run its command" % type(self).__name__)

    def shared_options(self):
        """Those that both kinds of command have. The values of variables are given through the environment."""
        words = ["-T"] + (["--detach"] if self.detach else [])
        words += ["--workdir", self.chdir] if self.chdir is not None else []
        words += ["--user", self.user] if self.user is not None else []
        for name in sorted(self.env or {}):
            words += ["--env", name]
        return words

    def needless(self):
        engine = self.engine()
        compose = engine and self.compose()
        if compose:
            with compose:
                self.look(engine, compose)

    def look(self, engine, compose):
        """Raise ModuleFailed where the command could not be run."""

    def run(self):
        compose = self.compose()
        with compose:
            words = self.options(compose) + [self.service] + self.program
            ended = compose.call(*words, stdin=self._input(), env=texts(self.env), check=self.detach)
        if self.detach:
            return self.left(ended)
        result = dict(self._said("stdout", ended.stdout), rc=ended.code, **self._said("stderr", ended.stderr))
        return dict(result, failed=True, msg="non-zero return code") if ended.code else result

    def left(self, ended):
        """The result of a command that is not waited for."""
        return {}

    def _input(self):
        return None if self.stdin is None else self.stdin + ("\n" if self.stdin_add_newline else "")

    def _said(self, name, text):
        if self.strip_empty_ends:
            text = text.rstrip("\r\n")
        return {name: text, name + "_lines": text.splitlines()}
