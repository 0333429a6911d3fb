"""The same templates, conditions and template files through ansible-core and opsengine."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conformance.cases import VARIABLES, Case, literals
from tests.conformance.engines import Ansible, Opsengine, OpsengineWithTemplates, outcome

FILES = {
    "inc.j2": "number={{ number }}\n",
    "incx.j2": "x={{ x }}\n",
    "mac.j2": "{% macro f(a) %}{{ a }}{% endmacro %}\n{% macro g() %}{{ number }}{% endmacro %}\n"
    "{% macro lk() %}{{ lookup('vars', 'number') }}{% endmacro %}\n{% set v = [1, 2] %}\n",
    "base.j2": "{% block b %}base{% endblock %} end\n",
    "backslash.j2": "{{ 'a\\nb' }}",
}


@pytest.fixture(scope="module")
def ansible(tmp_path_factory: pytest.TempPathFactory) -> Ansible:
    folder = tmp_path_factory.mktemp("playbook")
    for name, text in FILES.items():
        (folder / name).write_text(text)
    (folder / "templates").mkdir()
    (folder / "templates" / "beside.j2").write_text("beside {{ number }}\n")
    return Ansible(VARIABLES, folder)


@pytest.fixture(scope="module", params=[Opsengine, OpsengineWithTemplates])
def opsengine(request: pytest.FixtureRequest, ansible: Ansible) -> Opsengine:
    made: Opsengine = request.param(VARIABLES, Path(ansible.loader.get_basedir()))
    return made


class TestATemplate:
    @pytest.mark.parametrize("case", literals("templates.txt"), ids=str)
    def test_gives_what_ansible_gives(self, case: Case, ansible: Ansible, opsengine: Opsengine) -> None:
        theirs = outcome(ansible.template, case.value)
        assert case.fails == (theirs == "an error")
        assert theirs == outcome(opsengine.template, case.value)


class TestACondition:
    @pytest.mark.parametrize("case", literals("conditions.txt"), ids=str)
    def test_holds_where_it_does_in_ansible(self, case: Case, ansible: Ansible, opsengine: Opsengine) -> None:
        theirs = outcome(ansible.condition, case.value)
        assert case.fails == (theirs == "an error")
        assert theirs == outcome(opsengine.condition, case.value)


class TestATemplateFile:
    @pytest.mark.parametrize("case", literals("files.txt"), ids=str)
    def test_gives_what_ansible_gives(self, case: Case, ansible: Ansible, opsengine: Opsengine) -> None:
        text, options = case.value
        theirs = outcome(ansible.file, text, options)
        assert case.fails == (theirs == "an error")
        assert theirs == outcome(opsengine.file, text, options)
