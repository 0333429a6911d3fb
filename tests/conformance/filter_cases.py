"""The expressions of test_filters, and the variables they read."""

from __future__ import annotations

import datetime
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
        "yes": "yes", "on": True, "null": None, "num": "123", "float": 1.5, "oct": "0777", "exp": "1e3", "colon": "a: b",
        "hash": "a # b", "empty": "", "space": " lead", "trail": "trail ", "multi": "line1\nline2\n", "uni": "日本 ü",
        "quote": "it's", "dquote": 'say "hi"', "list": [], "dict": {}, "date": "2024-01-02", "star": "*x", "amp": "&x",
        "at": "@x", "pct": "%x", "tilde": "~", "dash": "- x", "q": "? x", "brace": "{{ x }}", "tab": "a\tb", "excl": "!x",
        "long": "word " * 40,
        "time": "12:30:45", "equals": "=", "ver": "1.10", "int": 5, "neg": -1, "big": 12345678901234567890, "bslash": "a\\b",
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


EXPRESSIONS = _lines(r"""
## text
name | quote
quoted | quote
none | quote
empty | quote
number | quote
umlaut | quote
text | split
text | split(' ')
name | split('.')
name | split('.', 1)
name | split('-') | first
text | comment
text | comment('c')
text | comment('cblock')
text | comment('xml')
text | comment('erlang')
text | comment(decoration='; ')
text | comment('plain', prefix='###', postfix='###', prefix_count=2, postfix_count=3)
text | comment('plain', beginning='BEGIN', end='END')
text | comment('cblock', decoration='* ')
text | comment(prefix='\n', newline='\n')
'x' | comment
'' | comment
'a\r\nb' | comment(newline='\r\n')
yes | ternary('a', 'b')
no | ternary('a', 'b')
none | ternary('a', 'b')
none | ternary('a', 'b', 'c')
'' | ternary('a', 'b', 'c')
0 | ternary(1, 2)
yes | ternary('a', nope | default('q'))
text | type_debug
number | type_debug
float | type_debug
none | type_debug
yes | type_debug
user | type_debug
numbers | type_debug
date | type_debug
moment | type_debug
'a%20b+c%2F' | urldecode
'%C3%BC' | urldecode
url | urlsplit
url | urlsplit('hostname')
url | urlsplit('port')
url | urlsplit('query')
url | urlsplit('password')
'example.org' | urlsplit
'mailto:a@b' | urlsplit('path')
## regex
name | regex_replace('\\d+', 'N')
name | regex_replace('^(\\w+)-(\\d+)', '\\2-\\1')
name | regex_replace('(?P<host>[^.]+)\\.', '\\g<host>!')
name | regex_replace('E', 'x', ignorecase=true)
name | regex_replace('e', 'x', count=1)
text | regex_replace('^', '> ', multiline=true)
text | regex_replace('\\s+')
number | regex_replace('2', '3')
user.groups | regex_replace('wheel', 'x')
name | regex_replace('e', 'E', mandatory_count=3)
name | regex_search('\\d+')
name | regex_search('(\\w+)-(\\d+)', '\\2', '\\1')
name | regex_search('(?P<num>\\d+)', '\\g<num>')
name | regex_search('nothing')
name | regex_search('nothing', '\\1')
name | regex_search('WEB', ignorecase=true)
text | regex_search('^four', multiline=true)
number | regex_search('4')
name | regex_findall('e')
name | regex_findall('(e)(x?)')
text | regex_findall('^\\w+', multiline=true)
text | regex_findall('^ONE', ignorecase=true)
'a.b*c[d]^e$f' | regex_escape
'a.b*c[d]^e$f\\' | regex_escape('posix_basic')
## truth
'yes' | bool
'Yes' | bool
'TRUE' | bool
'on' | bool
'1' | bool
1 | bool
0 | bool
'off' | bool
'no' | bool
'n' | bool
'' | bool
none | bool
'maybe' | bool
2 | bool
1.0 | bool
0.0 | bool
yes | bool
[] | bool
{} | bool
nope | default('x')
nope | d('x')
nope.deep.er | default('x')
user.nope | default('x')
user['nope'] | default('x')
user.nope.deep | default('x')
nope | default
none | default('x')
'' | default('x')
'' | default('x', true)
none | default('x', boolean=true)
0 | default(5, true)
no | default('x')
nope | upper | default('x')
nope | int | default(3)
nope | map('upper') | list | default([])
nope | b64encode | default('x')
nope | default(omitted | default('z'))
nope | combine({}) | default('x')
user | combine(nope) | default('x')
number | mandatory
'' | mandatory('no')
nope is defined
user is defined
user.nope is defined
user.nope.deep is undefined
nope.deep is not defined
none is defined
## dicts and lists
low | combine(high)
low | combine(high, recursive=true)
low | combine(high, highest, recursive=true)
[low, high, highest] | combine(recursive=true)
low | combine(high, recursive=true, list_merge='replace')
low | combine(high, recursive=true, list_merge='keep')
low | combine(high, recursive=true, list_merge='append')
low | combine(high, recursive=true, list_merge='prepend')
low | combine(high, recursive=true, list_merge='append_rp')
low | combine(high, recursive=true, list_merge='prepend_rp')
low | combine(high, list_merge='append')
low | combine(high, list_merge='prepend_rp')
low | combine(high, list_merge='keep')
low | combine(high, highest) | list
low | combine(high, recursive=true) | to_json
low | combine({}) | to_json
{} | combine(low) | to_json
low | combine(low) | to_json
high | combine(low, recursive=true, list_merge='append') | to_json
[] | combine
{} | combine
low | combine
users | combine | type_debug if false else 1
nested | flatten
nested | flatten(levels=1)
nested | flatten(1)
nested | flatten(levels=0)
nested | flatten(skip_nulls=false)
nested | flatten(levels=2, skip_nulls=false)
[1, (2, 3), 'ab', {'a': 1}] | flatten
user | dict2items
user | dict2items(key_name='k', value_name='v')
{} | dict2items
pairs | items2dict
users | items2dict(key_name='name', value_name='age')
user | dict2items | items2dict
user | dict2items | selectattr('key', 'match', 'n') | items2dict
1 | extract(words)
'name' | extract(user)
'home' | extract(user, 'path')
'home' | extract(user, ['path'])
0 | extract(users, ['keys', 'ssh', 1])
['name', 'age'] | map('extract', user) | list
[0, 2] | map('extract', words) | list
'nope' | extract(user) | default('x')
users | subelements('groups')
users | subelements('keys.ssh')
users | subelements(['keys', 'ssh'])
partly | subelements('groups', skip_missing=true)
{'a': user} | subelements('groups')
by_id | rekey_on_member('id')
users | rekey_on_member('name')
[{'a': 1, 'b': 1}, {'a': 1, 'b': 2}] | rekey_on_member('a', duplicates='overwrite')
users | map(attribute='name') | list
users | map(attribute='name')
users | map(attribute='nope', default='x') | list
users | map(attribute='keys.ssh') | list
partly | map(attribute='groups', default=[]) | list
words | map('upper') | list
words | map('upper') | length
words | map('regex_replace', '^', 'x') | list
words | map('b64encode') | join(',')
numbers | select('odd') | list
numbers | select('odd')
numbers | reject('equalto', 3) | list
numbers | select('gt', 1) | sum
users | selectattr('age', 'gt', 30) | map(attribute='name') | first
users | selectattr('groups', 'contains', 'wheel') | list
users | rejectattr('groups', 'contains', 'wheel') | map(attribute='name') | list
partly | selectattr('groups', 'defined') | list
partly | selectattr('groups', 'undefined') | map(attribute='name') | list
partly | rejectattr('groups', 'defined') | list
partly | selectattr('groups') | list if false else 2
words | select('in', ['a', 'b']) | list
words | select('match', '[ab]') | list
words | reject('search', 'a') | list
users | groupby('age')
users | groupby('age') | map('first') | list
users | groupby('age') | map(attribute='grouper') | list
users | sort(attribute='age') | map(attribute='name') | list
users | sum(attribute='age')
users | min(attribute='age')
user | dictsort
user | items
user | length
words | unique
words | unique(case_sensitive=true)
words | unique(case_sensitive=false)
numbers | unique
users | unique(attribute='age') | length
[user, user] | unique | length
[[1], [2], [1]] | unique
[{'a': 1}, {'a': 2}, {'a': 1}] | union([{'a': 3}, {'a': 1}])
[{'a': 1}, {'a': 2}] | intersect([{'a': 2}, {'a': 3}])
[{'a': 1}, {'a': 2}] | difference([{'a': 2}, {'a': 3}])
[{'a': 1}, {'a': 2}] | symmetric_difference([{'a': 2}, {'a': 3}])
numbers | zip(words)
[1, 2] | zip([3, 4], [5, 6]) | list
[1, 2] | zip('ab') | items2dict(0, 1)
dict([1, 2] | zip('ab'))
[1, 2] | zip_longest([3], fillvalue='x')
[1, 2] | zip_longest([3])
[1, 2] | product(['a', 'b'])
[1, 2] | product(repeat=2) | length
[1, 2, 3] | permutations(2)
[1, 2, 3] | permutations | list | length
[1, 2, 3] | combinations(2)
numbers | random(seed='x')
words | random(seed=7)
100 | random(seed='host')
100 | random(start=50, seed='host')
100 | random(start=1, step=10, seed='host')
numbers | shuffle(seed='x')
words | shuffle(seed=7)
words | shuffle(seed=name)
number | shuffle
numbers | max
numbers | min
numbers | sort | first
words | join('-')
numbers | batch(2)
numbers | slice(2)
numbers | reverse
name | reverse
words | last
user.groups | length
range(5) | list
range(3) | product('a')
## encodings
text | b64encode
umlaut | b64encode
umlaut | b64encode(encoding='utf-16-le')
'??>>' | b64encode(urlsafe=true)
'R3LDvMOfZQ==' | b64decode
'Pz8-Pg==' | b64decode(urlsafe=true)
umlaut | b64encode('utf-16-le') | b64decode('utf-16-le')
user | to_json
tricky | to_json
user | to_json(indent=2)
user | to_json(sort_keys=true)
user | to_json(ensure_ascii=false)
umlaut | to_json
umlaut | to_json(ensure_ascii=false)
none | to_json
[1, 2.50, true, none, 'x', (1, 2)] | to_json
moment | to_json
date | to_json
{'a': date} | to_nice_json
{1: 'a', none: 'b', true: 'c'} | to_json
user | to_nice_json
tricky | to_nice_json
user | to_nice_json(indent=2)
user | to_nice_json(sort_keys=false)
user | to_nice_json(ensure_ascii=false, separators=('x', 'y'))
json | from_json
'[1, 2]' | from_json
'"x"' | from_json
'null' | from_json
user | to_yaml
users | to_yaml
tricky | to_yaml
nested | to_yaml
'x' | to_yaml
'multi\nline\n' | to_yaml
none | to_yaml
number | to_yaml
yes | to_yaml
[] | to_yaml
{} | to_yaml
umlaut | to_yaml
moment | to_yaml
[date, moment, 1.5, 1e100] | to_yaml
user | to_yaml(default_flow_style=true)
user | to_yaml(indent=8, width=20)
user | to_yaml(sort_keys=false)
users | to_nice_yaml
tricky | to_nice_yaml
tricky | to_nice_yaml(width=50)
tricky | to_nice_yaml(indent=2, width=1337)
tricky | to_nice_yaml(sort_keys=false)
tricky | to_nice_yaml(explicit_start=true, explicit_end=true)
tricky | to_nice_yaml(default_style='"')
[[1, 2], [3, [4]]] | to_nice_yaml
{'a': {'b': {'c': [1, {'d': 2}]}}} | to_nice_yaml
{'a': [{'b': 1, 'c': 2}]} | to_nice_yaml(indent=2)
{'p': user, 'q': user} | to_yaml
[user, user.home, user] | to_nice_yaml
[words, words] | to_nice_yaml
'x' | to_nice_yaml
[] | to_nice_yaml
yaml | from_yaml
'' | from_yaml
none | from_yaml
'a' | from_yaml
'- 1\n- x: ~' | from_yaml
user | from_yaml
'a: 1\n---\nb: 2\n' | from_yaml_all
'' | from_yaml_all
none | from_yaml_all
tricky | to_yaml | from_yaml == tricky
tricky | to_nice_yaml | from_yaml == tricky
## hashes
text | hash
text | hash('sha256')
text | hash('md5')
umlaut | hash('sha512')
text | md5
text | sha1
text | checksum
umlaut | checksum
'' | md5
number | hash('sha1')
name | to_uuid
umlaut | to_uuid
name | to_uuid(namespace='11111111-2222-3333-4444-555555555555')
## paths
'/etc/nginx/nginx.conf' | basename
'/etc/nginx/' | basename
'/etc/nginx/nginx.conf' | dirname
'/etc/nginx/' | dirname
'a/../b//c/.' | normpath
'' | normpath
'/' | realpath
'/proc/self/../../etc/.' | realpath
'/etc/nginx' | relpath('/etc/ssl')
'/etc/nginx' | relpath('/')
'~/x' | expanduser
'~root/x' | expanduser
'$HOME/x ${NOPE_X}' | expandvars
'nginx.conf.j2' | splitext
'/a/.bashrc' | splitext
['/etc', 'nginx', 'x.conf'] | path_join
('/etc', '/abs', 'x') | path_join
'/etc' | path_join
['a', '', 'b/'] | path_join
['/etc/nginx/a', '/etc/nginx/b/c', '/etc/ng'] | commonpath
'C:\\Users\\anna\\x.txt' | win_basename
'C:\\Users\\anna\\x.txt' | win_dirname
'C:\\Users\\anna\\x.txt' | win_splitdrive
'/etc/hostn*' | fileglob
'/nope/*' | fileglob
'/etc' | fileglob
## numbers
8 | log
8 | log(2)
1000 | log(10)
2 | pow(10)
2 | pow(0.5)
16 | root
27 | root(3)
1 | human_readable
0 | human_readable
1023 | human_readable
1024 | human_readable
1500000 | human_readable
1500000 | human_readable(true)
1500000 | human_readable(isbits=true)
1500000 | human_readable(unit='K')
1500000 | human_readable(unit='g')
1234567890123456789012345678 | human_readable
2.5 | human_readable
100 | human_readable(unit='B')
'1.5 MB' | human_to_bytes
'10M' | human_to_bytes
'10' | human_to_bytes
10 | human_to_bytes('K')
'1 kilobyte' | human_to_bytes
'2 Gb' | human_to_bytes(isbits=true)
'2b' | human_to_bytes
'2B' | human_to_bytes
'3 byte' | human_to_bytes
'1.5' | human_to_bytes
'0.5K' | human_to_bytes
## dates
'2024-02-03 04:05:06' | to_datetime
'2024-02-03' | to_datetime('%Y-%m-%d')
('2024-02-03' | to_datetime('%Y-%m-%d') - '2024-01-01' | to_datetime('%Y-%m-%d')).days
'%Y-%m-%d %H:%M' | strftime(86400)
'%Y-%m-%d %H:%M' | strftime('86400.5', utc=true)
'%s' | strftime(0)
## tests
ok is failed
bad is failed
bad is failure
ok is succeeded
ok is success
bad is successful
bad is changed
ok is change
loop is changed
{} is changed
{'results': [1]} is changed
gone is skipped
gone is skip
ok is skipped
gone is unreachable
ok is reachable
late is timedout
ok is timedout
{'timedout': false} is timedout
job is started
job is finished
ok is started
ok is finished
name is match('web')
name is match('example')
name is search('example')
name is search('EXAMPLE')
name is search('EXAMPLE', ignorecase=true)
name is regex('^web-\\d+')
name is regex('web', match_type='fullmatch')
text is search('^four', multiline=true)
number is search('4')
name is not match('db')
'1.2.3' is version('1.10', '<')
'1.2.3' is version('1.2.3')
'1.2.3' is version('1.2.3', 'eq')
'1.2.3' is version('1.2.4', 'ne')
'1.2.3' is version('1.2.3', '>=')
'1.2' is version('1.2.0', '<')
'1.2' is version('1.2.0', '==', strict=true)
'1.2a1' is version('1.2', '<', strict=true)
'1.2b2' is version('1.2a9', 'gt', version_type='strict')
'24.04' is version('22.04', '>=')
24.04 is version('22.04', '>=')
'10.0.0-rc.1' is version('10.0.0', '<', version_type='semver')
'1.0.0-alpha.1' is version('1.0.0-alpha.beta', '<', version_type='semver')
'1.0.0-alpha' is version('1.0.0-alpha.1', 'lt', version_type='semantic')
'1.0.0-2' is version('1.0.0-10', 'lt', version_type='semver')
'1.0.0+x' is version('1.0.0+y', 'eq', version_type='semver')
'1.0.0-rc.1' is version('1.0.0-rc.1', '==', version_type='semver')
'1.0rc1' is version('1.0', '<', version_type='pep440')
'1.0.dev1' is version('1.0a1', '<', version_type='pep440')
'1.0a1.dev1' is version('1.0a1', '<', version_type='pep440')
'1.0' is version('1.0.0', '==', version_type='pep440')
'1.0.post1' is version('1.0', '>', version_type='pep440')
'1.0.post1.dev2' is version('1.0.post1', '<', version_type='pep440')
'1.0-1' is version('1.0.post1', '==', version_type='pep440')
'1!0.1' is version('9.9', '>', version_type='pep440')
'1.0+abc.5' is version('1.0+abc.10', '<', version_type='pep440')
'1.0+abc' is version('1.0+5', '<', version_type='pep440')
'v1.0-alpha-2' is version('1.0a2', '==', version_type='pep440')
'1.0c1' is version('1.0rc1', '==', version_type='pep440')
'0' is version('0.0.0', '==', version_type='pep440')
'1.2.3' is version_compare('1.2.4', '<')
[1, 2] is subset(numbers)
[1, 9] is issubset(numbers)
numbers is superset([1])
numbers is issuperset([9])
numbers is contains(3)
name is contains('web')
user is contains('name')
[true, false] is any
[0, ''] is any
[true, 1] is all
[] is all
[1, 0] is all
'x' is truthy
'' is truthy
'no' is truthy
'no' is truthy(convert_bool=true)
'off' is falsy(convert_bool=true)
'maybe' is truthy(convert_bool=true)
'f' is falsy(true)
' yes ' is truthy(true)
0 is falsy
0.0 is falsy(true)
2 is truthy(true)
none is falsy(true)
[] is falsy(true)
1.5 is nan
('nan' | float) is nan
('nan' | float) is isnan
'x' is nan
'/etc' is directory
'/etc' is is_dir
'/etc/passwd' is file
'/etc' is file
'/etc/passwd' is exists
'/nope' is exists
'/nope' is link_exists
'/proc/self' is link
'/etc' is abs
'etc' is abs
'/' is mount
'/etc' is same_file('/etc/.')
'/etc/passwd' is vaulted_file
url is url
url is uri
'example.org' is url
'example.org' is uri
'file:///x' is url
url is url(['http'])
url is uri(['https'])
'urn:isbn:1' is urn
url is urn
'x' is vault_encrypted
## full names
'x' | ansible.builtin.upper
'x' | ansible.builtin.b64encode
words | ansible.builtin.map('ansible.builtin.upper') | ansible.builtin.list
name is ansible.builtin.match('web')
nope is ansible.builtin.defined
users | ansible.builtin.selectattr('age', 'ansible.builtin.gt', 30) | length
nope | ansible.builtin.default('x')
## jinja2's own
name | upper | replace('W', 'v')
float | round(0, 'ceil')
'12' | int + 1
'x' | int(5)
name | length
text | trim
text | wordcount
umlaut | urlencode
{'a': 'b c'} | urlencode
'%s-%s' | format('a', 1)
text | indent(2)
words | tojson
number is number
name is string
user is mapping
words is sequence
words is iterable
number is divisibleby 2
'a' in words
words is contains 'a'
none is none
'upper' is filter
'ansible.builtin.combine' is filter
'nope' is filter
'version' is test
""")

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
