"""git's commands, and what a repository says of itself."""

import os
import re
import shlex

from modules.kit import CommandFailed, ModuleFailed
from modules.kit.process import find_command, run
from modules.kit.secrets import mask

HINTS = {
    "dubious ownership": "the folder belongs to another user: become_user, or git config --system --add safe.directory",
    "Host key verification failed": "known_hosts makes the server known; accept_newhostkey: true trusts it unseen",
    "Permission denied (publickey": "key_file: names the key to log in with",
    "could not read Username": "the server wants a user: a credential helper, or an address with SSH",
}
"""What to do about what git says."""


class Client:
    """
    How git is called: program, environment, and the passwords that no message may show.

    url: the address of the repository; a password in it is masked in errors.
    """

    def __init__(self, program, url, ssh):
        self.program = program or find_command("git")
        self.url = url
        self.environment = {"GIT_SSH_COMMAND": ssh, "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0"}
        self.secrets = [password for password in [password_of(url)] if password]

    def __call__(self, *words, **options):
        """Run a git command; options as those of modules.kit.run."""
        try:
            return run([self.program, *words], env=self.environment, **options)
        except CommandFailed as failure:
            hint = next((hint for said, hint in HINTS.items() if said in failure.message), failure.hint)
            result = mask(failure.result, self.secrets)
            raise ModuleFailed(mask(failure.message, self.secrets), hint=hint, **result)

    def advertised(self, url=None, *patterns):
        """{ref: SHA-1} of a remote repository, tags also as REF^{} of the commit they are of."""
        said = self("ls-remote", url or self.url, *(patterns or ("HEAD", "refs/heads/*", "refs/tags/*")))
        rows = [line.split("\t", 1) for line in said.stdout.splitlines() if "\t" in line]
        return {ref: sha for sha, ref in rows}


