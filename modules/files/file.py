"""Make sure a file, folder or link exists with the right owner and permissions, or does not exist."""

import os
import shutil
import tempfile
import time

from modules.files import _touching
from modules.files._attributes import _Attributes, described, kind_of
from modules.kit import Arg, ModuleFailed, Path
from modules.kit.filesystem import current_umask

TIME_LAYOUT = "%Y%m%d%H%M.%S"
MOST_LISTED = 10000


class File(_Attributes):
    path = Arg(Path, "The file, folder or link", aliases=("dest", "name"))
    state = Arg(
        str,
        "What it shall be: an existing file (file), a folder with all above it (directory), a link, a hard link, a "
        "file that is made if need be and whose times are set (touch), or absent with all in it. By default what it "
        "is now, else directory with `recurse`, else file",
        default=None,
        choices=("absent", "directory", "file", "hard", "link", "touch"),
    )
    src = Arg(Path, "What the link points to; relative to the link's folder for state=link", default=None)
    recurse = Arg(bool, "Whether owner and permissions hold for all that is in the folder, too", default=False)
    force = Arg(bool, "Whether a link may point to nothing, and may replace a file or an empty folder", default=False)
    follow = Arg(bool, "Whether what a link points to is meant instead of the link", default=True)
    modification_time = Arg(str, "now, preserve, or the time the content shall have changed", default=None)
    modification_time_format = Arg(str, "How `modification_time` is written (strftime)", default=TIME_LAYOUT)
    access_time = Arg(str, "now, preserve, or the time it shall have been read last", default=None)
    access_time_format = Arg(str, "How `access_time` is written (strftime)", default=TIME_LAYOUT)

    def check_arguments(self):
        super().check_arguments()
        self.path = self.path.rstrip("/") or "/"
        self.now = time.time_ns() if hasattr(time, "time_ns") else int(time.time() * 1e9)
        self.noted = set()
        self.applied = False
        self.given = self.path
        kind = kind_of(self.path)
        self.hard = self.state == "hard" or (self.state is None and kind == "hard")
        if self.state is None:
            implied = "directory" if self.recurse else "file"
            self.state = {"absent": implied, "special": "file"}.get(kind, kind)
        if self.recurse and self.state != "directory":
            raise ModuleFailed("recurse: needs `state: directory`")
        if self.state == "hard" and self.src is None and kind == "hard":
            self.state = "file"
        if self.src is None and (self.state == "hard" or (self.state == "link" and kind != "link")):
            raise ModuleFailed("src: state %s needs what it points to" % self.state)
        if self.src is not None and self.state not in ("link", "hard"):
            raise ModuleFailed("src: has a meaning only for state link and hard")
        if self.state in ("file", "directory", "touch") and self.follow and kind == "link":
            self.path = os.path.realpath(self.path)
        self.kind = kind_of(self.path)

    # -- what is there

    def current(self):
        kind = kind_of(self.path)
        if kind == "absent":
            return None
        if self.state == "absent":
            return self._contents(kind)
        state = {"state": "file" if kind == "hard" or self._is_as_good(kind) else kind}
        if self.state == "link":
            return dict(state, **self._current_link(kind))
        if self.state == "hard":
            state["linked"] = os.path.exists(self.src) and os.path.samefile(self.path, self.src)
        state.update(self.read_attributes(self.path, follow=False))
        found = os.lstat(self.path)
        state.update(atime=_touching.shown(found.st_atime_ns), mtime=_touching.shown(found.st_mtime_ns))
        if self.recurse and kind == "directory":
            state["below"] = self._below()
        return state

    def _is_as_good(self, kind):
        """Whether something else than a file is as good as one: a named pipe, a device, a folder that is touched."""
        return self.state in ("file", "touch") and (kind == "special" or (self.state, kind) == ("touch", "directory"))

    def _current_link(self, kind):
        if kind != "link":
            return self.read_attributes(self.path, follow=False)
        attributes = self.path
        if self.follow and os.path.exists(self.path):
            attributes = os.path.realpath(self.path)
        return dict(self.read_attributes(attributes, follow=False), src=os.readlink(self.path))

    def _contents(self, kind):
        if kind != "directory":
            return {"state": kind}
        paths = {"directories": [], "files": []}
        for folder, folders, files in os.walk(self.path):
            paths["directories"] += [os.path.join(folder, name) for name in folders]
            paths["files"] += [os.path.join(folder, name) for name in files]
            if len(paths["directories"]) + len(paths["files"]) > MOST_LISTED:
                break
        return {"state": kind, "path_content": {name: sorted(paths[name])[:MOST_LISTED] for name in paths}}

    def _below(self):
        found = {}
        for path in self._inner():
            now = self.read_attributes(path, follow=False)
            wanted = self.wanted_attributes(path, follow=False)
            if path in self.noted or any(now.get(key) != value for key, value in wanted.items()):
                self.noted.add(path)
                found[path] = {key: now.get(key) for key in wanted}
        return found

    def _inner(self):
        for folder, folders, files in os.walk(self.path):
            for name in folders + files:
                yield os.path.join(folder, name)

    # -- what is asked for

    def wanted(self):
        if self.state == "absent":
            return None
        if self.state == "link":
            return self._wanted_link()
        state = {"state": "file" if self.state in ("hard", "touch") else self.state}
        self._refuse_conversion(state["state"])
        if self.state == "file" and self.before is None:
            self.needs(
                "path", self.path, False, "file (%s) is absent, cannot continue" % self.path,
                hint="state: touch or the module copy make a file",
            )  # fmt: skip
        if self.state == "hard":
            self.needs("path", self.src, os.path.exists(self.src), "src %s does not exist" % self.src)
            state["linked"] = True
        folder = self.state == "directory"
        new_mode = (0o777 if folder else 0o666) & ~current_umask()
        state.update(self.wanted_attributes(self.path, follow=False, new_mode=new_mode, folder=folder))
        state.update(self._wanted_times())
        if self.recurse and self.before and "below" in self.before:
            below = self.before["below"]
            state["below"] = {path: self.wanted_attributes(path, follow=False) for path in below}
        return state

    def _refuse_conversion(self, kind):
        now = self.before and self.before["state"]
        if self.state == "hard":
            return self._refuse_other_file(now)
        if now in (None, kind):
            return None
        if self.state == "file" and now == "directory":
            raise ModuleFailed("%s is a directory, not a file" % self.path)
        raise ModuleFailed("%s already exists as a %s" % (self.path, now), hint="remove it first, with state: absent")

    def _refuse_other_file(self, now):
        if now == "directory":
            raise ModuleFailed("%s already exists as a directory" % self.path, hint="remove it first")
        if now == "file" and not self.force and os.path.exists(self.src) and not self.before["linked"]:
            raise ModuleFailed("%s is another file than %s" % (self.path, self.src), hint="force: true replaces it")

    def _wanted_times(self):
        default = "now" if self.state == "touch" else "preserve"
        found = {}
        for key, name in (("atime", "access_time"), ("mtime", "modification_time")):
            text = getattr(self, name) or default
            when = _touching.wanted_time(name, text, getattr(self, name + "_format"), self.now)
            if when is not None:
                found[key] = _touching.shown(when)
        return found

    def _wanted_link(self):
        state = {"state": "link"}
        if self.src is not None:
            state["src"] = self.src
            if not self.force:
                message = "src %s does not exist" % self.src
                self.needs("path", self._target(), os.path.exists(self._target()), message, "force: true links anyway")
        now = self.before and self.before["state"]
        if now not in (None, "link") and not self.force:
            raise ModuleFailed("%s is a %s, not a link" % (self.path, now), hint="force: true replaces it")
        if now == "directory" and os.listdir(self.path):
            raise ModuleFailed("the directory %s is not empty, refusing to convert it" % self.path)
        target = self._target() if self.src is not None else os.path.realpath(self.path)
        if self.follow and os.path.exists(target):
            state.update(self.wanted_attributes(target))
        else:
            state.update(self.wanted_owners())
        return state

    def _target(self):
        folder = os.path.dirname(os.path.abspath(self.path))
        return os.path.normpath(os.path.join(folder, self.src))

    def same(self, key, now, wanted):
        if key in ("atime", "mtime") and self.applied:
            return abs(now - wanted) < 2.0
        return now == wanted

    # -- how to get there

    def apply(self, change):
        self.applied = True
        if change.removes:
            self._remove()
        elif self.state == "link":
            self._link(change)
        else:
            self._place(change)
            wanted = {key: change.wanted[key] for key in change.wanted if key in change.keys}
            self.set_attributes(self.path, wanted, follow=False)
            for path, attributes in (change.wanted.get("below") or {}).items():
                self.set_attributes(path, attributes, follow=False)
            self._set_times(change)

    def _remove(self):
        if kind_of(self.path) == "directory":
            shutil.rmtree(self.path)
        else:
            os.unlink(self.path)

    def _link(self, change):
        if "src" in change or "state" in change:
            if self.before and self.before["state"] == "directory":
                os.rmdir(self.path)
            _renamed_into_place(lambda temporary: os.symlink(self.src, temporary), self.path)
        attributes = {key: value for key, value in change.wanted.items() if key not in ("state", "src")}
        followed = self.follow and os.path.exists(self.path)
        self.set_attributes(os.path.realpath(self.path) if followed else self.path, attributes, follow=False)

    def _place(self, change):
        if self.state == "directory" and change.creates:
            self._make_folders(change)
        elif self.state == "touch" and change.creates:
            os.close(os.open(self.path, os.O_WRONLY | os.O_CREAT, 0o666))
        elif self.state == "hard" and "linked" in change:
            _renamed_into_place(lambda temporary: os.link(self.src, temporary), self.path)

    def _make_folders(self, change):
        for folder in self._missing_folders():
            os.mkdir(folder)
            wanted = {key: value for key, value in change.wanted.items() if key not in ("atime", "mtime")}
            self.set_attributes(folder, wanted)

    def _missing_folders(self):
        missing, folder = [], os.path.abspath(self.path)
        while not os.path.lexists(folder):
            missing.insert(0, folder)
            folder = os.path.dirname(folder)
        return missing

    def _set_times(self, change):
        if "atime" in change.keys or "mtime" in change.keys:
            now = os.lstat(self.path)
            times = [now.st_atime_ns, now.st_mtime_ns]
            for index, key in enumerate(("atime", "mtime")):
                if key in change.wanted:
                    times[index] = round(change.wanted[key] * 1e9)
            os.utime(self.path, ns=tuple(times))

    def brings(self, change):
        return [] if change.removes else [("path", self.path)]

    def returns(self, change, state):
        path = self.given if self.state == "touch" else self.path
        result = {"path": path} if self.state not in ("link", "hard", "touch") and not self.hard else {"dest": path}
        if self.src is not None:
            result["src"] = self.src
        if self.state == "absent":
            return dict(result, state="absent")
        result.update(described(path))
        if change and state and path == self.path and self.state != "link":
            result.update({key: state[key] for key in ("mode", "owner", "group") if key in state})
        return dict({"state": self.state}, **result)


def _renamed_into_place(make, path):
    folder, name = os.path.split(os.path.abspath(path))
    temporary = tempfile.mktemp(prefix="." + name + ".", dir=folder)
    make(temporary)
    try:
        os.rename(temporary, path)
        if os.path.lexists(temporary):
            os.unlink(temporary)
    except OSError:
        os.unlink(temporary)
        raise
