"""The examples of https://docs.ansible.com/ansible/latest/collections/ansible/utils/docsite/filters_ipaddr.html."""

from __future__ import annotations

from typing import Any

import pytest

from opsengine.errors import TemplateError
from opsengine.templating.filters import all_filters

VALUES = [
    "192.24.2.1",
    "host.fqdn",
    "::1",
    "192.168.32.0/24",
    "fe80::100/10",
    True,
    "",
    "42540766412265424405338506004571095040/64",
]
HOSTS = ["2001:db8:deaf:be11::ef3/64", "192.0.2.48/24", "127.0.0.1", "192.168.0.0/16"]


def ask(name: str, value: Any, *arguments: Any) -> Any:
    return all_filters()[f"ansible.utils.{name}"](value, *arguments)


class TestIpaddr:
    @pytest.mark.parametrize(
        ("value", "all_kinds", "four", "six"),
        [
            ("192.168.0.1", "192.168.0.1", "192.168.0.1", False),
            ("192.168.32.0/24", "192.168.32.0/24", "192.168.32.0/24", False),
            ("fe80::100/10", "fe80::100/10", False, "fe80::100/10"),
            (45443646733, "::a:94a7:50d", False, "::a:94a7:50d"),
            ("523454/24", "0.7.252.190/24", "0.7.252.190/24", False),
            ("localhost", False, False, False),
            (True, False, False, False),
            ("", False, False, False),
            (":", False, False, False),
            ("fe80:/10", False, False, False),
        ],
    )
    def test_keeps_what_is_an_address(self, value: Any, all_kinds: Any, four: Any, six: Any) -> None:
        assert [all_kinds, four, six] == [ask(name, value) for name in ("ipaddr", "ipv4", "ipv6")]

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("", ["192.24.2.1", "::1", "192.168.32.0/24", "fe80::100/10", "2001:db8:32c:faad::/64"]),
            ("host", ["192.24.2.1/32", "::1/128", "fe80::100/10"]),
            ("net", ["192.168.32.0/24", "2001:db8:32c:faad::/64"]),
            ("192.0.0.0/8", ["192.24.2.1", "192.168.32.0/24"]),
        ],
    )
    def test_chooses_from_a_list(self, query: str, expected: list[str]) -> None:
        assert expected == ask("ipaddr", VALUES, query)

    @pytest.mark.parametrize(
        ("number", "expected"),
        [
            ("0", ["192.168.32.0/24", "2001:db8:32c:faad::/64"]),
            ("1", ["192.168.32.1/24", "2001:db8:32c:faad::1/64"]),
            ("-1", ["192.168.32.255/24", "2001:db8:32c:faad:ffff:ffff:ffff:ffff/64"]),
            (200, ["192.168.32.200/24", "2001:db8:32c:faad::c8/64"]),
            ("-200", ["192.168.32.56/24", "2001:db8:32c:faad:ffff:ffff:ffff:ff38/64"]),
            ("400", ["2001:db8:32c:faad::190/64"]),
        ],
    )
    def test_gives_an_address_by_its_number(self, number: Any, expected: list[str]) -> None:
        assert expected == ask("ipaddr", ask("ipaddr", VALUES, "net"), number)

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("host/prefix", ["2001:db8:deaf:be11::ef3/64", "192.0.2.48/24", "127.0.0.1/32"]),
            ("address", ["2001:db8:deaf:be11::ef3", "192.0.2.48", "127.0.0.1"]),
            ("subnet", ["2001:db8:deaf:be11::/64", "192.0.2.0/24", "127.0.0.1/32", "192.168.0.0/16"]),
            ("prefix", [64, 24, 32, 16]),
            ("loopback", ["127.0.0.1"]),
            ("private", ["2001:db8:deaf:be11::ef3/64", "192.0.2.48/24", "127.0.0.1", "192.168.0.0/16"]),
        ],
    )
    def test_takes_host_and_prefix_apart(self, query: str, expected: list[Any]) -> None:
        assert expected == ask("ipaddr", HOSTS, query)

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("address", "192.0.2.48"),
            ("network", "192.0.2.0"),
            ("netmask", "255.255.255.0"),
            ("broadcast", "192.0.2.255"),
            ("hostmask", "0.0.0.255"),
            ("network/prefix", "192.0.2.0/24"),
            ("network_netmask", "192.0.2.0 255.255.255.0"),
            ("ip_netmask", "192.0.2.48 255.255.255.0"),
            ("ip/prefix", "192.0.2.48/24"),
            ("first_usable", "192.0.2.1"),
            ("last_usable", "192.0.2.254"),
            ("next_usable", "192.0.2.49"),
            ("previous_usable", "192.0.2.47"),
            ("range_usable", "192.0.2.1-192.0.2.254"),
            ("size", 256),
            ("size_usable", 254),
            ("int", "3221226032/24"),
            ("revdns", "48.2.0.192.in-addr.arpa."),
            ("type", "address"),
            ("version", 4),
            ("multicast", False),
            ("ipv6", "::ffff:192.0.2.48/120"),
        ],
    )
    def test_answers(self, query: str, expected: Any) -> None:
        assert expected == ask("ipaddr", "192.0.2.48/24", query)

    def test_reads_netmasks(self) -> None:
        assert "192.168.0.0/24" == ask("ipaddr", "192.168.0.0/255.255.255.0", "net")
        assert 24 == ask("ipaddr", "192.168.0.11/255.255.255.0", "prefix")

    def test_knows_the_peer_of_a_link(self) -> None:
        assert "192.168.122.10" == ask("ipaddr", "192.168.122.9/30", "peer")
        assert "192.168.0.1" == ask("ipaddr", "192.168.0.0/31", "peer")
        with pytest.raises(TemplateError, match="no peer"):
            ask("ipaddr", "192.168.122.8/30", "peer")

    def test_says_what_it_cannot_answer(self) -> None:
        with pytest.raises(TemplateError, match="no query `netmsk`") as caught:
            ask("ipaddr", "10.0.0.1", "netmsk")
        assert caught.value.hint == "did you mean `netmask`?"
        with pytest.raises(TemplateError, match="expected a network"):
            ask("ipaddr", "10.0.0.1", "range_usable")


