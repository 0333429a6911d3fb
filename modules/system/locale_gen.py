"""Make sure locales are generated, or are not, on Debian and its relatives."""

import os
import re

from modules.kit import Arg, Module, ModuleFailed
from modules.kit.filesystem import read, write
from modules.kit.process import find_command, run

LIST = "/etc/locale.gen"
"""Debian's list of locales: those to generate, and as comments those that there are."""
SUPPORTED = "/usr/share/i18n/SUPPORTED"
UBUNTU = "/var/lib/locales/supported.d"
ENTRY = re.compile(r"^\s*(#?)\s*(\S+)\s+(\S+)\s*$")


class LocaleGen(Module):
    collection = "community.general"

    name = Arg(list, "The locales, such as en_GB.UTF-8", of=str)
    state = Arg(str, "Whether they should be there", default="present", choices=("present", "absent"))

    def check_arguments(self):
        self.ubuntu = os.path.isdir(UBUNTU)
        message = "%s and %s are missing" % (UBUNTU, LIST)
        there = self.ubuntu or os.path.exists(LIST)
        self.able = self.needs("path", LIST, there, message, 'is the package "locales" installed?')

    def subject(self):
        return "locales"

    def current(self):
        there = self._generated()
        state = {name: _plain(name) in there for name in self.name}
        self._check_names([name for name, present in state.items() if not present])
        return state

    def _generated(self):
        """The locales that programs find, in their plain form."""
        program = find_command("locale")
        return {_plain(line) for line in run([program, "-a"]).stdout.splitlines()} if program else set()

    def _check_names(self, names):
        known = _charsets() if self.able else dict.fromkeys(names)
        missing = [name for name in names if name not in known]
        if missing:
            raise ModuleFailed(
                "The following locales you've entered are not available on your system: %s" % ", ".join(missing),
                hint="%s lists those there are" % (SUPPORTED if os.path.exists(SUPPORTED) else LIST),
            )

    def wanted(self):
        return dict.fromkeys(self.name, self.state == "present")

    def apply(self, change):
        names = sorted(change.keys)
        if not self.ubuntu:
            self._edit(names)
            run(["locale-gen"])
        elif self.state == "present":
            run(["locale-gen", *names])
        else:
            path = os.path.join(UBUNTU, "local")
            lines = _lines(path)
            write(path, _joined(line for line in lines if line.split(" ")[0] not in names))
            run(["locale-gen", "--purge"])

    def _edit(self, names):
        """Make lines comments or no comments; what stands nowhere goes to the end."""
        lines = []
        left = set(names)
        for line in _lines(LIST):
            entry = ENTRY.match(line)
            if entry and entry.group(2) in names:
                left.discard(entry.group(2))
                line = "%s%s %s" % ("# " if self.state == "absent" else "", entry.group(2), entry.group(3))
            lines.append(line)
        if self.state == "present":
            charsets = _charsets()
            lines += ["%s %s" % (name, charsets[name]) for name in sorted(left)]
        write(LIST, _joined(lines))

    def returns(self, change, state):
        return {"name": self.name, "state": self.state}


def _charsets():
    """{locale: charset} of the locales that can be generated."""
    entries = [ENTRY.match(line) for path in (SUPPORTED, LIST) for line in _lines(path)]
    return {entry.group(2): entry.group(3) for entry in entries if entry}


def _lines(path):
    return (read(path) or b"").decode("utf-8", "surrogateescape").splitlines()


def _joined(lines):
    return "".join(line + "\n" for line in lines).encode("utf-8", "surrogateescape")


def _plain(name):
    """A locale without what is written now one way, now another: en_GB.UTF-8 is en_GB.utf8."""
    language, dot, rest = name.partition(".")
    charset, at, modifier = rest.partition("@")
    return language + dot + re.sub(r"[^a-z0-9]", "", charset.lower()) + at + modifier
