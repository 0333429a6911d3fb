"""
Tasks that go on without the engine (`async` with `poll: 0`): each a process of its own and a file that tells how it is.

The files are Ansible's: JSON in ~/.ansible_async or $ANSIBLE_ASYNC_DIR, named by the job.
"""

import json
import os
import signal
import time

from modules.kit.filesystem import write

PRIVATE = 0o600


def place(job):
    """The path of a job's file; whatever the job is called, in the folder of jobs."""
    folder = os.path.expanduser(os.environ.get("ANSIBLE_ASYNC_DIR") or "~/.ansible_async")
    return os.path.join(folder, os.path.basename(job))


def start(job, limit, run):
    """
    Have run() go on in a process of its own, for at most `limit` seconds; returns what is known of the job at once.

    run gives the result of the task. The process belongs to no session, terminal or channel of ours.
    """
    path = place(job)
    os.makedirs(os.path.dirname(path), 0o700, exist_ok=True)
    known = {"ansible_job_id": job, "results_file": path, "started": 1, "finished": 0}
    _note(path, known)
    pid = os.fork()
    if pid == 0:
        try:
            os.setsid()
            if os.fork() == 0:
                _leave_channel()
                _watch(path, known, limit, run)
        finally:
            os._exit(0)
    os.waitpid(pid, 0)
    return dict(known, changed=True)


def _leave_channel():
    os.closerange(3, 4096)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def _watch(path, known, limit, run):
    """Run the task in a process that can be ended with everything below it."""
    pid = os.fork()
    if pid == 0:
        os.setsid()
        _note(path, dict(run(), ansible_job_id=known["ansible_job_id"], results_file=path, started=1, finished=1))
        os._exit(0)
    end = time.monotonic() + limit
    while time.monotonic() < end:
        if os.waitpid(pid, os.WNOHANG)[0]:
            _conclude(path, known, "the job's process ended without a result: killed, or out of memory?")
            return
        time.sleep(0.05)
    os.killpg(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    _conclude(path, known, "Timeout exceeded", child_pid=pid)


def _conclude(path, known, message, **further):
    """Note the failure of a process that has gone, unless it left a result."""
    if not _read(path).get("finished"):
        _note(path, dict(known, failed=1, finished=1, changed=False, msg=message, **further))


def _note(path, values):
    write(path, json.dumps(values, default=str).encode("utf-8", "backslashreplace"), mode=PRIVATE)


def _read(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def status(job):
    """What is known of a job; None where there is no such job. Raises ValueError for a file that is not one."""
    try:
        return _read(place(job))
    except FileNotFoundError:
        return None


def forget(job):
    """Remove the file of a job; returns its path. What runs goes on."""
    path = place(job)
    if os.path.exists(path):
        os.unlink(path)
    return path
