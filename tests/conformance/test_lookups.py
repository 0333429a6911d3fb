"""The same lookups through ansible-core and opsengine, on the same files: the results must be equal."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conformance.engines import Ansible, Opsengine, OpsengineWithTemplates, outcome

FILES = {
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
    "templates/vars.j2": "{{ extra }} {{ template_path }} {{ template_fullpath is defined }}",
}
VARIABLES = """
name: web-01
number: 5
numbers: [1, 2]
more: [[a, b], [c, [d]]]
user: {name: anna, groups: [x, y]}
users: [{name: anna, keys: {ssh: [k1, k2]}, tags: [t]}, {name: bob, keys: {ssh: []}}]
skipped: [{skipped: true}, {tags: [u], n: 1}]
"""

EXPRESSIONS = [
    line.strip()
    for line in r"""
    query('items', [1, [2, 3]], 4)
    query('items', numbers)
    query('list', numbers, 'x')
    query('list', 'x')
    query('indexed_items', ['a', 'b'], 'c')
    query('together', numbers, ['a', 'b', 'c'])
    query('together', more, numbers)
    query('nested', numbers, ['a', 'b'])
    query('nested', numbers, ['a', 'b'], more)
    query('nested', more, numbers)
    query('dict', user)
    query('dict', user, {'z': 1})
    query('dict', {})
    query('sequence', '4')
    query('sequence', '2-8/2')
    query('sequence', '1-3:host%02d')
    query('sequence', 'start=0 end=10 stride=5 format=n%d')
    query('sequence', 'count=3')
    query('sequence', 'start=1 count=5 stride=2')
    query('sequence', 'start=10 end=0 stride=-5')
    query('sequence', 'start=15 end=17 format=%02x')
    query('sequence', 'count=0')
    query('sequence', start=1, end=3)
    query('sequence', count=2, format='x%d')
    query('sequence', '017-021')
    query('sequence', '5:test%01x')
    query('subelements', users, 'keys.ssh')
    query('subelements', users, 'tags', {'skip_missing': true})
    query('subelements', {'a': users[0]}, 'tags')
    query('subelements', skipped, 'tags')
    query('random_choice', 'only')
    query('random_choice')
    query('file', 'motd')
    query('file', 'motd', rstrip=false)
    query('file', 'motd', lstrip=true)
    query('file', 'umlaut.txt', 'beside.txt')
    lookup('file', base ~ '/files/umlaut.txt')
    query('unvault', 'motd')
    query('fileglob', '*.conf') | sort
    query('fileglob', base ~ '/files/*.conf', '*.nope') | sort
    query('fileglob', 'files/*.conf') | sort
    query('first_found', ['nope', 'beside.txt'])
    query('first_found', 'nope', base ~ '/files/motd')
    query('first_found', {'files': ['nope.yml', 'debian.yml'], 'paths': ['nope', 'vars']})
    query('first_found', files=['debian.yml'], paths=['vars'])
    query('first_found', 'nope', skip=true)
    query('first_found', {'files': ['nope'], 'skip': true})
    query('first_found', 'vars/../beside.txt')
    query('csvfile', 'web', file='hosts.csv', delimiter=',')
    query('csvfile', 'web', 'db', file='hosts.csv', delimiter=',', col=2)
    query('csvfile', '10.0.0.2', file='hosts.csv', delimiter=',', keycol=1, col=0)
    query('csvfile', 'nope', file='hosts.csv', delimiter=',')
    query('csvfile', 'nope', file='hosts.csv', delimiter=',', default='dflt')
    query('csvfile', 'db')
    query('csvfile', 'web file=hosts.csv delimiter=, col=2')
    query('ini', 'user', file='app.ini')
    query('ini', 'user', 'port', file='app.ini')
    query('ini', 'name', section='db', file='app.ini')
    query('ini', 'url', section='db', file='app.ini')
    query('ini', 'url', section='db', file='app.ini', interpolation=false)
    query('ini', 'nope', file='app.ini')
    query('ini', 'nope', file='app.ini', default='dflt')
    query('ini', 'empty', file='app.ini')
    query('ini', '^p', file='app.ini', re=true)
    query('ini', 'user.name', type='properties', file='app.properties')
    query('ini', 'User', file='case.ini', case_sensitive=true)
    query('ini', 'name section=db file=app.ini')
    query('env', 'OPSENGINE_TRIAL', 'OPSENGINE_NOPE')
    query('env', 'OPSENGINE_NOPE', default='dflt')
    query('pipe', 'echo "a b"; echo')
    query('lines', 'printf "a\\nb\\n"')
    query('pipe', 'pwd')
    query('template', 'plain.j2')
    query('template', 'plain.j2', trim_blocks=false) | map('trim')
    query('template', 'line.j2')
    query('template', 'lines.j2')
    query('template', 'odd.j2', variable_start_string='[%', variable_end_string='%]', comment_start_string='[#', comment_end_string='#]')
    query('template', 'vars.j2', template_vars={'extra': 5})
    query('vars', 'name', 'number')
    query('vars', 'nope', default='dflt')
    query('vars', 'user')
    query('varnames', '^num') | sort
    query('varnames', 'nothing_like_it')
    query('inventory_hostnames', 'all')
    query('inventory_hostnames', 'web')
    query('inventory_hostnames', 'all:!web')
    query('inventory_hostnames', 'web:db')
    query('inventory_hostnames', 'web*:&web')
    query('inventory_hostnames', 'nope')
    query('url', 'file://' ~ base ~ '/files/app.properties')
    query('url', 'file://' ~ base ~ '/files/motd', split_lines=false)
    query('password', '/dev/null length=3 chars=a')
    query('password', '/dev/null', length=8, chars=['digits'], seed='x')
    query('password', '/dev/null', length=12, seed=name)
    query('password', '/dev/null chars=digits,,ab length=30 seed=q')
