"""`opsengine exec` beside `ansible`: the same exit code, and the same line for each host."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.test_controls import Case, run
from tests.conformance.test_playbooks import HERE

FOLDER = HERE / "playbooks" / "language_modules"
COMPARED = ("changed", "ping", "rc", "stdout", "ansible_facts", "started", "skipped")
LINES = """
web -a "echo one"
web -m command -a "echo 'two words'"
all -m shell -a "echo $((1 + 1)); echo err >&2"
h1 -m raw -a "echo raw"
web -a "false"
web -m command -a "echo {{ inventory_hostname }} {{ n }}"
web -m ping
web -m ansible.builtin.ping -a data=pang
web -m ping -a '{"data": "json {{ n }}"}'
web -m debug -a "msg={{ word }}" -e word=given
web -m debug -a '{"var": "n"}'
web -m set_fact -a "x=1 y='{{ n }}'"
web -m fail -a "msg=no"
web -m assert -a '{"that": ["n < 2"]}'
web -m file -a "path=/nowhere/at/all state=directory" --check
h1 -m copy -a "content=x dest={{ lookup('env', 'OUT') }}/copied" -D
h1 -m copy -a "content=x dest=/tmp/never" -C
web:!h2 -a "echo pattern"
all -l db -a "echo limited"
all -a "echo timeout" --task-timeout 30
h1 -a "sleep 20" --task-timeout 2
h1 -a "echo waited" -B 20 -P 1
h1 -a "echo begun" -B 20 -P 0
h1 -m copy -a "content=x dest=/tmp/never" -B 10
web -m include_tasks -a tasks/one.yml -e '{"trail": [], "param": "p"}' --playbook-dir .
web -m import_tasks -a tasks/one.yml -e '{"trail": [], "param": "p"}' --playbook-dir .
web -m include_role -a name=twice -e '{"trail": []}' --playbook-dir .
web -m import_role -a name=twice -e '{"trail": []}' --playbook-dir .
web -m include_role -a "name=used tasks_from=other" -e '{"trail": []}' --playbook-dir .
web -m include_vars -a vars/one.yml --playbook-dir .
web -m debug -a "msg={{ beside | default('none') }}" --playbook-dir imported
web -m meta -a noop
web -m setup -a "filter=none_like_it gather_subset=min"
web -m add_host -a "name=new groups=web"
web -m group_by -a "key=of_{{ n }}"
h1 -m wait_for -a "timeout=1"
web -m fetch -a "src=/etc/hostname dest={{ lookup('env', 'OUT') }}/"
web -m script -a files/words.sh --playbook-dir .
nobody -m ping
web -c local -f 1 -a "echo forks"
h1 -a "echo unreachable" -e "ansible_connection=ssh ansible_port=1 ansible_host=127.0.0.1"
"""
REFUSED = """
web
web -m command
web -m shell
site.yml
web -m import_playbook -a x.yml
web -m no_such_module
web -m include_tasks
all -l nobody -m ping
"""


def results(text: str) -> dict[str, Any]:
    """
    {host: what its lines say}, of JSON the compared keys alone.

    The second line that Ansible has for a command that failed, without its result, is left out.
    """
    found: dict[str, Any] = {}
    for line in text.splitlines():
        if match := re.match(r"(\w+) \| (?!FAILED \|)(.*)", line):
            found.setdefault(match[1], []).append(_said(match[2]))
    return found


def _said(text: str) -> Any:
    word, arrow, values = text.partition(" => ")
    if not arrow:
        return text.partition("!:")[0]
    said = json.loads(values)
    return word, {key: said[key] for key in COMPARED if key in said}


def through(engine: list[str], line: str, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run an engine with the words of a line, from the folder of the playbooks."""
    case = Case(FOLDER / "none.yml", line)
    return run([*engine, *words], case, folder, named=False)


def cases(text: str) -> list[str]:
    """The lines of a text."""
    return text.strip().splitlines()


class TestACommandLine:
    @pytest.mark.parametrize("line", cases(LINES))
    def test_does_what_it_does_in_ansible(self, line: str, tmp_path: Path) -> None:
        theirs = through([str(Path(sys.executable).parent / "ansible")], line, tmp_path / "ansible", "-o")
        ours = through([sys.executable, "-m", "opsengine", "exec"], line, tmp_path / "opsengine", "-o")
        output = f"{theirs.stdout}{theirs.stderr}\n{'=' * 80}\n{ours.stdout}{ours.stderr}"
        assert (theirs.returncode, results(theirs.stdout)) == (ours.returncode, results(ours.stdout)), output

    @pytest.mark.parametrize("line", cases(REFUSED))
    def test_is_refused_where_ansible_refuses_it(self, line: str, tmp_path: Path) -> None:
        theirs = through([str(Path(sys.executable).parent / "ansible")], line, tmp_path / "ansible")
        ours = through([sys.executable, "-m", "opsengine", "exec"], line, tmp_path / "opsengine")
        assert theirs.returncode != 0, theirs.stdout + theirs.stderr
        assert ours.returncode in (4, 5), ours.stdout + ours.stderr

    @pytest.mark.parametrize("line", ["'{{ hosts }}' -m ping", "web -m '{{ module }}'"])
    def test_has_no_template_but_in_arguments(self, line: str, tmp_path: Path) -> None:
        ours = through([sys.executable, "-m", "opsengine", "exec"], line, tmp_path / "opsengine")
        assert 5 == ours.returncode
        assert "is written out on the command line" in ours.stderr

    def test_writes_results_to_a_folder(self, tmp_path: Path) -> None:
        for name, engine in (("ansible", ["ansible"]), ("opsengine", ["opsengine", "exec"])):
            path = str(Path(sys.executable).parent / engine[0])
            command = [path] if name == "ansible" else [sys.executable, "-m", *engine]
            through(command, f"web -m ping -t {shlex.quote(str(tmp_path / name / 'tree'))}", tmp_path / name)
        theirs, ours = (
            {path.name: json.loads(path.read_text())["ping"] for path in sorted((tmp_path / name / "tree").iterdir())}
            for name in ("ansible", "opsengine")
        )
        assert {"h1": "pong", "h2": "pong"} == theirs == ours

    def test_lists_hosts(self, tmp_path: Path) -> None:
        theirs = through([str(Path(sys.executable).parent / "ansible")], "web --list-hosts", tmp_path / "ansible")
        ours = through([sys.executable, "-m", "opsengine", "exec"], "web --list-hosts", tmp_path / "opsengine")
        assert (0, theirs.stdout) == (ours.returncode, ours.stdout)
