"""Runs programs of this machine."""

import os
import subprocess
from collections.abc import Sequence

from tests.lab.errors import LabError

# What the lab calls lives in the system folders, which a root shell opened with `su` does not search.
ENVIRONMENT = {**os.environ, "PATH": os.environ.get("PATH", "") + ":/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin"}


def run(arguments: Sequence[str], *, stdin: str | None = None, timeout: float = 120, check: bool = True) -> str:
    """Run a program and return what it printed.

    `timeout` is in seconds. With `check`, a failure raises LabError with the end of what the program said.
    """
    try:
        done = subprocess.run(
            arguments,
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            text=True,
            timeout=timeout,
            env=ENVIRONMENT,
        )
    except FileNotFoundError:
        raise LabError(f"no program `{arguments[0]}` on this machine") from None
    except subprocess.TimeoutExpired:
        raise LabError(f"no answer within {timeout:g} s from: {' '.join(arguments)}") from None
    if check and done.returncode:
        said = (done.stderr.strip() or done.stdout.strip())[-2000:]
        raise LabError(f"exit code {done.returncode} from: {' '.join(arguments)}\n{said}")
    return done.stdout
