"""Cases of git: repositories in the target's folder."""

from tests.contract.case import Case

AS = "-c user.name=a -c user.email=a@b -c init.defaultBranch=main -c protocol.file.allow=always"
"""Options for every commit."""
DATE = (
    "export GIT_AUTHOR_DATE=2020-01-01T00:00:00Z GIT_COMMITTER_DATE=2020-01-01T00:00:00Z HOME={folder}; cd {folder}; "
)
UPSTREAM = (
    DATE + f"git {AS} init -q up; cd up; echo one > f; git add f; git {AS} commit -qm one; git tag v1; "
    f"git {AS} tag -am two v2; git {AS} checkout -q -b dev; echo dev > g; git add g; git {AS} commit -qm dev; "
    "git checkout -q main; cd ..; "
)
"""A repository up: main at tag v1 and annotated v2, dev one commit ahead."""
NEWS = f"cd up; echo two > f; git {AS} commit -qam two; cd ..; "
CLONED = UPSTREAM + f"git {AS} clone -q file://{{folder}}/up at; git -C at remote set-head origin main; "
SEEN = (
    "cd {folder}; ls -A | sort; cat at/f at/g at/sub/s; git -C at log --all --format=%H; git -C at status --porcelain "
    "--branch; git -C at remote -v; cat at/.git at/.git/shallow; ls -l a.tar.gz; true"
)


def git(title, arrange=CLONED, /, **args):
    """A case of a repository at {folder}/at."""
    known = {key: args.pop(key) for key in ("undo", "same", "expect", "snapshot", "repeats") if key in args}
    given = {"repo": "{folder}/up", "dest": "{folder}/at", **args}
    return Case("git", title, given, arrange=arrange, **{"snapshot": SEEN, **known})


CASES = [
    git("clones", UPSTREAM, expect={"before": None, "remote_url_changed": None}),
    git("clones a branch into folders that are missing", UPSTREAM, version="dev", dest="{folder}/a/b",
        snapshot="cat {folder}/a/b/g; true"),
    git("clones a tag", UPSTREAM, version="v2", remote="up"),
    git("clones with little history", UPSTREAM + NEWS, depth=1, version="main"),
    git("clones one branch", UPSTREAM, version="dev", single_branch=True),
    git("clones without a tree", UPSTREAM, bare=True, snapshot="git -C {folder}/at show-ref; true"),
    git("clones apart from the tree", UPSTREAM, separate_git_dir="{folder}/apart"),
    git("clones and makes an archive", UPSTREAM, archive="{folder}/a.tar.gz", archive_prefix="x/", umask="0077"),
    git("clones only when told to", UPSTREAM, clone=False, same=True),
    git("leaves alone what is new", same=True, expect={"remote_url_changed": False}),
    git("leaves alone what is new at a commit", CLONED + "git -C at checkout -q --detach v1", version="v1", same=True),
    git("fetches what is new", CLONED + NEWS),
    git("fetches nothing when told to", CLONED + NEWS, update=False, same=True),
    git("changes the branch", version="dev"),
    git("changes to a tag", CLONED + "git -C at checkout -q dev", version="v1"),
    git("goes back to the branch", CLONED + "git -C at checkout -q --detach; " + NEWS),
    git("sets back what was changed by hand", CLONED + "echo mine > at/f; touch at/mine", force=True),
    git("changes the address", CLONED + "git -C at remote set-url origin https://nosuch.example/x",
        expect={"remote_url_changed": True}),
    git("adds a remote", CLONED, remote="up", expect={"remote_url_changed": True}),
    git("fetches a branch that a clone of one lacks", UPSTREAM + f"git {AS} clone -q --depth 1 file://{{folder}}/up at",
        version="dev", depth=1),
    git("fetches a reference that is no branch", CLONED + NEWS + "git -C up update-ref refs/x/y HEAD; "
        "git -C up reset -q --hard v1; ", version="refs/x/y"),
    git("moves the repository apart", separate_git_dir="{folder}/apart"),
    git("fetches without a tree", UPSTREAM + f"git {AS} clone -q --bare file://{{folder}}/up at; " + NEWS, bare=True,
        snapshot="git -C {folder}/at show-ref; true"),
    git("makes an archive", archive="{folder}/a.tar.gz"),
    git("replaces an archive", CLONED + NEWS + "echo > a.tar.gz", archive="{folder}/a.tar.gz"),
    git("leaves an archive alone", CLONED + "git -C at archive --format tar.gz --output ../a.tar.gz HEAD",
        archive="{folder}/a.tar.gz", same=True),
]  # fmt: skip
