from __future__ import annotations

import string

import pytest
from ansible.errors import AnsibleError
from ansible.parsing.utils.addresses import parse_address
from ansible.plugins.inventory import expand_hostname_range
from hypothesis import given
from hypothesis import strategies as st

from opsengine.errors import InputError
from opsengine.inventory.ranges import expand, expand_host, split_port

numbers = st.integers(0, 40)
steps = st.integers(1, 7)


class TestARange:
    @pytest.mark.parametrize(
        ("written", "expected"),
        [
            ("web", ["web"]),
            ("web[1:3]", ["web1", "web2", "web3"]),
            ("web[01:03].lan", ["web01.lan", "web02.lan", "web03.lan"]),
            ("web[0:9:4]", ["web0", "web4", "web8"]),
            ("[:1]x", ["0x", "1x"]),
            ("db-[a:c]", ["db-a", "db-b", "db-c"]),
            ("r[1:2]n[a:b]", ["r1na", "r1nb", "r2na", "r2nb"]),
        ],
    )
    def test_stands_for_every_name_in_it(self, written: str, expected: list[str]) -> None:
        assert expected == expand(written)

    @given(first=numbers, length=numbers, step=steps, width=st.integers(1, 4), head=st.text(string.ascii_lowercase))
    def test_of_numbers_is_ansibles(self, first: int, length: int, step: int, width: int, head: str) -> None:
        begin, end = str(first).zfill(width), str(first + length).zfill(width)
        if begin[0] == "0" and len(begin) > 1 and len(begin) != len(end):
            return
        written = f"{head}[{begin}:{end}:{step}]-x"
        assert expand_hostname_range(written) == expand(written)

    @given(bounds=st.lists(st.sampled_from(string.ascii_letters), min_size=2, max_size=2), step=steps, more=numbers)
    def test_of_letters_is_ansibles(self, bounds: list[str], step: int, more: int) -> None:
        first, last = sorted(bounds, key=string.ascii_letters.index)
        written = f"h[{first}:{last}:{step}]n[0:{more}]"
        assert expand_hostname_range(written) == expand(written)

    def test_that_ends_before_it_begins_stands_for_nothing_and_warns(self) -> None:
        with pytest.warns(UserWarning, match="ends before it begins"):
            assert [] == expand("web[3:1]")

    @pytest.mark.parametrize(
        ("written", "expected"),
        [
            ("web[1]", "[1] is not a range"),
            ("web[1:]", "has no end"),
            ("web[1:2:0]", "the step of [1:2:0] must be"),
            ("web[1:b]", "neither from number to number"),
            ("web[aa:ad]", "neither from number to number"),
            ("web[01:100]", "write [01:100]"),
            ("web[c:a]", "ends before it begins"),
            ("web[1:2", "a bracket is not closed"),
        ],
    )
    def test_is_refused_with_the_reason(self, written: str, expected: str) -> None:
        with pytest.raises(InputError) as caught:
            expand(written)
        assert expected in str(caught.value)


class TestAHostWithAPort:
    @pytest.mark.parametrize(
        ("written", "expected"),
        [
            ("web", ("web", None)),
            ("web:22", ("web", 22)),
            ("web[1:3]:22", ("web[1:3]", 22)),
            ("[web]:22", ("web", 22)),
            ("10.0.0.1:22", ("10.0.0.1", 22)),
            ("[::1]:22", ("::1", 22)),
            ("2001:db8::1", ("2001:db8::1", None)),
            ("fe80::[1:f]", ("fe80::[1:f]", None)),
            ("web:db", None),
            ("web*", None),
            ("web-", None),
            ("", None),
        ],
    )
    def test_is_taken_apart(self, written: str, expected: tuple[str, int | None] | None) -> None:
        assert expected == split_port(written)

    @given(st.text("ab1[]:.-_*!&f", max_size=9))
    def test_is_taken_apart_as_ansible_does(self, written: str) -> None:
        try:
            expected = parse_address(written, allow_ranges=True)
        except AnsibleError:
            expected = None
        assert expected == split_port(written)

    def test_keeps_an_address_that_ends_with_colons(self) -> None:
        assert (["fe80::"], None) == expand_host("fe80::")
