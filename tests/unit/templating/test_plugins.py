"""Filters and tests that a project brings along."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from opsengine.errors import InputError, TemplateError
from opsengine.source.text import Text
from opsengine.templating.functions import equipped_engine
from opsengine.templating.plugins import plugins_of
from opsengine.templating.scope import Scope

FILTERS = """
    from ansible.errors import AnsibleFilterError
    from ansible.module_utils.common.text.converters import to_text

    def loud(value, mark="!"):
        if not value:
            raise AnsibleFilterError("nothing to shout")
        return to_text(value).upper() + mark

    class FilterModule(object):
        def filters(self):
            return {"loud": loud}
"""
TESTS = """
    class TestModule:
        def tests(self):
            return {"even": lambda value: value % 2 == 0}
"""


def written(folder: Path, name: str, content: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(textwrap.dedent(content))
    return path


class TestAPluginOfAProject:
    def test_is_a_filter_as_any_other(self, tmp_path: Path) -> None:
        written(tmp_path, "filter_plugins/shout.py", FILTERS)
        engine = equipped_engine()
        engine.add(plugins_of(tmp_path, "filter"), {}, {})
        scope = Scope(engine, [{"word": "ahoy"}])
        assert "AHOY?" == engine.render(Text("{{ word | loud('?') }}"), scope)
        assert "none" == engine.render(Text("{{ missing | loud | default('none') }}"), scope)
        with pytest.raises(TemplateError, match="The filter plugin 'loud' failed: nothing to shout"):
            engine.render(Text("{{ '' | loud }}"), scope)

    def test_is_a_test_as_any_other(self, tmp_path: Path) -> None:
        written(tmp_path, "test_plugins/numbers.py", TESTS)
        engine = equipped_engine()
        engine.add({}, plugins_of(tmp_path, "test"), {})
        assert [2, 4] == engine.render(Text("{{ [1, 2, 3, 4] | select('even') }}"), Scope(engine, []))

    @pytest.mark.parametrize(
        "content, place, expected",
        [
            ("def loud(:\n", 1, "SyntaxError"),
            ("import os\nimport no_such_module\n", 2, "no_such_module"),
            ("class FilterModule:\n    def filters(self):\n        return 1 / 0\n", 3, "ZeroDivisionError"),
        ],
    )
    def test_that_cannot_be_loaded_is_told_with_its_place(
        self, tmp_path: Path, content: str, place: int, expected: str
    ) -> None:
        path = written(tmp_path, "filter_plugins/broken.py", content)
        with pytest.raises(InputError, match=expected) as caught:
            plugins_of(tmp_path, "filter")
        assert caught.value.origin is not None
        assert (str(path), place) == (caught.value.origin.file, caught.value.origin.line)

    def test_needs_no_ansible_core(self, tmp_path: Path) -> None:
        written(tmp_path, "filter_plugins/shout.py", FILTERS)
        code = f"""
            import sys
            import importlib.util
            found = importlib.util.find_spec
            importlib.util.find_spec = lambda name, *rest: None if name == "ansible" else found(name, *rest)
            from pathlib import Path
            from opsengine.templating.plugins import plugins_of
            loud = plugins_of(Path({str(tmp_path)!r}), "filter")["loud"]
            print(loud("ahoy"), sys.modules["ansible.errors"].AnsibleError.__module__)
        """
        said = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=False
        )
        assert "AHOY! opsengine.templating.ansible_names\n" == said.stdout, said.stderr

    def test_is_found_beside_the_playbook_and_in_its_roles(self, tmp_path: Path) -> None:
        written(tmp_path, "filter_plugins/shout.py", FILTERS)
        written(tmp_path, "roles/r/test_plugins/numbers.py", TESTS)
        written(tmp_path, "roles/r/tasks/main.yml", "- assert: {that: [2 is even, \"'a' | loud == 'A!'\"]}\n")
        play = "- hosts: localhost\n  gather_facts: false\n  roles: [r]\n"
        playbook = written(tmp_path, "site.yml", play)
        command = [sys.executable, "-m", "opsengine", "run", str(playbook)]
        said = subprocess.run(command, capture_output=True, text=True, check=False)
        assert 0 == said.returncode, said.stdout + said.stderr
