"""Make sure the SSH key of a host is in a known_hosts file, or is not."""

import os

from modules.kit import Arg, Content, Module, ModuleFailed, Path
from modules.kit.filesystem import read, write
from modules.system._host_keys import parsed


class KnownHosts(Module):
    name = Arg(str, "The host; with another port than 22: [host]:port", aliases=("host",))
    key = Arg(
        str, "The line, or several: names, type and key; without it, state absent takes all keys of the host away",
        default=None, needed_if={"state": "present"},
    )  # fmt: skip
    path = Arg(Path, "The file; its folder has to exist", default="~/.ssh/known_hosts")
    hash_host = Arg(bool, "Whether the file holds a hash of the name in place of the names", default=False)
    state = Arg(str, "Whether the key should be in the file", default="present", choices=("present", "absent"))

    def check_arguments(self):
        self.host = self.name.lower()
        if "," in self.host:
            raise ModuleFailed("name: should be one host, got %r" % self.name)
        self.keys = []
        for line in (self.key or "").splitlines():
            if line.strip() and not line.lstrip().startswith("#"):
                self.keys.append(self._checked(line))
        if self.state == "present" and not self.keys:
            raise ModuleFailed("No key specified when adding a host")
        if self.state == "present":
            folder = os.path.dirname(self.path) or "."
            self.needs("path", folder, os.path.isdir(folder), hint="make it first, with the module `file`")

    def _checked(self, line):
        key = parsed(line)
        if key is None:
            raise ModuleFailed(
                "key: should be `NAMES TYPE KEY`, got %r" % line, hint="ssh-keyscan HOST prints such lines"
            )
        if not key.of(self.host):
            raise ModuleFailed(
                "Host parameter does not match hashed host field in supplied key: %s is not among %s"
                % (self.host, key.names)
            )
        return key.hashed(self.host) if self.hash_host else key

    def current(self):
        data = read(self.path)
        self.lines = (data or b"").decode("utf-8", "surrogateescape").splitlines()
        return {"keys": Content(data or b"", path=self.path)}

    def wanted(self):
        lines = self._with_keys() if self.state == "present" else self._without_keys()
        if lines == self.lines:
            return {}
        text = "".join(line + "\n" for line in lines)
        return {"keys": Content(text.encode("utf-8", "surrogateescape"), path=self.path)}

    def _with_keys(self):
        """A host has one key of each type: another one makes room for the new, which goes to the end."""
        lines = list(self.lines)
        for key in self.keys:
            place, same = self._place(lines, key)
            if same:
                continue
            if place is not None:
                del lines[place]
            lines.append(key.line)
        return lines

    def _place(self, lines, key):
        """(where the first line of the host with a key of this type is, whether it is this very key and name)."""
        for place, found in enumerate(map(parsed, lines)):
            if found is None or not found.of(self.host):
                continue
            if found.same_key(key) and found.same_names(key):
                return place, True
            if found.kind == key.kind and not found.marker:
                return place, False
        return None, False

    def _without_keys(self):
        return [line for line in self.lines if not self._goes(parsed(line))]

    def _goes(self, found):
        if found is None or not found.of(self.host):
            return False
        return any(found.same_key(key) for key in self.keys) if self.keys else not found.marker

    def apply(self, change):
        write(self.path, change.wanted["keys"].data)

    def brings(self, change):
        return [("path", self.path)]

    def returns(self, change, state):
        return {name: getattr(self, name) for name in ("name", "key", "path", "hash_host", "state")}
