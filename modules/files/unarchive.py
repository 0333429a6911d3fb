"""Unpack a tar or zip archive of the controller, of the host or of a URL into a folder of the host."""

import grp
import hashlib
import os
import pwd
import re
import tempfile

from modules.files import _archives, _entries, _mode, _unpacking
from modules.files._attributes import _Attributes, described, group_name, ids, kind_of, owner_name
from modules.files._entries import content_at
from modules.kit import Arg, Content, ModuleFailed, Path, Raw, Unknown
from modules.kit.filesystem import current_umask, digest
from modules.kit.state import LARGEST_SHOWN
from modules.net._http import _Requests, masked

SHOWN_AT_MOST = 4 << 20
"""How many bytes of new files are kept for the diff."""
STRIP = re.compile(r"^--strip(?:-components)?[= ](\d+)$")
OPTIONS = ("--strip-components=N", "--no-same-owner", "--no-same-permissions", "--overwrite", "-j", "-o", "-q")


class _Planned:
    """
    What shall be at a place.

    member, index: what the archive has for it, and its number there; None for a folder that only names lie below.
    source: the place that a hard link leads to. content, same: of a file, and whether it is there already. asked: the
    attributes.
    """

    def __init__(self, kind, member=None, index=None, source=None):
        self.kind = kind
        self.member = member
        self.index = index
        self.source = source
        self.content = None
        self.same = False
        self.asked = {}


