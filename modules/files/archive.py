"""Pack files and folders of the host into an archive, or one file by itself."""

import fnmatch
import glob
import os
import re

from modules.files import _archives, _packing
from modules.files._attributes import _Attributes, described
from modules.kit import Arg, ModuleFailed, Path
from modules.kit.filesystem import replacing

ARCHIVE_NAME = re.compile(r"\.(tar|tar\.(gz|bz2|xz)|tgz|tbz2|zip)$", re.I)


class Archive(_Attributes):
    collection = "community.general"

    path = Arg(list, "The files and folders to pack: absolute paths or shell patterns", of=Path)
    dest = Arg(Path, "The archive; by default, of one file, its name with the format behind it", default=None)
    format = Arg(str, "How it is packed", default="gz", choices=("bz2", "gz", "tar", "xz", "zip"))
    exclude_path = Arg(
        list, "Paths or shell patterns to leave out of `path`, compared before what is in folders is looked at",
        default=(), of=Path,
    )  # fmt: skip
    exclusion_patterns = Arg(
        list, "Shell patterns of what is left out; they match the name in the archive, with zip the whole path",
        default=(), of=Path,
    )  # fmt: skip
    force_archive = Arg(bool, "Whether one file becomes an archive, too, instead of being packed only", default=False)
    remove = Arg(bool, "Whether what has been packed is removed", default=False)

    def subject(self):
        return self.dest

    def check_arguments(self):
        super().check_arguments()
        self.expanded, globs = _expanded(self.path)
        self.left_out = _expanded(self.exclude_path)[0]
        self.paths = sorted(set(self.expanded) - set(self.left_out))
        if not self.paths:
            raise ModuleFailed(
                "Error, no source paths were found", path=", ".join(self.path),
                expanded_paths=", ".join(self.expanded), expanded_exclude_paths=", ".join(self.left_out),
            )  # fmt: skip
        self.targets = [path for path in self.paths if os.path.lexists(path)]
        self.several = self.force_archive or globs or len(self.paths) > 1 or os.path.isdir(self.paths[0])
        if self.dest is None and self.several:
            raise ModuleFailed('Error, must specify "dest" when archiving multiple files or trees')
        self.dest = self.dest or "%s.%s" % (self.paths[0], self.format)
        self.root = _common_folder(self.paths)
        self.zipped = self.format == "zip"
        self.packed_only = not self.several and self.format not in ("zip", "tar")
        self.sources = None
        self.noted = set()
        if self.remove:
            self._check_removal()

    def _check_removal(self):
        for path in self.paths:
            if os.path.isdir(path) and self.dest.startswith(os.path.join(path, "")):
                raise ModuleFailed("Error, created archive can not be contained in source paths when remove=true")

    # -- what is asked for

    def _read_sources(self):
        """The sources, and which of them can be removed: all but folders that something excluded stays in."""
        kept = set()
        pairs = []
        for path in self._below():
            name = path[len(self.root) :] if path.startswith(self.root) else path.lstrip("/")
            if self._stays_out(path, name):
                kept.add(path)
            else:
                pairs.append((path, name))
        self.sources = _packing.sources_of(pairs, self.zipped or self.packed_only)
        self.listed = {source.name: source.seen for source in self.sources}
        if self.packed_only and self.sources:
            self.listed = {"": {key: self.sources[0].seen[key] for key in ("size", "sha1")}}
        folders = [path for path in self.targets if os.path.isdir(path)]
        removable = sorted(set(folders) | {source.path for source in self.sources})
        inside = [path.rstrip("/") + "/" for path in removable]
        keeping = {path for path, start in zip(removable, inside) if any(one.startswith(start) for one in kept)}
        self.removable = [path for path in removable if path not in keeping]
        # Folders in which only something excluded is left are no reason to replace what has been packed before.
        self.idle = not self.targets or (self.remove and not self.removable)

    def _below(self):
        for target in self.targets:
            if not os.path.isdir(target):
                yield target
                continue
            for folder, folders, files in os.walk(target):
                folders.sort()
                for name in folders + sorted(files):
                    yield os.path.join(folder, name)

    def _stays_out(self, path, name):
        if self.packed_only:
            return False
        name = path if self.zipped else name
        excluded = any(fnmatch.fnmatch(name, pattern) for pattern in self.exclusion_patterns)
        return excluded or os.path.abspath(path) == os.path.abspath(self.dest)

    def wanted(self):
        folder = os.path.dirname(os.path.abspath(self.dest))
        if self.idle:
            return self._wanted_attributes() if self.before is not None else None
        self.needs("path", folder, os.path.isdir(folder), "Destination directory %s does not exist" % folder)
        state = dict(self._wanted_attributes(), format=self.format)
        state["members"] = {name: self.listed[name] for name in self.listed if name in self.noted}
        if self.remove:
            state["sources"] = []
        return state

    def _wanted_attributes(self):
        return self.wanted_attributes(self.dest)

    # -- what is there

    def current(self):
        if self.sources is None:
            self._read_sources()
        if not os.path.exists(self.dest):
            self.noted.update(self.listed)
            return None
        state = self.read_attributes(self.dest)
        if self.idle:
            return state
        state["format"], members = self._members()
        different = {name for name in set(members) | set(self.listed) if members.get(name) != self.listed.get(name)}
        self.noted.update(different)
        state["members"] = {name: members[name] for name in members if name in self.noted}
        if self.remove:
            state["sources"] = [path for path in self.removable if os.path.lexists(path)]
        return state

    def _members(self):
        """(the format of what is at the destination, what it tells of its members); (None, {}) for no such thing."""
        try:
            if self.packed_only:
                with open(self.dest, "rb") as file:
                    program = _archives.packed_by(file.read(512))
                content = _archives.Member("", "file", 0, 0)
                told = _packing.told_by_member(content, _archives.unpacked(self.dest, program), zipped=True)
                return _format_of(program), {"": {key: told[key] for key in ("size", "sha1")}}
            archive = _archives.opened(self.dest, self.dest)
            zipped = archive.handler == "ZipArchive"
            members = {
                member.name.rstrip("/"): _packing.told_by_member(member, pieces, zipped)
                for member, pieces in archive.members()
            }
            return "zip" if zipped else _format_of(archive.program), members
        except ModuleFailed:
            return None, {}

    # -- how to get there

    def apply(self, change):
        if {"format", "members"} & change.keys:
            attributes = {key: change.wanted[key] for key in change.wanted if key in ("mode", "owner", "group")}
            with replacing(os.path.realpath(self.dest)) as file:
                if self.packed_only:
                    _packing.write_packed(file, self.format, self.sources[0])
                    self.listed[""].update((key, self.sources[0].seen[key]) for key in ("size", "sha1"))
                elif self.zipped:
                    _packing.write_zip(file, self.sources)
                else:
                    _packing.write_tar(file, self.format, self.sources)
            self.set_attributes(self.dest, attributes)
        else:
            self.set_attributes(self.dest, change.wanted)
        if self.remove:
            for path in reversed(self.removable):
                _remove(path)

    def brings(self, change):
        return [("path", self.dest)]

    def returns(self, change, state):
        missing = [path for path in self.paths if path not in self.targets]
        if state is None:
            kind = "absent"
        elif self.idle:
            kind = "archive" if ARCHIVE_NAME.search(os.path.basename(self.dest)) else "compress"
        else:
            kind = "compress" if self.packed_only else "incomplete" if missing else "archive"
        return dict(
            described(self.dest),
            archived=[] if self.idle else [source.path for source in self.sources],
            dest=self.dest,
            dest_state=kind,
            arcroot=self.root,
            missing=missing,
            expanded_paths=self.expanded,
            expanded_exclude_paths=self.left_out,
        )


def _remove(path):
    if os.path.isdir(path) and not os.path.islink(path):
        os.rmdir(path)
    else:
        os.unlink(path)


def _expanded(paths):
    """(the paths with patterns turned into what they match, whether there was a pattern)."""
    found, globs = [], False
    for path in paths:
        pattern = "*" in path or "?" in path
        found += sorted(glob.glob(path)) if pattern else [path]
        globs = globs or pattern
    return found, globs


def _common_folder(paths):
    folders = [os.path.join(os.path.dirname(path), "") for path in paths]
    return os.path.join(os.path.commonpath(folders), "")


def _format_of(program):
    return next((name for name, known in _packing.PROGRAMS.items() if known == program), program)
