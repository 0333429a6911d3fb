"""Make sure a folder holds a git repository at a version: clone it, fetch what is new, check the version out."""

import os
import re
import shutil
import tempfile

from modules.kit import Arg, Module, ModuleFailed, Path, Raw, Unknown
from modules.kit.filesystem import current_umask, digest, sync_folder, write
from modules.kit.secrets import mask
from modules.system import _git

COMMIT = re.compile(r"^[0-9a-f]{4,40}$")
WHOLE = re.compile(r"^[0-9a-f]{40}$")
FORMATS = {".zip": "zip", ".gz": "tar.gz", ".tar": "tar", ".tgz": "tgz"}
BARE_REFS = ("+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")


class Git(Module):
    repo = Arg(str, "The address of the repository: https://, ssh://, user@host:path, or a path", aliases=("name",))
    dest = Arg(Path, "The folder; not needed when nothing is cloned", default=None, needed_if={"clone": True})
    version = Arg(str, "A branch, a tag, a commit (SHA-1); HEAD for the branch as it is", default="HEAD")
    remote = Arg(str, "What the repository there is called here", default="origin")
    refspec = Arg(str, "What to fetch besides, as git fetch takes it", default=None)
    reference = Arg(str, "A repository on the host to take objects from", default=None)
    force = Arg(bool, "Whether files that were changed by hand are set back", default=False)
    depth = Arg(int, "How many commits of the history to fetch; else all", default=None)
    clone = Arg(bool, "Whether a repository that is not there is cloned", default=True)
    update = Arg(bool, "Whether one that is there is brought up to date", default=True)
    verify_commit = Arg(bool, "Whether the version has to be signed, with a key of the keyring", default=False)
    gpg_allowlist = Arg(list, "Fingerprints of the keys that count", default=(), of=str, aliases=("gpg_whitelist",))
    accept_hostkey = Arg(bool, "Whether any key of the SSH server is accepted", default=False)
    accept_newhostkey = Arg(bool, "Whether the key of an SSH server that is not known yet is accepted", default=False)
    key_file = Arg(Path, "The private key for SSH", default=None)
    ssh_opts = Arg(str, "Further options for ssh", default=None)
    executable = Arg(Path, "The program git, when it is not in PATH", default=None)
    bare = Arg(bool, "Whether it has no working tree", default=False)
    recursive = Arg(bool, "Whether submodules are cloned and updated too", default=True)
    single_branch = Arg(bool, "Whether only the history of the version is cloned", default=False)
    track_submodules = Arg(bool, "Whether submodules go to the newest commit of their branch", default=False)
    umask = Arg(Raw, "The umask for what is made, as a text: '0022'", default=None)
    archive = Arg(Path, "An archive to make of the version: .zip, .tar, .tar.gz, .tgz", default=None)
    archive_prefix = Arg(str, "What goes before each path in the archive", default=None)
    separate_git_dir = Arg(Path, "A folder for the repository itself, apart from the working tree", default=None)

    exclusive = (("separate_git_dir", "bare"), ("accept_hostkey", "accept_newhostkey"))

    def check_arguments(self):
        self._check_umask()
        if self.archive_prefix is not None and self.archive is None:
            raise ModuleFailed("archive_prefix: needs archive too")
        if self.archive is not None and os.path.splitext(self.archive)[1] not in FORMATS:
            raise ModuleFailed("archive: should end with .zip, .tar, .tar.gz or .tgz, got %s" % self.archive)
        # A path is made a URL, for with a path git makes no shallow clones.
        local = os.path.expanduser(self.repo)
        self.url = "file://" + local if local.startswith("/") else self.repo
        self.dest = os.path.abspath(self.dest) if self.dest else None
        self.separate = os.path.realpath(self.separate_git_dir) if self.separate_git_dir else None
        host_key = "no" if self.accept_hostkey else ("accept-new" if self.accept_newhostkey else None)
        ssh = _git.ssh_command(self.ssh_opts, self.key_file, host_key)
        self.client = _git.Client(self.executable, self.url, ssh)
        self.there = _git.Repository(self.client, self.dest or "/", self.bare)
        self.revision = None
        self.fetched = False
        self.made = None
        self.moved = {}
        self.submodules_changed = False
        self._look_for_tools()

    def _check_umask(self):
        if self.umask is None:
            return
        try:
            os.umask(int(self.umask, 8))
        except (TypeError, ValueError):
            raise ModuleFailed("umask: should be an octal number in quotes, such as '0022', got %r" % (self.umask,))

    def _look_for_tools(self):
        """What a dry run may still wait for; without it, nothing can be asked of the repository."""
        program = self.client.program
        found = program is not None and os.access(program, os.X_OK)
        hint = "its package is called git nearly everywhere"
        self.able = self.needs(
            "command", "git", found, "there is no command `%s` on this host" % (program or "git"), hint
        )
        if self.key_file:
            self.able = self.needs("path", self.key_file, os.path.exists(self.key_file)) and self.able

    def subject(self):
        return self.dest or self._shown(self.url)

    def _shown(self, url):
        return mask(url, self.client.secrets)

    # -- what is there

    def refresh(self):
        """Fetch what the remote repository has and this one lacks, as `git fetch` does: no branch here moves."""
        if not self._fetches_all():
            return
        here = self.there.refs("refs/remotes/%s/" % self.remote, "refs/tags/")
        for ref, sha in self._advertised().items():
            ref = re.sub("^refs/heads/", "refs/remotes/%s/" % self.remote, ref)
            if ref.startswith("refs/") and not ref.endswith("^{}") and here.get(ref) != sha:
                self._fetch()
                return

    def _fetches_all(self):
        if not self.update or self.bare or self.depth or self.dest is None or self.there.folder() is None:
            return False
        every = "+refs/heads/*:refs/remotes/%s/*" % self.remote
        if self.there.ask("config", "--get", "remote.%s.fetch" % self.remote) != every:
            return False
        same = _git.same_address(self.there.address(self.remote), self.url)
        return same and (self.force or not self.there.modifications())

    def current(self):
        if self.dest is None or self.there.folder() is None:
            return None
        if not self.able:
            return {"revision": Unknown("git is there")}
        state = {"revision": self.there.resolved("HEAD"), "remote": self._address()}
        if self.bare:
            state["refs"] = self.there.refs("refs/heads/", "refs/tags/")
        else:
            state["branch"] = self.there.branch()
            state["modified"] = self.there.modifications()
            state["git_dir"] = self.there.folder()
            if self.recursive:
                state["outdated_submodules"] = self.there.outdated_submodules(self.track_submodules)
        if self.archive:
            state["archive"] = digest(self.archive) if os.path.exists(self.archive) else None
        return state

    def _address(self):
        """The URL of the remote as it may be shown."""
        url = self.there.address(self.remote)
        if _git.same_address(url, self.url):
            return self._shown(self.url)
        password = _git.password_of(url)
        shown = mask(url, [password]) if password else url
        return shown + " (with another password)" if shown == self._shown(self.url) else shown

    # -- what is asked for

    def wanted(self):
        if not self.able:
            return {"revision": Unknown("git and its key are there")}
        if self.before is None and not self.clone:
            self.revision, _ = self._target()
            return None
        if self.before is not None and not self.update:
            return self._with_archive({}, self.before["revision"])
        self._check_place()
        self.revision, branch = self._target()
        wanted = {"remote": self._shown(self.url)}
        if self.bare:
            wanted["refs"] = self._refs()
        else:
            wanted.update(revision=self.revision, modified=[])
            if branch and self.version != "HEAD":
                wanted["branch"] = branch
            if self.separate:
                wanted["git_dir"] = self.separate
            if self.recursive:
                wanted["outdated_submodules"] = []
        if self.before and self.before["revision"] == self.revision and self.verify_commit:
            self._verify(self.revision)
        return self._with_archive(wanted, self.revision)

    def _check_place(self):
        if self.before is None:
            if os.path.exists(self.dest) and (not os.path.isdir(self.dest) or os.listdir(self.dest)):
                raise ModuleFailed(
                    "%s is there, is not empty, and is no git repository" % self.dest, hint="move it away first"
                )
        elif not self.bare and self.before["modified"] and not self.force:
            raise ModuleFailed(
                "Local modifications exist in the destination: %s (force=no):\n%s"
                % (self.dest, "\n".join(self.before["modified"][:20])),
                hint="force: true sets them back",
                before=self.before["revision"],
            )

    def _advertised(self):
        if "_refs_there" not in vars(self):
            self._refs_there = self.client.advertised()
        return self._refs_there

    def _refs(self):
        there = {ref: sha for ref, sha in self._advertised().items() if ref.startswith("refs/")}
        there = {ref: sha for ref, sha in there.items() if not ref.endswith("^{}")}
        return dict((self.before or {}).get("refs", {}), **there)

    def _target(self):
        """(the commit that the version stands for, the branch if it is one); a short commit stays as it is."""
        there = self._advertised()
        if self.version == "HEAD":
            return self._newest(there)
        branch = "refs/heads/" + self.version
        tag = "refs/tags/" + self.version
        if branch in there:
            return there[branch], self.version
        if tag in there:
            return there.get(tag + "^{}", there[tag]), None
        if self.version.startswith("refs/"):
            named = self.client.advertised(None, self.version).get(self.version)
            if named:
                return named, None
        known = self.there.resolved(self.version) if self.before else None
        if known or COMMIT.match(self.version) or self.refspec:
            return known or self.version, None
        raise ModuleFailed(
            "%s has no branch or tag %s" % (self._shown(self.url), self.version),
            hint="a commit of no branch needs its whole SHA-1, or a refspec",
        )

    def _newest(self, there):
        """The newest commit of the branch that is checked out, or of the one that the remote repository prefers."""
        branch = None
        if self.before is not None:
            branch = self.there.branch() or self.there.default_branch(self.remote)
        sha = there.get("refs/heads/" + branch if branch else "HEAD")
        if sha is None and not self.bare:
            raise ModuleFailed(
                "%s has no %s" % (self._shown(self.url), "branch %s" % branch if branch else "commit yet"),
                hint="version: names the branch to take" if branch else None,
            )
        return sha, branch

    def _with_archive(self, wanted, revision):
        """The archive of a commit that is not here yet is not known before it is made."""
        if not self.archive:
            return wanted
        if self.before is not None and self.before["revision"] == revision is not None:
            with tempfile.TemporaryDirectory() as folder:
                path = os.path.join(folder, os.path.basename(self.archive))
                self._archive(revision, path)
                wanted["archive"] = digest(path)
        else:
            wanted["archive"] = "of %s" % (revision or "what comes")
        return wanted

    def same(self, key, now, wanted):
        if isinstance(now, Unknown):
            return False
        if key == "revision" and wanted and not WHOLE.match(str(wanted)):
            return now is not None and now == self.there.resolved(wanted)
        if key == "archive" and self.made:
            return now == self.made
        return now == wanted

    # -- how to get there

    def apply(self, change):
        heads = {} if change.creates else self.there.submodule_heads()
        if change.creates:
            self._clone()
        else:
            self._update(change)
        if not self.bare and (self.update or change.creates):
            self._switch(change)
            if self.recursive:
                self.there.update_submodules(self.track_submodules, self.force)
                self.submodules_changed = not change.creates and heads != self.there.submodule_heads()
        if "archive" in change:
            self._write_archive()

    def _clone(self):
        os.makedirs(os.path.dirname(self.dest), exist_ok=True)
        words = ["--bare"] if self.bare else ["--no-checkout", "--origin", self.remote]
        named = [ref for ref in ("refs/heads/", "refs/tags/") if ref + self.version in self._advertised()]
        branch = ["--branch", self.version] if named else []
        if self.depth and (self.version == "HEAD" or self.refspec):
            words += ["--depth", str(self.depth)]
        elif self.depth and named:
            words += ["--depth", str(self.depth), *branch]
        elif self.depth:
            self.warn("depth: has no effect with a commit; it needs HEAD, a branch, a tag, or a refspec")
        if self.single_branch:
            words += ["--single-branch"] + (branch if branch and branch[0] not in words else [])
        words += ["--reference", self.reference] if self.reference else []
        words += ["--separate-git-dir=" + self.separate] if self.separate else []
        self.client("clone", *words, "--", self.url, self.dest, cwd=os.path.dirname(self.dest))
        if self.bare and self.remote != "origin":
            self.there.git("remote", "add", self.remote, self.url)
        if self.refspec:
            self.there.git("fetch", *self._depth(), self.remote, self.refspec)

    def _depth(self):
        return ["--depth", str(self.depth)] if self.depth else []

    def _update(self, change):
        if "git_dir" in change:
            self._move()
        if "remote" in change:
            known = self.there.address(self.remote) is not None
            self.there.git("remote", "set-url" if known else "add", self.remote, self.url)
        if self.update and not self.fetched and {"revision", "remote", "refs", "branch"} & change.keys:
            self._fetch()

    def _fetch(self):
        words = ["--force"] if self.force else []
        refs = self._shallow_refs() if self.depth else []
        if refs:
            words += self._depth()
        else:
            refs = list(BARE_REFS) if self.bare else []
            words += [] if self.bare else ["--tags"]
            refs += [self.refspec] if self.refspec else []
            if not self.bare and self.refspec:
                # Naming one thing to fetch is fetching no other.
                self.there.git("fetch", *words, self.remote)
        self.there.git("fetch", *words, self.remote, *refs, hint="force: true takes tags that moved, too")
        self.fetched = True

    def _shallow_refs(self):
        """The least that has to be fetched; nothing where only the whole history will do."""
        if self.refspec:
            return [self.refspec]
        branch = self._newest(self._advertised())[1] if self.version == "HEAD" else self.version
        if "refs/heads/%s" % branch in self._advertised():
            into = "refs/heads/%s" if self.bare else "refs/remotes/" + self.remote + "/%s"
            return ["+refs/heads/%s:%s" % (branch, into % branch)]
        if "refs/tags/" + self.version in self._advertised():
            return ["+refs/tags/%s:refs/tags/%s" % (self.version, self.version)]
        return []

    def _switch(self, change):
        """Check the version out: a branch as the remote repository has it, anything else without a branch."""
        branch = self.version if "refs/heads/" + self.version in self._advertised() else None
        if self.version == "HEAD":
            branch = self.there.branch() or self.there.default_branch(self.remote)
        if branch:
            tracked = "refs/remotes/%s/%s" % (self.remote, branch)
            if self.there.resolved(tracked) != self._advertised().get("refs/heads/" + branch):
                self.there.git("fetch", *self._depth(), self.remote, "+refs/heads/%s:%s" % (branch, tracked))
            self._verify(tracked)
            self.there.git("checkout", "--force", "-B", branch, tracked)
            upstream = "--set-upstream-to=%s/%s" % (self.remote, branch)
            self.there.git("branch", upstream, branch, check=False)
            return
        commit = self._fetched_commit()
        self._verify(commit)
        self.there.git("checkout", "--force", "--detach", commit)

    def _fetched_commit(self):
        """The name of the commit of a version that is no branch; fetched by itself where it did not come along."""
        if self.version == "HEAD":
            return self.revision
        tag = "refs/tags/" + self.version
        if tag in self._advertised():
            if self.there.resolved(tag) is None:
                self.there.git("fetch", *self._depth(), self.remote, "+%s:%s" % (tag, tag))
            return tag
        if self.version.startswith("refs/") or (WHOLE.match(self.version) and not self.there.resolved(self.version)):
            self.there.git("fetch", *self._depth(), self.remote, self.version)
            return "FETCH_HEAD"
        return self.version

    def _verify(self, name):
        """Raise ModuleFailed unless the commit or tag is signed by a key that counts."""
        if not self.verify_commit:
            return
        tag = "refs/tags/" + self.version
        annotated = self.there.ask("cat-file", "-t", tag) == "tag"
        words = ["verify-tag", self.version] if annotated else ["verify-commit", name]
        said = self.there.git(*words, *(["--raw"] if self.gpg_allowlist else []), check=False)
        if not said:
            raise ModuleFailed(
                'Failed to verify GPG signature of commit/tag "%s"' % self.version,
                hint="is it signed, and the key in this user's keyring?",
                rc=said.code, stdout=said.stdout, stderr=said.stderr,
            )  # fmt: skip
        key = _git.fingerprint(said.stderr)
        if self.gpg_allowlist and key not in self.gpg_allowlist:
            raise ModuleFailed('The gpg_allowlist does not include the public key "%s" for this commit' % key)

    def _move(self):
        """Take the repository itself to the separate folder."""
        if os.path.exists(self.separate):
            raise ModuleFailed("separate_git_dir: %s already exists" % self.separate, hint="move it away first")
        self.moved = {"git_dir_before": self.before["git_dir"], "git_dir_now": self.separate}
        link = os.path.join(self.dest, ".git")
        shutil.move(self.before["git_dir"], self.separate)
        write(link, ("gitdir: %s\n" % self.separate).encode("utf-8", "surrogateescape"))

    def _archive(self, revision, path):
        prefix = ["--prefix", self.archive_prefix] if self.archive_prefix is not None else []
        kind = FORMATS[os.path.splitext(self.archive)[1]]
        self.there.git("archive", "--format", kind, "--output", path, *prefix, revision)

    def _write_archive(self):
        folder = os.path.dirname(os.path.abspath(self.archive))
        handle, temporary = tempfile.mkstemp(prefix=".", suffix=".opsengine", dir=folder)
        os.close(handle)
        try:
            revision = self.there.resolved(self.version if self.bare else "HEAD")
            self._archive(revision, temporary)
            os.chmod(temporary, 0o666 & ~current_umask())
            os.rename(temporary, self.archive)
        except BaseException:
            os.unlink(temporary)
            raise
        sync_folder(folder)
        self.made = digest(self.archive)

    def brings(self, change):
        return [("path", self.dest)] + ([("path", self.archive)] if self.archive else [])

    def returns(self, change, state):
        before = self.before["revision"] if self.before else None
        after = (state or {}).get("revision", before)
        if state is None or (self.bare and state is change.after):
            after = self.revision
        result = {"before": before, "after": str(after) if isinstance(after, Unknown) else after}
        result["before"] = str(before) if isinstance(before, Unknown) else before
        if self.before is not None and self.update:
            result["remote_url_changed"] = "remote" in change
        if "modified" in change and not change.creates:
            result["msg"] = "Local modifications exist in the destination: %s" % self.dest
        if self.submodules_changed or ("outdated_submodules" in change and not change.creates):
            result["submodules_changed"] = True
        result.update(self.moved)
        return result