class Unarchive(_Attributes):
    src = Arg(Path, "The archive: on the controller (looked for in `files`), or with `remote_src` on the host or a URL")
    dest = Arg(Path, "The folder to unpack into; it has to exist")
    remote_src = Arg(bool, "Whether `src` is on the host, or a URL the host fetches", default=False)
    copy = Arg(bool, "The contrary of `remote_src`, by its old name", default=True)
    creates = Arg(Path, "A path; where it exists, nothing is done", default=None)
    list_files = Arg(bool, "Whether the result lists the archive's members, as `files`", default=False)
    keep_newer = Arg(bool, "Whether files that are newer than the archive's are left alone", default=False)
    exclude = Arg(list, "Members to leave out: names or shell patterns", default=(), of=str)
    include = Arg(
        list, "Members to take, no others: of tar names of files and folders, of zip shell patterns", default=(), of=str
    )
    extra_opts = Arg(
        list, "Options of tar and unzip; understood are %s, all others are refused" % ", ".join(OPTIONS),
        default=(), of=str,
    )  # fmt: skip
    validate_certs = Arg(bool, "Whether the certificate of the URL's server must be valid", default=True)
    decrypt = Arg(bool, "Whether an archive kept in a vault is decrypted on the controller", default=True)
    io_buffer_size = Arg(int, "How much to read at once; has no effect here", default=65536)
    _manifest = Arg(Raw, "What the controller found in its files; for the engine, not for people", default=None)

    exclusive = (("include", "exclude"), ("copy", "remote_src"))

    def subject(self):
        return self.dest

    def check_arguments(self):
        super().check_arguments()
        self.strip, self.flat, self.same_owner, self.same_mode = 0, False, os.geteuid() == 0, os.geteuid() == 0
        self._read_options(" ".join(self.extra_opts))
        self.planned, self.archive, self.unknown_until = None, None, None
        self.names, self.names_known = [], {}
        self.there = self.creates is not None and os.path.exists(self.creates)

    def _read_options(self, text):
        for option in re.sub(r"(--strip(?:-components)?) (\d)", r"\1=\2", text).split():
            strip = STRIP.match(option)
            if strip:
                self.strip = int(strip.group(1))
            elif option == "--no-same-owner":
                self.same_owner = False
            elif option == "--no-same-permissions":
                self.same_mode = False
            elif option == "-j":
                self.flat = True
            elif option not in ("--overwrite", "-o", "-q", "-qq"):
                raise ModuleFailed(
                    "extra_opts: %s is not supported" % option, hint="understood are %s" % ", ".join(OPTIONS)
                )

    # -- what is there

    def current(self):
        if self.there:
            return {}
        if self.planned is None:
            self._plan()
        state = {"attributes": {}}
        for place, planned in self.planned.items():
            kind = kind_of(place)
            if kind == "absent":
                continue
            if planned.kind == "file" and kind in ("file", "hard"):
                state[place] = _there(place, planned.content)
            elif planned.kind == "link" == kind:
                state[place] = os.readlink(place)
            now = self._attributes_at(place, planned)
            state["attributes"][place] = {key: now.get(key) for key in planned.asked}
        return state

    def _attributes_at(self, place, planned):
        follow = planned.kind == "directory" and os.path.isdir(place)
        now = self.read_attributes(place, follow)
        now.update(_unpacking.kind_and_device(place, follow))
        if "mtime" in planned.asked:
            seconds = int(os.lstat(place).st_mtime)
            # Some file systems and zip archives count in steps of two seconds.
            near = abs(seconds - planned.asked["mtime"]) < 2
            now["mtime"] = planned.asked["mtime"] if near else seconds
        if planned.source:
            now["hard link to"] = planned.source if _are_one(planned.source, place) else None
        return now

    # -- what the archive has

    def _plan(self):
        """Read the whole archive once, and keep of it what is not already in place."""
        self.planned = {}
        self.archive = self._found()
        if self.archive is None:
            return
        self.top = os.path.realpath(self.dest)
        self.owners = self.wanted_owners()
        self.left_to_show = SHOWN_AT_MOST if self.context.want_diff else 0
        tar = self.archive.handler != "ZipArchive"
        self.selection = _unpacking.Selection(self.include, self.exclude, self.strip, self.flat, tar)
        final = self._members()
        if not self.names:
            missing = self.selection.missing()
            raise ModuleFailed("%s holds %s" % (self.src, "no " + ", ".join(missing) if missing else "no files"))
        if self.selection.missing():
            raise ModuleFailed("%s holds no %s" % (self.src, ", ".join(self.selection.missing())))
        links = {relative for relative, planned in final.items() if planned.kind == "link"}
        way = _unpacking.Way(self.top, links)
        for relative, planned in final.items():
            way.clear(relative, planned.kind)
            if planned.kind == "hard":
                way.clear(planned.source, "file")
                planned.source = self._source(planned, final)
            place = self._place(relative)
            planned.asked = self._attributes_of(place, planned)
            if not self._is_in_place(place, planned):
                self.planned[place] = planned

    def _found(self):
        self.needs("path", self.dest, os.path.isdir(self.dest), "dest '%s' must be an existing dir" % self.dest)
        if self._manifest is not None:
            if "missing" in self._manifest:
                raise ModuleFailed(self._manifest["missing"])
            [entry] = _entries.of_manifest(self._manifest["entries"])
            return self._opened(entry.chunks(self.context.content))
        if not self.remote_src and self.copy:
            raise ModuleFailed("src: the controller did not send the archive %s" % self.src)
        if "://" in self.src and not os.path.exists(self.src):
            return self._opened(self._download())
        if not self.needs("path", self.src, os.path.exists(self.src), "Source '%s' does not exist" % self.src):
            self.unknown_until = self.context.bringer("path", self.src)
            return None
        if os.path.isdir(self.src):
            raise ModuleFailed("src: %s is a folder, not an archive" % self.src)
        return _archives.opened(os.path.abspath(self.src), self.src)

    def _opened(self, pieces):
        """The archive in a file that has no name, and so is gone with us whatever happens."""
        self.download = tempfile.TemporaryFile()  # noqa: SIM115 - read as long as we are here
        for piece in pieces:
            self.download.write(piece)
        self.download.flush()
        return _archives.opened("/proc/self/fd/%d" % self.download.fileno(), self.src)

    def _download(self):
        request = _Requests({"url": self.src, "validate_certs": self.validate_certs}, self.context)
        answer = request.request("GET")
        if answer.status not in (200, None):
            raise ModuleFailed("Failure downloading %s, %s" % (masked(self.src), answer.message))
        return answer.chunks()

    def _members(self):
        """{name below the destination: _Planned}; of members with one name the last one holds."""
        final = {}
        for index, (member, content) in enumerate(self.archive.members()):
            relative = self.selection.renamed(member.name) if self.selection.takes(member.name) else None
            if relative is None:
                continue
            self.names.append(self._listed(member, relative))
            if self.flat and member.kind == "directory":
                continue
            planned = _Planned(member.kind, member, index)
            if member.kind == "hard":
                planned.source = self.selection.renamed(member.target) or ""
            elif member.kind == "file":
                self._read(planned, self._place(relative), content)
            for above in _unpacking.folders_above(relative):
                if above not in final and not os.path.isdir(self._place(above)):
                    final[above] = _Planned("directory")
            if self._is_older(member, self._place(relative)):
                continue
            final.pop(relative, None)
            final[relative] = planned
        return final

    def _listed(self, member, relative):
        if self.strip or self.flat:
            return relative + "/" if member.kind == "directory" else relative
        return member.name.lstrip("/")

    def _source(self, planned, final):
        place = self._place(planned.source)
        if planned.source not in final and not os.path.lexists(place):
            raise ModuleFailed(
                "%s is a further name of %s, which is not unpacked" % (planned.member.name, planned.member.target)
            )
        return place

    def _place(self, relative):
        return os.path.join(self.top, relative) if relative else self.top

    def _is_older(self, member, place):
        """Whether `keep_newer` keeps what is there: newer files, and with tar those of the same age and folders too."""
        if not self.keep_newer:
            return False
        tar = self.archive.handler != "ZipArchive"
        if member.kind == "directory" and tar:
            return os.path.isdir(place)
        if kind_of(place) not in ("file", "hard"):
            return False
        now, there = int(os.lstat(place).st_mtime), member.mtime // 10**9
        return now > there or (now == there and tar)

    def _read(self, planned, place, content):
        """Note the digest of a file's content, and the content where it is new and a diff will show it."""
        size = planned.member.size
        found = hashlib.sha1()
        shown = [] if size <= min(LARGEST_SHOWN, self.left_to_show) else None
        for piece in content:
            found.update(piece)
            if shown is not None:
                shown.append(piece)
        planned.same = kind_of(place) in ("file", "hard") and digest(place) == found.hexdigest()
        data = b"".join(shown) if shown is not None and not planned.same else None
        self.left_to_show -= len(data or b"")
        planned.content = Content(data, found.hexdigest(), size, place)

    # -- what is asked for

    def _attributes_of(self, place, planned):
        member = planned.member
        found = {"state": {"hard": "file"}.get(planned.kind, planned.kind)}
        if planned.kind == "hard":
            return dict(found, **{"hard link to": planned.source})
        found.update(self._owners_of(member) if member else {})
        found.update(self.owners)
        if planned.kind != "link" and (member or self.mode is not None):
            found["mode"] = _mode.shown(self._mode_of(planned))
        if planned.kind == "file":
            found["mtime"] = member.mtime // 10**9
        if planned.kind in ("character", "block"):
            found["device"] = member.device
        if self.seuser or self.serole or self.setype or self.selevel:
            context = self.wanted_attributes(place, follow=False, mode="0").get("secontext")
            found.update({"secontext": context} if context else {})
        return found

    def _mode_of(self, planned):
        folder = planned.kind == "directory"
        bits = planned.member.mode if planned.member else 0o777 & ~current_umask()
        if not self.same_mode and self.archive.handler != "ZipArchive":
            bits &= 0o777 & ~current_umask()
        return bits if self.mode is None else _mode.parse(self.mode, bits, folder)

    def _owners_of(self, member):
        """Those of the archive where it knows and we may; else those of whoever unpacks, but folders keep theirs."""
        if member.owner and self.same_owner:
            return {
                "owner": self._name_of(member.owner, pwd.getpwnam, owner_name),
                "group": self._name_of(member.group, grp.getgrnam, group_name),
            }
        if member.kind == "directory" or os.geteuid():
            return {}
        return {"owner": owner_name(os.geteuid()), "group": group_name(os.getegid())}

    def _name_of(self, known, lookup, name_of):
        if (known, lookup) not in self.names_known:
            try:
                self.names_known[known, lookup] = lookup(known[0])[0]
            except KeyError:
                self.names_known[known, lookup] = name_of(known[1])
        return self.names_known[known, lookup]

    def _is_in_place(self, place, planned):
        if kind_of(place) == "absent" or (planned.kind == "file" and not planned.same):
            return False
        if planned.kind == "link" and (kind_of(place) != "link" or os.readlink(place) != planned.member.target):
            return False
        now = self._attributes_at(place, planned)
        return all(now.get(key) == value for key, value in planned.asked.items())

    def wanted(self):
        state = {} if self.there else {"attributes": {}}
        for place, planned in (self.planned or {}).items():
            if planned.kind == "file":
                there = self.before.get(place)
                state[place] = there if planned.same and there else planned.content
            elif planned.kind == "link":
                state[place] = planned.member.target
            state["attributes"][place] = planned.asked
        if self.unknown_until:
            state[self.dest] = Unknown(self.unknown_until)
        return state

    # -- how to get there

    def apply(self, change):
        folders = sorted(place for place, planned in self.planned.items() if planned.kind == "directory")
        for place in folders:
            _unpacking.make_folder(place)
        wanted = {
            planned.index: place
            for place, planned in self.planned.items()
            if planned.kind == "file" and not planned.same
        }
        if wanted:
            self._write_files(wanted)
        rest = [
            (place, planned) for place, planned in self.planned.items() if planned.kind not in ("file", "directory")
        ]
        for place, planned in sorted(rest, key=lambda item: item[1].kind == "hard"):
            _unpacking.make_other(place, planned)
        for place in [place for place in self.planned if place not in folders] + folders[::-1]:
            self._dress(place, self.planned[place])
        os.sync()

    def _write_files(self, wanted):
        for index, (_, content) in enumerate(self.archive.members()):
            if index in wanted:
                place = wanted[index]
                asked = self.planned[place].asked
                _unpacking.write_file(place, content, int(asked["mode"], 8), *ids(asked))

    def _dress(self, place, planned):
        if planned.kind == "hard":
            return
        self.set_attributes(place, planned.asked, follow=planned.kind == "directory")
        if planned.member and planned.kind in ("file", "directory"):
            now = os.stat(place)
            os.utime(place, ns=(now.st_atime_ns, planned.member.mtime))

    def brings(self, change):
        new = [place for place in self.planned if not os.path.lexists(place)]
        return [("path", place) for place in new if os.path.dirname(place) not in self.planned]

    def returns(self, change, state):
        if self.there:
            return {"skipped": True, "msg": "skipped, since %s exists" % self.creates}
        result = {"dest": self.dest, "src": masked(self.src)}
        if self.archive is not None:
            result["handler"] = self.archive.handler
        if self.list_files:
            result["files"] = self.names
        return dict(result, **described(self.dest))


def _there(place, wanted):
    """The content of the file at a place; its bytes only where they differ and so will be shown."""
    found = digest(place)
    return Content(None, found, os.path.getsize(place), place) if found == wanted.digest else content_at(place)


def _are_one(path, other):
    return os.path.exists(path) and os.path.samefile(path, other)
