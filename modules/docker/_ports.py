"""Published and exposed ports, as `docker run -p` writes them."""

import re

from modules.kit import ModuleFailed

SPEC = re.compile(
    r"^(?:(?P<ip>\[[0-9a-fA-F:]+\]|\d+\.\d+\.\d+\.\d+|\*)?:)?(?:(?P<host>\d*(?:-\d+)?):)?"
    r"(?P<port>\d+(?:-\d+)?)(?:/(?P<kind>tcp|udp|sctp))?$"
)


def _range(text):
    first, _, last = text.partition("-")
    numbers = list(range(int(first), int(last or first) + 1))
    if not numbers or numbers[0] < 0 or numbers[-1] > 65535:
        raise ValueError
    return numbers


def published(specs):
    """{port/kind: sorted list of (address, port of the host)} of a list of texts; the host's port 0: any."""
    found = {}
    for spec in specs:
        match = SPEC.match(str(spec).strip())
        try:
            if not match:
                raise ValueError
            ports = _range(match.group("port"))
            hosts = _range(match.group("host")) if match.group("host") else [0] * len(ports)
            if len(hosts) != len(ports) and len(ports) != 1:
                raise ValueError
        except ValueError:
            hint = "write it as 8080:80, 127.0.0.1:8080:80/udp or 7000-7005:7000-7005"
            raise ModuleFailed("published_ports: %r is no port" % spec, hint=hint)
        address = (match.group("ip") or "").strip("[]").replace("*", "")
        for port, host in zip(ports, hosts):
            key = "%d/%s" % (port, match.group("kind") or "tcp")
            found.setdefault(key, set()).add((address, host))
    return {key: sorted(value) for key, value in found.items()}


def exposed(specs):
    """{port/kind} of a list of texts."""
    found = set()
    for spec in specs:
        ports, _, kind = str(spec).partition("/")
        try:
            found.update("%d/%s" % (port, kind or "tcp") for port in _range(ports))
        except ValueError:
            raise ModuleFailed("exposed_ports: %r is no port" % spec)
    return found


def bound(bindings):
    """The same as `published` of what the engine says of a container."""
    found = {}
    for key, places in (bindings or {}).items():
        found[key] = sorted(
            {(_address(place.get("HostIp")), int(place.get("HostPort") or 0)) for place in places or []}
        )
    return found


def _address(text):
    return "" if text in (None, "", "0.0.0.0") else text


def bindings(ports):
    """What `published` gives, as the engine takes it."""
    return {
        key: [{"HostIp": address, "HostPort": str(port) if port else ""} for address, port in places]
        for key, places in ports.items()
    }


def shown(ports):
    """What `published` gives, as texts that a diff shows."""
    return sorted(
        "%s%s:%s" % (address + ":" if address else "", port or "any", key)
        for key, places in ports.items()
        for address, port in places
    )
