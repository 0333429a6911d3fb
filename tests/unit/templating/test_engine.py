"""Templates: types kept, nothing rendered that a host returned, errors that name the place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from opsengine.errors import TemplateError, UndefinedVariable
from opsengine.source.text import COMMAND_LINE, Origin, Text
from opsengine.source.yaml import load_text
from opsengine.templating.engine import Engine, text_of_file
from opsengine.templating.environment import TemplateEnvironment
from opsengine.templating.functions import equipped_engine
from opsengine.templating.scope import Scope

HERE = Origin("site.yml", 3, 7)


def scope(yaml: str = "", **data: Any) -> Scope:
    return Scope(Engine(), [data, load_text(yaml, "vars.yml") or {}])


def render(template: str, of: Scope) -> Any:
    return of.engine.render(Text(template, HERE), of)


class TestATemplateThatIsOneExpression:
    @pytest.mark.parametrize("value", [5, 1.5, True, None, [1, 2], {"a": [1]}, "text"])
    def test_keeps_the_type(self, value: Any) -> None:
        assert value == render("{{ x }}", scope(x=value))
        assert type(value) is type(render("{{ x }}", scope(x=value)))

    def test_among_text_becomes_text(self) -> None:
        assert "a5b" == render("a{{ x }}b", scope(x=5))

    def test_that_is_none_among_text_is_nothing(self) -> None:
        assert "ab" == render("a{{ x }}b", scope(x=None))
        assert "ab" == render("a{{ none }}b", scope())


class TestATemplateInAVariable:
    def test_is_rendered_when_it_is_read(self) -> None:
        assert "hello you" == render("{{ greeting }}", scope("greeting: hello {{ who }}\nwho: you"))

    def test_that_is_broken_hurts_nobody_who_does_not_read_it(self) -> None:
        assert "fine" == render("{{ d.good }}", scope("d: {good: fine, bad: '{{ nowhere }}'}"))
        assert ["fine"] == render("{{ l[:1] }}", scope("l: [fine, '{{ nowhere }}']"))

    def test_behaves_like_a_plain_list_or_dict_in_filters(self) -> None:
        of = scope("l: ['{{ a }}', b]\na: x\nd: {k: '{{ a }}'}")
        assert "x,b" == render("{{ l | join(',') }}", of)
        assert ["x", "b", "c"] == render("{{ l + ['c'] }}", of)
        assert ["c", "x", "b"] == render("{{ ['c'] + l }}", of)
        assert [["k", "x"]] == render("{{ d | dictsort }}", of)
        assert {"k": "x", "n": 1} == render("{{ dict(d, n=1) }}", of)
        assert True is render("{{ 'x' in l }}", of)
        assert '["x", "b"]' == json.dumps(render("{{ l }}", of))

    def test_that_defines_itself_is_an_error(self) -> None:
        with pytest.raises(TemplateError, match="defined by itself: a -> b -> a"):
            render("{{ a }}", scope("a: '{{ b }}'\nb: '{{ a }}'"))


class TestATemplateThatChangesAValue:
    def test_changes_a_copy_of_the_variable(self) -> None:
        facts = {"packages": ["a"], "deep": {"list": [1]}}
        of = scope(facts=facts)
        assert ["a", "b"] == render("{% set _ = facts.packages.append('b') %}{{ facts.packages }}", of)
        assert [1, 2] == render("{% set _ = facts.deep.list.append(2) %}{{ facts.deep.list }}", of)
        assert {"packages": ["a"], "deep": {"list": [1]}} == facts == render("{{ facts }}", of)

    def test_may_change_what_it_made_itself(self) -> None:
        assert [0, 2] == render(
            "{% set l = [] %}{% for n in range(2) %}{{ l.append(n * 2) }}{% endfor %}{{ l }}", scope()
        )


class TestAVariableThatIsBroken:
    TEXT = "bad: \"{{ '{' | from_json }}\"\nlist: ['{{ bad }}', 1]"

    def broken(self) -> Scope:
        return Scope(equipped_engine(), [load_text(self.TEXT, "vars.yml")])

    def test_hurts_only_who_uses_it(self) -> None:
        assert [2, 1] == [render("{{ list | length }}", self.broken()), render("{{ list[1] }}", self.broken())]

    @pytest.mark.parametrize("template", ["{{ bad }}", "{{ bad | default(1) }}", "{{ bad is defined }}", "x{{ list }}"])
    def test_is_neither_defined_nor_undefined(self, template: str) -> None:
        with pytest.raises(TemplateError, match=r"vars\.yml:1:6: The filter .*from_json' failed"):
            render(template, self.broken())


class TestAnImportedTemplate:
    def test_is_worked_out_for_each_host(self, tmp_path: Path) -> None:
        (tmp_path / "m.j2").write_text("{% set name = lookup('vars', 'name') %}")
        engine = equipped_engine()
        scopes = [Scope(engine, [{"name": name, "playbook_dir": str(tmp_path)}]) for name in ("h1", "h2")]
        assert ["h1", "h2"] == [render("{% import 'm.j2' as m %}{{ m.name }}", of) for of in scopes]


class TestData:
    def test_is_never_rendered(self) -> None:
        assert "{{ 7 * 7 }}" == render("{{ x }}", scope(x="{{ 7 * 7 }}"))
        assert "-{{ 7 * 7 }}-" == render("-{{ x }}-", scope(x="{{ 7 * 7 }}"))
        assert ["{{ 7 * 7 }}"] == render("{{ x.stdout_lines }}", scope(x={"stdout_lines": ["{{ 7 * 7 }}"]}))

    def test_marked_unsafe_is_never_rendered(self) -> None:
        assert "{{ 7 * 7 }}" == render("{{ x }}", scope("x: !unsafe '{{ 7 * 7 }}'"))

    def test_that_a_template_gave_is_not_rendered_again(self) -> None:
        of = scope("outer: '{{ inner }}'", inner="{{ 7 * 7 }}")
        assert "{{ 7 * 7 }}" == render("{{ outer }}", of)
        assert type(render("{{ outer }}", of)) is str

    def test_cannot_reach_python(self) -> None:
        with pytest.raises(TemplateError):
            render("{{ x.__class__.__mro__[1].__subclasses__() }}", scope(x="text"))


class TestSomethingMissing:
    def test_names_the_place_and_the_nearest_name(self) -> None:
        with pytest.raises(UndefinedVariable) as raised:
            render("{{ prot }}", scope(port=1))
        assert "site.yml:3:7: 'prot' is undefined" in str(raised.value)
        assert "did you mean `port`?" in str(raised.value)

    def test_in_a_mapping_names_the_keys_there_are(self) -> None:
        with pytest.raises(
            UndefinedVariable, match="object of type 'dict' has no attribute 'hots'; there are: host, user"
        ):
            render("{{ db.hots }}", scope(db={"host": 1, "user": 2}))

    def test_is_told_where_the_variable_was_written(self) -> None:
        with pytest.raises(UndefinedVariable, match=r"vars\.yml:1:4: 'c' is undefined"):
            render("{{ a }}", scope("a: '{{ c }}'"))

    def test_may_be_given_a_default_at_any_depth(self) -> None:
        assert 1 == render("{{ a.b.c | default(1) }}", scope())
        assert False is render("{{ a.b is defined }}", scope())


class TestACondition:
    def holds(self, test: Any, of: Scope) -> bool:
        return of.engine.condition(test, of, COMMAND_LINE)

    def test_is_an_expression_without_braces(self) -> None:
        assert self.holds(Text("x == 5 and y is undefined"), scope(x=5))

    def test_may_begin_with_a_minus(self) -> None:
        assert self.holds(Text("-1 < x"), scope(x=0))

    def test_may_be_the_text_of_a_variable(self) -> None:
        assert self.holds(Text("{{ test }}"), scope("test: x == 5", x=5))

    def test_is_not_what_data_says(self) -> None:
        with pytest.raises(TemplateError, match="untrusted template or expression"):
            self.holds(Text("{{ test }}"), scope(test="1 == 1"))

    @pytest.mark.parametrize("nothing", [None, "", " "])
    def test_that_is_empty_is_an_error(self, nothing: str | None) -> None:
        with pytest.raises(TemplateError, match="Empty conditional expressions are not allowed"):
            self.holds(None if nothing is None else Text(nothing), scope())

    def test_that_is_a_list_holds_when_all_do(self) -> None:
        assert not self.holds([Text("true"), Text("false")], scope())

    def test_that_gives_neither_true_nor_false_is_an_error(self) -> None:
        with pytest.raises(TemplateError, match="not true or false"):
            self.holds(Text("x"), scope(x="no"))

    def test_never_comes_from_a_host(self) -> None:
        with pytest.raises(TemplateError, match="should be an expression"):
            self.holds("true", scope())


class TestATemplateFile:
    def rendered(self, text: str, of: Scope, **options: Any) -> str:
        return of.engine.render_file(text, "nginx.conf.j2", of, options)

    def test_gives_text_or_the_value_of_its_only_expression(self) -> None:
        assert "x 5\n" == self.rendered("x {{ x }}\n", scope(x=5))
        assert 5 == self.rendered("{{ x }}\n", scope(x=5))
        assert ["", "5", "[1]"] == [text_of_file(value) for value in (None, 5, [1])]

    def test_trims_lines_of_blocks(self) -> None:
        assert "a\nb\n" == self.rendered("{% for i in l %}\n{{ i }}\n{% endfor %}\n", scope(l=["a", "b"]))

    def test_takes_other_delimiters(self) -> None:
        options = {"variable_start_string": "[[", "variable_end_string": "]]"}
        assert "5 {{ x }}" == self.rendered("[[ x ]] {{ x }}", scope(x=5), **options)

    def test_names_the_line_of_an_error(self) -> None:
        with pytest.raises(UndefinedVariable, match=r"nginx\.conf\.j2:3:1: 'port' is undefined"):
            self.rendered("a\n{# note #}\nlisten {{ port }};\n", scope())
        with pytest.raises(TemplateError, match=r"nginx\.conf\.j2:2:1: Syntax error in template"):
            self.rendered("a\n{% if %}\n", scope())


def watch_compiler(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The sources that are parsed from now on."""
    compiled: list[str] = []
    original = TemplateEnvironment._tokenize

    def tokenize(self: TemplateEnvironment, source: str, *names: Any, **options: Any) -> Any:
        compiled.append(source)
        return original(self, source, *names, **options)

    monkeypatch.setattr(TemplateEnvironment, "_tokenize", tokenize)
    return compiled


class TestATemplateString:
    def test_is_compiled_once_however_many_hosts_render_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        engine, compiled = Engine(), watch_compiler(monkeypatch)
        for number in range(50):
            of = Scope(engine, [{"n": number, "t": Text("{{ n }}")}])
            assert number + 1 == engine.render(Text("{{ n + 1 }}"), of)
            assert engine.condition(Text("n + 1 > 0"), of, COMMAND_LINE)
            assert f"{number} {number}\n" == engine.render_file("{{ n }} {{ t }}\n", "a.j2", of, {}, ["."])
        assert ["{{ n + 1 }}", "n + 1 > 0", "{{ n }} {{ t }}\n"] == compiled

    def test_that_is_a_variable_or_no_template_needs_no_compiler(self, monkeypatch: pytest.MonkeyPatch) -> None:
        engine, compiled = Engine(), watch_compiler(monkeypatch)
        of = Scope(engine, [{"x": {"a": Text("b"), "c": [1, Text("d")]}}])
        assert {"a": "b", "c": [1, "d"]} == engine.render(Text("{{ x }}"), of)
        assert ["plain", 5, {"k": "v"}] == engine.render([Text("plain"), 5, {Text("k"): Text("v")}], of)
        assert [] == compiled
