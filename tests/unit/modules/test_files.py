"""What file and copy refuse, keep and foresee."""

from pathlib import Path

import pytest

from tests.unit.modules.conftest import Perform


class TestAFile:
    def test_that_is_absent_is_not_made_by_state_file(self, perform: Perform, tmp_path: Path) -> None:
        assert "is absent" in perform("file", path=str(tmp_path / "f"), mode="0600")["msg"]

    def test_that_is_absent_may_come_from_an_earlier_task(self, perform: Perform, tmp_path: Path) -> None:
        path = str(tmp_path / "f")
        result = perform("file", path=path, mode="0600", check=True, coming=[("path", path, "write it")])
        assert [f"path {path}, which comes with: write it"] == result["assumes"]

    def test_is_not_turned_into_a_folder(self, perform: Perform, tmp_path: Path) -> None:
        (tmp_path / "f").touch()
        assert "already exists as a file" in perform("file", path=str(tmp_path / "f"), state="directory")["msg"]

    def test_of_an_unknown_user_is_refused_unless_the_user_is_coming(self, perform: Perform, tmp_path: Path) -> None:
        args = {"path": str(tmp_path), "owner": "nosuchuser"}
        assert "user nosuchuser does not exist" == perform("file", **args)["msg"]
        result = perform("file", **args, check=True, coming=[("user", "nosuchuser", "add it")])
        assert "nosuchuser" == result["diff"][0]["after"]["owner"]

    def test_with_a_decimal_mode_earns_a_warning(self, perform: Perform, tmp_path: Path) -> None:
        assert "'0644'" in perform("file", path=str(tmp_path), mode=644, check=True)["warnings"][0]

    def test_full_folder_is_not_replaced_by_a_link(self, perform: Perform, tmp_path: Path) -> None:
        (tmp_path / "a" / "b").mkdir(parents=True)
        result = perform("file", path=str(tmp_path / "a"), src="/tmp", state="link", force=True)
        assert "not empty" in result["msg"]


class TestACopy:
    def test_that_is_not_valid_leaves_the_old_file(self, perform: Perform, tmp_path: Path) -> None:
        path = tmp_path / "f"
        path.write_text("old")
        result = perform("copy", content="new", dest=str(path), validate="grep -q old %s")
        assert result["failed"]
        assert ["f"] == [found.name for found in tmp_path.iterdir()]
        assert "old" == path.read_text()

    def test_keeps_a_backup_when_asked(self, perform: Perform, tmp_path: Path) -> None:
        path = tmp_path / "f"
        path.write_text("old")
        result = perform("copy", content="new", dest=str(path), backup=True)
        assert ("new", "old") == (path.read_text(), Path(result["backup_file"]).read_text())

    def test_shows_old_and_new_content(self, perform: Perform, tmp_path: Path) -> None:
        path = tmp_path / "f"
        path.write_text("old\n")
        [diff] = perform("copy", content="new\n", dest=str(path), check=True)["diff"]
        assert ("old\n", "new\n", str(path)) == (diff["before"], diff["after"], diff["before_header"])

    def test_needs_a_folder_to_write_into(self, perform: Perform, tmp_path: Path) -> None:
        result = perform("copy", content="x", dest=str(tmp_path / "no" / "f"))
        assert f"Destination directory {tmp_path}/no does not exist" == result["msg"]

    def test_of_a_file_of_the_host_that_is_coming_is_unknown(self, perform: Perform, tmp_path: Path) -> None:
        args = {"src": "/nosuch", "dest": str(tmp_path / "f"), "remote_src": True}
        assert "Source /nosuch not found" == perform("copy", **args)["msg"]
        result = perform("copy", **args, check=True, coming=[("path", "/nosuch", "fetch it")])
        assert "unknown until fetch it has run" == result["diff"][0]["after"][str(tmp_path / "f")]

    def test_with_the_wrong_checksum_is_refused(self, perform: Perform, tmp_path: Path) -> None:
        (tmp_path / "a").write_text("a")
        args = {"src": str(tmp_path / "a"), "dest": str(tmp_path / "b"), "remote_src": True}
        assert "expected checksum" in perform("copy", **args, checksum="0" * 40)["msg"]

    @pytest.mark.parametrize("args", [{}, {"src": "a", "content": "b"}])
    def test_has_one_source(self, perform: Perform, args: dict[str, str]) -> None:
        assert perform("copy", dest="/tmp/x", **args)["failed"]


def test_stat_knows_links(perform: Perform, tmp_path: Path) -> None:
    (tmp_path / "l").symlink_to("gone")
    found = perform("stat", path=str(tmp_path / "l"))["stat"]
    assert (True, "gone", str(tmp_path / "gone")) == (found["islnk"], found["lnk_target"], found["lnk_source"])


def test_stat_computes_the_checksum_asked_for(perform: Perform, tmp_path: Path) -> None:
    (tmp_path / "f").write_text("hello\n")
    found = perform("stat", path=str(tmp_path / "f"), checksum_algorithm="md5")["stat"]
    assert "b1946ac92492d2347c6235b4d2611184" == found["checksum"]
