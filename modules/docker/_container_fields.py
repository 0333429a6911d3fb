"""
The settings of a container that map to one place of the Engine API each: how a task asks for them, how the engine tells
of them, what it fills in by itself, and which can change while the container lives.
"""

import json
import re
import shlex

from modules.docker import _ports
from modules.docker._base import texts
from modules.kit import ModuleFailed

DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(ns|us|ms|s|m|h)")
SECONDS = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "h": 3600}


def nanoseconds(value):
    """A duration (`1m30s`, `500ms`, seconds as a number) in nanoseconds."""
    text = str(value).strip()
    parts = DURATION.findall(text)
    if parts and "".join(a + b for a, b in parts) == text.replace(" ", ""):
        return round(sum(float(number) * SECONDS[unit] for number, unit in parts) * 1e9)
    try:
        return int(float(text) * 1e9)
    except ValueError:
        raise ModuleFailed("healthcheck: %r is no duration" % value, hint="write it as 30s, 1m30s or 500ms")


class Field:
    """
    One setting. key: its path in the answer of GET /containers/ID/json and in the body of a creation.

    kind: scalar, list (order matters), set or mapping. empty: what the engine says when it is not set. live: whether
    POST /containers/ID/update takes it. made: turns the task's value into the engine's.
    """

    def __init__(self, name, key, kind="scalar", empty=None, live=False, made=lambda value: value):
        self.name = name
        self.section, _, self.key = key.rpartition(".")
        self.kind = kind
        self.empty = empty
        self.live = live
        self.made = made

    def read(self, found):
        """The value in what the engine says of a container."""
        value = (found.get(self.section) or {}).get(self.key)
        return self.empty if value is None else value

    def write(self, body, value):
        """Put a value into the body of a creation."""
        place = body.setdefault("HostConfig", {}) if self.section == "HostConfig" else body
        place[self.key] = value


def words(value):
    """A command as a list: a text is cut as a shell cuts it."""
    return [str(item) for item in value] if isinstance(value, list) else shlex.split(str(value))


def _devices(value):
    found = []
    for text in value:
        parts = text.split(":")
        inside = parts[1] if len(parts) > 1 else parts[0]
        found.append({"PathOnHost": parts[0], "PathInContainer": inside, "CgroupPermissions": (parts + ["rwm"] * 3)[2]})
    return found


def _ulimits(value):
    found = []
    for text in value:
        match = re.match(r"^(\w+)[:=](-?\d+)(?::(-?\d+))?$", text)
        if not match:
            raise ModuleFailed("ulimits: %r is no limit" % text, hint="write it as nofile:1024:2048")
        soft = int(match.group(2))
        found.append({"Name": match.group(1), "Soft": soft, "Hard": int(match.group(3) or soft)})
    return found


def _hosts(value):
    return ["%s:%s" % pair for pair in sorted(value.items())]


def _tmpfs(value):
    found = {}
    for text in value:
        path, _, options = text.partition(":")
        found[path] = options
    return found


def _capabilities(value):
    return [
        "ALL" if name.upper() == "ALL" else name.upper()[4 if name.upper().startswith("CAP_") else 0 :]
        for name in value
    ]


def _health(value):
    test = value.get("test")
    if isinstance(test, str):
        test = ["NONE"] if test == "NONE" else ["CMD-SHELL", test]
    elif test and test[0] not in ("NONE", "CMD", "CMD-SHELL"):
        test = ["CMD"] + [str(item) for item in test]
    found = {"Test": test} if test else {}
    names = {"interval": "Interval", "timeout": "Timeout", "start_period": "StartPeriod"}
    found.update({key: nanoseconds(value[name]) for name, key in names.items() if value.get(name) is not None})
    if value.get("retries") is not None:
        found["Retries"] = value["retries"]
    return found


