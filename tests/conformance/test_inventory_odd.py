"""Inventories with whatever people write in them, through ansible-inventory and through opsengine."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conformance.inventories import compare, write

INVENTORIES: dict[str, dict[str, str]] = {
    "quotes": {
        "h.ini": "h1 a='b' c=\"d\" e='\"f\"' g=\"'h'\" i=\\\"j\\\" k=a\\ b l='a\\b' m=\"a\\\\b\" n=a'b'c o=''\n",
    },
    "literals": {
        "h.ini": (
            "h1 a=1e3 b=0x1f c=0o17 d=0b1 e=-1 f=+1 g=1_0 h=1. i=.5 j=1L k=01 l=00 m=0 n=1e400 o=nan p="
            "inf q=--1 r=1+1 s=2j+1 t=1-2j u=()\n"
            "h2 a=[] b={} c=(1,) d={1} e=set() f=b'x' g=u'x' h=r'a\\n' i='a' j=None k=none l=null m=~ n="
            "true o=TRUE p=yes\n"
        ),
    },
    "literals in vars": {
        "h.ini": (
            "[g]\nh1\n[g:vars]\na='b'\nc=\"d e\"\ne='\"f\"'\nf = [1, 'a', \"b\"]\ng={'a': 1}\nh = a b\n"
            "i = \"a\" \"b\"\nj = 'a' 'b'\nk= 1 # c\nl = abc # c\nm = [1] # c\nn='a # b'\no=a;b\np = ; x\n"
            'q=\\\nr="""a"""\ns=\'a\\nb\'\nt="a\\tb"\nu=1,2\nv=1, \'a\'\nw==x\nx y=1\nz  =  1  \n'
        ),
    },
    "comments": {
        "h.ini": (
            "# c\n ; d\nh1 # c\nh2 a=1 # c\nh3 a=b#c\nh4 a='#' b=\"# x\"\nh5 a=1;b\nh6 ;c=1\n[g] # c\n"
            "h1 # d\n[g:vars] # e\na=1\n[k:children] # f\ng # h\n"
        ),
    },
    "sections": {
        "h.ini": (
            "[g]\nh1\n[ungrouped]\nh2\n[all]\nh3\n[all:vars]\na=1\n[g:vars]\nb=1\n[ungrouped:vars]\nc=1\n"
            "[k:children]\ng\n[z:children]\n[e]\n"
        ),
    },
    "odd groups": {
        "h.ini": "[g-1]\nh1\n[g.2]\nh1\n[3g]\nh1\n[gé]\nh2\n[g/x]\nh2\n[g@x]\nh3\n[k:children]\ng-1\ng.2\n",
    },
    "odd hosts": {
        "h.ini": "h_1\nh-2\nh.3.\n-h4\nh5/x\nh6@x\nH7\n8\n9.9\nhé\n[g]\nh_1\nuser@h10 a=1\nxn--abc\n",
    },
    "ports": {
        "h.ini": (
            "h1:22\nh2:0\nh3:99999\nx[1:2]:33\n[2001:db8::1]:22\n2001:db8::2\n::1\n127.0.0.1:22\n"
            "1.2.3.4.5:6\nfoo_bar:7\nh:8:9\n"
        ),
    },
    "ranges": {
        "h.ini": (
            "a[1:3]\nb[01:12:3]\nc[a:e:2]\nd[A:C]\ne[x:C]\nf[:3]\ng[0:0]\nh[1:2][a:b]\ni[1:2].x[3:4].y\n"
            "j[008:011]\nk[1:10:20]\n[1:3].l\nm[1:3]\nn[00:02]-[1:2]\n"
        ),
    },
    "empty range": {
        "h.ini": "a[3:1]\nb\n",
    },
    "crlf": {
        "h.ini": "[g]\r\nh1 a=1\r\n[g:vars]\r\nb=2\r\n",
    },
    "tabs": {
        "h.ini": "[g]\n\th1\ta=1\t b=2\n[g:vars]\n\tc\t=\t1\n",
    },
    "unicode": {
        "h.ini": "h1 a=é b='ü ö' c=\"日本\" d=\\u00e9\n[g]\nh1\n[g:vars]\nx=é 日本\ny='\\u00e9'\n",
    },
    "templates": {
        "h.ini": (
            "h1 a={{x}} b='{{ x }}' c=\"{{ x | default('y') }}\" d='{% if x %}1{% endif %}' e=\"['{{ a }}', 1]\"\n"
        ),
    },
    "repeats": {
        "h.ini": "[g]\nh1 a=1\nh1 a=2 b=1\n[k]\nh1 c=1\n[g]\nh2\n[g:vars]\na=1\na=2\n",
    },
    "dict over dict": {
        "h.ini": (
            "[g]\nh1 d=\"{'a': 1, 'b': {'c': 1}}\"\n[k]\nh1 d=\"{'b': {'d': 2}}\"\n[g:vars]\n"
            "d={'x': 1}\n[all:vars]\nd={'y': 1}\n"
        ),
    },
    "priority": {
        "h.ini": (
            "[a]\nh1\n[b]\nh1\n[c:children]\nb\n[a:vars]\nx=a\nansible_group_priority='10'\n[b:vars]\nx=b\n"
            "[c:vars]\nx=c\ny=c\nansible_group_priority=99\n[all:vars]\ny=all\nansible_group_priority=50\n"
        ),
    },
    "host var priority": {
        "h.ini": "h1 ansible_group_priority=4\n",
    },
    "child before group": {
        "h.ini": "[top:children]\nmid\nleaf\n[mid:children]\nleaf\n[leaf]\nh1\n[mid:vars]\na=1\n",
    },
    "deep": {
        "h.ini": (
            "[a:children]\nb\nc\n[b:children]\nd\n[c:children]\nd\ne\n[d]\nh1\n[e]\nh1\nh2\n[a:vars]\nv=a\n"
            "[b:vars]\nv=b\n[c:vars]\nv=c\n[d:vars]\nw=d\n[e:vars]\nw=e\n"
        ),
    },
    "names": {
        "h.ini": (
            "h1 a-b=1 a.b=2 1a=3 é=4 inventory_hostname=x inventory_file=y group_names=z playbook_dir=q"
            " ansible_facts=1 tags=5 vars=1 hostvars=2\n"
        ),
    },
    "yaml scalars": {
        "h.yml": (
            "all:\n  hosts:\n    h1:\n      a: yes\n      b: no\n      c: 'yes'\n      d: 0o17\n"
            "      e: 017\n      f: 1:30\n      g: 1_000\n      h: 1e3\n      i: 1.0e+3\n      j: .inf\n"
            "      k: ~\n      l: null\n      m: 2024-01-01\n      n: 2024-01-01T01:02:03Z\n"
            "      o: 2024-01-01 01:02:03.5 +2\n      p: !!str 5\n      q: !!int '5'\n      r: 0x1F\n"
            "      s: on\n      t: y\n      u: ''\n      v: |\n        a\n         b\n      w: >-\n"
            "        a\n        b\n      z: !!omap [a: 1]\n      aa: .5\n      ab: +1\n      ac: 0b11\n"
            "      ad: -.inf\n      ae: .NaN\n      ag: 1.\n      ah: !!float 3\n      ai: !!pairs [a: 1]\n"
        ),
    },
    "yaml keys": {
        "h.yml": "all:\n  hosts:\n    h1:\n      d: {1: a, 1.5: c, ~: d, x: e}\n",
    },
    "yaml merges": {
        "h.yml": (
            "x: &x {hosts: {h1: {a: 1}}, vars: &v {b: 1, c: 2}}\ny:\n  <<: *x\n  vars:\n"
            "    <<: [*v, {d: 1}]\n    b: 2\n"
        ),
    },
    "yaml strange groups": {
        "h.yml": (
            "all:\n  hosts: h1\n  children:\n    g: {hosts: {h2: }}\n    k:\n    l: {children: m}\n"
            "    n: {hosts: }\n  vars:\nother: {hosts: {h3: {}}, vars: {}}\nempty: {}\nstr: text\n"
            "list: [1]\n"
        ),
    },
    "yaml unknown keys": {
        "h.yml": "g:\n  hosts: {h1: }\n  host: {h2: }\n  var: {x: 1}\n  text: abc\n",
    },
    "yaml ranges": {
        "h.yml": ("g:\n  hosts:\n    'h[1:3]': {a: 1}\n    'x[01:02]:22':\n    '::1':\n    '[::2]:22':\n    h9:23:\n"),
    },
    "yaml unsafe": {
        "h.yml": (
            "g:\n  hosts:\n"
            "    h1: {a: !unsafe '{{ x }}', b: !unsafe [1, '{{ y }}'], c: [!unsafe '{{ z }}', '{{ k }}'"
            "], d: !unsafe {a: '{{ q }}'}}\n"
        ),
    },
    "yaml dup": {
        "h.yml": "g:\n  hosts:\n    h1: {a: 1, a: 2}\n    h1: {b: 1}\ng:\n  vars: {x: 1}\n",
    },
    "yaml comment head": {
        "hosts": "# vim: set\n\n---\n# more\nall:\n  hosts:\n    h1:\n",
    },
    "yaml doc end": {
        "h.yml": "all: {hosts: {h1: }}\n...\n",
    },
    "yaml all nested": {
        "h.yml": "all: {children: {g: {children: {all2: {hosts: {h1: }}}}}}\ng: {vars: {x: 1}}\n",
    },
    "yaml vars string": {
        "h.yml": "g: {hosts: h1, vars: x}\n",
    },
    "yaml null host vars": {
        "h.yml": "g: {hosts: {h1: ~, h2: {}, h3: {a: ~}}}\n",
    },
    "yaml long": {
        "h.yml": (
            "g: {hosts: {h1: {a: 'word word word word word word word word word word word word word word"
            " word word word word word word word word word word word word word word word word word word"
            ' word word word word word word word word \', b: "multi\\nline\\n", c: "trail ", d: \' lead\', e'
            ": \"tab\\t\", f: '#x', g: 'a: b', h: '- x', i: \"q'q\", j: 'q\"q', k: \"\\x01\", l: 'xxxxxxxxxxxxxx"
            "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
            "xxxxxxxxxxxxxxxx'}}}\n"
        ),
    },
    "json tabs": {
        "h.json": '{"g": {"hosts": {"h1": {"a": "\\u00e9", "b": 1.0, "c": 1e5}}}}',
    },
    "json no ext": {
        "hosts": '{"g": {"hosts": {"h1": null}}}',
    },
    "ini in yml": {
        "h.yml": "[g]\nh1 a=1\n",
    },
    "list in no ext": {
        "hosts": "h1\nh2\nh3 a=1\n",
    },
    "yaml no ext quoted": {
        "hosts": "'all':\n  hosts:\n    h1:\n",
    },
    "exts": {
        "a.ini": "h1\n",
        "b.yaml": "g: {hosts: {h2: }}",
        "c.json": '{"g": {"hosts": {"h3": {}}}}',
        "d": "h4\n",
        "e.hosts": "h5\n",
        "f.inventory": "h6\n",
        "g.example.com": "h7\n",
        "h.conf": "h8\n",
        "z.cfg": "no",
        "z.txt": "no",
        "README.md": "no",
        "q.bak": "no",
        "w~": "no",
        "v.retry": "no",
        ".x": "no",
        "y.orig": "no",
        "u.pyc": "no",
        "t.swp": "no",
        "s.rst": "no",
        "r.rpm": "no",
    },
    "group_vars exts": {
        "hosts": "[a]\nh1\n[b]\nh1\n[c]\nh1\n[d]\nh1\n[e]\nh1\n[f]\nh1\n",
        "group_vars/a": "a: 1",
        "group_vars/b.yml": "b: 1",
        "group_vars/c.yaml": "c: 1",
        "group_vars/d.json": '{"d": 1}',
        "group_vars/e.txt": "e: 1",
        "group_vars/f/x.yml": "f: 1",
        "group_vars/f.yml": "f2: 1",
        "group_vars/all/z.yml": "z: 1",
        "group_vars/all/y": "y: 1\nz: 0",
        "group_vars/all/sub.d/x.yml": "nod: 1",
        "group_vars/all/sub/x.yml": "sub: 1",
        "group_vars/ungrouped.yml": "u: 1",
        "host_vars/h1/a.yml": "ha: 1",
        "host_vars/h1/b.json": '{"hb": 1}',
        "host_vars/h1.yml": "hc: 1",
    },
    "group_vars dir with ext": {
        "hosts": "[a]\nh1\n",
        "group_vars/a.yml/x.yml": "a: 1",
    },
    "two files for a group": {
        "hosts": "[a]\nh1\n",
        "group_vars/a.yml": "a: yml",
        "group_vars/a.yaml": "b: yaml",
        "group_vars/a.json": '{"c": 1}',
    },
    "group_vars list": {
        "hosts": "[a]\nh1\n",
        "group_vars/a/1.yml": "a: {x: 1}",
        "group_vars/a/2.yml": "a: {y: 1}",
    },
    "host name with dots": {
        "hosts": "a.b.yml\nc\n",
        "host_vars/a.b.yml": "x: 1",
        "host_vars/c.yml": "y: 1",
    },
    "hidden in vars": {
        "hosts": "[a]\nh1\n",
        "group_vars/a/.x.yml": "n: 1",
        "group_vars/a/x.yml~": "n: 1",
        "group_vars/a/x.bak": "n: 1",
        "group_vars/a/ok": "o: 1",
        "group_vars/a/.d/x.yml": "n: 1",
    },
    "reverse order of hosts": {
        "hosts": "[b]\nz\ny\n[a]\nx\nz\n[c:children]\na\nb\n",
    },
    "ungrouped then grouped": {
        "hosts": "h1 a=1\nh2\n[g]\nh1 b=1\n",
        "group_vars/ungrouped.yml": "u: 1",
    },
    "localhost": {
        "hosts": "localhost a=1\n[g]\n127.0.0.1\n",
    },
    "script simple": {
        "s+x": (
            "#!/bin/sh\n"
            'echo \'{"g": ["h1"], "k": {"hosts": ["h1","h2"], "vars": {"a": "{{ x }}", "b": {"__ansible_'
            'unsafe": "{{ y }}"}}, "children": ["g", "new"]}, "_meta": {"hostvars": {"h1": {"c": [1, "{'
            '{ z }}"]}, "h9": {"d":1}}}}\'\n'
        ),
    },
    "script hostvars empty": {
        "s+x": '#!/bin/sh\necho \'{"all": {"hosts": ["h1"]}, "_meta": {"hostvars": {}}}\'\n',
    },
    "script profile": {
        "s+x": (
            "#!/bin/sh\n"
            'echo \'{"all": {"hosts": ["h1:22", "h[1:2]"]}, "_meta": {"hostvars": {}, "profile": "invent'
            "ory_legacy\"}}'\n"
        ),
    },
    "script dup": {
        "s+x": (
            "#!/bin/sh\n"
            'echo \'{"g": {"hosts": ["h1","h1"], "children": []}, "empty": [], "e2": {"children": ["g"]}'
            ', "_meta": {"hostvars": {}}}\'\n'
        ),
    },
}


@pytest.mark.parametrize("name", INVENTORIES)
def test_it_means_the_same(name: str, tmp_path: Path) -> None:
    compare([str(write(INVENTORIES[name], tmp_path))], tmp_path, listings=[("--list", "--export")])
