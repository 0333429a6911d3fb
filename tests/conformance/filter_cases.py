"""The expressions of test_filters, and the variables they read."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

VARIABLES: dict[str, Any] = {
    "name": "web-01.example.org",
    "text": "one two  three\nfour\tfive\n",
    "quoted": "it's $HOME & \"more\"",
    "umlaut": "Grüße 日本",
    "empty": "",
    "none": None,
    "yes": True,
    "no": False,
    "number": 42,
    "float": 2.5,
    "numbers": [3, 1, 2, 3, 1],
    "words": ["b", "a", "C", "a", "c"],
    "nested": [1, [2, [3, [4, None]], "null"], []],
    "user": {"name": "anna", "age": 31, "groups": ["wheel", "dev"], "home": {"path": "/home/anna", "size": None}},
    "users": [
        {"name": "anna", "groups": ["wheel", "dev"], "keys": {"ssh": ["k1", "k2"]}, "age": 31},
        {"name": "bob", "groups": ["dev"], "keys": {"ssh": []}, "age": 25},
    ],
    "partly": [{"name": "anna", "groups": ["x"]}, {"name": "bob"}],
    "low": {"a": 1, "deep": {"x": 1, "y": {"z": 1}}, "list": [1, 2, 2, 3], "keep": "me", "mixed": {"a": 1}},
    "high": {"b": 2, "deep": {"x": 2, "y": {"w": 3}}, "list": [3, 4, 4, 5], "mixed": [1]},
    "highest": {"b": 3, "deep": {"y": {"z": 9}}, "list": [9]},
    "pairs": [{"key": "a", "value": 1}, {"key": "b", "value": [2]}],
    "by_id": {"1": {"id": 7, "v": "x"}, "2": {"id": 8, "v": "y"}},
    "tricky": {
        "yes": "yes", "on": True, "null": None, "num": "123", "float": 1.5, "oct": "0777", "exp": "1e3",
        "colon": "a: b", "hash": "a # b", "empty": "", "space": " lead", "trail": "trail ", "multi": "line1\nline2\n",
        "uni": "日本 ü", "quote": "it's", "dquote": 'say "hi"', "list": [], "dict": {}, "date": "2024-01-02",
        "star": "*x", "amp": "&x", "at": "@x", "pct": "%x", "tilde": "~", "dash": "- x", "q": "? x", "brace": "{{ x }}",
        "tab": "a\tb", "excl": "!x", "long": "word " * 40, "time": "12:30:45", "equals": "=", "ver": "1.10", "int": 5,
        "neg": -1, "big": 12345678901234567890, "bslash": "a\\b",
    },
    "date": datetime.date(2024, 2, 3),
    "moment": datetime.datetime(2024, 2, 3, 4, 5, 6),
    "ok": {"changed": False, "failed": False, "rc": 0},
    "bad": {"changed": True, "failed": True, "rc": 1, "msg": "no"},
    "loop": {"results": [{"changed": False}, {"changed": True}]},
    "gone": {"unreachable": True, "skipped": True},
    "late": {"timedout": {"period": 5}, "failed": True},
    "job": {"started": 1, "finished": 0},
    "url": "https://user:secret@example.org:8443/a/b.html?x=1&y=2#frag",
    "yaml": "a: 1\nb: [x, y]\nc: {d: null}\ne: 2024-01-02\nf: 0o17\ng: 017\nh: on\ni: 1_000\nj: 12:30\n",
    "json": '{"a": [1, 2.5, null, true], "b": {"c": "\\u00fc"}}',
}  # fmt: skip


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip() and not line.strip().startswith("##")]


EXPRESSIONS = _lines((Path(__file__).parent / "expressions.txt").read_text("utf-8"))

ANY_ORDER = _lines(r"""
words | union(['z', 'a'])
words | intersect(['z', 'a', 'c'])
words | difference(['a'])
numbers | symmetric_difference([1, 9])
numbers | difference([1])
numbers | intersect([5, 1, 3])
numbers | union([5, 1])
words | symmetric_difference(['a', 'z'])
""")

FAILURES = _lines(r"""
nope
nope | upper
nope | ternary(1, 2)
nope is match('x')
nope | mandatory
nope | mandatory('needed')
text | comment('nope')
url | urlsplit('nope')
name | regex_replace('(', '')
name | regex_replace('e', 'E', mandatory_count=9)
name | regex_search('e', 'nope')
name | regex_escape('posix_extended')
name | regex_escape('nope')
low | combine(1)
low | combine(high, list_merge='nope')
low | combine(high, nope=1)
words | dict2items
name | dict2items
user | items2dict
[1] | items2dict
users | items2dict
1 | subelements('x')
users | subelements('nope')
users | subelements('name')
users | subelements(1)
by_id | rekey_on_member('nope')
name | rekey_on_member('x')
[1] | rekey_on_member('x')
[{'a': 1}, {'a': 1}] | rekey_on_member('a')
by_id | rekey_on_member('id', duplicates='nope')
words | random(start=1)
none | random
'{' | from_json
1 | from_json
'a: b: c' | from_yaml
'{' | from_yaml_all
'a' | b64decode
'x' | hash('nope')
'x' | to_uuid('nope')
1 | path_join
'a' | commonpath
['/a', 'b'] | commonpath
'x' | log
'x' | pow(2)
'x' | root
'x' | human_readable
'x' | human_to_bytes
'1 XB' | human_to_bytes
'1 Mb' | human_to_bytes
'1 MB' | human_to_bytes(isbits=true)
'x' | to_datetime
'%Y' | strftime('x')
'x' is failed
none is changed
1 is skipped
name is match('(')
'' is version('1')
'1' is version('')
'1' is version('2', 'nope')
'1' is version('2', version_type='nope')
'1' is version('2', strict=true)
'1' is version('2', strict=true, version_type='loose')
'1.2' is version('1.3', version_type='semver')
'x' is version('1', '<', version_type='pep440')
'1.a' is version('1.1', '<')
'/nope' is same_file('/etc')
'/nope' is vaulted_file
name is regex('x', match_type='nope')
name | default('x', 'y')
name | nosuchfilter
name is nosuchtest
name | password_hash('nope')
""")
