"""How versions of RPM packages compare, and how what dnf and yum show is read."""

import json
import os
from pathlib import Path
from typing import ClassVar

import pytest

from opsengine.agent import library
from tests.keys import FINGERPRINT, KEY
from tests.unit.modules.conftest import Perform

library.make_importable()
from modules.packages._dnf import streams, streams_after  # noqa: E402
from modules.packages._dnf_text import table  # noqa: E402
from modules.packages._rpm import compare  # noqa: E402

DNF4 = """\
Dependencies resolved.
================================================================================
 Package          Architecture     Version               Repository        Size
================================================================================
Installing:
 a-package-whose-name-needs-a-line-of-its-own
                  noarch           1.0-1.el9             signed           6.0 k
     replacing  old.noarch 0.9-1
Downgrading:
 tool             noarch           2:1.0-1.el9           lab              6.1 k
Skipping packages with broken dependencies:
 broken           noarch           1.0-1.el9             lab              6.0 k

Transaction Summary
================================================================================
Install    1 Package
"""
DNF5 = """\
Package           Arch   Version     Repository      Size
Upgrading:
 tool             noarch 2:1.1-1.el9 lab         24.0   B
   replacing tool noarch 2:1.0-1.el9 lab         24.0   B
Installing weak dependencies:
 docs             noarch 0:1.0-1.el9 lab         24.0   B
Removing unused dependencies:
 lib              noarch 0:1.1-1.el9 lab         23.0   B

Transaction Summary:
 Upgrading:          1 package
"""


class TestTheTableOfATransaction:
    def test_of_dnf_4_names_what_comes(self) -> None:
        long = "a-package-whose-name-needs-a-line-of-its-own"
        assert [
            ("install", long, "noarch", "1.0-1.el9"),
            ("replace", "tool", "noarch", "2:1.0-1.el9"),
        ] == table(DNF4)

    def test_of_dnf_5_names_what_comes_and_goes(self) -> None:
        assert [
            ("replace", "tool", "noarch", "2:1.1-1.el9"),
            ("install", "docs", "noarch", "1.0-1.el9"),
            ("remove", "lib", "noarch", "1.1-1.el9"),
        ] == table(DNF5)


class TestAVersion:
    @pytest.mark.parametrize(
        ("one", "other", "expected"),
        [
            ("1.0-1", "1.0-1", 0),
            ("1.0", "1.0-7", 0),
            ("1:1.0-1", "2.0-1", 1),
            ("1.10-1", "1.9-1", 1),
            ("1.0~rc1-1", "1.0-1", -1),
            ("1.0^git1-1", "1.0-1", 1),
            ("1.0^git1-1", "1.0.1-1", -1),
            ("1.0a-1", "1.0.1-1", -1),
            ("1.01-1", "1.1-1", 0),
            ("2.0-10.el9", "2.0-9.el9", 1),
            ("1.0.1-1", "1.0-1", 1),
        ],
    )
    def test_compares_as_rpm_does(self, one: str, other: str, expected: int) -> None:
        assert (expected, -expected) == (compare(one, other), compare(other, one))


class TestStreams:
    def test_are_read_from_the_files_of_dnf(self, tmp_path: Path) -> None:
        folder = tmp_path / "etc" / "dnf" / "modules.d"
        folder.mkdir(parents=True)
        (folder / "a.module").write_text("[a]\nname=a\nstream=2\nprofiles=server, client\nstate=enabled\n")
        (folder / "b.module").write_text("[b]\nname=b\nstream=\nprofiles=\nstate=\n")
        (folder / "c.module").write_text("[c]\nname=c\nstream=1\nprofiles=\nstate=disabled\n")
        assert {"a": "2/client,server"} == streams(str(tmp_path))

    def test_become_what_a_plan_says(self) -> None:
        before = {"a": "1/client", "b": "5", "c": "7/x"}
        changes = {
            "enabled": {"d": "3"}, "reset": ["b"], "installed": {"a": ["server"], "d": ["common"]},
            "removed": {"c": ["x"]},
        }  # fmt: skip
        assert {"a": "1/client,server", "c": "7", "d": "3/common"} == streams_after(before, changes)
        assert before == streams_after(before, {})


class TestARepository:
    ARGS: ClassVar = {"name": "epel", "description": "Extra", "baseurl": "http://e.invalid", "password": "new-secret"}

    def test_shows_no_password_old_or_new(self, perform: Perform, tmp_path: Path) -> None:
        file = tmp_path / "epel.repo"
        file.write_text("[epel]\nname = Extra\npassword = old-secret\nproxy_password=third-secret\n")
        result = perform("yum_repository", reposdir=str(tmp_path), **self.ARGS)
        assert result["changed"], result
        assert "-secret" not in json.dumps(result)
        assert "password = new-secret\n" in file.read_text()
        assert 0o600 == file.stat().st_mode & 0o777

    def test_needs_its_folder(self, perform: Perform, tmp_path: Path) -> None:
        args = {**self.ARGS, "reposdir": str(tmp_path / "no")}
        assert f"Repo directory '{tmp_path}/no' does not exist." == perform("yum_repository", **args)["msg"]
        coming = [("path", str(tmp_path / "no"), "file")]
        assert perform("yum_repository", True, coming, **args)["changed"]

    def test_needs_an_address(self, perform: Perform) -> None:
        assert "baseurl, mirrorlist, metalink" in perform("yum_repository", name="x", description="y")["msg"]

    def test_is_not_made_of_a_file_that_cannot_be_read(self, perform: Perform, tmp_path: Path) -> None:
        (tmp_path / "epel.repo").write_text("name = lost\n")
        result = perform("yum_repository", reposdir=str(tmp_path), **self.ARGS)
        assert "epel.repo cannot be read: File contains no section headers" in result["msg"]


class TestAKey:
    @pytest.fixture
    def rpm(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
        """An rpm without keys, that notes what it is asked to import."""
        program = tmp_path / "bin" / "rpm"
        program.parent.mkdir()
        program.write_text(f'#!/bin/sh\n[ "$1" = --import ] || exit 1\ncp "$2" {tmp_path}/imported\n')
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
        (tmp_path / "key").write_text(KEY)
        return tmp_path

    def test_with_another_fingerprint_is_refused(self, perform: Perform, rpm: Path) -> None:
        result = perform("rpm_key", key=str(rpm / "key"), fingerprint="AA BB")
        assert f"fingerprint: {rpm}/key holds no key with the fingerprint AABB" == result["msg"]
        assert f"it holds: {FINGERPRINT}" == result["hint"]

    def test_that_rpm_did_not_take_is_a_failure(self, perform: Perform, rpm: Path) -> None:
        result = perform("rpm_key", key=str(rpm / "key"))
        assert "keys of rpm is still not as wanted after the change: keys" == result["msg"]
        assert KEY == (rpm / "imported").read_text()

    def test_is_none_by_an_id_that_rpm_does_not_have(self, perform: Perform, rpm: Path) -> None:
        assert "When importing a key, a valid file must be given" == perform("rpm_key", key=FINGERPRINT)["msg"]
        assert "Not a valid key /nowhere" == perform("rpm_key", key="/nowhere")["msg"]
