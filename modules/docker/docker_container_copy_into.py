"""
Make sure a container has a file, of the host or a text, with a mode and owners. The container need not run.

Content, mode and owners are compared, so that nothing is copied twice.
"""

import base64
import binascii
import os
import stat
import tarfile
import time

from modules.docker import _container_files as files
from modules.docker import _image_work as work
from modules.docker._base import EngineModule
from modules.files import _mode
from modules.kit import Arg, Content, ModuleFailed, Path, Raw, Unknown


class DockerContainerCopyInto(EngineModule):
    container = Arg(str, "The name or id of the container")
    path = Arg(Path, "The file on the host", default=None)
    content = Arg(str, "The text the file shall have, instead of `path`", default=None)
    content_is_b64 = Arg(bool, "Whether `content` is in base64, as what is no text has to be", default=False)
    container_path = Arg(str, "The path in the container")
    follow = Arg(bool, "Whether links in the container are followed", default=False)
    local_follow = Arg(bool, "Whether a link on the host is followed instead of copied as a link", default=True)
    owner_id = Arg(int, "The number of the owner; the container's own user where it is not given", default=None)
    group_id = Arg(int, "The number of the group; that of the container's own user where it is not given", default=None)
    mode = Arg(Raw, "The permission bits; those of the file on the host where they are not given", default=None)
    mode_parse = Arg(
        str,
        "How a mode in quotes is read; legacy: as octal with a 0 before it, else as decimal; modern: as octal; "
        "octal_string_only: as octal, and only a mode in quotes is taken",
        default="legacy",
        choices=("legacy", "modern", "octal_string_only"),
    )
    force = Arg(
        bool, "true: copied without a look at what is there; false: what is there is left as it is", default=None
    )

    one_of = (("path", "content"),)
    exclusive = (("path", "content"),)
    together = (("owner_id", "group_id"),)

    def check_arguments(self):
        self.bits = self._bits()
        if self.content is not None and self.bits is None:
            raise ModuleFailed("mode: required with content")
        self.data = None if self.content is None else self._data()
        self.place = files.absolute(self.container_path)
        self.copied, self.found, self.coming = False, None, None

    def _bits(self):
        mode, legacy = self.mode, self.mode_parse == "legacy"
        if self.mode_parse == "octal_string_only" and mode is not None and not isinstance(mode, str):
            raise ModuleFailed("mode: should be octal in quotes, got %r" % (mode,))
        if isinstance(mode, str) and legacy and mode.strip().isdigit() and not mode.strip().startswith("0"):
            mode = int(mode)
        if _mode.is_symbolic(mode):
            raise ModuleFailed("mode: should be a number, got %s" % mode)
        return _mode.parse(mode)

    def _data(self):
        if not self.content_is_b64:
            return self.content.encode("utf-8", "surrogateescape")
        try:
            return base64.b64decode(self.content, validate=True)
        except (binascii.Error, ValueError) as error:
            raise ModuleFailed("content: is not base64: %s" % error)

    def subject(self):
        return "%s in container %s" % (self.place, self.container)

    # -- what is there

    def read(self, engine):
        self.found = files.container(self, engine, self.container)
        if self.found is None:
            return None
        if self.follow:
            self.place = files.resolved(engine, self.container, self.place)
        there = files.status(engine, self.container, self.place)
        if there is None:
            return None
        if there.kind in ("folder", "special"):
            raise ModuleFailed("%s is a %s" % (self.subject(), there.kind), hint="container_path should name a file")
        return dict(self._read_there(engine, there), copied="now" if self.copied else "before")

    def _read_there(self, engine, there):
        for member, file in files.members(engine, self.container, self.place):
            owners = {"owner": member.uid, "group": member.gid}
            if member.issym():
                return dict(owners, state="link", target=member.linkname)
            content = files.content_of(file, member.size, self.place)
            return dict(owners, state="file", mode=_mode.shown(member.mode & 0o7777), content=content)
        raise ModuleFailed("%s vanished while it was looked at" % self.subject())

    def _look_at_source(self):
        """Find the file on the host; in a dry run it may be still to come."""
        there = self.path is None or os.path.lexists(self.path)
        if not self.needs("path", self.path, there, "there is no file %s" % self.path):
            self.coming = self.context.bringer("path", self.path)

    # -- what is asked for

    def wanted(self):
        if self.before is not None and self.force is False:
            return {}
        self._look_at_source()
        wanted = self._wanted_file()
        if self.owner_id is not None:
            wanted.update(owner=self.owner_id, group=self.group_id)
        elif self.found is None:
            coming = self.context.bringer("container", self.container) or self.context.bringer("engine", "docker")
            wanted.update(owner=Unknown(coming), group=Unknown(coming))
        else:
            wanted["owner"], wanted["group"] = files.owners(self.client(), self.found)
        if self.before is not None and self.force:
            wanted["copied"] = "now"
        return wanted

    def _wanted_file(self):
        if self.coming:
            return {"state": "file", "content": Unknown(self.coming)}
        if self.path is None:
            content = Content(self.data, path=self.place)
            return {"state": "file", "mode": _mode.shown(self.bits), "content": content}
        there = os.stat(self.path) if self.local_follow else os.lstat(self.path)
        if stat.S_ISLNK(there.st_mode):
            return {"state": "link", "target": os.readlink(self.path)}
        if not stat.S_ISREG(there.st_mode):
            raise ModuleFailed("%s is neither a file nor a link" % self.path)
        bits = stat.S_IMODE(there.st_mode) if self.bits is None else self.bits
        with open(self.path, "rb") as file:
            content = files.content_of(file, there.st_size, self.place)
        return {"state": "file", "mode": _mode.shown(bits), "content": content}

    # -- how to get there

    def change(self, engine, change):
        wanted = change.wanted
        member = tarfile.TarInfo()
        member.uid, member.gid = wanted["owner"], wanted["group"]
        member.mtime = int(time.time() if self.path is None else os.lstat(self.path).st_mtime)
        if wanted["state"] == "link":
            member.type, member.linkname, member.mode = tarfile.SYMTYPE, wanted["target"], 0o777
            files.put(engine, self.container, self.place, member)
        else:
            member.mode, member.size = int(wanted["mode"], 8), wanted["content"].size
            pieces = [self.data] if self.path is None else work.pieces(self.path)
            files.put(engine, self.container, self.place, member, pieces)
        self.copied = True

    def returns(self, change, state):
        return {"container_path": self.place}
