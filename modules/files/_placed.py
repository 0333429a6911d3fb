"""What `copy` and `template` share: putting files, folders and links in place."""

import errno
import os
import re
import shlex

from modules.files import _mode
from modules.files._attributes import _Attributes, described, ids, kind_of
from modules.files._entries import content_at
from modules.kit import Arg, CommandFailed, Content, ModuleFailed, Path, Raw, Unknown
from modules.kit.filesystem import current_umask, digest, keep_copy, replacing
from modules.kit.process import run
from modules.kit.state import LARGEST_SHOWN


class _Placed(_Attributes):
    """Subclasses set, in `find_entries`, what is to be placed."""

    dest = Arg(Path, "Where to on the host; in a folder, or with / at its end, the file keeps its name")
    backup = Arg(bool, "Whether a file that is replaced is kept beside it, with the time in its name", default=False)
    force = Arg(bool, "Whether a file that exists and differs is replaced", default=True)
    validate = Arg(
        str, "A command that must succeed before the new file takes its place; %s is the new file's path", default=None
    )
    follow = Arg(bool, "Whether a link at the destination is followed", default=False)
    _manifest = Arg(Raw, "What the controller found in its files; for the engine, not for people", default=None)

    folder_mode = None
    through_nothing = False
    """Whether `follow` holds for a link that leads to nothing, too."""

    def find_entries(self):
        """(the source's own name or empty, whether the content of a folder goes right into dest, [Entry])."""
        raise TypeError("%s does not say what to place" % type(self).__name__)

    def check_arguments(self):
        super().check_arguments()
        if self.validate is not None and "%s" not in self.validate:
            raise ModuleFailed("validate: should contain %%s, which becomes the new file's path: %s" % self.validate)
        self.unknown_until = None
        self.backup_file = None
        self.asked = {}
        self.noted = set()
        self.written = False
        name, spread, entries = self.find_entries()
        folder = bool(entries) and entries[0].kind == "directory"
        self.root = self._root_of_folder(name, spread) if folder else self._root(name, spread)
        self.single = entries[0] if len(entries) == 1 and not entries[0].path else None
        self.planned = [(self._place(entry), entry) for entry in entries]
        self.planned = [(place, entry) for place, entry in self.planned if self._meant(place, entry)]

    def subject(self):
        return self.root

    def _root(self, name, spread):
        into = self.dest.endswith("/") or os.path.isdir(self.dest)
        if into and not name and not spread:
            raise ModuleFailed("dest: %s is a folder, and `content` needs a file" % self.dest)
        root = os.path.abspath(self.dest)
        return os.path.join(root, name) if into and not spread else root

    def _root_of_folder(self, name, spread):
        """A folder goes into `dest`, whether that exists or not."""
        root = os.path.abspath(self.dest)
        return root if spread else os.path.join(root, name)

    def _place(self, entry):
        path = os.path.join(self.root, entry.path) if entry.path else self.root
        through = self.follow or (entry.kind == "directory" and os.path.isdir(path))
        leads = os.path.islink(path) and (self.through_nothing or os.path.exists(path))
        return os.path.realpath(path) if through and leads else path

    def _meant(self, place, entry):
        return self.force or entry.kind == "directory" or not os.path.lexists(place)

    # -- what is there

    def current(self):
        state = {"attributes": {}}
        for place, entry in self.planned:
            kind = kind_of(place)
            if kind == "absent":
                continue
            kind = "file" if kind == "hard" else kind
            if entry.kind == "file" == kind:
                state[place] = _there(place, entry.sha1)
            elif entry.kind == "link" == kind:
                state[place] = os.readlink(place)
            wanted = self._attributes_of(place, entry, state.get(place))
            now = dict(self.read_attributes(place, follow=False), state=kind)
            if place in self.noted or any(now.get(key) != value for key, value in wanted.items()):
                self.noted.add(place)
                state["attributes"][place] = {key: now.get(key) for key in wanted}
        return state

    def _attributes_of(self, place, entry, there=None):
        if place not in self.asked:
            self.asked[place] = dict(self._asked_of(place, entry, there), state=entry.kind)
        return self.asked[place]

    def _asked_of(self, place, entry, there):
        """The attributes asked for. there: the content of the file that is there, or None."""
        if entry.kind == "link":
            return self.wanted_owners()
        if entry.kind == "directory":
            if os.path.isdir(place) and not entry.path:
                return {}
            new = 0o777 & ~current_umask()
            found = self.wanted_attributes(place, new_mode=new, folder=True, mode=self.folder_mode or "a=rX")
            if not self.folder_mode:
                del found["mode"]
            return found
        new = 0o666 & ~current_umask()
        own = _mode.shown(entry.mode) if self.mode == "preserve" and entry.mode is not None else None
        return self.wanted_attributes(place, new_mode=new, mode=own)

    # -- what is asked for

    def wanted(self):
        self._check_places()
        self._fetch_to_show()
        state = {"attributes": {}}
        for place, entry in self.planned:
            there = self.before.get(place)
            if entry.kind == "link":
                state[place] = entry.target
            elif entry.kind == "file":
                same = isinstance(there, Content) and there.digest == entry.sha1
                state[place] = there if same else entry.content(place)
            if place in self.before["attributes"] or kind_of(place) == "absent":
                state["attributes"][place] = self._attributes_of(place, entry)
        self.noted.update(state["attributes"])
        if self.unknown_until:
            state[self.root] = Unknown(self.unknown_until)
        return state

    def _fetch_to_show(self):
        """Fetch those of the controller's files that a diff will show."""
        if not self.context.want_diff:
            return
        missing = [
            entry
            for place, entry in self._to_write(self.before)
            if entry.data is None and entry.sha256 and entry.size <= LARGEST_SHOWN
        ]
        if missing:
            self.context.content.ask([entry.sha256 for entry in missing])
        for entry in missing:
            entry.data = b"".join(self.context.content(entry.sha256))

    def _to_write(self, state):
        """The (place, entry) of the files whose content is not in place."""
        return [
            (place, entry)
            for place, entry in self.planned
            if entry.kind == "file" and getattr(state.get(place), "digest", None) != entry.sha1
        ]

    def _check_places(self):
        for place, entry in self.planned:
            kind = kind_of(place)
            if entry.kind == "directory" and kind not in ("directory", "absent"):
                raise ModuleFailed("%s is a %s, not a folder" % (place, kind), hint="move it away first")
            if entry.kind != "directory" and kind == "directory":
                raise ModuleFailed("%s is a folder, not a file" % place, hint="move it away first")
        if self.single and self.planned and self.single.kind != "directory" and not self.dest.endswith("/"):
            parent = os.path.dirname(self.planned[0][0])
            hint = "make it first, with the module `file` and state: directory"
            self.needs("path", parent, os.path.isdir(parent), "Destination directory %s does not exist" % parent, hint)

    # -- how to get there

    def apply(self, change):
        writing = self._to_write(self.before)
        fetched = [entry.sha256 for _, entry in writing if entry.data is None and entry.source is None]
        if fetched:
            self.context.content.ask(fetched)
        written = {place for place, _ in writing}
        self.written = bool(written)
        self._make_parents()
        for place, entry in self.planned:
            if entry.kind == "directory" and not os.path.isdir(place):
                self._make_folder(place, self._attributes_of(place, entry))
            elif entry.kind == "link" and self.before.get(place) != entry.target:
                _relink(place, entry.target)
            elif place in written:
                self._write(place, entry)
            if place in change.wanted["attributes"]:
                attributes = self._attributes_of(place, entry)
                self.set_attributes(place, attributes, follow=False)

    def _make_parents(self):
        if not self.planned:
            return
        missing, folder = [], os.path.dirname(self.root)
        while not os.path.isdir(folder):
            missing.insert(0, folder)
            folder = os.path.dirname(folder)
        for folder in missing:
            mode = self.folder_mode or 0o777 & ~current_umask()
            self._make_folder(folder, self.wanted_attributes(folder, new_mode=0o755, folder=True, mode=mode))

    def _make_folder(self, folder, attributes):
        os.mkdir(folder)
        self.set_attributes(folder, attributes)

    def _write(self, place, entry):
        if self.backup and os.path.isfile(place):
            self.backup_file = keep_copy(place)
        attributes = self._attributes_of(place, entry)
        uid, gid = ids(attributes)
        mode = int(attributes["mode"], 8) if "mode" in attributes else None
        if os.path.islink(place):
            # The link goes, and the new file has nothing of what it led to.
            mode = 0o666 & ~current_umask() if mode is None else mode
            uid, gid = (os.geteuid() if uid == -1 else uid), (os.getegid() if gid == -1 else gid)
        try:
            with replacing(place, mode, uid, gid) as file:
                for chunk in entry.chunks(self.context.content):
                    file.write(chunk)
                file.flush()
                self._validate(file.name)
        except OSError as error:
            if error.errno not in (errno.EBUSY, errno.EXDEV) or not self.unsafe_writes:
                raise
            with open(place, "wb") as file:
                for chunk in entry.chunks(self.context.content):
                    file.write(chunk)

    def _validate(self, path):
        if self.validate:
            try:
                run([word.replace("%s", path) for word in shlex.split(self.validate)])
            except CommandFailed as failure:
                raise CommandFailed(failure.ended, hint="the new content is not valid; the file is as it was")

    def brings(self, change):
        found = [("path", self.root), ("path", os.path.dirname(self.root))]
        unit = re.match(r"^/(?:etc|usr/lib|lib|run)/systemd/system/([^/]+?)(\.service|\.\w+)$", self.root)
        if unit:
            found += [("service", unit.group(1) + unit.group(2)), ("service", unit.group(1))]
        return found

    def returns(self, change, state):
        result = {"dest": self.root}
        if not self.planned:
            return result  # without `force`, what is there is left alone, and nothing is told of it
        if self.single is not None and self.single.kind == "file":
            result["checksum"] = self.single.sha1
            if self.written:
                result.update(_md5_of(self.root))
        result.update(described(self.root))
        if not change:
            result["path"] = self.root
        if self.backup_file:
            result["backup_file"] = self.backup_file
        return result


def _there(place, sha1):
    """The content of the file at a place; its bytes only where they differ and so will be shown."""
    found = digest(place)
    return Content(None, found, os.path.getsize(place), place) if found == sha1 else content_at(place)


def _relink(path, target):
    temporary = "%s/.%s.%d.opsengine" % (os.path.dirname(path), os.path.basename(path), os.getpid())
    os.symlink(target, temporary)
    os.rename(temporary, path)


def _md5_of(path):
    try:
        return {"md5sum": digest(path, "md5")}
    except (ValueError, OSError):
        return {}  # the host keeps to FIPS 140, or it is no longer there
