"""Runs commands: an argument list, never a shell; in the C locale, so that messages can be read."""

import os
import shutil
import subprocess

from modules.kit.errors import CommandFailed, ModuleFailed


class Ended:
    """What a command did: argv, code (negative for a signal), stdout and stderr as text."""

    def __init__(self, argv, code, stdout, stderr):
        self.argv = argv
        self.code = code
        self.stdout = stdout
        self.stderr = stderr

    def __bool__(self):
        return self.code == 0


def run(argv, stdin=None, env=None, cwd=None, check=True, hint=None, ok=(0,)):
    """
    Run a command to its end and return what it did.

    stdin: text or bytes to feed it. env: variables to add. check: raise CommandFailed on an exit code not in `ok`.
    Raises ModuleFailed when there is no such command.
    """
    surroundings = dict(os.environ, LC_ALL="C.UTF-8", LANG="C.UTF-8", LANGUAGE="C")
    surroundings.update(env or {})
    data = stdin.encode("utf-8", "surrogateescape") if isinstance(stdin, str) else stdin
    try:
        process = subprocess.Popen(
            argv,
            stdin=subprocess.PIPE if data is not None else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=surroundings,
            cwd=cwd,
        )
    except FileNotFoundError:
        if cwd and not os.path.isdir(cwd):
            raise ModuleFailed("folder %s does not exist" % cwd)
        raise ModuleFailed("there is no command `%s` on this host" % argv[0], hint=hint)
    out, err = process.communicate(data)
    ended = Ended(argv, process.returncode, _text(out), _text(err))
    if check and ended.code not in ok:
        raise CommandFailed(ended, hint)
    return ended


def find_command(name):
    """The full path of a command, looked for in PATH and the system's own folders; None when there is none."""
    path = os.environ.get("PATH", "") + ":/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    return shutil.which(name, path=path)


def _text(data):
    return data.decode("utf-8", "replace")
