"""What settings change, as a person sees it who has an ansible.cfg beside the playbook."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from opsengine.cli import options
from opsengine.cli.options import connection_variables
from opsengine.config import config

ROOT = Path(__file__).parents[3]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    tmp_path.chmod(0o755)
    return tmp_path


def run(folder: Path, settings: str, tasks: str, *words: str, head: str = "") -> subprocess.CompletedProcess[str]:
    """Run a playbook of one play on this machine with an ansible.cfg of these lines under [defaults]."""
    (folder / "ansible.cfg").write_text(f"[defaults]\n{settings}\n")
    lines = "".join(f"    {line}\n" for line in tasks.strip().splitlines())
    (folder / "p.yml").write_text(f"- hosts: localhost\n  gather_facts: false\n{head}  tasks:\n{lines}")
    return command(folder, "run", "p.yml", *words)


def command(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}
    return subprocess.run(
        [sys.executable, "-m", "opsengine", *words],
        cwd=folder,
        env={**kept, "PYTHONPATH": str(ROOT), **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


class TestWhatIsShown:
    TASKS = "- {name: left out, debug: {msg: a}, when: false}\n- {name: fine, set_fact: {a: 1}}"

    def test_leaves_out_what_all_hosts_have_skipped(self, folder: Path) -> None:
        shown = run(folder, "display_skipped_hosts = no", self.TASKS).stdout
        assert ("left out" in shown, "fine" in shown) == (False, True)

    def test_leaves_out_what_was_ok_on_all_hosts(self, folder: Path) -> None:
        shown = run(folder, "display_ok_hosts = no", self.TASKS).stdout
        assert ("left out" in shown, "fine" in shown) == (True, False)

    def test_ends_with_custom_statistics(self, folder: Path) -> None:
        tasks = "- set_stats: {data: {found: [1, x]}}"
        assert "CUSTOM STATS" not in run(folder, "", tasks).stdout
        shown = run(folder, "show_custom_stats = true", tasks).stdout
        assert '{"found": [1, "x"]}' in shown

    def test_has_colours_as_wanted(self, folder: Path) -> None:
        assert "\x1b[" not in run(folder, "", self.TASKS).stdout
        assert "\x1b[" in run(folder, "force_color = yes", self.TASKS).stdout
        assert "\x1b[" not in run(folder, "force_color = yes\nnocolor = yes", self.TASKS).stdout

    def test_is_as_talkative_as_wanted(self, folder: Path) -> None:
        tasks = "- command: echo said"
        assert "said" not in run(folder, "", tasks).stdout
        assert "said" in run(folder, "verbosity = 1", tasks).stdout

    def test_is_in_the_log_too(self, folder: Path) -> None:
        ran = run(folder, "log_path = run.log", self.TASKS, "-e", "password=hunter22")
        log = (folder / "run.log").read_text()
        assert ran.stdout in log
        assert " opsengine run p.yml -e ...\n" in log

    def test_of_a_diff_has_as_many_lines_around_it_as_wanted(self, folder: Path) -> None:
        (folder / "f").write_text("".join(f"line {number}\n" for number in range(20)))
        tasks = "- {lineinfile: {path: f, regexp: '^line 10$', line: new}}"
        diff = run(folder, "[diff]\nalways = yes\ncontext = 1", tasks, "--check").stdout
        assert ("line 9" in diff, "line 8" in diff) == (True, False)

    def test_of_a_long_text_is_its_size(self, folder: Path) -> None:
        (folder / "f").write_text("some text\n" * 20)
        shown = run(folder, "max_diff_size = 100", "- {copy: {dest: f, content: short}}", "--check", "--diff").stdout
        assert ("some text" in shown, "200 characters, more than max_diff_size" in shown) == (False, True)


class TestAPlay:
    def test_ends_for_all_where_any_error_is_fatal(self, folder: Path) -> None:
        tasks = "- {fail: , when: inventory_hostname == 'a'}\n- {copy: {content: x, dest: '{{ inventory_hostname }}'}}"
        inventory = ("-i", "a,b,", "-c", "local")
        (folder / "p.yml").write_text("")
        run(folder, "any_errors_fatal = yes", tasks, *inventory)
        self.everywhere(folder)
        assert not (folder / "b").exists()
        (folder / "ansible.cfg").unlink()
        self.everywhere(folder)
        assert (folder / "b").exists()

    @staticmethod
    def everywhere(folder: Path) -> None:
        """Run the playbook on the hosts a and b."""
        text = (folder / "p.yml").read_text()
        (folder / "p.yml").write_text(text.replace("hosts: localhost", "hosts: all"))
        command(folder, "run", "p.yml", "-i", "a,b,", "-c", "local")

    def test_tells_nothing_where_nothing_is_to_be_logged(self, folder: Path) -> None:
        tasks = "- command: echo hidden\n- {command: echo shown, no_log: false}"
        shown = run(folder, "no_log = True", tasks, "-v").stdout
        assert ("hidden\n" in shown, "shown\n" in shown) == (False, True)

    def test_may_notify_handlers_that_there_are_not(self, folder: Path) -> None:
        tasks = "- {command: echo a, notify: nobody}"
        assert 4 == run(folder, "", tasks).returncode
        ran = run(folder, "error_on_missing_handler = no", tasks)
        assert (0, True) == (ran.returncode, "there is no handler `nobody` in this play" in ran.stdout)

    def test_goes_on_while_tasks_with_async_run(self, folder: Path) -> None:
        tasks = "- {command: sleep 0.1, async: 5, register: job}\n- {debug: {msg: '{{ job.finished }}'}}"
        assert "true" in run(folder, "", tasks).stdout
        assert "false" in run(folder, "poll_interval = 0", tasks).stdout

    def test_finds_roles_in_the_folders_of_the_setting(self, folder: Path) -> None:
        (folder / "more/r/tasks").mkdir(parents=True)
        (folder / "more/r/tasks/main.yml").write_text("- debug: {msg: from the role}\n")
        ran = run(folder, "roles_path = nowhere:more", "- include_role: {name: r}")
        assert "from the role" in ran.stdout
        assert 0 == command(folder, "lint", "p.yml").returncode

    def test_may_use_further_extensions_of_jinja2(self, folder: Path) -> None:
        tasks = "- debug: {msg: '{% debug %}'}"
        assert "'filters'" in run(folder, "jinja2_extensions = jinja2.ext.debug", tasks).stdout
        refused = run(folder, "jinja2_extensions = jinja2.ext.nothing", tasks)
        assert (5, True) == (refused.returncode, "ANSIBLE_JINJA2_EXTENSIONS" in refused.stderr)

    def test_merges_mappings_of_all_levels(self, folder: Path) -> None:
        (folder / "group_vars").mkdir()
        (folder / "group_vars/all.yml").write_text("d: {all: 1, deep: {a: 1}}\n")
        (folder / "v.yml").write_text("d: {file: '{{ 2 }}', deep: {b: 2}}\n")
        head = "  vars_files: [v.yml]\n  vars: {d: {play: 3, deep: {c: 3}}}\n"
        tasks = '- {debug: {msg: "{{ d | dictsort | string }}"}, vars: {d: {task: 4}}}'
        merged = run(folder, "hash_behaviour = merge", tasks, "-e", "{d: {extra: 5}}", head=head).stdout
        expected = (
            "[('all', 1), ('deep', {'a': 1, 'c': 3, 'b': 2}), ('extra', 5), ('file', 2), ('play', 3), ('task', 4)]"
        )
        assert expected in merged.replace("\n", "")
        assert "[('task', 4)]" in run(folder, "", tasks, head=head).stdout


class TestAFile:
    def test_that_gives_a_key_twice_is_what_the_setting_says(self, folder: Path) -> None:
        (folder / "v.yml").write_text("a: 1\na: 2\n")
        head = "  vars_files: [v.yml]\n"
        for setting, code, said in (
            ("warn", 0, "given twice, the last"),
            ("error", 4, "given twice"),
            ("ignore", 0, ""),
        ):
            ran = run(folder, f"duplicate_dict_key = {setting}", "- debug: {var: a}", head=head)
            assert (code, bool(said)) == (ran.returncode, "given twice" in ran.stderr)
            assert said in ran.stderr

    def test_may_hold_the_passwords(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (folder / "login").write_text("hunter22\n")
        (folder / "become.sh").write_text("#!/bin/sh\necho hunter33\n")
        (folder / "become.sh").chmod(0o755)
        (folder / "ansible.cfg").write_text("[defaults]\nconnection_password_file = login\n")
        monkeypatch.chdir(folder)
        monkeypatch.setenv("ANSIBLE_BECOME_PASSWORD_FILE", "become.sh")
        config.cache_clear()
        assert ("hunter22", "hunter33") == self.passwords({})
        given = {"connection_password_file": "become.sh", "become_password_file": "login"}
        assert ("hunter33", "hunter22") == self.passwords(given)
        config.cache_clear()

    @staticmethod
    def passwords(values: dict[str, Any]) -> tuple[str, str]:
        found = connection_variables(values)
        return found["ansible_password"], found["ansible_become_password"]

    def test_of_a_password_that_cannot_be_is_refused(self, folder: Path) -> None:
        (folder / "empty").touch()
        for name, expected in (("empty", "is empty"), ("none", "cannot be read: No such file")):
            refused = run(folder, f"become_password_file = {name}", "- ping:")
            assert (5, True) == (refused.returncode, expected in refused.stderr)


class TestExec:
    def test_runs_the_module_of_the_setting(self, folder: Path) -> None:
        (folder / "ansible.cfg").write_text("[defaults]\nmodule_name = debug\nmodule_args = msg=from-settings\n")
        assert "from-settings" in command(folder, "exec", "localhost").stdout
        assert "msg=x" in command(folder, "exec", "localhost", "-m", "command", "-a", "echo msg=x").stdout


class TestTheInventory:
    def test_is_ansibles_usual_one_where_nothing_is_said(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("ANSIBLE_INVENTORY", raising=False)
        monkeypatch.chdir(folder)
        monkeypatch.setattr(options, "USUAL_INVENTORY", str(folder / "hosts"))
        config.cache_clear()
        assert () == options.inventory_sources(())
        (folder / "hosts").touch()
        assert (str(folder / "hosts"),) == options.inventory_sources(())
        assert ("web,",) == options.inventory_sources(("web,",))
        config.cache_clear()


class TestTheLimit:
    def test_that_leaves_no_host_is_refused(self, folder: Path) -> None:
        (folder / "p.yml").write_text("- hosts: all\n  tasks: []\n")
        refused = command(folder, "run", "p.yml", "-i", "a,b,", "-l", "c")
        assert (5, True) == (refused.returncode, "no host is left: none of the inventory's 2 matches" in refused.stderr)
        assert 0 == command(folder, "run", "p.yml", "-i", "a,b,", "-l", "a", "--list-hosts").returncode

    def test_with_a_name_that_matches_nothing_is_what_the_setting_says(self, folder: Path) -> None:
        (folder / "p.yml").write_text("- hosts: all\n  tasks: []\n")
        words = ("run", "p.yml", "-i", "a,b,", "-l", "a,c", "--list-hosts")
        for setting, code, said in (("warning", 0, True), ("ignore", 0, False), ("error", 4, True)):
            ran = command(folder, *words, ANSIBLE_HOST_PATTERN_MISMATCH=setting)
            assert (code, said) == (ran.returncode, "no host or group matches `c`" in ran.stderr)
