"""Add a repository to apt's one-line sources, or remove it."""

import os

from modules.files import _mode
from modules.kit import Arg, Module, ModuleFailed, Raw
from modules.packages import _apt, _sources, _texts
from modules.packages._ppa import Ppa


class AptRepository(Module):
    repo = Arg(str, "The source, as a line of sources.list has it: deb URL SUITE COMPONENT...; or ppa:owner/name")
    state = Arg(str, "Whether the source is there", default="present", choices=("absent", "present"))
    mode = Arg(Raw, "Permission bits of a file that is made for it", default=None)
    update_cache = Arg(
        bool, "Whether the lists of packages are fetched after a change", default=True, aliases=("update-cache",)
    )
    update_cache_retries = Arg(int, "How often fetching the lists is tried", default=5)
    update_cache_retry_max_delay = Arg(int, "The longest pause between tries, in seconds", default=12)
    validate_certs = Arg(bool, "Whether the certificates of Launchpad must be valid, for a ppa", default=True)
    filename = Arg(str, "The name of its file in sources.list.d, without .list; else made of the URL", default=None)
    codename = Arg(str, "The release of a ppa, where it is not the host's own", default=None)
    install_python_apt = Arg(bool, "Has no effect: nothing is needed on the host", default=True)
    lock_timeout = Arg(int, "Seconds to wait for another program that holds the lock of apt", default=60)

    def check_arguments(self):
        self.repo = self.repo.strip()
        if not self.repo:
            raise ModuleFailed("Please set argument 'repo' to a non-empty value")
        self.ppa = Ppa(self.repo, self.codename) if self.repo.startswith("ppa:") else None
        self.source = self.ppa.source if self.ppa else _sources.parsed(self.repo)
        self.places = None
        self.new_mode = None
        _mode.parse(self.mode)

    def subject(self):
        return self.repo

    def current(self):
        if self.places is None:
            self._plan()
        state = {path: _texts.there(path) for path in self.places}
        if self.new_mode is not None:
            found = _texts.mode_of(self.path)
            state["mode"] = None if found is None else _mode.shown(found)
        return state

    def _plan(self):
        """{path: Content} of every file that changes."""
        files = _sources.read()
        self.path = _sources.file_for(self.source, self.filename)
        if os.path.isfile(self.path):
            files.setdefault(self.path, _sources.lines(_texts.there(self.path)))
        if self.state == "absent":
            changed = _sources.without_source(files, self.source)
        else:
            changed = _sources.with_source(files, self.source, self.path)
        self.places = {
            path: _texts.text(path, lines) if lines else _texts.missing(path) for path, lines in changed.items()
        }
        if self.state == "present" and self.path in changed and not os.path.isfile(self.path):
            self.new_mode = _mode.shown(_mode.parse(self.mode or "0644"))
        key = self.ppa.key(self.validate_certs) if self.ppa and self.places and self.state == "present" else None
        if key is not None:
            self.places[key[0]] = key[1]

    def wanted(self):
        wanted = dict(self.places)
        if self.new_mode is not None:
            wanted["mode"] = self.new_mode
        return wanted

    def apply(self, change):
        for path, content in self.places.items():
            os.makedirs(os.path.dirname(path), exist_ok=True)
            made = path == self.path and self.new_mode is not None
            _texts.put(path, content, int(self.new_mode, 8) if made else None)
        if self.update_cache:
            self._update()

    def _update(self):
        """Fetch the lists; where that fails, the sources become again what they were."""
        get = _apt.AptGet(self.lock_timeout, self.warn)
        try:
            _apt.update(get, self.update_cache_retries, self.update_cache_retry_max_delay)
        except ModuleFailed:
            for path in self.places:
                _texts.put(path, self.before[path])
            raise

    def brings(self, change):
        if self.state == "absent":
            return []
        return [("path", self.path)] + ([_apt.COMING] if self.update_cache else [])

    def returns(self, change, state):
        lists = {path for path in self.places if path.endswith(".list")}
        before = {path for path in lists if not _texts.is_missing(self.before[path])}
        after = {path for path in lists if not _texts.is_missing(self.places[path])}
        return {
            "repo": self.repo,
            "state": self.state,
            "sources_added": sorted(after - before),
            "sources_removed": sorted(before - after),
        }
