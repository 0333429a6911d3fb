"""Put files, folders or a text on the host, from the controller or from the host itself."""

import os

from modules.files import _entries, _mode
from modules.files._attributes import group_name, kind_of, owner_name
from modules.files._placed import _Placed
from modules.kit import Arg, ModuleFailed, Path, Raw


class Copy(_Placed):
    src = Arg(
        Path,
        "The file or folder to copy, on the controller (looked for in `files`); of a folder written with / at its end "
        "only what is in it",
        default=None,
    )
    content = Arg(str, "The text the file shall have, instead of `src`; a mapping or list becomes JSON", default=None)
    remote_src = Arg(bool, "Whether `src` is on the host", default=False)
    directory_mode = Arg(Raw, "The permission bits of folders that are made on the way", default=None)
    checksum = Arg(str, "The SHA-1 that the file shall have", default=None)
    local_follow = Arg(
        bool, "Whether links in a folder are followed instead of copied as links; unless given, yes, but with "
        "`remote_src` no", default=None,
    )  # fmt: skip
    decrypt = Arg(bool, "Whether files kept in a vault are decrypted on the controller", default=True)

    one_of = (("src", "content"),)
    exclusive = (("src", "content"),)

    def check_arguments(self):
        _mode.parse(self.directory_mode)
        self.folder_mode = self.directory_mode
        super().check_arguments()
        if self.checksum and self.single and self.single.sha1 != self.checksum:
            raise ModuleFailed(
                "Copied file does not match the expected checksum: expected %s, found %s"
                % (self.checksum, self.single.sha1)
            )

    def find_entries(self):
        if self.content is not None:
            return "", False, _entries.of_text(self.content.encode("utf-8", "surrogateescape"))
        if self._manifest is not None:
            listed = self._manifest
            return listed["name"], listed["spread"], _entries.of_manifest(listed["entries"])
        if not self.remote_src:
            raise ModuleFailed("src: the controller did not send the file %s" % self.src)
        return self._on_host()

    def _on_host(self):
        name = os.path.basename(self.src.rstrip("/"))
        if not self.needs("path", self.src, os.path.exists(self.src), "Source %s not found" % self.src):
            self.unknown_until = self.context.bringer("path", self.src)
            return name, False, []
        entries = _entries.of_path(self.src, bool(self.local_follow))
        return name, self.src.endswith("/") and entries[0].kind == "directory", entries

    def _asked_of(self, place, entry, there):
        asked = super()._asked_of(place, entry, there)
        if self._manifest is not None or self.content is not None or entry.kind == "link":
            return asked
        new = kind_of(place) == "absent" or (there is not None and there.digest != entry.sha1)
        own = {"mode": _mode.shown(entry.mode)}
        if self.single is None or entry.kind == "directory":
            return self._asked_in_tree(place, entry, asked, own if new else {})
        if self.mode is None and new and there is not None:
            # A file that replaces another is all the source's but for the owner, who is the one who copies.
            return dict({"owner": owner_name(os.geteuid()), "group": group_name(os.getegid())}, **dict(own, **asked))
        return asked

    def _asked_in_tree(self, place, entry, asked, own):
        """What is in a folder of the host keeps its mode; `mode` is the folder's own."""
        asked.pop("mode", None)
        if entry.path or self.mode is None:
            return dict(asked, **own)
        mode = _mode.shown(entry.mode) if self.mode == "preserve" else self.mode
        return dict(self.wanted_attributes(place, new_mode=entry.mode, folder=True, mode=mode), **asked)

    def returns(self, change, state):
        result = super().returns(change, state)
        if self.src:
            result["src"] = self.src
        if self._manifest is not None and self._manifest["entries"][0]["kind"] == "directory":
            result["dest"] = os.path.join(self.dest, "")
        return result
