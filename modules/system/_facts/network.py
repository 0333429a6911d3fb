"""Interfaces, addresses and default routes."""

import ipaddress
import json
import os
import re

from modules.kit.process import find_command, run
from modules.system._facts.basics import text

SCOPES = {0x00: "global", 0x10: "host", 0x20: "link", 0x40: "site"}


def network_facts():
    """interfaces, one fact for each, default_ipv4, default_ipv6, all_ipv4_addresses, all_ipv6_addresses."""
    interfaces = {name: _interface(name) for name in _names()}
    _add_addresses(interfaces)
    found = {"interfaces": sorted(interfaces), "all_ipv4_addresses": [], "all_ipv6_addresses": []}
    for interface in interfaces.values():
        for entry in _all(interface, "ipv4"):
            if not entry["address"].startswith("127."):
                found["all_ipv4_addresses"].append(entry["address"])
        found["all_ipv6_addresses"] += [e["address"] for e in interface.get("ipv6", []) if e["address"] != "::1"]
    found["default_ipv4"] = _default(interfaces, "ipv4", *_route4())
    found["default_ipv6"] = _default(interfaces, "ipv6", *_route6())
    for name, interface in interfaces.items():
        found[re.sub(r"[-:.]", "_", name)] = interface
    return found


def _names():
    folder = "/sys/class/net"
    return [n for n in sorted(os.listdir(folder)) if os.path.isdir(folder + "/" + n)] if os.path.isdir(folder) else []


def _all(interface, kind):
    return ([interface[kind]] if kind in interface else []) + interface.get(kind + "_secondaries", [])


def _interface(name):
    folder = "/sys/class/net/%s/" % name
    flags = int(text(folder + "flags") or "0", 16)
    found = {"device": name, "active": bool(flags & 1) and text(folder + "operstate") in ("up", "unknown")}
    if text(folder + "mtu"):
        found["mtu"] = int(text(folder + "mtu"))
    address = text(folder + "address")
    if address and address != "00:00:00:00:00:00":
        found["macaddress"] = address
    kinds = {"1": "ether", "772": "loopback", "512": "ppp", "32": "infiniband"}
    found["type"] = kinds.get(text(folder + "type"), "unknown")
    for kind, part in (("bridge", "bridge"), ("bonding", "bonding")):
        if os.path.isdir(folder + part):
            found["type"] = kind
    if os.path.isdir(folder + "brif"):
        found["interfaces"] = sorted(os.listdir(folder + "brif"))
    if os.path.exists(folder + "device/driver/module"):
        found["module"] = os.path.basename(os.path.realpath(folder + "device/driver/module"))
    found["promisc"] = bool(flags & 0x100)
    speed = text(folder + "speed")
    if speed and speed != "-1":
        found["speed"] = int(speed)
    return found


def _add_addresses(interfaces):
    program = find_command("ip")
    said = run([program, "-j", "address"], check=False) if program else None
    try:
        listed = json.loads(said.stdout) if said else None
    except ValueError:
        listed = None
    for link in _from_kernel(interfaces) if listed is None else listed:
        interface = interfaces.get(link.get("ifname"))
        for address in link.get("addr_info", ()) if interface is not None else ():
            if address.get("local"):
                _add(interface, address)


def _add(interface, address):
    if address["family"] == "inet6":
        entry = {"address": address["local"], "prefix": str(address["prefixlen"]), "scope": address.get("scope", "")}
        interface.setdefault("ipv6", []).append(entry)
        return
    network = ipaddress.ip_network("%s/%d" % (address["local"], address["prefixlen"]), strict=False)
    entry = {
        "address": address["local"],
        "broadcast": address.get("broadcast", ""),
        "netmask": str(network.netmask),
        "network": str(network.network_address),
        "prefix": str(address["prefixlen"]),
    }
    if "ipv4" in interface:
        interface.setdefault("ipv4_secondaries", []).append(entry)
    else:
        interface["ipv4"] = entry


def _from_kernel(interfaces):
    """The addresses without the program `ip`: IPv4 from the routing trie's local entries, IPv6 from /proc."""
    import fcntl
    import socket
    import struct

    found = []
    for line in text("/proc/net/if_inet6").splitlines():
        digits, _, prefix, scope, _, name = line.split()
        info = {"family": "inet6", "local": str(ipaddress.IPv6Address(int(digits, 16))), "prefixlen": int(prefix, 16)}
        found.append({"ifname": name, "addr_info": [dict(info, scope=SCOPES.get(int(scope, 16), "unknown"))]})
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as handle:
        for name in interfaces:
            request = struct.pack("256s", name.encode()[:15])
            try:
                local = socket.inet_ntoa(fcntl.ioctl(handle, 0x8915, request)[20:24])
                mask = socket.inet_ntoa(fcntl.ioctl(handle, 0x891B, request)[20:24])
            except OSError:
                continue
            prefix = ipaddress.ip_network("0.0.0.0/" + mask).prefixlen
            info = {"family": "inet", "local": local, "prefixlen": prefix}
            if prefix < 31:
                info["broadcast"] = str(ipaddress.ip_network("%s/%d" % (local, prefix), strict=False).broadcast_address)
            found.append({"ifname": name, "addr_info": [info]})
    return found


def _route4():
    best = None
    for line in text("/proc/net/route").splitlines()[1:]:
        name, target, gateway, flags, _, _, metric, mask = line.split()[:8]
        if target == "00000000" == mask and int(flags, 16) & 1 and (best is None or int(metric) < best[2]):
            address = str(ipaddress.IPv4Address(bytes(reversed(bytes.fromhex(gateway)))))
            best = (name, address, int(metric))
    return best[:2] if best else (None, None)


def _route6():
    best = None
    for line in text("/proc/net/ipv6_route").splitlines():
        words = line.split()
        target, prefix, gateway, metric, flags, name = words[0], words[1], words[4], words[5], words[8], words[9]
        default = int(target, 16) == 0 and prefix == "00" and name != "lo" and int(flags, 16) & 1
        if default and (best is None or int(metric, 16) < best[2]):
            best = (name, str(ipaddress.IPv6Address(int(gateway, 16))), int(metric, 16))
    return best[:2] if best else (None, None)


def _default(interfaces, kind, name, gateway):
    interface = interfaces.get(name)
    entries = interface and interface.get(kind)
    if not entries:
        return {}
    if kind == "ipv6":
        outside = [entry for entry in entries if entry["scope"] == "global"]
        entry = (outside or entries)[0]
    else:
        entry = entries
    found = dict(entry, interface=name, gateway=gateway, type=interface["type"])
    found.update({key: interface[key] for key in ("mtu", "macaddress") if key in interface})
    return dict(found, alias=name) if kind == "ipv4" else found
