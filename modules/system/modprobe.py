"""Make sure a module of the kernel is loaded or is not, now and at boot."""

import os
import platform
import shlex

from modules.kit import Arg, Content, Module
from modules.kit.filesystem import read, write
from modules.kit.process import find_command, run

LOADED_AT_BOOT = "/etc/modules-load.d"
OPTIONS = "/etc/modprobe.d"


class Modprobe(Module):
    collection = "community.general"

    name = Arg(str, "The module, such as br_netfilter")
    state = Arg(str, "Whether it is loaded now", default="present", choices=("present", "absent"))
    params = Arg(str, "Its parameters: NAME=VALUE, separated by spaces", default="")
    persistent = Arg(
        str, "Whether it is loaded at boot, with these parameters; disabled leaves that as it is", default="disabled",
        choices=("disabled", "absent", "present"),
    )  # fmt: skip

    def check_arguments(self):
        self.words = shlex.split(self.params)
        found = find_command("modprobe") is not None
        self.needs("command", "modprobe", found, hint="it comes with the package kmod")

    # -- what is there

    def current(self):
        state = {"loaded": self._is_loaded()}
        if self.persistent != "disabled":
            for path in self._files():
                state[path] = Content(read(path) or b"", path=path)
        return state

    def _is_loaded(self):
        """Whether it is in the kernel, loaded or built in."""
        plain = _plain(self.name)
        if os.path.isdir("/sys/module/" + plain) or plain in _first_words("/proc/modules"):
            return True
        builtin = _first_words("/lib/modules/%s/modules.builtin" % platform.release())
        return any(_plain(os.path.basename(path).partition(".ko")[0]) == plain for path in builtin)

    def _files(self):
        """The files in which it may be named, the module's own first."""
        found = [self._own(LOADED_AT_BOOT), self._own(OPTIONS)]
        for folder in (LOADED_AT_BOOT, OPTIONS):
            names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
            found += [os.path.join(folder, name) for name in names if name.endswith(".conf")]
        return [path for path in dict.fromkeys(found) if os.path.isfile(path)]

    def _own(self, folder):
        return os.path.join(folder, self.name + ".conf")

    # -- what is asked for

    def wanted(self):
        wanted = {"loaded": self.state == "present"}
        if wanted["loaded"] and not self.before["loaded"]:
            self._foresee_loading()
        if self.persistent != "disabled":
            wanted.update(self._at_boot())
        return wanted

    def _foresee_loading(self):
        """Ask modprobe whether it could: it can tell without loading anything."""
        if not find_command("modprobe"):
            return
        said = run(["modprobe", "-n", self.name, *self.words], check=False)
        path = "/lib/modules/%s/%s.ko" % (platform.release(), self.name)
        message = said.stderr.strip() or "modprobe cannot load %s" % self.name
        hint = "is the name right, and the kernel that runs the one whose modules are installed?"
        self.needs("path", path, bool(said), message, hint)

    def _at_boot(self):
        """{path: Content} of the files that have to change."""
        texts = {path: _text(path) for path in self._files()}
        present = self.persistent == "present"
        names = [path for path in texts if os.path.dirname(path) == LOADED_AT_BOOT]
        if present and not any(self._lists(line) for path in names for line in texts[path].splitlines()):
            _append(texts, self._own(LOADED_AT_BOOT), [self.name])
        elif not present:
            for path in names:
                texts[path] = _commented(texts[path], self._lists)
        self._set_options(texts, sorted(set(self.words)) if present else [])
        new = {path: text.encode("utf-8", "surrogateescape") for path, text in texts.items()}
        return {path: Content(data, path=path) for path, data in new.items() if data != (read(path) or b"")}

    def _set_options(self, texts, words):
        paths = [path for path in texts if os.path.dirname(path) == OPTIONS]
        lines = [line for path in paths for line in texts[path].splitlines() if self._sets(line)]
        if sorted({word for line in lines for word in _bare(line).split()[2:]}) == words:
            return
        own = self._own(OPTIONS)
        for path in paths:
            if path == own:
                texts[path] = "".join(line for line in texts[path].splitlines(True) if not self._sets(line))
            else:
                texts[path] = _commented(texts[path], self._sets)
        if words:
            _append(texts, own, ["options %s %s" % (self.name, word) for word in words])

    def _lists(self, line):
        return _plain(_bare(line).strip()) == _plain(self.name)

    def _sets(self, line):
        words = _bare(line).split()
        return len(words) > 2 and words[0] == "options" and _plain(words[1]) == _plain(self.name)

    # -- how to get there

    def apply(self, change):
        if "loaded" in change and self.state == "present":
            run(["modprobe", self.name, *self.words])
        elif "loaded" in change:
            run(["modprobe", "-r", self.name], hint="something may use it still, or it is built into the kernel")
        for path in sorted(change.keys - {"loaded"}):
            if not os.path.isdir(os.path.dirname(path)):
                os.makedirs(os.path.dirname(path))
            write(path, change.wanted[path].data)

    def returns(self, change, state):
        return {"name": self.name, "params": self.params, "state": self.state}


def _plain(name):
    """A module's name as the kernel writes it."""
    return name.replace("-", "_")


def _bare(line):
    """A line without its comment."""
    return line.partition("#")[0].partition(";")[0]


def _text(path):
    return (read(path) or b"").decode("utf-8", "surrogateescape")


def _first_words(path):
    return {line.split()[0] for line in _text(path).splitlines() if line.strip()}


def _commented(text, which):
    return "".join("#" + line if which(line) else line for line in text.splitlines(True))


def _append(texts, path, lines):
    old = texts.get(path, "")
    texts[path] = old + ("\n" if old and not old.endswith("\n") else "") + "".join(line + "\n" for line in lines)
