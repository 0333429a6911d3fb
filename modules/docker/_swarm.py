"""What the modules about swarms share: what this engine is in one, and a swarm's settings as the API names them."""

from modules.docker._client import name as quoted
from modules.kit import ModuleFailed

FIELDS = {
    "name": ("Name",),
    "labels": ("Labels",),
    "task_history_retention_limit": ("Orchestration", "TaskHistoryRetentionLimit"),
    "snapshot_interval": ("Raft", "SnapshotInterval"),
    "keep_old_snapshots": ("Raft", "KeepOldSnapshots"),
    "log_entries_for_slow_followers": ("Raft", "LogEntriesForSlowFollowers"),
    "heartbeat_tick": ("Raft", "HeartbeatTick"),
    "election_tick": ("Raft", "ElectionTick"),
    "dispatcher_heartbeat_period": ("Dispatcher", "HeartbeatPeriod"),
    "node_cert_expiry": ("CAConfig", "NodeCertExpiry"),
    "ca_force_rotate": ("CAConfig", "ForceRotate"),
    "signing_ca_cert": ("CAConfig", "SigningCACert"),
    "signing_ca_key": ("CAConfig", "SigningCAKey"),
    "autolock_managers": ("EncryptionConfig", "AutoLockManagers"),
}
"""Argument -> where it is in a swarm's Spec; see "Initialize a new swarm" in the API's reference."""


def membership(engine):
    """What the engine says of itself in a swarm: LocalNodeState, ControlAvailable, NodeID, RemoteManagers."""
    return engine.get("/info")["Swarm"]


def is_member(said):
    """Whether it is in a swarm; raises ModuleFailed for one whose swarm is locked."""
    if said["LocalNodeState"] == "locked":
        raise ModuleFailed("this engine's swarm is locked", hint="unlock it first: docker swarm unlock")
    return said["LocalNodeState"] not in ("inactive", "")


def insist_on_manager(engine, **result):
    """Raise ModuleFailed where this engine does not manage a swarm."""
    said = membership(engine)
    if not said.get("ControlAvailable"):
        message = "this engine does not manage a swarm" if is_member(said) else "this engine is in no swarm"
        raise ModuleFailed(message, hint="run the task on a manager", **result)


def read(spec, name):
    """The value of an argument in a Spec."""
    for part in FIELDS[name]:
        spec = (spec or {}).get(part)
    return spec


def written(spec, values):
    """A Spec with {argument: value} in place."""
    found = {key: dict(value) if isinstance(value, dict) else value for key, value in spec.items()}
    for name, value in values.items():
        path = FIELDS[name]
        if len(path) == 1:
            found[path[0]] = value
        else:
            found[path[0]] = dict(found.get(path[0]) or {}, **{path[1]: value})
    return found


def node(engine, identity):
    """What a manager says of a node, by its id or host name; None when it knows none."""
    return engine.get("/nodes/" + quoted(identity))
