"""
The keys of daemon.json: what each takes, which the engine reads anew without a restart, and how to see that it did.

https://docs.docker.com/reference/cli/dockerd/#daemon-configuration-file
"""

import difflib

LIVE = frozenset(
    (
        "authorization-plugins", "debug", "default-runtime", "features", "insecure-registries", "labels", "live-restore",
        "max-concurrent-downloads", "max-concurrent-uploads", "max-download-attempts", "registry-mirrors", "runtimes",
        "shutdown-timeout",
    )
)  # fmt: skip
LISTS = (
    "authorization-plugins", "cdi-spec-dirs", "default-address-pools", "dns", "dns-opts", "dns-search", "exec-opts",
    "hosts", "insecure-registries", "labels", "registry-mirrors", "storage-opts", "node-generic-resources",
    "allow-nondistributable-artifacts", "cluster-advertise-list",
)  # fmt: skip
MAPPINGS = (
    "builder", "cluster-store-opts", "containerd-plugins", "default-network-opts", "default-ulimits", "features",
    "log-opts", "proxies", "runtimes",
)  # fmt: skip
TRUTHS = (
    "bridge-accept-fwmark", "containerd-snapshotter", "debug", "experimental", "icc", "init", "ip-forward",
    "ip-forward-no-drop", "ip-masq", "ip6tables", "iptables", "ipv6", "live-restore", "no-new-privileges", "raw-logs",
    "rootless", "selinux-enabled", "tls", "tlsverify", "userland-proxy", "validate", "allow-direct-routing",
)  # fmt: skip
NUMBERS = (
    "max-concurrent-downloads", "max-concurrent-uploads", "max-download-attempts", "mtu", "network-control-plane-mtu",
    "network-diagnostic-port", "oom-score-adjust", "cpu-rt-period", "cpu-rt-runtime", "default-stop-timeout",
    "shutdown-timeout",
)  # fmt: skip
WORDS = (
    "api-cors-header", "bip", "bip6", "bridge", "cgroup-parent", "cluster-advertise", "cluster-store", "containerd",
    "containerd-namespace", "containerd-plugins-namespace", "data-root", "default-cgroupns-mode", "default-gateway",
    "default-gateway-v6", "default-ipc-mode", "default-runtime", "default-shm-size", "exec-root", "firewall-backend",
    "fixed-cidr", "fixed-cidr-v6", "graph", "group", "host-gateway-ip", "init-path", "ip", "log-driver", "log-format",
    "log-level", "metrics-addr", "pidfile", "seccomp-profile", "storage-driver", "swarm-default-advertise-addr", "tlscacert",
    "tlscert", "tlskey", "userland-proxy-path", "userns-remap",
)  # fmt: skip

FLAGS = {
    "-H": "hosts", "--host": "hosts", "--registry-mirror": "registry-mirrors", "--label": "labels", "-D": "debug",
    "--insecure-registry": "insecure-registries", "--log-opt": "log-opts", "--storage-opt": "storage-opts", "-l": "log-level",
    "--exec-opt": "exec-opts", "--dns-opt": "dns-opts", "--dns-search": "dns-search", "--default-ulimit": "default-ulimits",
    "--add-runtime": "runtimes", "--authorization-plugin": "authorization-plugins", "-g": "data-root", "-s": "storage-driver",
    "--default-address-pool": "default-address-pools", "-p": "pidfile", "-b": "bridge", "-G": "group",
}  # fmt: skip
NO_KEYS = ("--config-file", "--containerd", "--validate", "--help", "--version")


def problem(key, value):
    """What is wrong with a key's value, as a sentence; None when nothing is, or the key is not known."""
    kinds = ((LISTS, list, "a list"), (MAPPINGS, dict, "a mapping"), (TRUTHS, bool, "true or false"))
    for names, kind, expected in kinds + ((NUMBERS, int, "a whole number"), (WORDS, str, "text")):
        if key in names and (not isinstance(value, kind) or (kind is int and isinstance(value, bool))):
            return "%s should be %s, got %r" % (key, expected, value)
    if key in ("log-opts",) and any(not isinstance(item, str) for item in value.values()):
        return "every value in log-opts should be text (quote numbers and true or false), got %r" % (value,)
    return None


def unknown(key):
    """A sentence for a key that no engine knows, with the nearest one; None for a known key."""
    known = LISTS + MAPPINGS + TRUTHS + NUMBERS + WORDS
    if key in known:
        return None
    close = difflib.get_close_matches(key, known, n=1, cutoff=0.7)
    return "no key %r of daemon.json is known%s" % (key, ": did you mean %r?" % close[0] if close else "")


def key_of(flag):
    """The key that an argument of dockerd stands for; None for what is no option or has no key."""
    name = flag.partition("=")[0]
    if name in FLAGS:
        return FLAGS[name]
    if not name.startswith("--") or name in NO_KEYS:
        return None
    return name[2:]


def seen(key, info):
    """What the engine itself says of a key (GET /info); None where it does not say."""
    registry = info.get("RegistryConfig") or {}
    if key == "registry-mirrors":
        return [mirror.rstrip("/") for mirror in registry.get("Mirrors") or []]
    if key == "insecure-registries":
        named = [name for name, entry in (registry.get("IndexConfigs") or {}).items() if not entry.get("Secure")]
        return sorted(set(named) | set(registry.get("InsecureRegistryCIDRs") or []))
    plain = {
        "debug": "Debug", "live-restore": "LiveRestoreEnabled", "log-driver": "LoggingDriver", "data-root": "DockerRootDir",
        "default-runtime": "DefaultRuntime", "storage-driver": "Driver",
    }  # fmt: skip
    return info.get(plain[key]) if key in plain else None


def in_effect(key, value, info):
    """Whether the engine goes by a key's value, as far as it says; True where it does not."""
    now = seen(key, info)
    if now is None:
        return True
    if key == "registry-mirrors":
        return now == [mirror.rstrip("/") for mirror in value]
    if key == "insecure-registries":
        return all(registry in now or registry.rpartition("://")[2] in now for registry in value)
    return now == value
