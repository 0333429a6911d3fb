"""Wait for a time, or for a person."""

import sys
import time
from datetime import datetime
from typing import Any

from modules.kit.args import Arg
from opsengine.errors import TaskFailed
from opsengine.execution.actions.base import ControllerModule
from opsengine.execution.terms import timeout

FOREVER = 365 * 24 * 3600.0


class Pause(ControllerModule):
    """Wait for some time, or until a person at the terminal presses Enter; once for all hosts."""

    module = "pause"
    once = True
    inline = False
    exclusive = (("minutes", "seconds"),)

    minutes = Arg(float, "How many minutes to wait", default=None)
    seconds = Arg(float, "How many seconds to wait", default=None)
    prompt = Arg(str, "What the person is asked", default=None)
    echo = Arg(bool, "Whether what is typed is shown", default=True)

    def perform(self, task: Any) -> dict[str, Any]:
        """Wait; returns when it began and ended, and what was typed."""
        began = datetime.now()
        clock = time.monotonic()
        typed, duration = "", self._duration()
        if duration is not None:
            if self.prompt:
                task.run.owner.warn(self.prompt)
            self._wait(task, duration)
        elif sys.stdin.isatty():
            typed = task.run.owner.ask(self.prompt or "Press Enter to go on", self.echo)
        else:
            task.run.owner.warn("pause: nobody to ask, standard input is no terminal; going on")
        return {"changed": False, "rc": 0, "stderr": "", "user_input": typed, **self._told(began, clock)}

    def _wait(self, task: Any, duration: float) -> None:
        limit = timeout(task)
        task.run.stopping.wait(duration if limit is None else min(duration, limit))
        if limit is not None and limit < duration:
            period = int(limit) if limit == int(limit) else limit
            raise TaskFailed(f"Timed out after {limit:g} second(s).", result={"timedout": {"period": period}})

    def _duration(self) -> float | None:
        if self.minutes is None and self.seconds is None:
            return None
        seconds = self.minutes * 60 if self.minutes is not None else self.seconds
        return min(max(float(seconds), 1.0), FOREVER)

    def _told(self, began: datetime, clock: float) -> dict[str, Any]:
        passed = time.monotonic() - clock
        in_minutes = self.minutes is not None or self.seconds is None
        shown = f"{round(passed / 60, 2)} minutes" if in_minutes else f"{round(passed, 2)} seconds"
        return {
            "start": str(began),
            "stop": str(datetime.now()),
            "delta": int(passed),
            "stdout": f"Paused for {shown}",
            "echo": self.echo,
        }
