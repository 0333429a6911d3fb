from __future__ import annotations

import ast
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsengine.errors import InputError
from opsengine.inventory.ini import literal
from opsengine.inventory.load import load_inventory
from opsengine.source.text import Origin, Text, TextDict, TextList

from .conftest import Load, Problems

HERE = Origin("hosts.ini", 1, 1)


class TestAHostLine:
    def test_gives_its_variables_their_types(self, load: Load) -> None:
        host = load("h1 a=1 b=yes c=True d='two words' e=[1,2]\n").hosts["h1"]
        assert {"a": 1, "b": "yes", "c": True, "d": "two words", "e": [1, 2]} == host.vars

    def test_gives_strings_the_place_where_they_stand(self, load: Load) -> None:
        host = load("\n  h1 a=1  name=web1 quoted='a b'\n").hosts["h1"]
        assert Origin("hosts.ini", 2, 3) == host.origin
        assert Origin("hosts.ini", 2, 16) == host.vars["name"].origin
        assert Origin("hosts.ini", 2, 28) == host.vars["quoted"].origin

    def test_knows_where_a_variable_was_set_last(self, load: Load) -> None:
        variables = load("[a]\nh1 x=1\n[b]\nh1 x=2\n").hosts["h1"].vars
        assert isinstance(variables, TextDict)
        assert Origin("hosts.ini", 4, 4) == variables.origin_of("x")

    def test_makes_templates_of_its_strings_and_of_those_in_lists(self, load: Load) -> None:
        variables = load("h1 a='{{ b }}' l=\"['{{ c }}']\"\n").hosts["h1"].vars
        assert [True, True] == [variables["a"].is_template, variables["l"][0].is_template]

    def test_may_stand_for_many_hosts(self, load: Load) -> None:
        inventory = load("web[01:03]:2222 a=1\n")
        assert {"web01", "web02", "web03"} == inventory.hosts.keys()
        assert [{"ansible_port": 2222, "a": 1}] * 3 == [host.vars for host in inventory.hosts.values()]

    def test_may_follow_a_byte_order_mark(self, load: Load) -> None:
        assert ["h1"] == list(load("\ufeffh1\n").hosts)

    def test_ends_where_a_comment_begins(self, load: Load) -> None:
        assert {"a": 1} == load("h1 a=1 # b=2\n").hosts["h1"].vars


class TestASection:
    def test_may_name_children_that_are_defined_later(self, load: Load) -> None:
        inventory = load("[prod:children]\nweb\ndb\n[db]\nd1\n[web]\nw1\n")
        assert ["d1", "w1"] == [host.name for host in inventory.groups["prod"].members()]

    def test_gives_a_group_variables_to_the_end_of_the_line(self, load: Load) -> None:
        variables = load("[web]\nw1\n[web:vars]\n  motd =  two words # kept\nport = 80 # not kept\n").groups["web"].vars
        assert {"motd": "two words # kept", "port": 80} == variables
        assert Origin("hosts.ini", 4, 11) == variables["motd"].origin

    def test_warns_of_a_group_name_that_no_expression_can_hold(self, load: Load) -> None:
        with pytest.warns(UserWarning, match=r"hosts.ini:1:1: group `web-1`: - cannot be written"):
            load("[web-1]\nh1\n")

    def test_warns_of_a_name_that_is_both_a_host_and_a_group(self, load: Load) -> None:
        with pytest.warns(UserWarning, match=r"hosts.ini:2:1: `web` is both a host and a group \(hosts.ini:1:1\)"):
            load("[web]\nweb\n")


