"""The same inventory through ansible-inventory and through opsengine: the same hosts, groups and variables."""

from __future__ import annotations

from pathlib import Path

import pytest

from opsengine.vault.envelope import encrypt
from tests.conformance.inventories import LISTINGS, MORE_LISTINGS, by_opsengine, compare, write

WEB_SCRIPT = """#!/bin/sh
case "$1" in
--list) cat <<'END'
{"web": {"hosts": ["s1", "s2"], "vars": {"port": 80, "url": "http://{{ x }}"}}, "old": ["s3"],
 "top": {"children": ["web", "unseen"]},
 "alone": {"just": "a variable"},
 "_meta": {"hostvars": {"s1": {"a": {"deep": [1, "x"]}, "raw": {"__ansible_unsafe": "{{ no }}"}},
                        "elsewhere": {"b": 1}}}}
END
;;
esac
"""

ASKING_SCRIPT = """#!/bin/sh
if [ "$1" = --list ]; then echo '{"web": {"hosts": ["s1", "s2"]}}'; fi
if [ "$1 $2" = "--host s2" ]; then echo '{"found": "by asking"}'; fi
"""

INVENTORIES: dict[str, dict[str, str]] = {
    "plain hosts": {"hosts": "# a comment\n; another\n\nh1\nh2 a=1\n  h3.example.org\th=2\n"},
    "values": {
        "hosts.ini": (
            "h1 int=1 float=1.5 yes=yes true=True none=None octal=0644 quoted='a b' list=[1,2] word=a#b\n"
            'h2 json=\'{"a": [1, "x"], "b": null}\' dict="{\'a\': (1, 2), \'s\': {3}}" empty= '
            "equals=a=b=c path=/a/b:c # note\n"
            "h3 ip=10.0.0.1 complex=1j dots=... bytes=\"b'x'\" big=1_000 tpl='{{ a }}' neg=-5 \"sp ace=1\"\n"
            "[g]\nh1\n[g:vars]\n a = 1 # note\nb = two words # kept\nc = 'quoted # text'\nd=\ne = [ 'x' , 2 ]\nf: = 1\n"
        )
    },
    "ranges": {
        "hosts.ini": (
            "web[1:3]\ndb[01:03].example.org\nx[a:c]y[1:2]\ns[0:10:5]\n[1:2]-n\nu[A:B]\nf[8:11]\ncap[:2]\n"
            "10.0.0.[1:3]\nfe80::[1:3]\n[one]\np[1:2]:2222 v=1\n"
        )
    },
    "ports": {
        "hosts.ini": "h1:2222\nh2:22 ansible_port=23\n[::1]:2200\nfe80::1\n[2001:db8::5]:22\n"
        "10.1.1.1:44\n[h3]:25\nh1:33\n"
    },
    "groups of groups": {
        "hosts.ini": (
            "[prod:children]\nweb\ndb\n[db]\nd1\nd2\n[web]\nw2\nw1 v=host\nd1\n"
            "[web:vars]\nv=web\nw=web\n[db:vars]\nv=db\nw=db\nx=1\n"
            "[prod:vars]\nw=prod\nx=prod\ny=prod\n[all:vars]\ny=all\nz=all\n"
            "[a:vars]\nk=1\n[b:children]\na\n[a]\nd2\n[ungrouped]\nd2\nlone\n"
        )
    },
    "priorities": {
        "hosts.ini": (
            "[a]\nh\n[b]\nh\n[a:vars]\nv=a\nansible_group_priority=10\n[b:vars]\nv=b\n[deep:children]\nb\n[low]\nh\n[low:vars]\nv=low\nu=low\n[z]\nh\n[z:vars]\nu=z\n"
        )
    },
    "yaml": {
        "hosts.yml": (
            "all:\n  hosts:\n    h1: {a: 1, b: '{{ a }}', c: !unsafe '{{ raw }}',"
            "d: 2024-05-06, t: 2024-05-06 07:08:09}\n    h[2:4]:\n"
            "  vars:\n    z: all\n  children:\n    web:\n      hosts:\n        h1:\n        "
            "w1:22: {v: [1, {k: x}]}\n"
            "      vars: {z: web}\n      children: {inner: {hosts: h4}}\n"
            "db:\n  hosts: single\n  children:\n    web:\nempty:\n"
        )
    },
    "yaml that overrides itself": {
        "hosts.yaml": (
            "a: &shared\n  hosts: {h1: {v: first, w: 1}}\n  vars: &v {x: 1}\nb:\n  hosts: {h1: {v: second}}\n"
            "  vars: {<<: *v, y: 2, ansible_group_priority: 3}\n"
        )
    },
    "json": {
        "hosts.json": '{\n\t"all": {"children": {"g": {"hosts": {"h1": {"a": [true, null, 1.5]}}, '
        '"vars": {"b": "x"}}}}}'
    },
    "toml": {
        "hosts.toml": '[web]\nchildren = ["in"]\nvars = { a = 1, b = "{{ a }}" }\n[web.hosts]\n"w[1:2]:22" = {}\n'
        'h1 = { k = ["x", 1] }\n[in.hosts]\nh2 = {}\n'
    },
    "yaml without an extension": {"hosts": "# note\nweb:\n  hosts:\n    h1:\n"},
    "yaml behind a document mark": {"hosts": "---\nall: {hosts: {h1: {a: 1}}}\n"},
    "a file that is only executable": {"hosts+x": "[web]\nh1 a=1\n"},
    "a script": {"web.sh+x": WEB_SCRIPT},
    "a script that must be asked": {"web+x": ASKING_SCRIPT},
    "a folder": {
        "10-hosts": "[web]\nh1 v=10 w=10\n",
        "20-more.yml": "web: {hosts: {h1: {v: 20}, h2: {}}, vars: {g: yaml}}\n",
        "30-script+x": WEB_SCRIPT,
        "sub/more": "[sub]\nh3\n[web:vars]\ns=sub\n",
        "ignored~": "nope\n",
        "ignored.orig": "nope\n",
        "ignored.bak": "nope\n",
        "ignored.cfg": "nope\n",
        "ignored.retry": "nope\n",
        "ignored.md": "nope\n",
        ".hidden": "nope\n",
        "group_vars/all.yml": "v: all\nfolder: '{{ v }}'\n",
        "group_vars/web/10.yml": "m: 10\nn: 10\n",
        "group_vars/web/20.yml": "n: 20\n",
        "group_vars/web/in/deep.json": '{"deep": 1}',
        "group_vars/web/not.this~": "m: no\n",
        "group_vars/web/.nor.yml": "m: no\n",
        "group_vars/web/nor.txt": "m: no\n",
        "group_vars/sub": "bare: yes\n",
        "group_vars/sub.yml": "bare: hidden by the file without an extension\n",
        "host_vars/h1.yaml": "w: host_vars\n",
        "host_vars/h2/empty.yml": "",
        "sub/group_vars/sub.yml": "lower: not read\n",
    },
    "every level": {
        "hosts": (
            "[web]\nh1 l7=file l8=file l9=file\n[all:vars]\nl1=file\nl2=file\nl3=file\nl4=file\nl5=file\n"
            "l6=file\nl7=file\n"
            "[web:vars]\nl2=web\nl3=web\nl4=web\nl5=web\nl6=web\nl7=web\n"
        ),
        "group_vars/all.yml": "{l3: beside, l4: beside, l5: beside, l6: beside, l7: beside}",
        "playbook/group_vars/all.yml": "{l4: play, l5: play, l6: play, l7: play}",
        "group_vars/web.yml": "{l5: web beside, l6: web beside, l7: web beside}",
        "playbook/group_vars/web.yml": "{l6: web play, l7: web play}",
        "host_vars/h1.yml": "{l8: host beside, l9: host beside}",
        "playbook/host_vars/h1.yml": "{l9: host play}",
    },
}


