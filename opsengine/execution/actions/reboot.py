"""`reboot`: restarts the host, sees it go and come again, and goes on when it can be worked on."""

from __future__ import annotations

import shlex
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from opsengine.connection.settings import LOCAL
from opsengine.errors import OpsError, TaskFailed, Unreachable
from opsengine.execution.actions.base import ControllerModule

from modules.kit.args import Arg  # isort: skip - importable once actions.base has been read

if TYPE_CHECKING:
    from opsengine.execution.task import TaskOnHost

FOLDERS = ["/sbin", "/bin", "/usr/sbin", "/usr/bin", "/usr/local/sbin"]
BOOT = "cat /proc/sys/kernel/random/boot_id; sed 's/.*) //' /proc/1/stat 2>/dev/null | cut -d ' ' -f 20"
"""The kernel's boot, and the start of its first process (proc_pid_stat(5)): a container has the boot of its machine."""
LONGEST_PAUSE = 12.0
"""Seconds between two looks, at most."""


class Reboot(ControllerModule):
    """Restart the host, and wait until it has started anew and can be worked on."""

    module = "reboot"
    inline = False

    pre_reboot_delay = Arg(
        int, "How many seconds the users have left; whole minutes count", default=0, aliases=("pre_reboot_delay_sec",)
    )
    post_reboot_delay = Arg(
        int, "How many seconds to wait before the first look", default=0, aliases=("post_reboot_delay_sec",)
    )
    reboot_timeout = Arg(
        int,
        "How many seconds the host may take to come back, and then to pass the test",
        default=600,
        aliases=("reboot_timeout_sec",),
    )
    connect_timeout = Arg(
        int, "How many seconds one attempt to connect may take", default=None, aliases=("connect_timeout_sec",)
    )
    test_command = Arg(str, "A command that succeeds when the host is ready", default="whoami")
    msg = Arg(str, "What the users are told", default="Reboot initiated by opsengine")
    search_paths = Arg(list, "The folders in which the command is looked for", default=FOLDERS, of=str)
    boot_time_command = Arg(str, "A command whose output is another one after each start", default=BOOT)
    reboot_command = Arg(str, "The command that restarts the host", default=None)

    def perform(self, task: TaskOnHost) -> dict[str, Any]:
        """Restart it; raises TaskFailed when it does not come back in time."""
        if task.connection_kind == LOCAL:
            raise TaskFailed(
                "Running reboot with local connection would reboot the control node.",
                result={"elapsed": 0, "rebooted": False},
            )
        if task.check:
            return {"changed": True, "elapsed": 0, "rebooted": True}
        before = self._said(task, self.boot_time_command, "the time of the last start cannot be found out")
        self._restart(task)
        began = time.monotonic()
        task.run.stopping.wait(max(self.post_reboot_delay, 0))
        self._wait(task, began, "the host to start anew", False, lambda: self._expect_new_start(task, before))
        self._wait(task, began, "the test command", True, lambda: self._said(task, self.test_command, "not ready"))
        return {"changed": True, "elapsed": _since(began), "rebooted": True}

    def _restart(self, task: TaskOnHost) -> None:
        command = self._command(task)
        try:
            result = task.ask_host("shell", {"cmd": command})
        except Unreachable as error:
            if error.kind != "lost":
                raise
            return  # It went before it could answer.
        if result.get("failed") and int(result.get("rc") or 0) >= 0:
            said = f"{result.get('stdout', '')}, {result.get('stderr') or result.get('msg', '')}"
            raise TaskFailed(
                f"Reboot command failed. Error was: '{said}'",
                hint="become: true is needed for it",
                result={"rebooted": False, "elapsed": 0, "cmd": command},
            )

    def _command(self, task: TaskOnHost) -> str:
        if self.reboot_command is not None:
            name, _, words = self.reboot_command.partition(" ")
            return f"{self._found(task, [name])} {words}".rstrip()
        program = self._found(task, ["shutdown", "reboot"])
        if program.endswith("/reboot"):
            return shlex.quote(program)
        minutes = max(self.pre_reboot_delay, 0) // 60
        return f"{shlex.quote(program)} -r {f'+{minutes}' if minutes else 'now'} {shlex.quote(self.msg)}"

    def _found(self, task: TaskOnHost, names: list[str]) -> str:
        """The full path of the first of some commands that there is."""
        if names[0].startswith("/"):
            return names[0]
        paths = " ".join(shlex.quote(f"{folder}/{name}") for name in names for folder in self.search_paths)
        look = f'for path in {paths}; do if [ -x "$path" ]; then echo "$path"; exit; fi; done'
        path = str(task.ask_host("shell", {"cmd": look}).get("stdout", "")).strip()
        if not path:
            raise TaskFailed(
                f'Unable to find command "{names[0]}" in search paths: {self.search_paths}',
                hint="search_paths names other folders, reboot_command another command",
                result={"rebooted": False},
            )
        return path

    def _said(self, task: TaskOnHost, command: str, problem: str) -> str:
        result = task.ask_host("shell", {"cmd": command}, connect_timeout=self.connect_timeout)
        if result.get("failed"):
            said = result.get("stderr") or result.get("stdout") or result.get("msg")
            raise TaskFailed(f"{problem}: `{command}` exited with {result.get('rc')}: {said}")
        return str(result.get("stdout", "")).strip()

    def _expect_new_start(self, task: TaskOnHost, before: str) -> None:
        # Each look has a connection of its own: that of a host that went may stay silent for long.
        task.reset_connection()
        now = self._said(task, self.boot_time_command, "the time of the last start cannot be found out")
        if now in ("", before):
            raise TaskFailed("it has not started anew yet")

    def _wait(self, task: TaskOnHost, began: float, what: str, rebooted: bool, look: Callable[[], Any]) -> None:
        """Look until no error is raised, longer and longer apart; raises TaskFailed when the time is over."""
        end = time.monotonic() + self.reboot_timeout
        pause = 0.5
        while True:
            try:
                look()
                return
            except (Unreachable, TaskFailed) as error:
                if time.monotonic() + pause > end:
                    raise self._late(what, error, rebooted, began) from None
            if task.run.stopping.wait(pause):
                raise TaskFailed("interrupted")
            if rebooted:
                task.reset_connection()
            pause = min(pause * 1.5, LONGEST_PAUSE)

    def _late(self, what: str, error: OpsError, rebooted: bool, began: float) -> TaskFailed:
        return TaskFailed(
            f"Timed out waiting for {what} (timeout={self.reboot_timeout}): {error.message}",
            hint=error.hint,
            result={"rebooted": rebooted, "elapsed": _since(began)},
        )


def _since(began: float) -> int:
    return int(time.monotonic() - began)
