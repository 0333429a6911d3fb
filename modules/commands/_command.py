"""What `command` and `shell` share."""

import datetime
import glob
import os

from modules.commands._process import run_to_end
from modules.kit import Action, Arg, ModuleFailed, Path, Raw


class _Command(Action):
    free_form = "cmd"

    cmd = Arg(str, "The command with its arguments, as one text", default=None)
    chdir = Arg(Path, "The folder to run it in", default=None)
    creates = Arg(Path, "A path or glob pattern: when something there exists, the command is not run", default=None)
    removes = Arg(Path, "A path or glob pattern: when nothing there exists, the command is not run", default=None)
    stdin = Arg(Raw, "Text the command reads from its standard input; it is empty otherwise", default=None)
    stdin_add_newline = Arg(bool, "Whether `stdin` gets a line end when it has none", default=True)
    strip_empty_ends = Arg(bool, "Whether empty lines at the end of stdout and stderr are taken off", default=True)

    @property
    def decided(self):
        return self.creates is not None or self.removes is not None

    def needless(self):
        if self.creates and glob.glob(self._placed(self.creates)):
            return self._not_run(self.creates, "exists")
        if self.removes and not glob.glob(self._placed(self.removes)):
            return self._not_run(self.removes, "does not exist")
        if self.chdir:
            message = "the folder `chdir` %s does not exist" % self.chdir
            self.needs("path", self.chdir, os.path.isdir(self.chdir), message)
        return None

    def _placed(self, pattern):
        return os.path.join(self.chdir, pattern) if self.chdir else pattern

    def _not_run(self, path, why):
        said = "skipped, since %s %s" % (path, why)
        result = {"cmd": self.shown(), "rc": 0, "msg": "Did not run command since '%s' %s" % (path, why)}
        return dict(result, stdout=said, stderr="", stdout_lines=[said], stderr_lines=[])

    def shown(self):
        """The command as the result names it."""
        return self.cmd

    def foreseen(self):
        lines = {"stdout": "", "stderr": "", "stdout_lines": [], "stderr_lines": []}
        return dict(lines, cmd=self.shown(), start=None, end=None, delta=None)

    def program(self):
        """The program and its arguments."""
        raise TypeError("%s does not say what to run" % type(self).__name__)

    def run(self):
        start = datetime.datetime.now()
        try:
            code, stdout, stderr = run_to_end(self.program(), self._input(), self.chdir)
        except OSError as error:
            raise ModuleFailed(
                "the command cannot be run: %s" % error,
                hint="`command` starts a program; builtins, pipes and redirections of a shell need `shell`",
                rc=error.errno or 257,
                cmd=self.shown(),
                stdout="",
                stderr="",
                stdout_lines=[],
                stderr_lines=[],
            )
        end = datetime.datetime.now()
        result = {"cmd": self.shown(), "rc": code, "start": str(start), "end": str(end), "delta": str(end - start)}
        result.update(self._said("stdout", stdout), changed=True, msg="", **self._said("stderr", stderr))
        if code != 0:
            result.update(failed=True, msg="non-zero return code")
        return result

    def _input(self):
        if self.stdin is None:
            return None
        text = self.stdin if isinstance(self.stdin, str) else str(self.stdin)
        if self.stdin_add_newline and not text.endswith("\n"):
            text += "\n"
        return text.encode("utf-8", "surrogateescape")

    def _said(self, name, data):
        text = data.decode("utf-8", "replace")
        if self.strip_empty_ends:
            text = text.rstrip("\r\n")
        return {name: text, name + "_lines": text.splitlines()}
