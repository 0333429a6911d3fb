"""What the modules for disks refuse to overwrite, and what they foresee, in a host of the lab."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.contract.case import LabTarget, perform
from tests.contract.cases.storage import GROUP, IMAGE, LOOPS, TABLE, VOLUME
from tests.lab import Lab
from tests.lab.daemon import client

Try = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def host(lab: Lab) -> Iterator[LabTarget]:
    target = LabTarget(lab.host("contract-disks"), client)
    yield target
    target.run("umount -q /mnt/trial; true")
    target.agent.close()


@pytest.fixture
def attempt(host: LabTarget) -> Try:
    """attempt(arrange, module, check=False, **args): what a module says after a shell command has run."""

    def run(arrange: str, module: str, check: bool = False, **args: Any) -> dict[str, Any]:
        host.run(f"umount -q /mnt/trial; rm -rf {host.folder}; mkdir -p {host.folder} /mnt/trial")
        host.run(arrange.replace("{folder}", host.folder))
        return perform(host, module, args, check)

    return run


class TestAFilesystem:
    def test_is_not_made_over_another(self, attempt: Try) -> None:
        result = attempt(IMAGE + "mkfs.xfs -q {folder}/img", "filesystem", dev="{folder}/img", fstype="ext4")
        assert result["msg"].endswith("is already used as xfs, use force=true to overwrite")

    def test_is_not_made_over_partitions(self, attempt: Try) -> None:
        result = attempt(TABLE, "filesystem", dev="{folder}/img", fstype="ext4")
        assert "is already used as a partition table (gpt)" in result["msg"]

    def test_is_not_made_on_what_is_mounted_even_when_forced(self, attempt: Try) -> None:
        mounted = LOOPS + "mkfs.ext4 -q {folder}/disk1; mount {folder}/disk1 /mnt/trial"
        result = attempt(mounted, "filesystem", dev="{folder}/disk1", fstype="ext4", force=True, check=True)
        assert "is in use (/mnt/trial), so no file system can be made on it" in result["msg"]
        result = attempt(mounted, "filesystem", dev="{folder}/disk1", state="absent")
        assert "is in use (/mnt/trial), so its file system cannot be removed" in result["msg"]

    def test_of_xfs_grows_only_where_it_is_mounted(self, attempt: Try) -> None:
        small = IMAGE + "mkfs.xfs -q {folder}/img; truncate -s 400M {folder}/img"
        result = attempt(small, "filesystem", dev="{folder}/img", fstype="xfs", resizefs=True, check=True)
        assert "needs to be mounted to let xfs grow" in result["msg"]

    def test_tells_that_it_has_grown(self, attempt: Try) -> None:
        result = attempt(
            IMAGE + "mkfs.ext4 -q {folder}/img", "filesystem", dev="{folder}/img", fstype="ext4", resizefs=True
        )
        assert (False, True) == (result["changed"], result["msg"].startswith("ext4 filesystem is using the whole"))

    def test_of_some_kinds_cannot_grow(self, attempt: Try) -> None:
        result = attempt(IMAGE, "filesystem", dev="{folder}/img", fstype="swap", resizefs=True)
        assert "a file system of type swap cannot be resized" in result["msg"]

    def test_needs_its_device(self, attempt: Try) -> None:
        assert "Device /nowhere not found." == attempt("true", "filesystem", dev="/nowhere", fstype="ext4")["msg"]
        result = attempt("true", "filesystem", dev="/nowhere", state="absent")
        assert (False, "Device /nowhere not found.") == (result["changed"], result["msg"])


class TestAVolumeGroup:
    def test_does_not_take_what_is_used_otherwise(self, attempt: Try) -> None:
        result = attempt(LOOPS + "mkfs.ext4 -q {folder}/disk1", "lvg", vg="trial", pvs=["{folder}/disk1"])
        assert "holds a ext4" in result["msg"]
        assert "state: absent wipes it" in result["hint"]
        result = attempt(GROUP, "lvg", vg="other", pvs=["{folder}/disk1"])
        assert "is already in trial volume group" in result["msg"]

    def test_with_volumes_is_removed_only_when_forced(self, attempt: Try) -> None:
        result = attempt(VOLUME, "lvg", vg="trial", state="absent", check=True)
        assert "Refuse to remove non-empty volume group trial without force=true" == result["msg"]

    def test_needs_devices(self, attempt: Try) -> None:
        assert "No physical volumes given." == attempt(LOOPS, "lvg", vg="trial")["msg"]
        assert "Device /nowhere not found." == attempt(LOOPS, "lvg", vg="trial", pvs=["/nowhere"])["msg"]


class TestALogicalVolume:
    def test_is_made_smaller_or_removed_only_when_forced(self, attempt: Try) -> None:
        result = attempt(VOLUME, "lvol", vg="trial", lv="data", size="8m", check=True)
        assert "Sorry, no shrinking of data without force=true." == result["msg"]
        result = attempt(VOLUME, "lvol", vg="trial", lv="data", state="absent")
        assert "Sorry, no removal of logical volume data without force=true." == result["msg"]

    def test_needs_room(self, attempt: Try) -> None:
        assert attempt(GROUP, "lvol", vg="trial", lv="data", size="10g")["failed"]
        full = VOLUME + "lvcreate -q -y -n rest -l 60%FREE trial > /dev/null 2>&1"
        assert "more extents, and there are" in attempt(full, "lvol", vg="trial", lv="data", size="90%VG")["msg"]

    def test_needs_its_group_unless_it_is_coming(self, attempt: Try) -> None:
        assert "Volume group none does not exist." == attempt(LOOPS, "lvol", vg="none", lv="x", size="8m")["msg"]

    @pytest.mark.parametrize("size", ["8x", "50%", "150%VG", "50%ORIGIN", "-5"])
    def test_needs_a_size_that_is_one(self, size: str, attempt: Try) -> None:
        assert attempt(GROUP, "lvol", vg="trial", lv="data", size=size, check=True)["failed"]


class TestAPartition:
    def test_table_is_not_replaced_while_it_has_partitions(self, attempt: Try) -> None:
        result = attempt(TABLE, "parted", device="{folder}/img", number=1, state="present", check=True)
        assert "has a table of type gpt with 2 partitions, not msdos" in result["msg"]

    def test_is_not_made_in_a_file_system(self, attempt: Try) -> None:
        disk = IMAGE + "mkfs.ext4 -q {folder}/img"
        result = attempt(disk, "parted", device="{folder}/img", number=1, state="present")
        assert "holds a ext4, not partitions" in result["msg"]

    def test_gets_the_number_that_is_free(self, attempt: Try) -> None:
        args = {"device": "{folder}/img", "number": 7, "state": "present", "label": "gpt", "part_start": "90%"}
        assert "none with the number 7" in attempt(TABLE, "parted", **args)["msg"]

    def test_is_shown_in_the_unit_that_is_asked_for(self, attempt: Try) -> None:
        result = attempt(TABLE, "parted", device="{folder}/img", unit="MiB")
        assert (300.0, "mib", "gpt") == tuple(result["disk"][key] for key in ("size", "unit", "table"))
        assert [(1, 1.0), (2, 150.0)] == [(part["num"], part["begin"]) for part in result["partitions"]]
        result = attempt(TABLE, "parted", device="{folder}/img", unit="chs")
        assert {"cylinder", "head", "sector"} == set(result["partitions"][0]["begin"])
        assert "cylinders" in result["disk"]["chs_info"]

    def test_needs_a_place_that_is_one(self, attempt: Try) -> None:
        args = {"device": "{folder}/img", "number": 3, "state": "present", "label": "gpt", "part_end": "ten"}
        assert "part_end: should be a number with a unit" in attempt(TABLE, "parted", **args)["msg"]
