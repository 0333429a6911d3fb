"""Files that set up the inventory plugins constructed and generator, through ansible-inventory and opsengine."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conformance.inventories import compare, write

HOSTS = """
lone v=1 kind=
[web]
web1 v=1 kind=front os=Debian tags="['a', 'b']" place="{'zone': 'eu', 'rack': 'r 1', 'row': ''}" n=3 ok=True
web2 v=2 kind=back os= tags="['', 'c d', 5]" place="{'zone': None}" n=0 ok=False
[db]
db1.example.org v=x kind="{{ 'ba' ~ 'ck' }}" raw='{{ n }}' none=None empty=[]
10.0.0.1
[web:vars]
from_group=web
[top:children]
web
[all:vars]
of_all=yes
"""
CONSTRUCTED = {
    "nothing": "",
    "variables": """
compose:
  sum: v + 1
  text: "'x' ~ v"
  name: inventory_hostname_short ~ '/' ~ inventory_hostname
  member: group_names
  from_group: from_group ~ '!'
  of_all: of_all ~ '!'
  v: 10
  kind: kind | upper
  listed: "[v, kind | default('none'), {'a': n | default(omit)}]"
  as_it_is: kind
  missing: not_there
  missing_inside: "[not_there]"
  default: not_there | default('d')
  braces: "{{ v }}"
  broken: "v +"
  truth: true
  number: 5
  nothing: none
  file: inventory_file | basename
  dir: inventory_dir is string
  template: "'{{ v }}'"
  later: sum
  filtered: v | no_such_filter
  long: |
    [1,
     2]
  looked_up: lookup('env', 'NO_SUCH_VARIABLE_AT_ALL') | length
  queried: query('items', [v, 2])
  groups_known: groups is defined
  hostvars_known: hostvars is defined
  omitted: omit
  raw_template: raw
  emptied: none
  a_date: "'2024-01-02'"
  a_tuple: (1, 2)
  a_set: "[3, 3, 4] | unique"
  generated: "[1, 2] | map('string')"
""",
    "groups": """
groups:
  fronts: kind == 'front'
  truthy: v
  always: true
  never: false
  nothing:
  number: 1
  text: "yes"
  in: "'web' in group_names"
  "odd name-1": inventory_hostname.startswith('web')
  1st: n is defined
  undefined: not_there
  partly: not_there is defined
  ok: ok
  web: inventory_hostname == 'lone'
  all: inventory_hostname == 'lone'
  templated: "{{ v == 1 }}"
  listed: [v == 1]
  regex: inventory_hostname is match('web[0-9]')
""",
    "composed, then grouped": "compose: {x: kind ~ 's'}\ngroups: {xs: x == 'fronts'}\nkeyed_groups: [{key: x}]\n",
    "keys": """
keyed_groups:
  - key: kind
  - key: kind
    prefix: k
  - {key: os, prefix: os, default_value: none}
  - {key: tags, prefix: tag, separator: "-"}
  - {key: tags, default_value: untagged}
  - {key: place}
  - {key: place, prefix: p, trailing_separator: false}
  - {key: place, prefix: q, default_value: somewhere}
  - {key: place, prefix: r, separator: ""}
  - {key: place.zone, prefix: "", separator: "", parent_group: zones}
  - {key: kind, prefix: s, parent_group: "{{ os | default('no os') }}"}
  - {key: kind, prefix: t, parent_group: "{{ not_there }}"}
  - {key: kind, prefix: u, parent_group: "{{ omit }}"}
  - {key: kind, prefix: w, parent_group: }
  - {key: not_there, prefix: x}
  - {key: none}
  - {key: empty}
  - {prefix: no key}
  - {key: "{'a': 1, 'b': [2]}", prefix: m}
  - {key: "['x']", prefix: 5}
""",
    "keys without a leading separator": """
leading_separator: false
keyed_groups:
  - {key: kind}
  - {key: os, separator: "-"}
  - {key: place}
  - {key: tags, prefix: t}
