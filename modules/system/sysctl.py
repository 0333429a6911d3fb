"""Set a kernel parameter, now and for the next boot."""

import os

from modules.kit import Arg, Module, ModuleFailed, Path
from modules.kit.filesystem import read, write

WORDS = {"yes": "1", "true": "1", "on": "1", "no": "0", "false": "0", "off": "0"}


class Sysctl(Module):
    collection = "ansible.posix"

    name = Arg(str, "The parameter, such as net.ipv4.ip_forward", aliases=("key",))
    value = Arg(str, "The value it shall have", default=None, aliases=("val",), needed_if={"state": "present"})
    state = Arg(str, "Whether the file sets it", default="present", choices=("present", "absent"))
    sysctl_file = Arg(Path, "The file that sets it at the next boot", default="/etc/sysctl.conf")
    reload = Arg(bool, "Whether a value that the file gets holds at once, too", default=True)
    sysctl_set = Arg(bool, "Whether the running kernel is set, whatever the file said before", default=False)
    ignoreerrors = Arg(bool, "Whether a parameter that the kernel does not know or take is let pass", default=False)

    def check_arguments(self):
        self.name = self.name.strip()
        self.refused = False
        if not self.name or any(letter in self.name for letter in "=\n #"):
            raise ModuleFailed("name: should be a parameter such as net.ipv4.ip_forward, got %r" % self.name)
        if self.value is not None:
            self.value = WORDS.get(self.value.strip().lower(), " ".join(self.value.split()))
        self.path = "/proc/sys/" + self.name.translate({ord("."): "/", ord("/"): "."})

    def subject(self):
        return self.name

    def current(self):
        state = {"file": self._in_file()}
        if os.path.exists(self.path):
            state["running"] = " ".join((read(self.path) or b"").decode("utf-8", "replace").split())
        return state

    def _lines(self):
        return (read(self.sysctl_file) or b"").decode("utf-8", "surrogateescape").splitlines()

    def _sets(self, line):
        name = line.partition("=")[0].strip().lstrip("-").strip()
        same = name == self.name or name.replace("/", ".") == self.name.replace("/", ".")
        return "=" in line and not line.lstrip().startswith(("#", ";")) and same

    def _in_file(self):
        found = [line.partition("=")[2].strip() for line in self._lines() if self._sets(line)]
        return " ".join(found[-1].split()) if found else None

    def wanted(self):
        if self.state == "absent":
            return {"file": None}
        wanted = {"file": self.value}
        if self.sysctl_set or self.reload:
            known = os.path.exists(self.path)
            if not known and not self.ignoreerrors:
                message = "the kernel does not know %s" % self.name
                self.needs("path", self.path, False, message, "is the kernel module loaded that brings it?")
            if known or not self.ignoreerrors:
                wanted["running"] = self.value
        return wanted

    def same(self, key, now, wanted):
        return now == wanted or (key == "running" and self.refused)

    def apply(self, change):
        if "file" in change:
            self._write()
        if "running" in change:
            try:
                with open(self.path, "w") as file:
                    file.write(self.value)
            except OSError as error:
                if not self.ignoreerrors:
                    raise ModuleFailed("the kernel does not take %s = %s: %s" % (self.name, self.value, error.strerror))
                self.refused = True

    def _write(self):
        lines = self._lines()
        places = [index for index, line in enumerate(lines) if self._sets(line)]
        kept = [line for index, line in enumerate(lines) if index not in places]
        if self.state == "present":
            kept.insert(places[0] if places else len(kept), "%s=%s" % (self.name, self.value))
        write(self.sysctl_file, "".join(line + "\n" for line in kept).encode("utf-8", "surrogateescape"))
