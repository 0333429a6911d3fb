"""Wait until a host can be worked on."""

import time
from typing import Any

from modules.kit.args import Arg
from opsengine.errors import TaskFailed, Unreachable
from opsengine.execution.actions.base import ControllerModule


class WaitForConnection(ControllerModule):
    """Wait until the host can be reached and runs modules."""

    module = "wait_for_connection"
    inline = False

    connect_timeout = Arg(int, "How many seconds one attempt may take", default=5)
    delay = Arg(int, "How many seconds to wait before the first attempt", default=0)
    sleep = Arg(int, "How many seconds to wait between attempts", default=1)
    timeout = Arg(int, "How many seconds to go on trying", default=600)

    def perform(self, task: Any) -> dict[str, Any]:
        """Try until it answers; raises TaskFailed when the time is over."""
        began = time.monotonic()
        if task.check:
            return {"changed": False, "skipped": True}
        task.run.stopping.wait(self.delay)
        task.reset_connection()
        while True:
            try:
                task.ask_host("ping", {})
                return {"changed": False, "elapsed": int(time.monotonic() - began)}
            except Unreachable as error:
                if time.monotonic() - began + self.sleep > self.timeout:
                    raise TaskFailed(f"timed out waiting for the host: {error.message}", hint=error.hint) from None
            if task.run.stopping.wait(self.sleep):
                raise TaskFailed("interrupted")
