"""The same lookups through ansible-core and opsengine, on the same files: the results must be equal."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conformance.cases import Case, expressions
from tests.conformance.engines import Ansible, Opsengine, OpsengineWithTemplates, outcome

FILES: dict[str, str | bytes] = {
    "files/motd": "\n  Welcome  \n\n",
    "files/umlaut.txt": "Grüße\n",
    "files/a.conf": "a",
    "files/b.conf": "b",
    "beside.txt": "beside",
    "vars/debian.yml": "x: 1",
    "files/hosts.csv": 'web,10.0.0.1,"a, b"\ndb,10.0.0.2,c\n',
    "files/ansible.csv": "web\tone\ndb\ttwo words\n",
    "files/app.ini": "[global]\nuser = anna\nport=80\nPort2=81\nempty=\n[db]\nname = shop\nurl = http://%(name)s\n",
    "files/app.properties": "user.name=anna\nuser.home = /home/anna\n",
    "files/case.ini": "[global]\nUser=a\nuser=b\n",
    "templates/plain.j2": "name={{ name }}\n{% for n in numbers %}\n- {{ n }}\n{% endfor %}\n",
    "templates/line.j2": "x={{ name }}\n",
    "templates/lines.j2": "x={{ name }}\n\n",
    "templates/odd.j2": "name=[% name %] {{ raw }} {# kept #} [# gone #]",
    "files/empty.txt": "",
    "files/latin1.txt": b"caf\xe9\n",
    "files/latin1.csv": b"web,caf\xe9\n",
    "files/latin1.ini": b"[global]\nx = caf\xe9\n",
    "files/multi word.csv": "two words,found\n",
    "files/quotes.csv": '"q""x",found\n',
    "files/novalue.ini": "[global]\nbare\nuser=anna\n",
    "files/defaults.ini": "[DEFAULT]\ndflt=d\n[a]\na=1\nb=${x}\nmulti=one\n  two\ncolon: c\npercent=50%\n",
    "files/garbage.txt": "no ini at all\n",
    "kept": "secret\n",
    "salted": "secret salt=abcdefgh\n",
    "spaced name": "secret\n",
    "templates/value.j2": "{{ {'a': name} }}\n",
    "templates/number.j2": "{{ number }}\n",
    "templates/empty.j2": "",
    "templates/none.j2": "{% if false %}x{% endif %}\n",
    "templates/bad.j2": "a {{ nowhere }}\n",
    "templates/syntax.j2": "a {{ nowhere\n",
    "templates/headed.j2": "#jinja2: variable_start_string: '[%', variable_end_string: '%]'\n[% name %] {{ name }}\n",
    "templates/including.j2": "<{% include 'line.j2' %}>\n",
    "templates/backslash.j2": "{{ 'a\\nb' }}\n",
    "templates/json.j2": '{"a": [{{ number }}]}\n',
    "templates/managed.j2": "{{ ansible_managed }}\n",
    "templates/info.j2": "{{ template_path }} {{ template_host is string }} {{ template_uid is string }} "
    "{{ template_mtime is defined }} {{ template_run_date is defined }} {{ template_destpath }}\n",
    "templates/blocks.j2": "{% if true %}\na\n{% endif %}\nb\n",
    "templates/vars.j2": "{{ extra }} {{ template_path }} {{ template_fullpath is defined }}",
}
VARIABLES = """
name: web-01
number: 5
numbers: [1, 2]
more: [[a, b], [c, [d]]]
user: {name: anna, groups: [x, y]}
users: [{name: anna, keys: {ssh: [k1, k2]}, tags: [t]}, {name: bob, keys: {ssh: []}}]
params: {files: [nope, beside.txt], paths: [files, .]}
skipped: [{skipped: true}, {tags: [u], n: 1}]
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("playbook")
    for name, content in FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


@pytest.fixture(scope="module", autouse=True)
def trial_variable() -> Iterator[None]:
    os.environ["OPSENGINE_TRIAL"] = "here"
    yield
    del os.environ["OPSENGINE_TRIAL"]


@pytest.fixture(scope="module")
def ansible(folder: Path) -> Ansible:
    return Ansible(VARIABLES, folder, base=str(folder))


@pytest.fixture(scope="module", params=[Opsengine, OpsengineWithTemplates])
def opsengine(request: pytest.FixtureRequest, folder: Path) -> Opsengine:
    made: Opsengine = request.param(VARIABLES, folder, base=str(folder))
    return made


class TestALookup:
    @pytest.mark.parametrize("case", expressions("lookups.txt"), ids=str)
    def test_gives_what_ansible_gives(self, case: Case, ansible: Ansible, opsengine: Opsengine) -> None:
        theirs = outcome(ansible.expression, case.value)
        assert case.fails == (theirs == "an error")
        assert theirs == outcome(opsengine.expression, case.value)
