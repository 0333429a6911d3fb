"""Answer a question that a Debian package asks when it is configured, or tell the answers."""

import re
import time

from modules.kit import Arg, CommandFailed, Module, ModuleFailed, Raw
from modules.kit.process import find_command, run
from modules.kit.secrets import MASK

LOCKED = "is locked by another process"
TYPES = ("boolean", "error", "multiselect", "note", "password", "seen", "select", "string", "text", "title")


class Debconf(Module):
    together = (("question", "vtype", "value"),)

    name = Arg(str, "The package", aliases=("pkg",))
    question = Arg(
        str, "The question; without one, the answers are told", default=None, aliases=("selection", "setting")
    )
    vtype = Arg(str, "The type of the answer", default=None, choices=TYPES)
    value = Arg(Raw, "The answer; for multiselect also a list", default=None, aliases=("answer",))
    unseen = Arg(bool, "Whether the question is not marked as one that was seen", default=False)
    lock_timeout = Arg(int, "Seconds to wait for another program that holds the lock of debconf", default=60)

    def check_arguments(self):
        found = find_command("debconf-show") is not None
        self.there = self.needs("command", "debconf-show", found, "there is no debconf on this host",
                                "it belongs to Debian and its relatives")  # fmt: skip
        if isinstance(self.value, list) and self.vtype != "multiselect":
            raise ModuleFailed("value: only a multiselect has several answers")
        self.answer = self._as_text(self.value)
        if self.question is not None and ("\n" in self.answer or re.search(r"\s", self.question + self.name)):
            raise ModuleFailed("name and question should be single words, and the value one line")

    def _as_text(self, value):
        if isinstance(value, list):
            return ", ".join(str(item) for item in value)
        text = "" if value is None else str(value)
        return text.lower() if self.vtype in ("boolean", "seen") else text

    def subject(self):
        return self.question or self.name

    # -- what is there, what is asked for

    def current(self):
        self.answers, seen = self._shown() if self.there else ({}, set())
        if self.question is None:
            return {}
        if self.vtype == "seen":
            return {self.question: "true" if self.question in seen else "false"}
        answer = self.answers.get(self.question)
        if self.vtype == "password" and answer is not None:
            answer = self._password()
        return {self.question: self._hidden(answer)}

    def _shown(self):
        """({question: answer}, the questions that were seen) of the package."""
        answers, seen = {}, set()
        for line in self._patiently(["debconf-show", self.name]).stdout.splitlines():
            question, _, answer = line.partition(":")
            answers[question.strip("* ")] = answer.strip()
            if line.startswith("*"):
                seen.add(question.strip("* "))
        return answers, seen

    def _password(self):
        """The answer itself, which debconf-show leaves out; empty where there is none."""
        said = self._patiently(["debconf-communicate", self.name], "GET %s\n" % self.question, (0, 10)).stdout
        return said.partition(" ")[2].rstrip("\n")

    def _hidden(self, answer):
        return _Secret(answer) if self.vtype == "password" and answer is not None else answer

    def wanted(self):
        return {} if self.question is None else {self.question: self._hidden(self.answer)}

    def same(self, key, now, wanted):
        if isinstance(self.value, list) and now is not None:
            return sorted(part.strip() for part in now.split(",")) == sorted(map(str, self.value))
        return (now.lower() if self.vtype == "boolean" and now is not None else now) == wanted

    # -- how to get there

    def apply(self, change):
        line = " ".join([self.name, self.question, self.vtype, self.answer])
        self._patiently(["debconf-set-selections"] + (["-u"] if self.unseen else []), line + "\n")

    def _patiently(self, command, stdin=None, ok=(0,)):
        """Run it; another program that holds debconf's lock is waited for."""
        end = time.monotonic() + self.lock_timeout
        waited = False
        while True:
            ended = run(command, stdin=stdin, check=False)
            if ended.code in ok and LOCKED not in ended.stderr:
                return ended
            if LOCKED not in ended.stderr:
                raise CommandFailed(ended)
            if time.monotonic() >= end:
                raise ModuleFailed(
                    "another program has held the lock of debconf for %d seconds" % self.lock_timeout,
                    hint="lock_timeout says how long to wait; an installation that asks questions holds it",
                )
            if not waited:
                self.warn("waited for another program that holds the lock of debconf")
            waited = True
            time.sleep(0.5)

    def returns(self, change, state):
        if not change:
            return {"msg": "", "current": self.answers}
        before = self.before[self.question]
        return {
            "msg": "",
            "current": {self.question: _plain(change.wanted[self.question])},
            "previous": {self.question: "" if before is None else _plain(before)},
        }


class _Secret:
    """A password, which can be compared and is never shown."""

    def __init__(self, text):
        self.text = text

    def __eq__(self, other):
        return isinstance(other, _Secret) and self.text == other.text

    def __str__(self):
        return MASK

    __hash__ = None


def _plain(value):
    return str(value) if isinstance(value, _Secret) else value
