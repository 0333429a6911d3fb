"""
The same expressions through ansible-core and opsengine: the results must be equal, or both an error.

opsengine's side runs a second time with every value hidden in a template of its own, so that a filter that reaches
past the methods of lazy containers shows here.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conformance.cases import VARIABLES, Case, expressions
from tests.conformance.engines import Ansible, Opsengine, OpsengineWithTemplates, outcome

EXPRESSIONS = expressions("expressions.txt")
ANY_ORDER = [
    "words | union(['z', 'a'])",
    "words | intersect(['z', 'a', 'c'])",
    "words | difference(['a'])",
    "numbers | symmetric_difference([1, 9])",
    "numbers | difference([1])",
    "numbers | intersect([5, 1, 3])",
    "numbers | union([5, 1])",
    "words | symmetric_difference(['a', 'z'])",
]


@pytest.fixture(scope="module")
def ansible(tmp_path_factory: pytest.TempPathFactory) -> Ansible:
    return Ansible(VARIABLES, tmp_path_factory.mktemp("playbook"))


@pytest.fixture(scope="module", params=[Opsengine, OpsengineWithTemplates])
def opsengine(request: pytest.FixtureRequest, ansible: Ansible) -> Opsengine:
    made: Opsengine = request.param(VARIABLES, Path(ansible.loader.get_basedir()))
    return made


class TestAnExpression:
    @pytest.mark.parametrize("case", EXPRESSIONS, ids=str)
    def test_gives_what_ansible_gives(self, case: Case, ansible: Ansible, opsengine: Opsengine) -> None:
        theirs = outcome(ansible.expression, case.value)
        assert case.fails == (theirs == "an error")
        assert theirs == outcome(opsengine.expression, case.value)

    @pytest.mark.parametrize("expression", ANY_ORDER)
    def test_gives_what_ansible_gives_in_some_order(
        self, expression: str, ansible: Ansible, opsengine: Opsengine
    ) -> None:
        assert sorted(ansible.expression(expression), key=str) == sorted(opsengine.expression(expression), key=str)
