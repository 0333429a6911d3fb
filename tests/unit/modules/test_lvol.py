"""
The command lines of lvol for what needs the kernel's device mapper, which not every machine that tests has: snapshots,
thin pools and activity. The programs of LVM are stood in for by scripts that note how they are called.
"""

from pathlib import Path

import pytest

from tests.unit.modules.conftest import Perform

VGS = "echo '  vg;1;4194304;100;50'"
PROGRAMS = {
    "vgs": VGS,
    "lvs": 'cat "$LVM_STATE"',
    "lvmconfig": "echo activation=1",
    "lvcreate": 'echo "lvcreate $*" >> "$LVM_CALLS"; cat "$LVM_NEW" >> "$LVM_STATE"',
    "lvchange": 'echo "lvchange $*" >> "$LVM_CALLS"; sed -i "s/-wi-a/-wi--/" "$LVM_STATE"',
    "lvextend": 'echo "lvextend $*" >> "$LVM_CALLS"; sed -i "s/;83886080;/;125829120;/" "$LVM_STATE"',
}


@pytest.fixture
def lvm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with `state` (what lvs tells), `new` (what lvcreate adds to it) and `calls`."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, script in PROGRAMS.items():
        (programs / name).write_text(f"#!/bin/sh\n{script}\n")
        (programs / name).chmod(0o755)
    for name in ("state", "new", "calls"):
        (tmp_path / name).touch()
        monkeypatch.setenv(f"LVM_{name.upper()}", str(tmp_path / name))
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
    (tmp_path / "state").write_text("  data;83886080;-wi-a-----\n")
    return tmp_path


class TestASnapshot:
    def test_is_made_of_a_volume(self, lvm: Path, perform: Perform) -> None:
        (lvm / "new").write_text("  before;8388608;swi-a-s---\n")
        result = perform("lvol", vg="vg", lv="data", snapshot="before", size="8m")
        assert (True, 8.0) == (result["changed"], result["size"])
        assert "lvcreate --yes -L 8m -s -n before vg/data\n" == (lvm / "calls").read_text()

    def test_may_be_a_part_of_its_origin(self, lvm: Path, perform: Perform) -> None:
        (lvm / "new").write_text("  before;41943040;swi-a-s---\n")
        assert perform("lvol", vg="vg", lv="data", snapshot="before", size="50%ORIGIN")["changed"]
        assert "lvcreate --yes -l 50%ORIGIN -s -n before vg/data\n" == (lvm / "calls").read_text()

    def test_needs_its_origin(self, lvm: Path, perform: Perform) -> None:
        result = perform("lvol", vg="vg", lv="none", snapshot="before", size="8m")
        assert "Snapshot origin LV none does not exist in volume group vg." == result["msg"]


class TestAThinPool:
    def test_is_made(self, lvm: Path, perform: Perform) -> None:
        (lvm / "new").write_text("  pool;41943040;twi-a-tz--\n")
        assert perform("lvol", vg="vg", thinpool="pool", size="40m")["changed"]
        assert "lvcreate --yes -L 40m -T vg/pool\n" == (lvm / "calls").read_text()

    def test_has_volumes_larger_than_itself(self, lvm: Path, perform: Perform) -> None:
        (lvm / "state").write_text("  pool;41943040;twi-a-tz--\n")
        (lvm / "new").write_text("  thin;10737418240;Vwi-a-tz--\n")
        assert perform("lvol", vg="vg", lv="thin", thinpool="pool", size="10g")["changed"]
        assert "lvcreate --yes -n thin -V 10g -T vg/pool\n" == (lvm / "calls").read_text()
        assert not perform("lvol", vg="vg", lv="thin", thinpool="pool", size="10g")["changed"]

    def test_has_to_be_there(self, lvm: Path, perform: Perform) -> None:
        result = perform("lvol", vg="vg", lv="thin", thinpool="pool", size="10g")
        assert "Thin pool LV pool does not exist in volume group vg." == result["msg"]


class TestAVolume:
    def test_is_deactivated(self, lvm: Path, perform: Perform) -> None:
        foreseen = perform("lvol", vg="vg", lv="data", active=False, check=True)
        assert {"before": {"active": True}, "after": {"active": False}} == {
            key: foreseen["diff"][0][key] for key in ("before", "after")
        }
        assert perform("lvol", vg="vg", lv="data", active=False)["changed"]
        assert "lvchange -an vg/data\n" == (lvm / "calls").read_text()

    def test_grows_with_its_file_system(self, lvm: Path, perform: Perform) -> None:
        assert perform("lvol", vg="vg", lv="data", size="120m", resizefs=True)["changed"]
        assert "lvextend --resizefs -l 30 vg/data\n" == (lvm / "calls").read_text()

    def test_brings_its_devices(self, lvm: Path, perform: Perform) -> None:
        result = perform("lvol", vg="vg", lv="my-data", size="8m", check=True)
        assert [["path", "/dev/vg/my-data"], ["path", "/dev/mapper/vg-my--data"]] == result["_brings"]

    def test_may_be_in_a_group_that_is_coming(self, lvm: Path, perform: Perform) -> None:
        (lvm / "bin" / "vgs").write_text("#!/bin/sh\n")
        coming = [("path", "/dev/vg", "make the group")]
        result = perform("lvol", vg="vg", lv="data", size="8m", check=True, coming=coming)
        assert "unknown until make the group has run" == result["diff"][0]["after"]["extents"]
