"""Every filter and test with every kind of value, sensible or not: the same result as in ansible-core, or an error."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conformance.cases import VARIABLES, expressions
from tests.conformance.engines import Ansible, Opsengine, outcome

VALUES = [case.value for case in expressions("odd_values.txt")]
# Where an error tells more than Ansible's result, which is one by chance.
DEPARTURES = {
    # To Ansible, numbers are open files of its process.
    "directory": {"5", "big"},
    "exists": {"true", "false", "5", "big"},
    "file": {"true", "5", "big"},
    "same_file('/etc/passwd')": {"true", "false", "5"},
    "urlsplit('path')": {"none", "false"},
    "filter": {*VALUES},
    "test": {*VALUES},
}
# Ansible's sets have no order.
UNORDERED = ("difference", "intersect", "symmetric_difference", "union")


@pytest.fixture(scope="module")
def ansible(tmp_path_factory: pytest.TempPathFactory) -> Ansible:
    return Ansible(VARIABLES, tmp_path_factory.mktemp("playbook"))


@pytest.fixture(scope="module")
def opsengine(ansible: Ansible) -> Opsengine:
    return Opsengine(VARIABLES, Path(ansible.loader.get_basedir()))


def differences(ansible: Ansible, opsengine: Opsengine, joint: str, name: str) -> list[tuple[str, str, str]]:
    """The expressions that the engines do not agree on, with what both make of them."""
    found = []
    for value in VALUES:
        expression = f"{value} {joint} {name}"
        theirs, ours = outcome(ansible.expression, expression), outcome(opsengine.expression, expression)
        if name.startswith(UNORDERED):
            theirs, ours = "".join(sorted(theirs)), "".join(sorted(ours))
        if theirs != ours and value not in DEPARTURES.get(name, ()):
            found.append((expression, theirs, ours))
    return found


class TestAFilter:
    @pytest.mark.parametrize("name", [case.value for case in expressions("odd_filters.txt")])
    def test_does_with_any_value_what_it_does_in_ansible(
        self, name: str, ansible: Ansible, opsengine: Opsengine
    ) -> None:
        assert [] == differences(ansible, opsengine, "|", name)


class TestATest:
    @pytest.mark.parametrize("name", [case.value for case in expressions("odd_tests.txt")])
    def test_does_with_any_value_what_it_does_in_ansible(
        self, name: str, ansible: Ansible, opsengine: Opsengine
    ) -> None:
        assert [] == differences(ansible, opsengine, "is", name)
