"""Run a program with arguments, without a shell in between."""

import os
import shlex

from modules.commands._command import _Command
from modules.kit import Arg, ModuleFailed


class Command(_Command):
    argv = Arg(list, "The program and its arguments as a list, instead of `cmd`", default=None, of=str)
    executable = Arg(str, "Has no effect here, as in Ansible: use `shell` to choose a shell", default=None)
    expand_argument_vars = Arg(bool, "Whether $VARIABLE and ~ in the arguments are expanded", default=True)

    one_of = (("cmd", "argv"),)
    exclusive = (("cmd", "argv"),)

    def check_arguments(self):
        self.words = self._words()
        if not self.words:
            raise ModuleFailed("there is no command to run", rc=256)
        if self.executable:
            self.warn("`executable` has no effect with command: use shell to choose a shell")

    def _words(self):
        given = self.argv
        if given is not None:
            return given
        try:
            return shlex.split(self.cmd)
        except ValueError as error:
            raise ModuleFailed("the command's quotes do not match (%s): %s" % (error, self.cmd))

    def shown(self):
        return self.words

    def program(self):
        if not self.expand_argument_vars:
            return self.words
        return [os.path.expandvars(os.path.expanduser(word)) for word in self.words]
