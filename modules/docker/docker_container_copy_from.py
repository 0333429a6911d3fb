"""
Make sure the host has a file or folder of a container (`docker cp CONTAINER:PATH`). The container need not run.

Content, modes and links are compared; what else is in a folder on the host is left alone. Files belong to the user that
the module runs as.
"""

import contextlib
import os
import shutil

from modules.docker import _container_files as files
from modules.docker._base import EngineModule
from modules.files import _mode
from modules.kit import Arg, ModuleFailed, Path, Unknown
from modules.kit import filesystem as fs


class DockerContainerCopyFrom(EngineModule):
    container = Arg(str, "The name or id of the container")
    container_path = Arg(
        str, "The file or folder in the container; of a folder written with / at its end only what is in it"
    )
    path = Arg(
        Path,
        "Where to on the host; a file keeps its name in a folder, or with / at the end; a folder always keeps it",
        aliases=("dest",),
    )
    follow = Arg(bool, "Whether a link in the container is followed instead of copied as a link", default=False)
    force = Arg(bool, "Whether files that exist on the host and differ are replaced", default=True)

    def check_arguments(self):
        self.source = files.absolute(self.container_path)
        self.top = self.root = os.path.abspath(self.path)
        if self.path.endswith("/") or os.path.isdir(self.path):
            self.root = os.path.join(self.top, os.path.basename(self.source))
        self.found, self.entries = None, {}

    def subject(self):
        return self.root

    # -- what is there

    def read(self, engine):
        if self.found is None:
            self.found = files.container(self, engine, self.container)
            if self.found is None:
                return None
            self._look(engine)
        state = {}
        for place, entry in self.entries.items():
            state.update(_there(place, entry))
        return state

    def _look(self, engine):
        if self.follow:
            self.source = files.resolved(engine, self.container, self.source)
        there = files.status(engine, self.container, self.source)
        if there is None:
            raise ModuleFailed("container %s has no %s" % (self.container, self.source))
        if there.kind == "folder":
            spread = self.container_path.endswith("/")
            self.root = self.top if spread else os.path.join(self.top, os.path.basename(self.source))
        for place, member, file in self._members(engine):
            if member.islnk():
                self.entries[place] = dict(
                    self.entries[self._place(member.linkname)], copy=self._place(member.linkname)
                )
            else:
                self.entries[place] = _entry(place, member, file)

    def _members(self, engine):
        """(place on the host, member, its file or None) of all that is to come, folders before what is in them."""
        for member, file in files.members(engine, self.container, self.source):
            if member.isreg() or member.isdir() or member.issym() or member.islnk():
                yield self._place(member.name), member, file
            elif not self.entries:
                self.warn("%s of container %s is no file, and is left out" % (member.name, self.container))

    def _place(self, name):
        """Where a member belongs. A container is not trusted to name a place outside of the one asked for."""
        parts = name.strip("/").split("/")[1:]
        if ".." in parts:
            raise ModuleFailed("container %s sent a path that leads elsewhere: %s" % (self.container, name))
        return os.path.join(self.root, *parts)

    # -- what is asked for

    def wanted(self):
        folder = os.path.dirname(self.top)
        self.needs("path", folder, os.path.isdir(folder), "there is no folder %s on this host" % folder)
        if self.found is None:
            coming = self.context.bringer("container", self.container) or self.context.bringer("engine", "docker")
            return {self.root: Unknown(coming)}
        wanted = {}
        for place, entry in self.entries.items():
            if not self.force and os.path.lexists(place) and entry["kind"] != "folder":
                continue
            wanted[place] = entry["content"]
            if "mode" in entry:
                wanted["mode of " + place] = entry["mode"]
        return wanted

    # -- how to get there

    def change(self, engine, change):
        if not os.path.isdir(os.path.dirname(self.root)):
            os.mkdir(os.path.dirname(self.root))
        wrong = {key[len("mode of ") :] if key.startswith("mode of ") else key for key in change.keys}
        for place, _, file in self._members(engine):
            if place in wrong:
                self._bring(place, self.entries[place], file)

    def _bring(self, place, entry, file):
        if place != self.root:
            self._check_way(os.path.dirname(place))
        folder = os.path.isdir(place) and not os.path.islink(place)
        if os.path.lexists(place) and folder != (entry["kind"] == "folder"):
            there = "a folder" if folder else "no folder"
            raise ModuleFailed(
                "%s is %s, but a %s is to come there" % (place, there, entry["kind"]), hint="move it away"
            )
        if entry["kind"] == "folder":
            if not folder:
                os.mkdir(place)
            os.chmod(place, int(entry["mode"], 8))
        elif entry["kind"] == "link":
            with contextlib.suppress(FileNotFoundError):
                os.unlink(place)
            os.symlink(entry["content"], place)
        else:
            self._write(place, entry, file)

    def _check_way(self, parent):
        """Refuse a link among the folders on the way, which would lead out of the place that was asked for."""
        straight = os.path.join(os.path.realpath(self.root), os.path.relpath(parent, self.root))
        if os.path.realpath(parent) != os.path.normpath(straight):
            raise ModuleFailed("%s leads elsewhere on this host" % parent, hint="a link is in the way: remove it")

    def _write(self, place, entry, file):
        if os.path.islink(place):
            os.unlink(place)
        with fs.replacing(place, int(entry["mode"], 8)) as new:
            if file is not None:
                shutil.copyfileobj(file, new, fs.CHUNK)
            else:
                with open(entry["copy"], "rb") as other:
                    shutil.copyfileobj(other, new, fs.CHUNK)

    def brings(self, change):
        return [("path", place) for place in [self.root] + sorted(self.entries)]

    def returns(self, change, state):
        return {"path": self.root, "container_path": self.source}


def _entry(place, member, file):
    if member.issym():
        return {"kind": "link", "content": member.linkname}
    mode = _mode.shown(member.mode & 0o7777)
    if member.isdir():
        return {"kind": "folder", "content": "folder", "mode": mode}
    return {"kind": "file", "content": files.content_of(file, member.size, place), "mode": mode}


def _there(place, entry):
    """What is at a place of the host, as the state has it: by the place's name its content, and its mode."""
    if os.path.islink(place):
        return {place: os.readlink(place)}
    if not os.path.exists(place):
        return {}
    mode = {"mode of " + place: _mode.shown(os.stat(place).st_mode & 0o7777)}
    if os.path.isdir(place):
        return dict(mode, **{place: "folder"})
    if not os.path.isfile(place):
        raise ModuleFailed("%s is neither a file, a folder nor a link" % place, hint="move it away first")
    with open(place, "rb") as file:
        return dict(mode, **{place: files.content_of(file, os.path.getsize(place), place)})