class Repository:
    """A repository on this host. path: its folder; bare: whether it has no working tree."""

    def __init__(self, client, path, bare):
        self.client = client
        self.path = path
        self.bare = bare

    def git(self, *words, **options):
        return self.client(*words, cwd=self.path, **options)

    def ask(self, *words):
        """What a command says, in one line; None where it fails."""
        said = self.git(*words, check=False)
        return said.stdout.strip() if said else None

    def folder(self):
        """Where git keeps the repository itself; None where there is none. Raises ModuleFailed for a broken link."""
        folder = self.path if self.bare else os.path.join(self.path, ".git")
        if os.path.isfile(folder):
            with open(folder, encoding="utf-8", errors="surrogateescape") as file:
                before, separator, target = file.read().rstrip("\n").partition("gitdir: ")
            folder = os.path.join(self.path, target)
            if before or not separator or not os.path.isdir(folder):
                raise ModuleFailed("%s/.git names no folder with a repository" % self.path)
        return os.path.realpath(folder) if os.path.exists(os.path.join(folder, "config")) else None

    def resolved(self, name):
        """The SHA-1 of the commit that a name stands for; None for an unknown name."""
        return self.ask("rev-parse", "--verify", "--quiet", name + "^{commit}")

    def branch(self):
        """The branch that is checked out; None for a commit without one."""
        return self.ask("symbolic-ref", "--quiet", "--short", "HEAD")

    def default_branch(self, remote):
        """The branch that the remote repository checked out when this one was cloned; None where that is not known."""
        name = self.ask("symbolic-ref", "--quiet", "--short", "refs/remotes/%s/HEAD" % remote)
        return name[len(remote) + 1 :] if name else None

    def address(self, remote):
        """The URL of a remote; None for an unknown one."""
        return self.ask("config", "--get", "remote.%s.url" % remote)

    def modifications(self):
        """What was changed by hand, as git status shows it; files that git does not know are left out."""
        said = self.git("status", "--porcelain", "--untracked-files=no", "--ignore-submodules=all")
        return said.stdout.splitlines()

    def refs(self, *under):
        """{ref: SHA-1} of the references below some prefixes."""
        said = self.git("for-each-ref", "--format=%(objectname) %(refname)", *under)
        return {ref: sha for sha, ref in (line.split(" ", 1) for line in said.stdout.splitlines())}

    # -- submodules

    def has_submodules(self):
        return not self.bare and os.path.exists(os.path.join(self.path, ".gitmodules"))

    def submodule_heads(self):
        """{path: what git submodule status shows of it} of all submodules."""
        if not self.has_submodules():
            return {}
        found = {}
        for line in self.git("submodule", "status", "--recursive").stdout.splitlines():
            state, words = line[:1], line[1:].split(" ", 1)
            found[re.sub(r" \([^()]*\)$", "", words[1])] = state + words[0]
        return found

    def outdated_submodules(self, track):
        """The paths of submodules that are not at the commit they should be at."""
        heads = self.submodule_heads()
        if not track:
            return sorted(path for path, head in heads.items() if not head.startswith(" "))
        return sorted(path for path, head in heads.items() if head.startswith("-") or self._behind(path, head[1:]))

    def _behind(self, path, head):
        """Whether a submodule that follows a branch has something new there; one of a submodule follows none."""
        modules = os.path.join(self.path, ".gitmodules")
        listed = self.ask("config", "--file", modules, "--get-regexp", r"^submodule\..*\.path$") or ""
        names = {line.split(" ", 1)[1]: line.split(" ", 1)[0][: -len(".path")] for line in listed.splitlines()}
        if path not in names:
            return False
        branch = self.ask("config", "--file", modules, "--get", names[path] + ".branch") or "HEAD"
        branch = (self.branch() or "HEAD") if branch == "." else branch
        ref = "HEAD" if branch == "HEAD" else "refs/heads/" + branch
        newest = self.client.advertised(self.ask("config", "--get", names[path] + ".url"), ref).get(ref)
        return newest is not None and newest != head

    def update_submodules(self, track, force):
        """Bring all submodules to where they should be."""
        if not self.has_submodules():
            return
        self.git("submodule", "sync", "--recursive")
        options = (["--remote"] if track else []) + (["--force"] if force else [])
        self.git("submodule", "update", "--init", "--recursive", *options)


def password_of(url):
    """The password in a URL; None where it has none."""
    found = re.match(r"[\w+.-]+://[^/@:]*:([^/@]+)@", url or "")
    return found.group(1) if found else None


def same_address(one, other):
    """Whether two URLs or paths name the same repository."""
    return one == other or (None not in (one, other) and _path(one) == _path(other) is not None)


def _path(url):
    """The path that a file:// URL or a path names; None for any other URL."""
    if url.startswith("file://"):
        url = url[len("file://") :]
    return os.path.realpath(url) if url.startswith("/") else None


def ssh_command(options, key_file, host_key):
    """
    The command git calls ssh by: what the environment says, and options (a text).

    host_key: None, or what StrictHostKeyChecking shall be, unless the options say so themselves.
    """
    command = os.environ.get("GIT_SSH_COMMAND") or os.environ.get("GIT_SSH") or "ssh"
    options = " ".join(part for part in (os.environ.get("GIT_SSH_OPTS"), options) if part)
    words = [command] + ([options] if options else [])
    if host_key and "StrictHostKeyChecking=" not in options:
        words.append("-o StrictHostKeyChecking=%s" % host_key)
    if "BatchMode=" not in options:
        words.append("-o BatchMode=yes")
    if key_file:
        words.append("-i %s -o IdentitiesOnly=yes" % shlex.quote(key_file))
    return " ".join(words)


def fingerprint(said):
    """The fingerprint of the primary key that a signature was made with, of gpg's status lines (gnupg, doc/DETAILS)."""
    for line in said.splitlines():
        words = line.split()
        if words[1:2] == ["VALIDSIG"] and len(words) > 2:
            return words[11] if len(words) > 11 else words[2]
    return None
