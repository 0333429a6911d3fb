"""What git refuses, foresees and verifies, and how it handles submodules."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from modules.system import _git
from tests.unit.modules.conftest import Perform

SETTINGS = """
[user]
    name = a
    email = a@example.org
[init]
    defaultBranch = main
[protocol "file"]
    allow = always
"""


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Settings of git for the test alone, also for what the module starts."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    (tmp_path / ".gitconfig").write_text(SETTINGS)


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True)
    return done.stdout.decode().strip()


def commit(folder: Path, name: str, content: str) -> str:
    (folder / name).write_text(content)
    git(folder, "add", name)
    git(folder, "commit", "-qm", name)
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture
def up(tmp_path: Path) -> Path:
    """A repository with one commit on main."""
    folder = tmp_path / "up"
    folder.mkdir()
    git(folder, "init", "-q")
    commit(folder, "f", "one")
    return folder


@pytest.fixture
def args(up: Path, tmp_path: Path) -> dict[str, Any]:
    return {"repo": str(up), "dest": str(tmp_path / "at")}


class TestAClone:
    def test_says_the_version_before_and_after(self, perform: Perform, up: Path, args: dict[str, Any]) -> None:
        first = git(up, "rev-parse", "HEAD")
        result = perform("git", **args)
        assert (None, first) == (result["before"], result["after"])
        second = commit(up, "f", "two")
        foreseen = perform("git", **args, check=True)
        done = perform("git", **args)
        assert (first, second, False) == (done["before"], done["after"], done["remote_url_changed"])
        assert (first, second, True) == (foreseen["before"], foreseen["after"], foreseen["changed"])

    def test_of_a_short_commit_knows_the_whole_one(self, perform: Perform, up: Path, args: dict[str, Any]) -> None:
        first = git(up, "rev-parse", "HEAD")
        commit(up, "f", "two")
        assert first == perform("git", **args, version=first[:9])["after"]
        assert not perform("git", **args, version=first[:9])["changed"]

    def test_of_a_commit_of_no_branch_fetches_it(self, perform: Perform, up: Path, args: dict[str, Any]) -> None:
        git(up, "config", "uploadpack.allowAnySHA1InWant", "true")
        lost = commit(up, "f", "two")
        git(up, "reset", "-q", "--hard", "HEAD~1")
        assert lost == perform("git", **args, version=lost)["after"]

    def test_tells_of_a_version_that_is_not_there(self, perform: Perform, args: dict[str, Any]) -> None:
        assert f"file://{args['repo']} has no branch or tag nosuch" == perform("git", **args, version="nosuch")["msg"]

    def test_does_not_go_into_a_full_folder(self, perform: Perform, args: dict[str, Any]) -> None:
        Path(args["dest"]).mkdir()
        Path(args["dest"], "mine").touch()
        for check in (True, False):
            assert "is no git repository" in perform("git", **args, check=check)["msg"]

    def test_needs_git_unless_it_is_coming(self, perform: Perform, args: dict[str, Any]) -> None:
        args["executable"] = "/nosuch/git"
        assert "there is no command `/nosuch/git` on this host" == perform("git", **args)["msg"]
        result = perform("git", **args, check=True, coming=[("package", "git", "install git")])
        assert result["changed"]
        assert "unknown until" in result["after"]

    def test_that_is_not_wanted_tells_the_version(self, perform: Perform, up: Path) -> None:
        result = perform("git", repo=str(up), clone=False)
        assert (False, git(up, "rev-parse", "HEAD")) == (result["changed"], result["after"])

    def test_takes_no_number_for_a_umask(self, perform: Perform, args: dict[str, Any]) -> None:
        assert "in quotes" in perform("git", **args, umask=18)["msg"]


class TestARepository:
    def test_that_was_changed_by_hand_is_left_alone(self, perform: Perform, args: dict[str, Any]) -> None:
        perform("git", **args)
        Path(args["dest"], "f").write_text("mine")
        for check in (True, False):
            result = perform("git", **args, check=check)
            assert f"Local modifications exist in the destination: {args['dest']}" in result["msg"]
        result = perform("git", **args, force=True)
        assert (True, "one") == (result["changed"], Path(args["dest"], "f").read_text())

    def test_gets_tags_that_are_new(self, perform: Perform, up: Path, args: dict[str, Any]) -> None:
        perform("git", **args)
        git(up, "tag", "v1")
        assert not perform("git", **args)["changed"]
        assert "v1" == git(Path(args["dest"]), "tag")

    def test_whose_tag_moved_takes_it_by_force(self, perform: Perform, up: Path, args: dict[str, Any]) -> None:
        git(up, "tag", "v1")
        perform("git", **args, version="v1")
        moved = commit(up, "f", "two")
        git(up, "tag", "-f", "v1")
        assert "force: true" in perform("git", **args, version="v1")["hint"]
        assert moved == perform("git", **args, version="v1", force=True)["after"]


@pytest.fixture
def sub(up: Path, tmp_path: Path) -> Path:
    """A repository that up has as its submodule s."""
    folder = tmp_path / "sub"
    folder.mkdir()
    git(folder, "init", "-q")
    commit(folder, "g", "one")
    git(up, "submodule", "--quiet", "add", str(folder), "s")
    git(up, "commit", "-qm", "sub")
    return folder


class TestASubmodule:
    def test_comes_along(self, perform: Perform, sub: Path, args: dict[str, Any]) -> None:
        assert perform("git", **args)["changed"]
        assert "one" == Path(args["dest"], "s", "g").read_text()
        assert not perform("git", **args)["changed"]

    def test_stays_away_when_told_to(self, perform: Perform, sub: Path, args: dict[str, Any]) -> None:
        perform("git", **args, recursive=False)
        assert [] == list(Path(args["dest"], "s").iterdir())
        foreseen = perform("git", **args, check=True)
        assert (True, True) == (foreseen["changed"], foreseen["submodules_changed"])
        assert perform("git", **args)["submodules_changed"]
        assert "one" == Path(args["dest"], "s", "g").read_text()

    def test_goes_where_the_new_version_wants_it(
        self, perform: Perform, up: Path, sub: Path, args: dict[str, Any]
    ) -> None:
        perform("git", **args)
        newest = commit(sub, "g", "two")
        git(up / "s", "pull", "-q")
        git(up, "commit", "-qam", "newer")
        assert perform("git", **args)["submodules_changed"]
        assert newest == git(Path(args["dest"], "s"), "rev-parse", "HEAD")

    def test_follows_its_branch_when_told_to(self, perform: Perform, sub: Path, args: dict[str, Any]) -> None:
        perform("git", **args)
        newest = commit(sub, "g", "two")
        assert not perform("git", **args, check=True)["changed"]
        assert perform("git", **args, track_submodules=True, check=True)["changed"]
        assert perform("git", **args, track_submodules=True)["submodules_changed"]
        assert newest == git(Path(args["dest"], "s"), "rev-parse", "HEAD")
        assert not perform("git", **args, track_submodules=True)["changed"]


class TestASignature:
    def test_is_missed(self, perform: Perform, args: dict[str, Any]) -> None:
        assert "Failed to verify GPG signature" in perform("git", **args, verify_commit=True)["msg"]

    def test_that_is_missed_is_missed_each_time(self, perform: Perform, args: dict[str, Any]) -> None:
        perform("git", **args)
        assert "Failed to verify GPG signature" in perform("git", **args, verify_commit=True)["msg"]

    def test_is_of_the_primary_key(self) -> None:
        said = "[GNUPG:] VALIDSIG SUB 2024-01-01 1 0 4 0 22 10 00 PRIMARY\n"
        assert "PRIMARY" == _git.fingerprint("[GNUPG:] NEWSIG\n" + said)


class TestSsh:
    def test_gets_key_and_options(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("GIT_SSH", "GIT_SSH_COMMAND", "GIT_SSH_OPTS"):
            monkeypatch.delenv(name, raising=False)
        expected = "ssh -4 -o StrictHostKeyChecking=no -o BatchMode=yes -i '/k e' -o IdentitiesOnly=yes"
        assert expected == _git.ssh_command("-4", "/k e", "no")

    def test_options_win(self) -> None:
        own = "-o StrictHostKeyChecking=yes -o BatchMode=no"
        assert own in _git.ssh_command(own, None, "accept-new")
        assert 1 == _git.ssh_command(own, None, "accept-new").count("StrictHostKeyChecking")


def test_a_password_in_the_address_is_not_shown(perform: Perform, tmp_path: Path) -> None:
    address = "http://ann:hunter2@127.0.0.1:1/x"
    result = perform("git", repo=address, dest=str(tmp_path / "at"))
    assert result["failed"]
    assert "hunter2" not in str(result)
    (tmp_path / "here").mkdir()
    git(tmp_path / "here", "init", "-q")
    git(tmp_path / "here", "remote", "add", "origin", address)
    commit(tmp_path / "here", "f", "x")
    result = perform("git", repo=str(tmp_path / "here"), dest=str(tmp_path / "here"), check=True)
    assert "ann" in str(result["diff"])
    assert "hunter2" not in str(result)
