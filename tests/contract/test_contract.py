"""What a dry run foresees is what happens, it touches nothing, and a second run has nothing to do."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from opsengine.agent import bootstrap
from opsengine.connection.local import LocalConnection
from tests.contract.case import Case, LabTarget, LocalTarget, Target, perform, placed, pythons
from tests.contract.cases import CASES
from tests.lab import Lab
from tests.lab.daemon import client


def interpreters() -> list[str]:
    """The Python of this run, and the oldest and the newest others that are found."""
    return list(dict.fromkeys([sys.executable, *pythons((6, 13, 14))]))


@pytest.fixture(scope="module", params=interpreters(), ids=lambda path: Path(path).name)
def local(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalTarget]:
    connection = LocalConnection()
    target = LocalTarget(tmp_path_factory.mktemp("target"), connection.open(bootstrap.command(request.param)))
    yield target
    target.agent.close()


@pytest.fixture(scope="module")
def host(lab: Lab) -> Iterator[LabTarget]:
    target = LabTarget(lab.host("contract"), client)
    yield target
    target.agent.close()


LOCAL = [case for case in CASES if not (case.lab or case.docker or case.rpm or case.disks)]


@pytest.mark.parametrize("case", LOCAL, ids=str)
def test_a_module_keeps_the_contract(case: Case, local: LocalTarget) -> None:
    keep(case, local)


@pytest.mark.parametrize("case", [case for case in CASES if case.lab], ids=str)
def test_a_module_keeps_the_contract_on_a_host(case: Case, host: LabTarget) -> None:
    keep(case, host)


@pytest.fixture(scope="module")
def docker_host(lab: Lab) -> Iterator[LabTarget]:
    target = LabTarget(lab.host("contract-docker", "docker"), client)
    yield target
    target.agent.close()


@pytest.mark.parametrize("case", [case for case in CASES if case.docker], ids=str)
def test_a_module_keeps_the_contract_with_an_engine(case: Case, docker_host: LabTarget) -> None:
    keep(case, docker_host)


@pytest.fixture(scope="module")
def rpm_host(lab: Lab) -> Iterator[LabTarget]:
    target = LabTarget(lab.host("contract-rpm", "rpm"), client)
    yield target
    target.agent.close()


@pytest.mark.parametrize("case", [case for case in CASES if case.rpm], ids=str)
def test_a_module_keeps_the_contract_on_a_host_of_the_rpm_family(case: Case, rpm_host: LabTarget) -> None:
    keep(case, rpm_host)


@pytest.fixture(scope="module")
def disk_host(lab: Lab) -> Iterator[LabTarget]:
    target = LabTarget(lab.host("contract-disks"), client)
    yield target
    target.run("umount -q /mnt/trial; true")
    target.agent.close()


@pytest.mark.parametrize("case", [case for case in CASES if case.disks], ids=str)
def test_a_module_keeps_the_contract_on_a_host_for_disks(case: Case, disk_host: LabTarget) -> None:
    keep(case, disk_host)


def keep(case: Case, target: Target) -> None:
    """Try a case from a fresh folder."""
    target.run(f"rm -rf {target.folder}; mkdir -p {target.folder}")
    target.run(placed(case.arrange, target.folder))
    looked = placed(case.snapshot, target.folder)
    before = target.run(looked)
    foreseen = perform(target, case.module, case.args, check=True)
    assert not foreseen.get("failed"), foreseen
    assert before == target.run(looked), "the dry run touched something"
    if case.kind == "query":
        read_only(case, foreseen, target, before, looked)
    elif case.kind == "action":
        act(case, foreseen, target)
    else:
        converge(case, foreseen, target, before, looked)


def read_only(case: Case, foreseen: dict[str, Any], target: Target, before: str, looked: str) -> None:
    done = perform(target, case.module, case.args)
    assert not done.get("failed"), done
    assert (False, False) == (foreseen["changed"], done["changed"])
    assert before == target.run(looked)
    holds(case, done)


def act(case: Case, foreseen: dict[str, Any], target: Target) -> None:
    done = perform(target, case.module, case.args)
    assert not done.get("failed"), done
    assert foreseen.get("skipped") or foreseen["changed"] is done["changed"]
    assert done["changed"] is not case.same
    holds(case, done)


def converge(case: Case, foreseen: dict[str, Any], target: Target, before: str, looked: str) -> None:
    done = perform(target, case.module, case.args)
    assert not done.get("failed"), done
    assert (not case.same, not case.same) == (foreseen["changed"], done["changed"])
    assert steady(foreseen.get("diff"), case) == steady(done.get("diff"), case)
    holds(case, done)
    after = target.run(looked)
    assert (before == after) is case.same or case.repeats
    again = perform(target, case.module, case.args)
    assert not again.get("failed"), again
    assert again["changed"] is case.repeats, again.get("diff")
    if not case.repeats:
        assert "diff" not in again
        assert after == target.run(looked), "the second run touched something"
    if case.undo is not None:
        assert perform(target, case.module, case.undo)["changed"]
        assert not perform(target, case.module, case.undo, check=True)["changed"]


def holds(case: Case, result: dict[str, Any]) -> None:
    found = {name: result.get(name) for name in case.expect}
    assert dict(case.expect) == found


def steady(value: Any, case: Case) -> Any:
    """A diff without the values that no two moments share."""
    if isinstance(value, dict):
        return {key: steady(item, case) for key, item in value.items() if key not in case.volatile}
    return [steady(item, case) for item in value] if isinstance(value, list) else value