FIELDS = (
    Field("command", "Config.Cmd", "list", made=words),
    Field("entrypoint", "Config.Entrypoint", "list", made=words),
    Field("hostname", "Config.Hostname"),
    Field("domainname", "Config.Domainname", empty=""),
    Field("user", "Config.User", empty="", made=str),
    Field("working_dir", "Config.WorkingDir", empty=""),
    Field("tty", "Config.Tty", empty=False),
    Field("interactive", "Config.OpenStdin", empty=False),
    Field("stop_signal", "Config.StopSignal"),
    Field("stop_timeout", "Config.StopTimeout"),
    Field("env", "Config.Env", "mapping", made=texts),
    Field("labels", "Config.Labels", "mapping", empty={}, made=texts),
    Field("healthcheck", "Config.Healthcheck", "mapping", empty={}, made=_health),
    Field("exposed_ports", "Config.ExposedPorts", "set", empty={}, made=lambda v: sorted(_ports.exposed(v))),
    Field("memory", "HostConfig.Memory", empty=0, live=True),
    Field("memory_reservation", "HostConfig.MemoryReservation", empty=0, live=True),
    Field("memory_swap", "HostConfig.MemorySwap", empty=0, live=True),
    Field("memory_swappiness", "HostConfig.MemorySwappiness", empty=-1),
    Field("cpus", "HostConfig.NanoCpus", empty=0, live=True, made=lambda value: round(value * 1e9)),
    Field("cpu_shares", "HostConfig.CpuShares", empty=0, live=True),
    Field("cpu_period", "HostConfig.CpuPeriod", empty=0, live=True),
    Field("cpu_quota", "HostConfig.CpuQuota", empty=0, live=True),
    Field("cpuset_cpus", "HostConfig.CpusetCpus", empty="", live=True),
    Field("cpuset_mems", "HostConfig.CpusetMems", empty="", live=True),
    Field("pids_limit", "HostConfig.PidsLimit", empty=0, live=True),
    Field("blkio_weight", "HostConfig.BlkioWeight", empty=0, live=True),
    Field("restart_policy", "HostConfig.RestartPolicy", live=True),
    Field("auto_remove", "HostConfig.AutoRemove", empty=False),
    Field("privileged", "HostConfig.Privileged", empty=False),
    Field("read_only", "HostConfig.ReadonlyRootfs", empty=False),
    Field("init", "HostConfig.Init", empty=False),
    Field("shm_size", "HostConfig.ShmSize", empty=67108864),
    Field("pid_mode", "HostConfig.PidMode", empty=""),
    Field("ipc_mode", "HostConfig.IpcMode", empty="private"),
    Field("uts", "HostConfig.UTSMode", empty=""),
    Field("userns_mode", "HostConfig.UsernsMode", empty=""),
    Field("cgroupns_mode", "HostConfig.CgroupnsMode"),
    Field("cgroup_parent", "HostConfig.CgroupParent", empty=""),
    Field("runtime", "HostConfig.Runtime"),
    Field("oom_killer", "HostConfig.OomKillDisable", empty=False),
    Field("oom_score_adj", "HostConfig.OomScoreAdj", empty=0),
    Field("network_mode", "HostConfig.NetworkMode"),
    Field("log_config", "HostConfig.LogConfig", empty={}),
    Field("capabilities", "HostConfig.CapAdd", "set", empty=[], made=_capabilities),
    Field("cap_drop", "HostConfig.CapDrop", "set", empty=[], made=_capabilities),
    Field("security_opts", "HostConfig.SecurityOpt", "set", empty=[]),
    Field("groups", "HostConfig.GroupAdd", "set", empty=[], made=lambda value: [str(item) for item in value]),
    Field("dns_servers", "HostConfig.Dns", "list", empty=[]),
    Field("dns_opts", "HostConfig.DnsOptions", "set", empty=[]),
    Field("dns_search_domains", "HostConfig.DnsSearch", "list", empty=[]),
    Field("etc_hosts", "HostConfig.ExtraHosts", "set", empty=[], made=_hosts),
    Field("devices", "HostConfig.Devices", "set", empty=[], made=_devices),
    Field("ulimits", "HostConfig.Ulimits", "set", empty=[], made=_ulimits),
    Field("sysctls", "HostConfig.Sysctls", "mapping", empty={}, made=texts),
    Field("storage_opts", "HostConfig.StorageOpt", "mapping", empty={}, made=texts),
    Field("tmpfs", "HostConfig.Tmpfs", "mapping", empty={}, made=_tmpfs),
    Field("links", "HostConfig.Links", "set", empty=[]),
    Field("volumes_from", "HostConfig.VolumesFrom", "set", empty=[]),
)
BY_NAME = {field.name: field for field in FIELDS}


def environment_of(items):
    """The environment as the engine keeps it, as a mapping."""
    return dict(item.partition("=")[::2] for item in items or [])


def comparable(items):
    """A set of anything as a set of texts."""
    return {item if isinstance(item, str) else json.dumps(item, sort_keys=True) for item in items}


def same(kind, mode, now, wanted):
    """
    Whether a value that was read is as good as the one wanted.

    mode: ignore, strict, or allow_more_present, which lets sets and mappings have more than is wanted.
    """
    if mode == "ignore":
        return True
    if kind == "set":
        there, asked = comparable(now), comparable(wanted)
        return asked <= there if mode == "allow_more_present" else asked == there
    if kind == "mapping" and mode == "allow_more_present":
        return all(key in now and now[key] == value for key, value in wanted.items())
    if kind == "list" and mode == "allow_more_present":
        rest = iter(now or [])
        return all(item in rest for item in wanted)
    return now == wanted
