"""A wrong playbook is refused as a whole: every problem at once, each with its place and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from opsengine.errors import InputError
from opsengine.execution.catalogue import Modules
from opsengine.execution.lint import checked
from opsengine.playbook.loader import Loader
from opsengine.templating.functions import equipped_engine


def problems(tmp_path: Path, text: str) -> list[str]:
    """Every problem of a playbook, without its folder."""
    file = tmp_path / "site.yml"
    file.write_text(text)
    try:
        checked(Loader(Modules()), equipped_engine(), [file])
    except InputError as error:
        return [str(problem).replace(f"{tmp_path}/", "") for problem in error.each()]
    return []


CASES = {
    "a key that is no keyword": (
        "- hosts: all\n  taks: []\n",
        "site.yml:2:3: unknown keyword `taks` on a play\n  hint: did you mean `tasks`?",
    ),
    "a keyword in the wrong place": (
        "- hosts: all\n  tasks:\n    - ping:\n      serial: 2\n",
        "site.yml:4:7: `serial` is not a keyword of a task\n  hint: it may stand on: play",
    ),
    "a module that does not exist": (
        "- hosts: all\n  tasks:\n    - pign:\n",
        "site.yml:3:7: unknown module `pign`\n  hint: did you mean `ping`?",
    ),
    "two modules in one task": (
        "- hosts: all\n  tasks:\n    - ping:\n      debug:\n",
        "site.yml:3:7: a task runs one module, this one has `ping` and `debug`\n  hint: make two tasks of it",
    ),
    "a task without a module": (
        "- hosts: all\n  tasks:\n    - name: nothing\n",
        "site.yml:3:7: this task names no module\n  hint: a task is `name: ...` and `MODULE: arguments`",
    ),
    "an argument that does not exist": (
        "- hosts: all\n  tasks:\n    - ping:\n        dta: x\n",
        "site.yml:4:9: ping: dta: unknown argument (did you mean `data`?)\n  hint: see: opsengine doc ping",
    ),
    "an argument of the wrong type": (
        "- hosts: all\n  tasks:\n    - debug:\n        verbosity: lots\n",
        "site.yml:4:9: debug: verbosity: argument 'verbosity' is of type str and we were unable to convert to int: "
        "should be a whole number, got 'lots'\n  hint: see: opsengine doc debug",
    ),
    "a missing argument": (
        "- hosts: all\n  tasks:\n    - assert:\n",
        "site.yml:3:7: assert: that: missing required arguments: that",
    ),
    "a keyword of the wrong type": (
        "- hosts: all\n  become: maybe\n",
        "site.yml:2:11: `become` should be true or false, got 'maybe'",
    ),
    "a template that does not close": (
        '- hosts: all\n  tasks:\n    - debug: {msg: "{{ x "}\n',
        "site.yml:3:20: Syntax error in template: unexpected end of template",
    ),
    "a filter that does not exist": (
        '- hosts: all\n  tasks:\n    - debug: {msg: "{{ x | nosuchfilter }}"}\n',
        "site.yml:3:20: Syntax error in template: No filter named 'nosuchfilter'",
    ),
    "a condition that is no expression": (
        "- hosts: all\n  tasks:\n    - ping:\n      when: x ==\n",
        "site.yml:4:13: Syntax error in template:",
    ),
    "a handler that does not exist": (
        "- hosts: all\n  tasks:\n    - ping:\n      notify: restrt\n  handlers:\n    - {name: restart, ping: }\n",
        "site.yml:4:15: there is no handler `restrt`\n  hint: did you mean `restart`?",
    ),
    "a role that does not exist": (
        "- hosts: all\n  roles: [nosuchrole]\n",
        "site.yml:2:11: there is no role `nosuchrole` in",
    ),
    "a file of tasks that does not exist": (
        "- hosts: all\n  tasks:\n    - import_tasks: nosuch.yml\n",
        "site.yml:3:21: there is no file `nosuch.yml` in",
    ),
    "YAML that is none": ("- hosts: all\n  vars: {a: 1\n", "site.yml:3:1: YAML syntax:"),
    "an unquoted template": (
        "- hosts: all\n  vars:\n    a: {{ b }}\n",
        'hint: a value that starts with {{ must be quoted: name: "{{ value }}"',
    ),
    "a play without hosts": ("- tasks: []\n", "site.yml:1:3: this play does not say its `hosts`"),
    "a playbook that is no list": ("hosts: all\n", "site.yml:1:1: a playbook should be a list of plays"),
    "a keyword that is not there yet": (
        "- hosts: all\n  validate_argspec: true\n",
        "site.yml:2:3: `validate_argspec`: not supported yet",
    ),
}


class TestAPlaybookWith:
    @pytest.mark.parametrize("case", CASES)
    def test(self, case: str, tmp_path: Path) -> None:
        text, expected = CASES[case]
        assert expected in "\n".join(problems(tmp_path, text))


class TestSeveralProblems:
    def test_are_told_all_at_once_in_file_order(self, tmp_path: Path) -> None:
        text = "".join(CASES[case][0] for case in ("a keyword of the wrong type", "an argument that does not exist"))
        found = problems(tmp_path, text + CASES["a handler that does not exist"][0])
        assert ["site.yml:2:11", "site.yml:6:9", "site.yml:10:15"] == [problem.split(": ")[0] for problem in found]

    def test_reach_into_roles_and_imported_files(self, tmp_path: Path) -> None:
        tasks = tmp_path / "roles" / "web" / "tasks"
        tasks.mkdir(parents=True)
        (tasks / "main.yml").write_text("- import_tasks: more.yml\n")
        (tasks / "more.yml").write_text("- pign:\n")
        assert (
            "roles/web/tasks/more.yml:1:3: unknown module `pign`"
            in problems(tmp_path, "- hosts: all\n  roles: [web]\n")[0]
        )


class TestARightPlaybook:
    def test_has_no_problem(self, tmp_path: Path) -> None:
        text = "- hosts: all\n  tasks:\n    - {name: hi, ping: , when: x is defined, tags: [a], notify: h}\n"
        assert [] == problems(tmp_path, text + "  handlers:\n    - {name: h, ansible.builtin.ping: }\n")
