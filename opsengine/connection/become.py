"""Working as another user: sudo and su, with and without a password, which never is in an argument or a variable."""

from __future__ import annotations

import shlex
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from opsengine.connection.base import Channel
from opsengine.errors import Unreachable, near

READY = b"OPSENGINE-READY\n"
SUDO_PROMPT = b"[opsengine asks for sudo]"
SU_PROMPT = b"assword:"
METHODS = ("sudo", "su")


@dataclass(frozen=True)
class Become:
    """Which user to become and how. method: sudo or su; exe and flags: of that program."""

    VARIABLES: ClassVar[tuple[str, ...]] = (
        "ansible_become",
        "ansible_become_method",
        "ansible_become_user",
        "ansible_become_password",
        "ansible_become_pass",
        "ansible_become_exe",
        "ansible_become_flags",
        *(f"ansible_{method}_{what}" for method in METHODS for what in ("user", "pass", "exe", "flags")),
    )

    user: str
    method: str
    password: str = field(default="", repr=False)
    exe: str = ""
    flags: str | None = None

    @classmethod
    def of(cls, variables: Mapping[str, Any]) -> Become | None:
        """What rendered variables ask for; None for staying who one is. Raises Unreachable for an unknown method."""
        if str(variables.get("ansible_become", "no")).lower() not in ("true", "yes", "on", "1"):
            return None
        method = str(variables.get("ansible_become_method") or "sudo").rpartition(".")[2]
        if method not in METHODS:
            hint = near(method, METHODS) or "there are sudo and su"
            raise Unreachable(f"there is no become method `{method}`", kind="become", hint=hint)
        said = [  # What is said of the method wins over what is said of all.
            {
                what: variables[name]
                for what in ("user", "pass", "exe", "flags")
                if (name := f"{prefix}_{what}") in variables
            }
            for prefix in ("ansible_become", f"ansible_{method}")
        ]
        found = {"pass": variables.get("ansible_become_password"), **said[0], **said[1]}
        flags = found.get("flags")
        return cls(
            user=str(found.get("user") or "root"),
            method=method,
            password=str(found["pass"] or ""),
            exe=str(found.get("exe") or method),
            flags=None if flags is None else str(flags),
        )

    @property
    def waits(self) -> bool:
        """Whether something may ask for a password before the agent's own stream begins."""
        return bool(self.password) or self.method == "su"

    def wrap(self, script: str) -> str:
        """A script (without single quotes) as a command line that runs it as the user."""
        user = shlex.quote(self.user)
        if self.waits:
            script = f"echo {READY.decode().strip()}; {script}"
        if self.method == "su":
            return f"env LC_ALL=C {self.exe} {self.flags or ''} -s /bin/sh {user} -c '{script}'"
        if self.password:
            flags = f"{'-H' if self.flags is None else self.flags} -S -p '{SUDO_PROMPT.decode()}'"
        else:
            flags = "-H -n" if self.flags is None else self.flags
        return f"env LC_ALL=C {self.exe} {flags} -u {user} /bin/sh -c '{script}'"

    def unlock(self, channel: Channel, timeout: float) -> Channel:
        """Answer the prompt for a password, if there is one; returns the channel to go on with."""
        prompt = SU_PROMPT if self.method == "su" else SUDO_PROMPT
        heard, asked = b"", 0
        watch = threading.Timer(timeout, channel.close)
        watch.daemon = True
        watch.start()
        try:
            while READY not in heard:
                if heard.count(prompt) > asked:
                    asked += 1
                    self._answer(channel, asked)
                data = channel.receive()
                if not data:
                    raise self.explain(heard.decode("utf-8", "replace")) or _silent(self, heard, timeout)
                heard += data
        finally:
            watch.cancel()
        return _Resumed(channel, heard.partition(READY)[2])

    def _answer(self, channel: Channel, asked: int) -> None:
        if not self.password:
            channel.close()
            raise self._needs_password()
        if asked > 1:
            channel.close()
            raise self._wrong_password()
        channel.send(self.password.encode() + b"\n")

    def _needs_password(self) -> Unreachable:
        hint = "use --ask-become-pass, or set ansible_become_password"
        return Unreachable(f"{self.method} wants a password to become {self.user}", kind="become", hint=hint)

    def _wrong_password(self) -> Unreachable:
        return Unreachable(f"{self.method} does not accept the password to become {self.user}", kind="become")

    def explain(self, said: str) -> Unreachable | None:
        """What a message of sudo or su means; None for one that is not known."""
        text = said.lower()
        if "a password is required" in text or "a terminal is required" in text:
            return self._needs_password()
        if "try again" in text or "incorrect password" in text or "authentication failure" in text:
            return self._wrong_password() if self.password else self._needs_password()
        if "not in the sudoers" in text or "may not run sudo" in text or "is not allowed to execute" in text:
            hint = "log in as another user, or give this one the right in /etc/sudoers.d"
            return Unreachable(f"sudo does not let this user become {self.user}", kind="become", hint=hint)
        if "unknown user" in text or "does not exist" in text:
            return Unreachable(f"there is no user {self.user} on the host", kind="become")
        if "not found" in text or "no such file" in text:
            hint = "install it, log in as root, or choose another become_method"
            return Unreachable(f"there is no {self.exe} on the host", kind="become", hint=hint)
        return None


def _silent(become: Become, heard: bytes, timeout: float) -> Unreachable:
    said = heard.decode("utf-8", "replace").strip()
    return Unreachable(
        f"{become.method} did not start the agent as {become.user} in {timeout:g} seconds{': ' + said if said else ''}",
        kind="become",
    )


class _Resumed:
    """A channel of which something has been read ahead."""

    def __init__(self, channel: Channel, ahead: bytes) -> None:
        self._channel = channel
        self._ahead = ahead

    def send(self, data: bytes) -> None:
        self._channel.send(data)

    def receive(self) -> bytes:
        ahead, self._ahead = self._ahead, b""
        return ahead or self._channel.receive()

    def exit_code(self) -> int | None:
        return self._channel.exit_code()

    def close(self) -> None:
        self._channel.close()
