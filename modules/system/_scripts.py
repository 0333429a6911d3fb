"""Scripts of System V's init: how they are called, and what their answers mean."""

import glob
import os
import shlex
import subprocess
import tempfile

from modules.kit import CommandFailed, Ended

FOLDER = "/etc/init.d"
STOPPED = ("stop", "is dead ", "dead but ", "could not access pid file", "inactive")
STARTED = ("run", "start", "active")
DOWN = (1, 2, 3, 4, 69)
"""Exit codes of scripts whose service is down (LSB 5.0, Init Script Actions, and what is found besides)."""


def script_of(name):
    """The script of a service; None where there is none."""
    path = os.path.join(FOLDER, name)
    return path if os.path.exists(path) else None


def call(argv, check=True):
    """
    Run a script to its end. What it starts may keep its output open, so that is a file, and no pipe to wait for.

    Raises CommandFailed where it ends with an error, unless check is false.
    """
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=out, stderr=err, cwd="/", start_new_session=True,
            env=dict(os.environ, LC_ALL="C.UTF-8"),
        )  # fmt: skip
        code = process.wait()
        texts = []
        for file in (out, err):
            file.seek(0)
            texts.append(file.read().decode("utf-8", "replace"))
    ended = Ended(argv, code, *texts)
    if check and code != 0:
        raise CommandFailed(ended)
    return ended


def runs(name):
    """Whether a service runs, as far as its script tells; None where it does not tell."""
    ended = call([script_of(name), "status"], check=False)
    if ended.stdout.count("\n") <= 1:
        # A short answer is more to be trusted than the exit code.
        said = ended.stdout.lower().replace(name.lower(), "")
        if any(word in said for word in STOPPED):
            return False
        if "not " not in said and any(word in said for word in STARTED):
            return True
    if ended.code in DOWN:
        return False
    return True if ended.code == 0 else None


def process_like(text):
    """Whether a process's command line has a text in it, this one's and its parents' aside."""
    own = _ancestors()
    for path in glob.glob("/proc/[0-9]*/cmdline"):
        if int(path.split("/")[2]) in own:
            continue
        try:
            with open(path, "rb") as file:
                line = file.read().replace(b"\0", b" ").decode("utf-8", "replace")
        except OSError:
            continue
        if text in line:
            return True
    return False


def _ancestors():
    found, pid = set(), os.getpid()
    while pid > 1:
        found.add(pid)
        with open("/proc/%d/stat" % pid) as file:
            pid = int(file.read().rpartition(")")[2].split()[1])
    return found


def starts_in(name, runlevel):
    """Whether a service starts in a runlevel."""
    return bool(glob.glob("/etc/rc%s.d/S[0-9][0-9]%s" % (runlevel, name)))


def links(name):
    """The links that start or stop a service in any runlevel."""
    return glob.glob("/etc/rc?.d/[SK][0-9][0-9]" + name)


def words(text):
    """The words of an argument."""
    return shlex.split(text or "")