@pytest.mark.parametrize("name", INVENTORIES)
def test_a_source_means_the_same(name: str, tmp_path: Path) -> None:
    source = write(INVENTORIES[name], tmp_path)
    compare([str(source)], tmp_path)


@pytest.mark.parametrize(
    "sources",
    [
        ["one", "two"],
        ["two", "one"],
        ["x1,x2:22", "one"],
        ["localhost,"],
        ["a,b,a"],
        ["one/hosts", "two/hosts"],
        ["one", "two", "one"],
    ],
    ids=" ".join,
)
def test_several_sources_mean_the_same(sources: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(
        {"hosts": "[web]\nh1 a=1 b=1\n[web:vars]\ng=1\n", "group_vars/web.yml": "f: 1", "host_vars/h1": "k: 1"},
        tmp_path / "one",
    )
    write(
        {"hosts": "[db]\nh1 a=2\nh2\n[web:vars]\ng=2\n[web]\nx1", "group_vars/web.yml": "f: 2", "host_vars/h1": "k: 2"},
        tmp_path / "two",
    )
    monkeypatch.chdir(tmp_path)
    compare(sources, tmp_path)


@pytest.mark.parametrize("name", ["every level", "a folder", "yaml", "values"])
def test_everything_that_is_shown_of_it_is_the_same(name: str, tmp_path: Path) -> None:
    source = write(INVENTORIES[name], tmp_path)
    hosts = [("--host", "h1"), ("--host", "h1", "--yaml"), ("--host", "h1", "--export"), ("--host", "localhost")]
    limited = [
        ("--list", "-l", "h1"),
        ("--list", "-l", "!h1", "--yaml"),
        ("--list", "-l", "no one"),
        ("--graph", "all"),
    ]
    compare([str(source)], tmp_path, listings=[*MORE_LISTINGS, *hosts, *limited])


def test_a_variable_of_the_command_line_is_one_of_every_host(tmp_path: Path) -> None:
    compare([str(write({"hosts": "[g]\nh1 a=1\nh2\n"}, tmp_path))], tmp_path, "-e", "a=2", "-e", '{"b": [1]}')


def test_an_encrypted_value_is_shown_as_it_was_written(tmp_path: Path) -> None:
    vault = encrypt(b"hunter22", b"password")
    lines = "".join(f"        {line}\n" for line in vault.decode().splitlines())
    one = f"g:\n  hosts:\n    h1:\n      s: !vault |\n{lines}      l:\n      - !vault |\n{lines}      t: x\n"
    two = f"k:\n  vars:\n    s: !vault |\n{lines}  hosts: {{h2: }}\n"
    source = write({"1.yml": one, "2.yml": two}, tmp_path)
    listings = [*LISTINGS[:-1], *MORE_LISTINGS[:-1], ("--host", "h1"), ("--host", "h1", "--yaml")]
    compare([str(source)], tmp_path, listings=listings)


def test_what_was_decrypted_is_masked(tmp_path: Path) -> None:
    source = write({"hosts": "[g]\nh1\n", "group_vars/g.yml": "", "password": ""}, tmp_path)
    (source / "password").write_text("word")
    (source / "group_vars/g.yml").write_bytes(encrypt(b"token: hunter22\nn: 5\nl: [also a secret]\n", b"word"))
    words = ("-i", str(source / "hosts"), "--vault-password-file", str(source / "password"))
    for listing in (*LISTINGS, *MORE_LISTINGS[:2], ("--host", "h1"), ("--host", "h1", "--yaml")):
        shown = by_opsengine(*words, *listing)
        assert ("token" in shown, "********" in shown) == (True, True), listing
        assert "hunter22" not in shown and "also a secret" not in shown
