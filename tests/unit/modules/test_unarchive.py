"""What unarchive refuses, keeps inside, and foresees."""

import io
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.unit.modules.conftest import Perform
from tests.web import web

Unpack = Any


def tar(path: Path, *members: tuple[str, bytes, str], mode: str = "w") -> Path:
    """An archive of (name, type, content or target)."""
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]
        for name, kind, text in members:
            info = tarfile.TarInfo(name)
            info.type = kind
            data = text.encode() if kind == tarfile.REGTYPE else b""
            info.size = len(data)
            info.linkname = "" if data else text
            archive.addfile(info, io.BytesIO(data))
    return path


FILE, LINK, HARD, FOLDER = tarfile.REGTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE


@pytest.fixture
def unpack(perform: Perform, tmp_path: Path) -> Unpack:
    """unpack(archive, **further arguments): unpack into OUT below the test's folder."""
    (tmp_path / "out").mkdir(exist_ok=True)

    def run(archive: Path | str, **more: Any) -> dict[str, Any]:
        return perform("unarchive", src=str(archive), dest=str(tmp_path / "out"), remote_src=True, **more)

    return run


def below(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


class TestAnArchive:
    @pytest.mark.parametrize("name", ["../evil", "a/../../evil", "a/.."])
    def test_that_would_leave_the_destination_is_refused(self, name: str, unpack: Unpack, tmp_path: Path) -> None:
        result = unpack(tar(tmp_path / "x", ("first", FILE, "1"), (name, FILE, "2")))
        assert "would leave the destination" in result["msg"]
        assert [] == below(tmp_path / "out")

    def test_with_absolute_names_is_unpacked_below_the_destination(self, unpack: Unpack, tmp_path: Path) -> None:
        result = unpack(tar(tmp_path / "x", ("/opsengine-test/f", FILE, "1")), list_files=True)
        assert (True, ["opsengine-test/f"]) == (result["changed"], result["files"])
        assert ["opsengine-test", "opsengine-test/f"] == below(tmp_path / "out")

    @pytest.mark.parametrize("target", ["{away}", "../away", "inner"])
    def test_cannot_write_through_a_link_of_its_own(self, target: str, unpack: Unpack, tmp_path: Path) -> None:
        (tmp_path / "away").mkdir()
        link = target.format(away=tmp_path / "away")
        result = unpack(tar(tmp_path / "x", ("inner", FOLDER, ""), ("l", LINK, link), ("l/evil", FILE, "2")))
        assert "lies behind l, a link of the same archive" in result["msg"]
        assert ([], []) == (below(tmp_path / "out"), below(tmp_path / "away"))

    @pytest.mark.parametrize("members", [[("l/evil", FILE, "2")], [("l", FOLDER, "")], [("h", HARD, "l/secret")]])
    def test_cannot_write_through_a_link_that_leads_away(
        self, members: list[Any], unpack: Unpack, tmp_path: Path
    ) -> None:
        (tmp_path / "away").mkdir()
        (tmp_path / "away" / "secret").write_text("s")
        (tmp_path / "out" / "l").symlink_to(tmp_path / "away")
        result = unpack(tar(tmp_path / "x", *members))
        assert "out of the destination" in result["msg"]
        assert (["l"], ["secret"]) == (below(tmp_path / "out"), below(tmp_path / "away"))

    def test_is_unpacked_through_a_link_that_stays_inside(self, unpack: Unpack, tmp_path: Path) -> None:
        (tmp_path / "out" / "real").mkdir()
        (tmp_path / "out" / "l").symlink_to("real")
        assert unpack(tar(tmp_path / "x", ("l", FOLDER, ""), ("l/f", FILE, "2")))["changed"]
        assert ["l", "real", "real/f"] == below(tmp_path / "out")

    def test_replaces_a_link_by_its_file(self, unpack: Unpack, tmp_path: Path) -> None:
        (tmp_path / "away").write_text("mine")
        (tmp_path / "out" / "f").symlink_to(tmp_path / "away")
        assert unpack(tar(tmp_path / "x", ("f", FILE, "2")))["changed"]
        assert ("mine", "2") == ((tmp_path / "away").read_text(), (tmp_path / "out" / "f").read_text())

    def test_may_hold_links_that_lead_away(self, unpack: Unpack, tmp_path: Path) -> None:
        assert unpack(tar(tmp_path / "x", ("l", LINK, "/etc/localtime")))["changed"]
        assert Path("/etc/localtime") == (tmp_path / "out" / "l").readlink()

    def test_with_a_further_name_of_nothing_is_refused(self, unpack: Unpack, tmp_path: Path) -> None:
        result = unpack(tar(tmp_path / "x", ("f", FILE, "2"), ("h", HARD, "../../etc/passwd")))
        assert "would leave the destination" in result["msg"]
        result = unpack(tar(tmp_path / "x", ("f", FILE, "2"), ("h", HARD, "nothing")))
        assert "h is a further name of nothing, which is not unpacked" == result["msg"]
        assert [] == below(tmp_path / "out")

    def test_with_two_members_of_a_name_ends_with_the_last(self, unpack: Unpack, tmp_path: Path) -> None:
        archive = tar(tmp_path / "x", ("f", FILE, "1"), ("f", FILE, "2"))
        assert (True, False) == (unpack(archive)["changed"], unpack(archive)["changed"])
        assert "2" == (tmp_path / "out" / "f").read_text()

    @pytest.mark.parametrize("mode", ["w:gz", "w:bz2", "w:xz"])
    def test_that_is_cut_off_is_refused(self, mode: str, unpack: Unpack, tmp_path: Path) -> None:
        archive = tar(tmp_path / "x", ("f", FILE, "12345" * 99), mode=mode)
        archive.write_bytes(archive.read_bytes()[:-9])
        assert "cannot be unpacked" in unpack(archive)["msg"]
        assert [] == below(tmp_path / "out")

    def test_that_is_none_is_refused(self, unpack: Unpack, tmp_path: Path) -> None:
        (tmp_path / "x").write_text("no archive at all\n" * 99)
        result = unpack(tmp_path / "x")
        assert ("cannot be unpacked" in result["msg"], "gzip" in result["hint"]) == (True, True)
        (tmp_path / "x").write_text("")
        assert "0 bytes" in unpack(tmp_path / "x")["msg"]
        assert "holds no files" in unpack(tar(tmp_path / "x"))["msg"]

    def test_without_what_is_to_be_included_is_refused(self, unpack: Unpack, tmp_path: Path) -> None:
        archive = tar(tmp_path / "x", ("f", FILE, "1"))
        assert unpack(archive, include=["f", "g"])["msg"].endswith("holds no g")
        assert unpack(archive, include=["g"])["msg"].endswith("holds no g")

    def test_does_not_replace_a_folder_by_a_file(self, unpack: Unpack, tmp_path: Path) -> None:
        (tmp_path / "out" / "f" / "g").mkdir(parents=True)
        assert "is a folder that is not empty" in unpack(tar(tmp_path / "x", ("f", FILE, "1")))["msg"]

    def test_shows_what_changes_in_a_text(self, unpack: Unpack, tmp_path: Path) -> None:
        (tmp_path / "out" / "f").write_text("old\n")
        diffs = unpack(tar(tmp_path / "x", ("f", FILE, "new\n")), check=True)["diff"]
        assert ("old\n", "new\n", str(tmp_path / "out" / "f")) == (
            diffs[0]["before"], diffs[0]["after"], diffs[0]["before_header"],
        )  # fmt: skip

    def test_of_the_future_makes_a_dry_run_go_on(self, unpack: Unpack, perform: Perform, tmp_path: Path) -> None:
        result = unpack(tmp_path / "x", check=True, coming=[("path", str(tmp_path / "x"), "fetch it")])
        assert (True, "unknown until fetch it has run") == (
            result["changed"], result["diff"][0]["after"][str(tmp_path / "out")],
        )  # fmt: skip
        archive = tar(tmp_path / "x", ("d/f", FILE, "1"))
        dest = str(tmp_path / "new")
        coming = [("path", dest, "make it")]
        result = perform("unarchive", src=str(archive), dest=dest, remote_src=True, check=True, coming=coming)
        assert [["path", f"{dest}/d"]] == result["_brings"]

    def test_is_not_looked_for_where_there_is_nothing_to_do(self, perform: Perform, tmp_path: Path) -> None:
        manifest = {"missing": "there is no file x"}
        args = {"src": "x", "dest": str(tmp_path / "out"), "_manifest": manifest}
        (tmp_path / "out").mkdir()
        assert "there is no file x" == perform("unarchive", **args, creates=str(tmp_path / "no"))["msg"]
        assert perform("unarchive", **args, creates=str(tmp_path))["skipped"]

    def test_is_fetched_from_a_url(self, unpack: Unpack, tmp_path: Path) -> None:
        assert unpack(f"file://{tar(tmp_path / 'x', ('f', FILE, '1'))}")["changed"]
        with web() as url:
            assert "cannot be unpacked" in unpack(f"{url}/file.txt")["msg"]
            assert "Failure downloading" in unpack(f"{url}/nothing")["msg"]

    def test_wants_options_that_are_understood(self, unpack: Unpack, tmp_path: Path) -> None:
        archive = tar(tmp_path / "x", ("a/b/c", FILE, "1"), ("d", FILE, "2"))
        assert "--transform=s/a/b/ is not supported" in unpack(archive, extra_opts=["--transform=s/a/b/"])["msg"]
        assert ["b/c"] == unpack(archive, extra_opts=["--strip-components", "1"], list_files=True)["files"]
        assert ["b", "b/c"] == below(tmp_path / "out")


class TestAZipArchive:
    def test_that_is_encrypted_or_damaged_is_refused(self, unpack: Unpack, tmp_path: Path) -> None:
        with zipfile.ZipFile(tmp_path / "x", "w") as archive:
            archive.writestr("f", "content")
        data = (tmp_path / "x").read_bytes()
        (tmp_path / "x").write_bytes(data.replace(b"content", b"CONTENT"))
        assert "Bad CRC-32" in unpack(tmp_path / "x")["msg"]
        flag = data.index(b"PK\x01\x02") + 8
        (tmp_path / "x").write_bytes(data[:flag] + b"\x01" + data[flag + 1 :])
        assert "is encrypted" in unpack(tmp_path / "x")["msg"]

    def test_names_patterns_of_whole_names(self, unpack: Unpack, tmp_path: Path) -> None:
        with zipfile.ZipFile(tmp_path / "x", "w") as archive:
            for name in ("a/f.txt", "a/g.log", "h.txt"):
                archive.writestr(name, name)
        assert ["a/f.txt", "h.txt"] == unpack(tmp_path / "x", include=["*.txt"], list_files=True)["files"]
        assert ["a/f.txt", "a/g.log"] == unpack(tmp_path / "x", exclude=["h*"], list_files=True)["files"]