class TestAWrongFile:
    def test_is_reported_whole(self, problems: Problems) -> None:
        assert [
            "hosts.ini:1:4: expected a variable (name=value), found `b`\n"
            "  hint: one host a line; a value with spaces must be quoted",
            "hosts.ini:2:1: section [web:varz]: expected one of hosts, vars, children after the colon, found `varz`\n"
            "  hint: did you mean `vars`?",
            "hosts.ini:5:1: `[a b]` is not a section\n  hint: sections look like [web], [web:vars] or [web:children]",
            "hosts.ini:9:1: section [prod:children] names group `dbb`, which is not defined\n"
            "  hint: did you mean `db`?",
            "hosts.ini:10:1: section [gone:vars] names group `gone`, which is not defined\n"
            "  hint: add a section [gone]",
        ] == problems(
            "h1 b\n[web:varz]\nthese = lines\nare skipped\n[a b]\n[db]\nh2\n[prod:children]\ndbb\n[gone:vars]\na=1\n"
        )

    @pytest.mark.parametrize(
        ("content", "expected"),
        [
            ("h1 a='b\n", "no closing quotation"),
            ("h1:\n", "a colon must be followed by a port"),
            ("---\n", "`---` begins YAML"),
            ("web[1\n", "a bracket is not closed"),
            ("''\n", "the name of a host is empty"),
            ("[g:vars]\nno equals\n[g]\n", "expected a variable (name=value), found `no equals`"),
            ("[g:children]\ntwo words\n", "expected the name of a group, found `two words`"),
            ("[g:children]\ng\n", "group `g` cannot contain itself"),
            ("[a:children]\nb\n[b:children]\na\n", "group `b` cannot contain `a`: `a` contains `b` already"),
            ("[g]\n[g:vars]\nansible_group_priority=high\n", "must be a whole number, found `high`"),
        ],
    )
    def test_says_what_is_wrong(self, problems: Problems, content: str, expected: str) -> None:
        (problem,) = problems(content)
        assert expected in problem

    def test_may_be_latin_1_in_comments_only(self, load: Load, problems: Problems, tmp_path: Path) -> None:
        (tmp_path / "sub").mkdir()
        (tmp_path / "sub" / "hosts.ini").write_bytes("# Größe\nh1\n".encode("latin-1"))
        load("h2\n")
        assert ["h1"] == list(load_inventory(["sub"]).hosts)
        (tmp_path / "sub" / "hosts.ini").write_bytes("h1\nh2 a=Größe\n".encode("latin-1"))
        with pytest.raises(InputError, match=r"sub/hosts\.ini:2:1: not UTF-8 text"):
            load_inventory(["sub"])


class TestALiteral:
    @pytest.mark.parametrize(
        ("written", "expected"),
        [
            ("1", 1),
            ("-1.5", -1.5),
            ("None", None),
            ("False", False),
            ("false", "false"),
            ("0644", "0644"),
            ("10.0.0.1", "10.0.0.1"),
            ("'1'", "1"),
            ("(1, {2})", [1, [2]]),
            ("{'a': {'b': 1}}", {"a": {"b": 1}}),
            ("{[]: 1}", "{[]: 1}"),
            ("1 # note", 1),
            ("", ""),
            ("...", "..."),
            ("2j", "2j"),
        ],
    )
    def test_is_pythons_or_else_the_text(self, written: str, expected: object) -> None:
        value = literal(written, HERE)
        assert expected == value
        assert type(expected) in (type(value), *type(value).__mro__)

    def test_of_bytes_is_data_and_never_a_template(self) -> None:
        assert type(literal("b'{{ a }}'", HERE)) is str

    def test_knows_its_place_in_every_part(self) -> None:
        value = literal("{'a': ['x']}", HERE)
        assert isinstance(value, TextDict)
        assert isinstance(value["a"], TextList)
        assert HERE == value["a"][0].origin

    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
            max_leaves=8,
        )
    )
    def test_survives_being_written_by_python(self, value: object) -> None:
        assert value == literal(repr(value), HERE)

    @given(st.from_regex(r"[abT_][az_019./:@-]*", fullmatch=True) | st.sampled_from(["True", "None", "1", "-1", "1.5"]))
    def test_of_one_plain_word_is_what_the_slow_way_finds(self, word: str) -> None:
        try:
            expected = ast.literal_eval(word)
        except (ValueError, SyntaxError):
            expected = Text(word, HERE)
        assert expected == literal(word, HERE)
