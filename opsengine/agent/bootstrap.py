"""
How an agent comes to life: a few lines of sh find a Python, and the agent's source follows on standard input.

Nothing waits for an answer: command, agent, modules and the first task travel one behind the other.
"""

from __future__ import annotations

import functools
import zlib
from importlib import resources

PYTHONS = (
    "python3",
    "/usr/bin/python3",
    "/usr/libexec/platform-python",
    "/usr/local/bin/python3",
    *(f"python3.{minor}" for minor in range(14, 5, -1)),
)
TOO_OLD = 86
NO_PYTHON = "OPSENGINE: no Python 3.6 or newer"

# Read by a loop of single bytes in the first line, so no byte of what follows is swallowed.
_READER = """\
import os, zlib
data = b""
while len(data) < {size}:
    part = os.read(0, {size} - len(data))
    if not part: os._exit(1)
    data += part
exec(compile(zlib.decompress(data), "<opsengine agent>", "exec"), {{"__name__": "opsengine_agent"}})
"""


@functools.cache
def agent_source() -> bytes:
    """What is sent on standard input right after the command: a small reader, and the packed agent."""
    source = resources.files("opsengine.agent.target").joinpath("agent.py").read_bytes() + b"\nmain()\n"
    packed = zlib.compress(source, 9)
    return _READER.format(size=len(packed)).encode() + packed


@functools.cache
def command(interpreter: str | None = None) -> str:
    """
    The sh script (without a single quote in it) that starts the agent with the first Python that will do.

    interpreter: a path that a person has set, which then is the only one tried.
    """
    reader = len(agent_source()) - len(_packed_part())
    code = (
        f"import sys;sys.version_info<(3,6)and sys.exit({TOO_OLD});import os;"
        f"exec(bytes().join([os.read(0,1)for i in range({reader})]))"
    )
    pythons = interpreter or " ".join(PYTHONS)
    return (
        f"for p in {pythons}; do command -v $p >/dev/null 2>&1 || continue; "
        f'$p -SEc "{code}"; r=$?; [ $r = {TOO_OLD} ] || exit $r; done; echo "{NO_PYTHON}" >&2; exit 127'
    )


def _packed_part() -> bytes:
    source = agent_source()
    return source[source.index(b"\x78\xda") :]