class TestIpwrap:
    def test_puts_brackets_around_ipv6_only(self) -> None:
        expected = [
            "192.24.2.1",
            "host.fqdn",
            "[::1]",
            "192.168.32.0/24",
            "[fe80::100]/10",
            True,
            "",
            "[2001:db8:32c:faad::]/64",
        ]
        assert expected == ask("ipwrap", VALUES)


class TestIpsubnet:
    @pytest.mark.parametrize(
        ("value", "arguments", "expected"),
        [
            ("192.168.144.5", (), "192.168.144.5/32"),
            ("192.168.0.0/16", (), "192.168.0.0/16"),
            ("192.168.144.5/16", (), "192.168.0.0/16"),
            ("192.168.0.0/16", (20,), "16"),
            ("192.168.0.0/16", (20, 0), "192.168.0.0/20"),
            ("192.168.0.0/16", (20, -1), "192.168.240.0/20"),
            ("192.168.0.0/16", (20, 16), False),
            ("2600:1f1c:1b3:8f00::/56", (120, 0), "2600:1f1c:1b3:8f00::/120"),
            ("2600:1f1c:1b3:8f00::/56", (120, -1), "2600:1f1c:1b3:8fff:ffff:ffff:ffff:ff00/120"),
            ("192.168.144.5", (20,), "192.168.144.0/20"),
            ("192.168.144.5", (18, 0), "192.168.128.0/18"),
            ("192.168.144.5", (18, -1), "192.168.144.4/31"),
            ("192.168.144.5", ("192.168.0.0/16",), "36870"),
            ("192.168.144.5", ("192.168.144.0/24",), "6"),
            ("192.168.144.1/30", ("192.168.144.0/24",), "1"),
            ("192.168.144.16/30", ("192.168.144.0/24",), "5"),
            ("nope", (), False),
        ],
    )
    def test_cuts_networks(self, value: str, arguments: tuple[Any, ...], expected: Any) -> None:
        assert expected == ask("ipsubnet", value, *arguments)

    def test_refuses_what_lies_elsewhere(self) -> None:
        with pytest.raises(TemplateError, match="not in"):
            ask("ipsubnet", "10.0.0.1", "192.168.0.0/16")
        with pytest.raises(TemplateError, match="holds no subnets"):
            ask("ipsubnet", "192.168.0.0/16", 8)


class TestTheSmallOnes:
    def test_answer(self) -> None:
        assert "c0a80105" == ask("ip4_hex", "192.168.1.5")
        assert "c0:a8:01:05" == ask("ip4_hex", "192.168.1.5", ":")
        assert "10.1.1.200" == ask("nthhost", "10.1.1.0/24", 200)
        assert ask("nthhost", "10.1.1.0/24", 256) is False
        assert ask("network_in_network", "10.0.0.0/8", "10.1.1.0/24") is True
        assert ask("network_in_network", "10.0.0.0/8", "::1") is False
        assert ["192.168.0.0/23"] == ask("cidr_merge", ["192.168.0.0/24", "192.168.1.0/24"])
        assert "192.168.0.0/22" == ask("cidr_merge", ["192.168.0.0/24", "192.168.3.0/24"], "span")
