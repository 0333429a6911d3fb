"""
The address filters of ansible.utils, on Python's ipaddress.

https://docs.ansible.com/ansible/latest/collections/ansible/utils/docsite/filters_ipaddr.html says what they answer: the
value or what was asked for, and False where the value is no address or the question does not fit it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from opsengine.errors import TemplateError, near
from opsengine.templating.filters._plain import is_sequence

if TYPE_CHECKING:
    from ipaddress import IPv4Address, IPv4Interface, IPv6Address, IPv6Interface


class _Value:
    """An address with its prefix; `is_network` when it was written with one."""

    def __init__(self, interface: IPv4Interface | IPv6Interface, is_network: bool) -> None:
        self.interface = interface
        self.ip = interface.ip
        self.network: Any = interface.network
        self.size: int = interface.network.num_addresses
        self.prefix: int = interface.network.prefixlen
        self.is_network = is_network

    @property
    def is_first(self) -> bool:
        """Whether it is the first address of a network of several."""
        return self.size > 1 and self.ip == self.network.network_address

    @property
    def text(self) -> str:
        """The value in its usual form."""
        return str(self.interface) if self.is_network else str(self.ip)

    def usable(self) -> tuple[int, int]:
        """The first and last address that hosts may have, as numbers."""
        if not self.is_network:
            raise TemplateError(f"ipaddr: `{self.ip}` is an address, expected a network")
        edge = 0 if self.size <= 2 else 1
        return int(self.network.network_address) + edge, int(self.network.broadcast_address) - edge

    def at(self, number: int) -> IPv4Address | IPv6Address:
        """The address of a number, of the same version."""
        return type(self.ip)(number)

    def beside(self, step: int) -> str | None:
        """The usable address before or after, where there is one."""
        first, last = self.usable()
        number = int(self.ip) + step
        return str(self.at(number)) if self.size > 1 and first <= number <= last else None


def _read(value: Any, version: int | None) -> _Value | None:
    import ipaddress

    text = str(value)
    address, slash, prefix = text.partition("/")
    try:
        if address.isdigit():
            number = int(address)
            # A number is IPv4 where it can be, unless IPv6 is asked for; with a prefix, whatever is asked for.
            six = number > 0xFFFFFFFF or (version == 6 and not slash)
            ip: Any = ipaddress.IPv6Address(number) if six else ipaddress.IPv4Address(number)
            text = f"{ip}{slash}{prefix}"
        return _Value(ipaddress.ip_interface(text), bool(slash))
    except ValueError:
        return None


def _host_prefix(value: _Value) -> str | None:
    edges = (value.network.network_address, value.network.broadcast_address)
    return None if value.size > 2 and value.ip in edges else f"{value.ip}/{value.prefix}"


def _address(value: _Value) -> str | None:
    return None if value.is_first and value.size > 2 and value.ip.version == 4 else str(value.ip)


def _host(value: _Value) -> str | None:
    return None if value.is_first and value.size > 2 else f"{value.ip}/{value.prefix}"


def _inner(value: _Value, other: Any, between: str) -> str | None:
    return f"{value.ip}{between}{other}" if value.size == 2 or (value.size > 1 and not value.is_first) else None


def _peer(value: _Value) -> str:
    value.usable()
    if value.size == 2:
        return str(value.at(int(value.ip) ^ 1))
    if value.size != 4 or int(value.ip) % 4 in (0, 3):
        raise TemplateError(f"ipaddr: `{value.interface}` has no peer", hint="a peer is one of two hosts in /30 or /31")
    return str(value.at(int(value.ip) ^ 3))


def _range(value: _Value) -> str | None:
    first, last = value.usable()
    return f"{value.at(first)}-{value.at(last)}" if value.size > 1 else None


def _usable(value: _Value, which: int) -> str | None:
    number = value.usable()[which]
    return str(value.at(number)) if value.size > 1 else None


def _to_ipv4(value: _Value) -> str | None:
    import ipaddress

    if value.ip.version == 4:
        return value.text
    mapped = int(value.ip) & ~(0xFFFF << 32)
    return f"{ipaddress.IPv4Address(mapped)}/{max(value.prefix - 96, 0)}" if mapped <= 0xFFFFFFFF else None


def _to_ipv6(value: _Value) -> str:
    import ipaddress

    if isinstance(value.ip, ipaddress.IPv6Address):
        return value.text
    return f"::ffff:{value.ip}/{value.prefix + 96}"


def _if(test: Callable[[_Value], bool]) -> Callable[[_Value], Any]:
    return lambda value: value.text if test(value) else None


def _integer(value: _Value) -> int | str:
    return f"{int(value.ip)}/{value.prefix}" if value.is_network else int(value.ip)


def _wrapped(value: _Value) -> str:
    if value.ip.version == 4:
        return value.text
    return f"[{value.ip}]/{value.prefix}" if value.is_network else f"[{value.ip}]"


_loopback = _if(lambda value: value.ip.is_loopback)
QUERIES: dict[str, Callable[[_Value], Any]] = {
    "": lambda value: value.text,
    "address": _address,
    "address/prefix": _host_prefix,
    "bool": lambda value: True,
    "broadcast": lambda value: str(value.network.broadcast_address) if value.size > 2 else None,
    "cidr": lambda value: str(value.interface),
    "first_usable": lambda value: _usable(value, 0),
    "gateway": _host_prefix,
    "gw": _host_prefix,
    "host": _host,
    "host/prefix": _host_prefix,
    "hostmask": lambda value: str(value.network.hostmask),
    "hostnet": _host_prefix,
    "int": _integer,
    "ip": _address,
    "ip/prefix": lambda value: _inner(value, value.prefix, "/"),
    "ip_netmask": lambda value: _inner(value, value.network.netmask, " "),
    "ipv4": _to_ipv4,
    "ipv6": _to_ipv6,
    "last_usable": lambda value: _usable(value, 1),
    "link-local": _if(lambda value: value.ip.is_link_local),
    "lo": _loopback,
    "loopback": _loopback,
    "multicast": _if(lambda value: value.ip.is_multicast),
    "net": lambda value: str(value.network) if value.is_first else None,
    "netmask": lambda value: str(value.network.netmask),
    "network": lambda value: str(value.network.network_address),
    "network/prefix": lambda value: str(value.network),
    "network_id": lambda value: str(value.network.network_address),
    "network_netmask": lambda value: f"{value.network.network_address} {value.network.netmask}",
    "network_wildcard": lambda value: f"{value.network.network_address} {value.network.hostmask}",
    "next_usable": lambda value: value.beside(1),
    "peer": _peer,
    "prefix": lambda value: value.prefix,
    "previous_usable": lambda value: value.beside(-1),
    "private": _if(lambda value: not value.ip.is_global),
    "public": _if(lambda value: value.ip.is_global and not value.ip.is_multicast),
    "range_usable": _range,
    "revdns": lambda value: f"{value.ip.reverse_pointer}.",
    "router": _host_prefix,
    "size": lambda value: value.size,
    "size_usable": lambda value: value.size - 2 if value.size > 2 else value.size - value.size % 2,
    "subnet": lambda value: str(value.network),
    "type": lambda value: "network" if value.is_first else "address",
    "unicast": _if(lambda value: not value.ip.is_multicast),
    "v4": _to_ipv4,
    "v6": _to_ipv6,
    "version": lambda value: value.ip.version,
    "wildcard": lambda value: str(value.network.hostmask),
    "wrap": _wrapped,
}


def ipaddr(value: Any, query: Any = "", version: int | None = None) -> Any:
    """
    What `query` asks of an address or network (or of each in a list, without those that do not fit).

    query: a name (network, netmask, host/prefix, ...), a network that should hold the value, or the number of an
    address in it. version: 4 or 6 accepts only such.
    Raises TemplateError for an unknown query.
    """
    if is_sequence(value):
        return [found for found in (ipaddr(item, query, version) for item in value) if found]
    query = str(query)
    ask = QUERIES.get(query) or _special(query)
    if isinstance(value, bool) or not value:
        return False
    found = _read(value, version)
    if found is None or (version and found.ip.version != version):
        return False
    answer = ask(found)
    return False if answer is None else answer


def _special(query: str) -> Callable[[_Value], Any]:
    if re.fullmatch(r"-?\d+", query):
        return lambda value: _numbered(value, int(query))
    whole = _read(query, None)
    if whole is None:
        raise TemplateError(
            f"ipaddr: no query `{query}`", hint=near(query, QUERIES) or "see docs of ansible.utils.ipaddr"
        )
    return lambda value: value.text if _holds(whole, value) else None


def _holds(whole: _Value, part: _Value) -> bool:
    return bool(whole.ip.version == part.ip.version and part.network.subnet_of(whole.network))


def _numbered(value: _Value, number: int) -> str | None:
    if value.size == 1:
        return value.text
    at = number + value.size if number < 0 else number
    return f"{value.network[at]}/{value.prefix}" if 0 <= at < value.size else None


def ipv4(value: Any, query: Any = "") -> Any:
    """`ipaddr` for IPv4 only."""
    return ipaddr(value, query, 4)


def ipv6(value: Any, query: Any = "") -> Any:
    """`ipaddr` for IPv6 only."""
    return ipaddr(value, query, 6)


def ipwrap(value: Any, query: Any = "") -> Any:
    """IPv6 addresses in brackets; everything else as it is."""
    if is_sequence(value):
        return [ipwrap(item, query) for item in value]
    found = ipaddr(value, query)
    return ipaddr(found, "wrap") or value if found else value


def ipsubnet(value: Any, query: Any = "", index: Any = None) -> Any:
    """
    The subnet of a value, or the number of subnets of a size in it, or one of these, or its rank in a network.

    query: nothing, a prefix length, or a network. index: which of the subnets, from 0, or -1 from the last.
    Of an address, a prefix length gives the subnet that holds it.
    """
    found = _read(value, None)
    if found is None or isinstance(value, bool):
        return False
    network = found.network
    query = str(query)
    if not query:
        return str(network)
    if not query.isdigit():
        return _rank(network, query)
    prefix = int(query)
    if prefix > network.max_prefixlen:
        return False
    if network.num_addresses == 1:
        return _holder(network, prefix, index)
    if prefix < network.prefixlen:
        raise TemplateError(f"ipsubnet: {network} holds no subnets of /{prefix}")
    count = 2 ** (prefix - network.prefixlen)
    if index is None:
        return str(count)
    at = int(index) + count if int(index) < 0 else int(index)
    if not 0 <= at < count:
        return False
    first = int(network.network_address) + (at << network.max_prefixlen - prefix)
    return f"{type(found.ip)(first)}/{prefix}"


def _holder(address: Any, prefix: int, index: Any) -> Any:
    """The networks that hold an address, from the given prefix to the smallest; the first one without an index."""
    prefixes = range(prefix, address.prefixlen)
    at = int(index or 0)
    if not -len(prefixes) <= at < len(prefixes):
        return False
    return str(address.supernet(new_prefix=prefixes[at]))


def _rank(network: Any, query: str) -> str:
    whole = _read(query, None)
    if whole is None:
        raise TemplateError(f"ipsubnet: `{query}` is no network and no prefix length")
    if network.version != whole.network.version or not network.subnet_of(whole.network):
        raise TemplateError(f"ipsubnet: {network} is not in {whole.network}")
    distance = int(network.network_address) - int(whole.network.network_address)
    return str(distance // network.num_addresses + 1)


def ip4_hex(value: Any, delimiter: str = "") -> str:
    """An IPv4 address in hexadecimal, its bytes apart by the delimiter."""
    import ipaddress

    return str(delimiter).join(f"{byte:02x}" for byte in ipaddress.IPv4Address(str(value)).packed)


def nthhost(value: Any, query: Any = 0) -> Any:
    """The address with the given number in a network."""
    found = _read(value, None)
    answer = _numbered(found, int(query)) if found and found.size > 1 else None
    return answer.partition("/")[0] if answer else False


def network_in_network(value: Any, test: Any) -> bool:
    """Whether the second network or address lies in the first one."""
    whole, part = _read(value, None), _read(test, None)
    return bool(whole and part and _holds(whole, part))


def cidr_merge(values: Any, action: str = "merge") -> Any:
    """The fewest networks that hold the same addresses; with `span` the smallest one that holds them all."""
    import ipaddress

    networks: list[Any] = [ipaddress.ip_network(str(value), strict=False) for value in values]
    if action == "merge":
        return [str(network) for network in ipaddress.collapse_addresses(networks)]
    if action != "span":
        raise TemplateError(f"cidr_merge: the action should be merge or span, not `{action}`")
    if not networks:
        return None
    span = networks[0]
    while not all(network.subnet_of(span) for network in networks):
        span = span.supernet()
    return str(span)


FILTERS: dict[str, Callable[..., Any]] = {
    "cidr_merge": cidr_merge,
    "ip4_hex": ip4_hex,
    "ipaddr": ipaddr,
    "ipsubnet": ipsubnet,
    "ipv4": ipv4,
    "ipv6": ipv6,
    "ipwrap": ipwrap,
    "network_in_network": network_in_network,
    "nthhost": nthhost,
}
