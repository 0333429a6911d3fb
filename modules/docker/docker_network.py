"""Make sure a network exists as described, with the containers that should be on it, or does not exist."""

import ipaddress

from modules.docker._base import EngineModule, holds, texts
from modules.docker._client import name as quoted
from modules.kit import Arg, ModuleFailed

IPAM = {
    "subnet": Arg(str, "The addresses of the network, as 172.30.0.0/24", default=None),
    "iprange": Arg(
        str, "The part of them that containers get their addresses from", default=None, aliases=("ip_range",)
    ),
    "gateway": Arg(str, "The address of the gateway", default=None),
    "aux_addresses": Arg(dict, "Addresses that are used by others, as {name: address}", default=None),
}


class DockerNetwork(EngineModule):
    name = Arg(str, "The network's name", aliases=("network_name",))
    state = Arg(str, "Whether it should exist", default="present", choices=("present", "absent"))
    driver = Arg(str, "The driver: bridge, macvlan, ipvlan, overlay, ...", default="bridge")
    driver_options = Arg(dict, "Options for the driver", default=None)
    ipam_driver = Arg(str, "The driver that hands out addresses", default=None)
    ipam_driver_options = Arg(dict, "Options for that driver", default=None)
    ipam_config = Arg(list, "The ranges of addresses", default=None, of=IPAM)
    enable_ipv6 = Arg(bool, "Whether it has IPv6", default=None)
    internal = Arg(bool, "Whether it has no way out", default=None)
    attachable = Arg(bool, "Whether containers of their own may join (overlay)", default=None)
    scope = Arg(str, "Where it exists", default=None, choices=("local", "global", "swarm"))
    ingress = Arg(bool, "Whether it is the swarm's ingress network", default=None)
    labels = Arg(dict, "Labels that it should have; others are left alone", default=None)
    connected = Arg(list, "Containers that should be on it", default=None, of=str, aliases=("containers",))
    appends = Arg(
        bool, "Whether containers that are not in `connected` may stay", default=False, aliases=("incremental",)
    )
    force = Arg(bool, "Make it anew even if it is as it should be", default=False)

    def check_arguments(self):
        for config in self.ipam_config or []:
            for key in ("subnet", "iprange"):
                if config[key]:
                    _network(config[key], key)
            self._check_inside(config)

    def _check_inside(self, config):
        if not config["subnet"]:
            return
        subnet = _network(config["subnet"], "subnet")
        for what, address in [("gateway", config["gateway"])] + sorted((config["aux_addresses"] or {}).items()):
            if address and ipaddress.ip_address(address) not in subnet:
                raise ModuleFailed("ipam_config: %s %s is not in %s" % (what, address, subnet))
        if config["iprange"] and not _network(config["iprange"], "iprange").overlaps(subnet):
            raise ModuleFailed("ipam_config: iprange %s is not in %s" % (config["iprange"], subnet))

    # -- what is there

    def read(self, engine):
        self.found = self._inspect(engine)
        if self.found is None:
            return None
        found = self.found
        ipam = found.get("IPAM") or {}
        return {
            "driver": found["Driver"],
            "options": found.get("Options") or {},
            "ipam": [_config(config) for config in ipam.get("Config") or []],
            "ipam_driver": ipam.get("Driver"),
            "ipam_options": ipam.get("Options") or {},
            "enable_ipv6": found.get("EnableIPv6", False),
            "internal": found.get("Internal", False),
            "attachable": found.get("Attachable", False),
            "ingress": found.get("Ingress", False),
            "scope": found.get("Scope"),
            "labels": found.get("Labels") or {},
            "connected": sorted(item["Name"] for item in (found.get("Containers") or {}).values()),
            "id": found["Id"],
        }

    def _inspect(self, engine):
        """The network by its very name: the engine also finds beginnings of ids."""
        for network in engine.get("/networks", {"filters": {"name": [self.name]}}) or []:
            if network["Name"] == self.name:
                return engine.get("/networks/" + quoted(network["Id"]))
        return None

    # -- what is asked for

    def wanted(self):
        if self.state == "absent":
            return None
        wanted = {"driver": self.driver}
        plain = ("enable_ipv6", "internal", "attachable", "ingress", "scope", "ipam_driver")
        wanted.update({key: getattr(self, key) for key in plain if getattr(self, key) is not None})
        if self.driver_options is not None:
            wanted["options"] = texts(self.driver_options)
        if self.ipam_driver_options is not None:
            wanted["ipam_options"] = texts(self.ipam_driver_options)
        if self.ipam_config is not None:
            wanted["ipam"] = [{k: v for k, v in config.items() if v} for config in self.ipam_config]
        if self.labels is not None:
            wanted["labels"] = texts(self.labels)
        if self.connected is not None:
            wanted["connected"] = sorted(set(self.connected) | set(self._may_stay()))
        if self.force and self.before is not None:
            wanted["id"] = "anew"
        return wanted

    def _may_stay(self):
        return self.before["connected"] if self.appends and self.before is not None else []

    def same(self, key, now, wanted):
        if key in ("labels", "options", "ipam_options"):
            return holds(now, wanted)
        if key == "ipam":
            return _same_ranges(now, wanted)
        if key == "id":
            return getattr(self, "made", False)
        return now == wanted

    # -- how to get there

    def change(self, engine, change):
        if change.removes:
            self._disconnect_all(engine)
            engine.call("DELETE", "/networks/" + quoted(self.before["id"]))
            return
        if change.creates:
            self._create(engine)
        elif change.keys - {"connected"}:
            self._make_anew(engine)
        if self.connected is not None:
            self._connect(engine, change.wanted["connected"])

    def _create(self, engine):
        config = [
            {
                key: value
                for key, value in (
                    ("Subnet", item["subnet"]),
                    ("IPRange", item["iprange"]),
                    ("Gateway", item["gateway"]),
                    ("AuxiliaryAddresses", item["aux_addresses"]),
                )
                if value
            }
            for item in self.ipam_config or []
        ]
        data = {
            "Name": self.name,
            "CheckDuplicate": True,
            "Driver": self.driver,
            "Options": texts(self.driver_options),
            "Labels": texts(self.labels),
            "Internal": bool(self.internal),
            "Attachable": bool(self.attachable),
            "Ingress": bool(self.ingress),
            "EnableIPv6": bool(self.enable_ipv6),
            "IPAM": {
                "Driver": self.ipam_driver or "default",
                "Options": texts(self.ipam_driver_options),
                "Config": config,
            },
        }
        if self.scope:
            data["Scope"] = self.scope
        engine.call("POST", "/networks/create", data=data)
        self.made = True

    def _make_anew(self, engine):
        """Remove and create it, with the containers that were on it back at their own addresses and names."""
        endpoints = {}
        for identity in self.found.get("Containers") or {}:
            container = engine.get("/containers/%s/json" % identity) or {}
            endpoints[identity] = ((container.get("NetworkSettings") or {}).get("Networks") or {}).get(self.name) or {}
        self._disconnect_all(engine)
        engine.call("DELETE", "/networks/" + quoted(self.before["id"]))
        self._create(engine)
        for identity, endpoint in endpoints.items():
            kept = {key: endpoint.get(key) for key in ("IPAMConfig", "Links", "Aliases", "DriverOpts")}
            self._join(engine, identity, kept)

    def _disconnect_all(self, engine):
        for identity in self.found.get("Containers") or {}:
            data = {"Container": identity, "Force": True}
            engine.call("POST", "/networks/%s/disconnect" % quoted(self.before["id"]), data=data)

    def _connect(self, engine, names):
        now = {item["Name"] for item in (self._inspect(engine).get("Containers") or {}).values()}
        for container in sorted(set(names) - now):
            self._join(engine, container, {})
        for container in sorted(now - set(names)):
            data = {"Container": container, "Force": True}
            engine.call("POST", "/networks/%s/disconnect" % quoted(self.name), data=data)

    def _join(self, engine, container, endpoint):
        data = {"Container": container, "EndpointConfig": endpoint}
        engine.call("POST", "/networks/%s/connect" % quoted(self.name), data=data)

    def brings(self, change):
        return [] if change.removes else [("network", self.name)]

    def returns(self, change, state):
        return {"network": (getattr(self, "found", None) or {"Name": self.name}) if state is not None else {}}


def _network(text, what):
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError as error:
        raise ModuleFailed("ipam_config: %s: %s" % (what, error), hint="write it as 172.30.0.0/24")


def _config(config):
    keys = {"Subnet": "subnet", "IPRange": "iprange", "Gateway": "gateway", "AuxiliaryAddresses": "aux_addresses"}
    return {keys[key]: value for key, value in config.items() if key in keys and value}


def _same_ranges(now, wanted):
    """Each range that is wanted is there: only what is said of it counts, in any order."""
    return all(any(_fits(config, one) for config in now) for one in wanted) and len(now) >= len(wanted)


def _fits(config, wanted):
    for key, value in wanted.items():
        there = config.get(key)
        if key in ("subnet", "iprange"):
            if there is None or _network(there, key) != _network(value, key):
                return False
        elif key == "gateway":
            if str(there).partition("/")[0] != str(value):
                return False
        elif there != value:
            return False
    return True
