"""The networks that a container is on: compared, connected and disconnected without making it anew."""

from modules.docker._client import name as quoted
from modules.kit import Arg, ModuleFailed

NETWORK = {
    "name": Arg(str, "The network's name"),
    "ipv4_address": Arg(str, "The address that the container has there", default=None),
    "ipv6_address": Arg(str, "Its IPv6 address", default=None),
    "aliases": Arg(list, "Further names that it is found by there", default=None, of=str),
    "links": Arg(list, "Containers that it finds by other names, as name:alias", default=None, of=str),
    "mac_address": Arg(str, "Its hardware address there", default=None),
    "driver_opts": Arg(dict, "Options for the network's driver", default=None),
}


def current(found):
    """{network: what the engine says of the container there}."""
    networks = (found.get("NetworkSettings") or {}).get("Networks") or {}
    return {name: _endpoint(endpoint) for name, endpoint in networks.items()}


def _endpoint(endpoint):
    asked = endpoint.get("IPAMConfig") or {}
    return {
        "ipv4_address": asked.get("IPv4Address"),
        "ipv6_address": asked.get("IPv6Address"),
        "aliases": endpoint.get("Aliases") or [],
        "links": endpoint.get("Links") or [],
        "mac_address": endpoint.get("MacAddress") or None,
    }


def wanted(networks):
    """{network: what is asked for there}, only what was said."""
    return {
        network["name"]: {key: value for key, value in network.items() if key != "name" and value is not None}
        for network in networks
    }


def fits(now, asked):
    """Whether a container is on a network as asked; names that the engine adds by itself do not count."""
    if now is None:
        return False
    for key, value in asked.items():
        if key in ("aliases", "links"):
            if not set(value) <= set(now[key]):
                return False
        elif key != "driver_opts" and (now[key] or "").lower() != str(value).lower():
            return False
    return True


def settings(asked):
    """What is asked for on a network, as the engine takes it."""
    addresses = {"IPv4Address": asked.get("ipv4_address"), "IPv6Address": asked.get("ipv6_address")}
    found = {"IPAMConfig": {key: value for key, value in addresses.items() if value}}
    for key, name in (
        ("aliases", "Aliases"),
        ("links", "Links"),
        ("mac_address", "MacAddress"),
        ("driver_opts", "DriverOpts"),
    ):
        if asked.get(key):
            found[name] = asked[key]
    return found


def connect(engine, identity, name, asked):
    """Put a container on a network; raises ModuleFailed where there is no such network."""
    if engine.get("/networks/" + quoted(name)) is None:
        raise ModuleFailed("there is no network %s" % name, hint="docker_network makes it")
    data = {"Container": identity, "EndpointConfig": settings(asked)}
    engine.call("POST", "/networks/%s/connect" % quoted(name), data=data)


def disconnect(engine, identity, name):
    """Take a container off a network."""
    engine.call("POST", "/networks/%s/disconnect" % quoted(name), data={"Container": identity, "Force": True})


def adjust(engine, identity, now, asked, purge):
    """Connect, reconnect and disconnect until a container is on its networks as asked; purge: and on no others."""
    for name, endpoint in sorted(asked.items()):
        if not fits(now.get(name), endpoint):
            if name in now:
                disconnect(engine, identity, name)
            connect(engine, identity, name, endpoint)
    for name in sorted(set(now) - set(asked)) if purge else ():
        disconnect(engine, identity, name)
