"""docker_prune: what its dry run foresees is what the engine says has gone, to the byte."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract.case import Case, LabTarget, perform
from tests.contract.cases.pruning import CASES
from tests.lab import Lab
from tests.lab.daemon import client

CHANGING = [case for case in CASES if not case.same]


@pytest.fixture(scope="module")
def host(lab: Lab) -> Iterator[LabTarget]:
    target = LabTarget(lab.host("prune-docker", "docker"), client)
    yield target
    target.agent.close()


def gone(result: dict[str, Any]) -> dict[str, Any]:
    """What has gone, without regard to order."""
    return {
        key: sorted(map(str, value)) if isinstance(value, list) else value
        for key, value in result.items()
        if key.startswith(("containers", "images", "networks", "volumes", "builder_cache"))
    }


@pytest.mark.parametrize("case", CHANGING, ids=str)
def test_the_dry_run_foresees_what_goes(case: Case, host: LabTarget) -> None:
    host.run(f"rm -rf {host.folder}; mkdir -p {host.folder}")
    host.run(case.arrange.replace("{folder}", host.folder))
    foreseen = perform(host, case.module, case.args, check=True)
    done = perform(host, case.module, case.args)
    assert not done.get("warnings"), done["warnings"]
    assert gone(foreseen) == gone(done)
