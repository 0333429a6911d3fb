"""
The same expressions through ansible-core and through opsengine's tables: the results must be equal.

opsengine's side gets its variables in containers that render their items when read (as the engine's do), so a filter
that reaches past their methods shows here.
"""

from __future__ import annotations

import functools
import warnings
from typing import Any

import jinja2
import pytest
from ansible._internal._templating._engine import TemplateOptions
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar, trust_as_template

from opsengine.templating.filters import all_filters
from opsengine.templating.tests import all_tests
from tests.conformance.filter_cases import ANY_ORDER, EXPRESSIONS, FAILURES, VARIABLES


class Sealed:
    """What a lazy container really holds; to see one of these in a result means that its methods were not used."""

    def __init__(self, value: Any) -> None:
        self.value = value

    @functools.cache  # noqa: B019  (these live as long as one test)
    def read(self) -> Any:
        return lazy(self.value)


class LazyDict(dict[Any, Any]):
    def __getitem__(self, key: Any) -> Any:
        return super().__getitem__(key).read()

    def get(self, key: Any, default: Any = None) -> Any:
        return self[key] if key in self else default  # noqa: SIM401 - as the engine's own lazy dict

    def values(self) -> Any:
        return [self[key] for key in self]

    def items(self) -> Any:
        return [(key, self[key]) for key in self]

    def __eq__(self, other: object) -> bool:
        return plain(self) == plain(other)


class LazyList(list[Any]):
    def __iter__(self) -> Any:
        return (item.read() for item in super().__iter__())

    def __reversed__(self) -> Any:
        return (item.read() for item in super().__reversed__())

    def __getitem__(self, key: Any) -> Any:
        found = super().__getitem__(key)
        return [item.read() for item in found] if isinstance(key, slice) else found.read()

    def __contains__(self, value: Any) -> bool:
        return any(item == value for item in self)


class Undefined(jinja2.ChainableUndefined, jinja2.StrictUndefined):
    """As the engine's own: attributes of what is undefined are undefined, every use of it fails."""

    __str__ = __iter__ = __bool__ = __len__ = __eq__ = __ne__ = __hash__ = jinja2.Undefined._fail_with_undefined_error


def lazy(value: Any) -> Any:
    if isinstance(value, dict):
        return LazyDict({key: Sealed(item) for key, item in value.items()})
    if isinstance(value, list):
        return LazyList(Sealed(item) for item in value)
    return value


def plain(value: Any) -> Any:
    """The value in plain dicts, lists and strings; lists for tuples, which is how ansible-core gives them back."""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, dict):
        return {plain(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    assert not isinstance(value, Sealed)
    return value


@functools.cache
def templar() -> Templar:
    return Templar(loader=DataLoader(), variables=VARIABLES)


@functools.cache
def environment() -> jinja2.Environment:
    environment = jinja2.Environment(undefined=Undefined)
    environment.filters = all_filters()
    environment.tests = all_tests()
    return environment


def ansible(expression: str) -> Any:
    # Backslashes as in a template file; in a playbook ansible-core doubles them first.
    options = TemplateOptions(escape_backslashes=False)
    return templar()._engine.template(trust_as_template("{{ " + expression + " }}"), options=options)


def ours(expression: str) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        variables = {name: lazy(value) for name, value in VARIABLES.items()}
        value = environment().compile_expression(expression, undefined_to_none=False)(**variables)
        if isinstance(value, jinja2.Undefined):
            value._fail_with_undefined_error()
        return plain(value)


class TestAnExpression:
    @pytest.mark.parametrize("expression", EXPRESSIONS)
    def test_gives_what_ansible_gives(self, expression: str) -> None:
        # As text, so that the order of keys and the types of numbers count too.
        assert repr(plain(ansible(expression))) == repr(ours(expression))

    @pytest.mark.parametrize("expression", ANY_ORDER)
    def test_gives_what_ansible_gives_in_some_order(self, expression: str) -> None:
        assert sorted(ansible(expression), key=str) == sorted(ours(expression), key=str)

    @pytest.mark.parametrize("expression", FAILURES)
    def test_fails_where_ansible_fails(self, expression: str) -> None:
        with pytest.raises(Exception):  # noqa: B017  (of whatever class)
            ansible(expression)
        with pytest.raises(Exception):  # noqa: B017
            ours(expression)