""".splitlines()  # noqa: E501
    if line.strip()
]

FAILURES = [
    line.strip()
    for line in r"""
    query('items', nope)
    query('together')
    query('nested')
    query('dict', 'x')
    query('sequence', 'x')
    query('sequence', 'start=1')
    query('sequence', 'start=5 end=1')
    query('sequence', '3:nope')
    query('sequence', '3:%d%d')
    query('sequence', 'end=3 nope=1')
    query('subelements', users, 'tags')
    query('subelements', users)
    query('subelements', users, 'name')
    query('file', 'nope')
    query('unvault', 'nope')
    query('first_found', 'nope')
    query('first_found', 5)
    query('csvfile', 'web', file='nope.csv')
    query('csvfile', 'web', file='hosts.csv', delimiter=',', col=9)
    query('csvfile')
    query('ini', 'x', section='nope', file='app.ini')
    query('ini', 'user', file='case.ini')
    query('pipe', 'exit 3')
    query('lines', 'exit 3')
    query('template', 'nope.j2')
    query('vars', 'nope')
    query('vars', 5)
    query('varnames', '(')
    query('config', 'NO_SUCH_SETTING')
    query('url', 'file:///nope/nope')
    query('nope', 1)
""".splitlines()
    if line.strip()
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("playbook")
    for name, content in FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(content)
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
    @pytest.mark.parametrize("expression", EXPRESSIONS)
    def test_gives_what_ansible_gives(self, expression: str, ansible: Ansible, opsengine: Opsengine) -> None:
        theirs = outcome(ansible.expression, expression)
        assert theirs != "an error"
        assert theirs == outcome(opsengine.expression, expression)

    @pytest.mark.parametrize("expression", FAILURES)
    def test_fails_where_ansible_fails(self, expression: str, ansible: Ansible, opsengine: Opsengine) -> None:
        assert "an error" == outcome(ansible.expression, expression)
        assert "an error" == outcome(opsengine.expression, expression)