""",
    "strict, and nothing wrong": "strict: true\ncompose: {a: 1 + 1}\ngroups: {g: inventory_hostname is defined}\n",
    "the full name, and truth in words": "strict: 'no'\nleading_separator: 'no'\nkeyed_groups: [{key: kind}]\n",
    "an option that there is not": "cache: true\ncompose: {a: 1 + 1}\n",
    "variables of files": """
use_vars_plugins: true
compose: {seen: "[in_all | default('no'), in_web | default('no'), in_host | default('no')]"}
keyed_groups: [{key: in_web, prefix: file}]
""",
    "variables of files that are not asked for": "compose: {seen: in_web | default('no')}\n",
    "a variable of the command line": "use_extra_vars: true\ncompose: {e: extra, v: v}\ngroups: {g: extra is defined}\n"
    "keyed_groups: [{key: extra, prefix: e}]\n",
    "a variable of the command line that is not asked for": "compose: {e: extra | default('no')}\n",
}
FILES = {
    "group_vars/all.yml": "in_all: file",
    "group_vars/web.yml": "in_web: file",
    "host_vars/web1.yml": "in_host: file\nv: 7\n",
}


@pytest.mark.parametrize("name", CONSTRUCTED)
def test_constructed_means_the_same(name: str, tmp_path: Path) -> None:
    plugin = "ansible.builtin.constructed" if "full name" in name else "constructed"
    files = {"1-hosts": HOSTS, "2-plugin.yml": f"plugin: {plugin}\n{CONSTRUCTED[name]}", **FILES}
    compare([str(write(files, tmp_path))], tmp_path, "-e", "extra=typed", "-e", "v=99")


GENERATED = {
    "all combinations": """
hosts:
  name: "{{ operation }}_{{ application }}"
  parents:
    - name: "{{ operation }}"
      vars: {operation: "{{ operation }}", deep: {x: "{{ operation }}"}, later: !unsafe "{{ x }}", n: 1}
      parents:
        - name: everything
          vars: {application: "{{ application }}", template: "{{ '{{ x }}' }}"}
    - {name: "{{ application }}s"}
    - {name: runner}
layers: {operation: [build, launch], application: [web, api, "{{ 'x' }}"]}
""",
    "no parents": "hosts: {name: '{{ a }}-{{ b }}'}\nlayers: {a: [x], b: [y, 'z']}\n",
    "a layer without values": "hosts: {name: '{{ a }}-{{ b }}'}\nlayers: {a: [x], b: []}\n",
    "names that odd characters are in": "hosts: {name: '{{ a }}', parents: [{name: 'g-{{ a }}'}]}\n"
    "layers: {a: ['x y', b.c]}\n",
    "other things in the file": "hosts: {name: '{{ a }}'}\nlayers: {a: [x]}\nmore: 1\n",
}


@pytest.mark.parametrize("name", GENERATED)
def test_generator_means_the_same(name: str, tmp_path: Path) -> None:
    files = {"1-hosts": "[runner]\nh1 v=1\n", "2-plugin.yaml": f"plugin: generator\n{GENERATED[name]}"}
    # In YAML Ansible writes a mapping that several groups share as an alias.
    compare([str(write(files, tmp_path))], tmp_path, listings=(("--list",), ("--graph", "--vars")))


def test_several_of_them_build_on_each_other(tmp_path: Path) -> None:
    files = {
        "1.yml": "plugin: generator\nhosts: {name: 'h{{ n }}'}\nlayers: {n: ['1', '2']}\n",
        "2.yml": "plugin: constructed\ncompose: {last: 'inventory_hostname[-1]'}\n",
        "3.yml": "plugin: constructed\nkeyed_groups: [{key: last, prefix: n}]\ngroups: {loners: 'group_names == []'}\n",
        "4.ini": "[n_1:vars]\nx=1\n[n_1]\n",
        "5/inner.yml": "plugin: constructed\nuse_vars_plugins: true\n"
        "compose: {x: x | default('none'), y: y | default('none')}\n",
        "5/6.ini": "[n_2]\nh3\n",
        "group_vars/n_1.yml": "y: 1",
    }
    compare([str(write(files, tmp_path))], tmp_path)
