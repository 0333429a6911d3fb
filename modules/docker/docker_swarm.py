"""Make sure this engine manages a swarm with certain settings, has joined one or is in none, or a node has gone."""

from modules.docker import _swarm as swarm
from modules.docker._base import EngineModule, texts
from modules.docker._client import name as quoted
from modules.kit import Arg, ModuleFailed

NEW = ("rotate_worker_token", "rotate_manager_token")
SETTINGS = [name for name in swarm.FIELDS if name not in ("signing_ca_cert", "signing_ca_key")]


class DockerSwarm(EngineModule):
    state = Arg(
        str,
        "present: manages a swarm; join: has joined one; absent: is in none; remove: the node `node_id` has gone",
        default="present",
        choices=("present", "join", "absent", "remove"),
    )
    advertise_addr = Arg(
        str, "Where the other nodes reach this one: address or interface, with or without :port", default=None
    )
    listen_addr = Arg(str, "Where it listens for managers", default="0.0.0.0:2377")
    data_path_addr = Arg(str, "The address or interface for what containers say to each other", default=None)
    data_path_port = Arg(int, "The port for it", default=None)
    default_addr_pool = Arg(list, "Subnets for the swarm's networks, with present", default=None, of=str)
    subnet_size = Arg(int, "The size of each network's part of them, in bits", default=None)
    force = Arg(
        bool,
        "present: begin a new swarm from this engine's; absent: leave as a manager too; remove: even if the node is up",
        default=False,
    )
    remote_addrs = Arg(
        list, "Managers of the swarm to join, as address:port", default=None, of=str, needed_if={"state": "join"}
    )
    join_token = Arg(str, "The token to join with", default=None, secret=True, needed_if={"state": "join"})
    node_id = Arg(str, "The node to remove: its id or host name", default=None, needed_if={"state": "remove"})
    name = Arg(str, "The swarm's name", default=None)
    labels = Arg(dict, "The swarm's labels; others go", default=None)
    task_history_retention_limit = Arg(int, "How many tasks that have ended are remembered", default=None)
    snapshot_interval = Arg(int, "How many entries of the log lie between snapshots", default=None)
    keep_old_snapshots = Arg(int, "How many old snapshots are kept", default=None)
    log_entries_for_slow_followers = Arg(int, "How many entries are kept for managers that are behind", default=None)
    heartbeat_tick = Arg(int, "Ticks between heartbeats of the managers", default=None)
    election_tick = Arg(int, "Ticks without a leader until one is elected", default=None)
    dispatcher_heartbeat_period = Arg(int, "Nanoseconds between the heartbeats of nodes", default=None)
    node_cert_expiry = Arg(int, "Nanoseconds that a node's certificate holds", default=None)
    ca_force_rotate = Arg(int, "A number whose change makes all certificates anew", default=None)
    signing_ca_cert = Arg(str, "The certificate of the swarm's authority, in PEM", default=None)
    signing_ca_key = Arg(str, "Its key, in PEM", default=None, secret=True)
    autolock_managers = Arg(bool, "Whether managers have to be unlocked after a restart", default=None)
    rotate_worker_token = Arg(bool, "Whether the token of workers is made anew", default=False)
    rotate_manager_token = Arg(bool, "Whether the token of managers is made anew", default=False)

    def check_arguments(self):
        self.done, self.found, self.facts, self.said = [], {}, {}, {}

    def subject(self):
        return "node %s of the swarm" % self.node_id if self.state == "remove" else "this engine's swarm"

    # -- what is there

    def read(self, engine):
        self.said = swarm.membership(engine)
        if self.state == "remove":
            swarm.insist_on_manager(engine)
            found = swarm.node(engine, self.node_id)
            return found and {"node": found["Description"]["Hostname"], "status": found["Status"]["State"]}
        if not swarm.is_member(self.said):
            return None
        role = "manager" if self.said.get("ControlAvailable") else "worker"
        if self.state != "present" or role == "worker":
            return {"member": "yes", "role": role}
        self.found = engine.get("/swarm")
        self.facts = {"JoinTokens": self.found["JoinTokens"], "UnlockKey": self._unlock_key(engine)}
        state = {name: swarm.read(self.found["Spec"], name) for name in SETTINGS}
        news = {name: "now" if name in self.done else "before" for name in NEW + ("force",)}
        return dict(state, member="yes", role=role, **news)

    def _unlock_key(self, engine):
        if not swarm.read(self.found["Spec"], "autolock_managers"):
            return None
        return (engine.get("/swarm/unlockkey") or {}).get("UnlockKey")

    # -- what is asked for

    def wanted(self):
        if self.state == "remove":
            if self.before and self.before["status"] == "ready" and not self.force:
                raise ModuleFailed("node %s is up" % self.node_id, hint="let it leave first, or force: true")
            return None
        if self.state == "absent":
            if self.before and self.before["role"] == "manager" and not self.force:
                raise ModuleFailed("this engine manages its swarm", hint="force: true lets it leave all the same")
            return None
        if self.state == "join":
            return {"member": "yes"}
        if self.before and self.before["role"] == "worker":
            raise ModuleFailed("this engine is a worker of a swarm", hint="promote it, or let it leave first")
        wanted = {"member": "yes", "role": "manager"}
        wanted.update(self._settings())
        if self.before is not None:
            wanted.update({name: "now" for name in NEW + ("force",) if getattr(self, name)})
        return wanted

    def _settings(self):
        """{argument: value} of the settings that are asked for and can be read again."""
        given = {name: getattr(self, name) for name in SETTINGS if getattr(self, name) is not None}
        return dict(given, labels=texts(self.labels)) if self.labels is not None else given

    def _keys(self):
        pair = {name: getattr(self, name) for name in ("signing_ca_cert", "signing_ca_key")}
        return {name: value for name, value in pair.items() if value is not None}

    def same(self, key, now, wanted):
        return (now or {}) == (wanted or {}) if key == "labels" else now == wanted

    # -- how to get there

    def change(self, engine, change):
        if self.state == "remove":
            engine.call("DELETE", "/nodes/" + quoted(self.node_id), {"force": self.force})
            self.done.append("Removed node %s" % self.node_id)
        elif self.state == "absent":
            engine.call("POST", "/swarm/leave", {"force": self.force})
            self.done.append("Left the swarm")
        elif self.state == "join":
            data = dict(self._addresses(), RemoteAddrs=self.remote_addrs, JoinToken=self.join_token)
            engine.call("POST", "/swarm/join", data=data)
            self.done.append("Joined the swarm")
        elif change.creates or self.force:
            self._init(engine)
        else:
            self._update(engine)

    def _addresses(self):
        data = {
            "ListenAddr": self.listen_addr,
            "AdvertiseAddr": self.advertise_addr,
            "DataPathAddr": self.data_path_addr,
        }
        return {key: value for key, value in data.items() if value is not None}

    def _init(self, engine):
        data = dict(self._addresses(), ForceNewCluster=self.force)
        more = {
            "DataPathPort": self.data_path_port,
            "DefaultAddrPool": self.default_addr_pool,
            "SubnetSize": self.subnet_size,
        }
        data.update({key: value for key, value in more.items() if value is not None})
        base = self.found.get("Spec") or {}
        data["Spec"] = swarm.written(base, dict(self._settings(), **self._keys()))
        engine.call("POST", "/swarm/init", data=data)
        self.done += ["Began a swarm", "force"] + [name for name in NEW if getattr(self, name)]

    def _update(self, engine):
        query = {"version": self.found["Version"]["Index"]}
        query["rotateWorkerToken"] = self.rotate_worker_token
        query["rotateManagerToken"] = self.rotate_manager_token
        spec = swarm.written(self.found["Spec"], dict(self._settings(), **self._keys()))
        engine.call("POST", "/swarm/update", query, spec)
        self.done += ["Updated the swarm"] + [name for name in NEW if getattr(self, name)]

    def returns(self, change, state):
        actions = [said for said in self.done if " " in said]
        result = {"actions": actions}
        if self.state == "present":
            result["swarm_facts"] = self.facts
        return result
