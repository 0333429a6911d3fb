"""What comparing with ansible-core does not show: order, errors, marks, and the filters of community.general."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import Any

import jinja2
import pytest

from opsengine.errors import TemplateError
from opsengine.source.text import Text
from opsengine.templating.filters import all_filters
from opsengine.templating.tests import all_tests
from opsengine.templating.undefined import Missing


def render(expression: str, **variables: Any) -> Any:
    environment = jinja2.Environment(undefined=Missing)
    environment.filters, environment.tests = all_filters(), all_tests()
    return environment.compile_expression(expression, undefined_to_none=False)(**variables)


class TestSets:
    def test_keep_the_order_of_their_lists(self) -> None:
        one, other = ["d", "b", "a", "b"], ["c", "a", "d"]
        assert ["d", "b", "a", "c"] == render("one | union(other)", one=one, other=other)
        assert ["d", "a"] == render("one | intersect(other)", one=one, other=other)
        assert ["b"] == render("one | difference(other)", one=one, other=other)
        assert ["b", "c"] == render("one | symmetric_difference(other)", one=one, other=other)


class TestEveryFilter:
    def test_is_known_by_its_full_name_too(self) -> None:
        short = {name for name in all_filters() if "." not in name}
        full = {name.rpartition(".")[2] for name in all_filters() if "." in name}
        assert short == full
        assert all_filters()["combine"] is all_filters()["ansible.builtin.combine"]

    def test_names_itself_in_its_errors(self) -> None:
        with pytest.raises(
            TemplateError, match=r"filter plugin 'ansible\.builtin\.from_json' failed: .* text, got int"
        ):
            render("5 | from_json")
        with pytest.raises(TemplateError, match=r"The filter plugin 'ansible\.builtin\.zip' failed: "):
            render("[1] | zip(5)")

    def test_does_not_show_the_value_it_refuses(self) -> None:
        for expression in ("secret | dict2items", "secret | combine({})", "secret | log", "secret | from_json"):
            with pytest.raises(TemplateError) as caught:
                render(expression, secret="tellnoone")
            assert "tellnoone" not in str(caught.value)

    def test_lets_the_undefined_through(self) -> None:
        for name in ("upper", "combine", "b64encode", "regex_replace('a', 'b')", "ipaddr", "map('upper')"):
            assert "x" == render(f"nope | {name} | default('x')")

    def test_gives_plain_text_for_text_of_a_file(self) -> None:
        for name in ("regex_replace('x', 'y')", "path_join", "quote", "to_nice_yaml", "b64encode", "split | first"):
            value = render(f"[text | {name}]", text=Text("some text"))[0]
            assert type(value) is str

    def test_imports_nothing_heavy_before_it_is_used(self) -> None:
        program = (
            "import sys, jinja2.filters; before = set(sys.modules)\n"
            "from opsengine.templating.filters import all_filters; all_filters()\n"
            "from opsengine.templating.tests import all_tests; all_tests()\n"
            "from opsengine.templating.lookups import all_lookups; all_lookups()\n"
            "print(*sorted(set(sys.modules) - before))"
        )
        loaded = set(subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stdout.split())
        assert "opsengine.templating.filters.sets" in loaded
        heavy = {"yaml", "urllib.request", "ipaddress", "ssl", "subprocess", "bcrypt", "csv", "configparser", "uuid"}
        assert not heavy & loaded


class TestVault:
    def test_is_opened_with_its_own_password(self) -> None:
        assert "x" == render("'x' | vault('secret') | unvault('secret')")

    def test_is_not_opened_with_another(self) -> None:
        with pytest.raises(TemplateError, match="password is wrong"):
            render("'x' | vault('secret') | unvault('other')")


class TestCommunityGeneral:
    @pytest.mark.parametrize(
        ("expression", "expected"),
        [
            ("'v' | community.general.dict_kv('k')", {"k": "v"}),
            ("[['a', 1], ['b', 2]] | community.general.dict", {"a": 1, "b": 2}),
            ("['a', 'b', 'a'] | community.general.counter", {"a": 2, "b": 1}),
            ("[{'n': 'a', 'x': 1}] | community.general.groupby_as_dict('n')", {"a": {"n": "a", "x": 1}}),
            ("[1, 2, 2] | lists_union([3, 1])", [1, 2, 3]),
            ("[1, 2] | lists_intersect([2, 3], [2])", [2]),
            ("[1, 2, 3] | lists_difference([2], [3])", [1]),
            ("[1, 2] | lists_symmetric_difference([2, 3])", [1, 3]),
            ("[[1, 2], [2, 3]] | lists_union(flatten=true)", [1, 2, 3]),
            (
                "[{'n': 'b', 'x': 1}, {'n': 'a'}] | lists_mergeby([{'n': 'b', 'y': 2}], 'n')",
                [{"n": "a"}, {"n": "b", "x": 1, "y": 2}],
            ),
            (
                "[{'n': 1, 'l': [1]}] | lists_mergeby([{'n': 1, 'l': [2]}], 'n', list_merge='append')",
                [{"n": 1, "l": [1, 2]}],
            ),
            ("[{'ab': 1, 'c': 2}] | keep_keys(target=['c'])", [{"c": 2}]),
            ("[{'ab': 1, 'c': 2}] | keep_keys(target='a', matching_parameter='starts_with')", [{"ab": 1}]),
            ("[{'ab': 1, 'c': 2}] | remove_keys(target='^a', matching_parameter='regex')", [{"c": 2}]),
            ("'test' | crc32", "d87f7e0c"),
            ("['1.10', '1.9', '1.2'] | version_sort", ["1.2", "1.9", "1.10"]),
            ("'1h 30m' | to_seconds", 5400.0),
            ("'1w 3d' | to_days", 10.0),
            ("'30min' | to_hours", 0.5),
            ("'90000ms' | to_minutes", 1.5),
            ("'e\u0301' | unicode_normalize", "\u00e9"),
        ],
    )
    def test_gives(self, expression: str, expected: Any) -> None:
        assert expected == render(expression)

    def test_fills_up_mac_addresses(self) -> None:
        assert re.fullmatch(r"52:54:00(:[0-9a-f]{2}){3}", render("'52:54:00' | random_mac"))
        seeds = [render("'52:54' | random_mac(seed=s)", s=seed) for seed in ("a", "a", "b")]
        assert seeds[0] == seeds[1] != seeds[2]

    def test_json_query_says_what_it_needs(self) -> None:
        try:
            import jmespath  # noqa: F401
        except ImportError:
            with pytest.raises(TemplateError, match="package `jmespath`"):
                render("{'a': 1} | community.general.json_query('a')")
        else:
            assert 1 == render("{'a': 1} | community.general.json_query('a')")

    def test_refuses_lengths_of_time_that_are_none(self) -> None:
        with pytest.raises(TemplateError, match="no length of time"):
            render("'5 parsecs' | to_hours")
