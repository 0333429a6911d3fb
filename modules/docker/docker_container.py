"""
Make sure a container is there as described, in the state asked for, or is not there.

What the engine can change while the container lives is changed so, networks too; anything else makes it anew, and the
old one goes only when the new one is well.
"""

import os

from modules.docker import _container_life as life
from modules.docker import _container_networks as networks
from modules.docker import _images, _ports
from modules.docker._base import EngineModule, texts
from modules.docker._client import name as quoted
from modules.docker._container_arguments import ContainerArguments
from modules.docker._container_fields import BY_NAME, FIELDS, environment_of, same
from modules.kit import ModuleFailed

SETS = ("published_ports", "binds", "mounts")
BY_DEFAULT_MORE = ("set", "mapping")
STOPPED = ("created", "exited", "dead")


class DockerContainer(ContainerArguments, EngineModule):
    def check_arguments(self):
        unknown = sorted(set(self.comparisons) - {"*", "networks", "image"} - set(self.arguments()))
        modes = sorted(set(self.comparisons.values()) - {"strict", "ignore", "allow_more_present"})
        if unknown or modes:
            raise ModuleFailed("comparisons: cannot be understood: %s" % ", ".join(unknown + modes))
        if self.restart_retries and self.restart_policy != "on-failure":
            raise ModuleFailed("restart_retries: only goes with restart_policy: on-failure")
        self.pull = {"yes": "always", "true": "always", "no": "missing", "false": "missing"}.get(
            self.pull.lower(), self.pull
        )
        self.found = None
        self.image_found = None
        self.done = []

    # -- what is there

    def read(self, engine):
        self.found = life.inspect(engine, self.name)
        if self.image:
            self.image_found = engine.get("/images/%s/json" % quoted(self._image_name()))
        if self.found is None:
            return None
        found = self.found
        state = {field.name: self._tidy(field, field.read(found)) for field in FIELDS}
        state["published_ports"] = _ports.bound(found["HostConfig"].get("PortBindings"))
        state["binds"] = [_bind(text) for text in found["HostConfig"].get("Binds") or []]
        state["mounts"] = [_mount(mount) for mount in found["HostConfig"].get("Mounts") or []]
        state["networks"] = networks.current(found)
        same_image = self.image_found is not None and self.image_found["Id"] == found["Image"]
        state["image"] = (
            self._image_name() if same_image else "%s (%s)" % (found["Config"]["Image"], found["Image"][:19])
        )
        state["status"] = self._status(found["State"])
        return state

    def _tidy(self, field, value):
        if field.name == "env":
            return environment_of(value)
        if field.name == "exposed_ports":
            return sorted(value)
        if field.name == "devices" and value:
            return [
                {key: item.get(key) for key in ("PathOnHost", "PathInContainer", "CgroupPermissions")} for item in value
            ]
        return value

    def _status(self, state):
        if state.get("Paused"):
            return "paused"
        if self.state == "healthy" and state.get("Running"):
            return (state.get("Health") or {}).get("Status", "without a health check")
        if state.get("Running") or state.get("Restarting"):
            return "running"
        if "started" in self.done and state.get("ExitCode") == 0:
            return "running"
        return "stopped"

    def _image_name(self):
        return _images.full(self.image)

    # -- what is asked for

    def wanted(self):
        if self.state == "absent":
            return None
        if self.before is None and not self.image:
            raise ModuleFailed("image: there is no container %s yet, so it has to be said" % self.name)
        wanted = {}
        if self.image:
            wanted["image"] = self._wanted_image()
        for field in FIELDS:
            value = self._asked(field.name)
            if value is not None:
                wanted[field.name] = field.made(value)
        if self.published_ports is not None:
            wanted["published_ports"] = _ports.published(self.published_ports)
        if self.volumes is not None:
            wanted["binds"] = [_bind(text) for text in self.volumes if ":" in text]
        if self.mounts is not None:
            wanted["mounts"] = [self._mount_asked(mount) for mount in self.mounts]
        if self.networks is not None:
            wanted["networks"] = networks.wanted(self.networks)
        status = {"started": "running", "stopped": "stopped", "healthy": "healthy"}.get(self.state)
        if status:
            wanted["status"] = "paused" if self.paused and status == "running" else status
        if (self.recreate or self.restart) and self.before is not None:
            wanted["made anew" if self.recreate else "restarted"] = True
        return wanted

    def _wanted_image(self):
        name = self._image_name()
        if self.image_found is None and (self.context.bringer("image", name) or self.pull == "never"):
            hint = "docker_image brings it, or pull: missing"
            self.needs("image", name, False, "image %s is not there" % name, hint)
        return name

    def _asked(self, name):
        special = {
            "restart_policy": self._restart_policy,
            "log_config": self._log_config,
            "env": self._environment,
            "network_mode": self._network_mode,
            "memory_swap": self._memory_swap,
            "init": lambda: self.init,
        }
        return special[name]() if name in special else getattr(self, name, None)

    def _restart_policy(self):
        if self.restart_policy is None:
            return None
        return {"Name": self.restart_policy, "MaximumRetryCount": self.restart_retries or 0}

    def _log_config(self):
        if self.log_driver is None and self.log_options is None:
            return None
        if self.log_driver is None:
            raise ModuleFailed("log_options: needs log_driver too")
        return {"Type": self.log_driver, "Config": texts(self.log_options)}

    def _environment(self):
        if self.env is None and self.env_file is None:
            return None
        found = {}
        there = self.env_file and os.path.isfile(self.env_file)
        if self.env_file and self.needs("path", self.env_file, there, "there is no file %s" % self.env_file):
            with open(self.env_file) as file:
                lines = [line.strip() for line in file]
            found.update(line.partition("=")[::2] for line in lines if line and not line.startswith("#"))
        return dict(found, **texts(self.env))

    def _network_mode(self):
        if self.network_mode is not None:
            return self.network_mode
        if self.networks and self.networks_cli_compatible:
            return self.networks[0]["name"]
        return None

    def _memory_swap(self):
        """Without a word on it, the engine makes it twice the memory; so it has to follow when the memory changes."""
        if self.memory_swap is not None:
            return self.memory_swap
        before = self.before
        if (
            self.memory
            and before is not None
            and before["memory"] != self.memory
            and before["memory_swap"] not in (0, -1)
        ):
            return 2 * self.memory
        return None

    def _mount_asked(self, mount):
        found = {"Target": mount["target"], "Type": mount["type"]}
        names = {"source": "Source", "read_only": "ReadOnly"}
        found.update({key: mount[name] for name, key in names.items() if mount.get(name) is not None})
        if mount.get("tmpfs_size"):
            found["TmpfsOptions"] = {"SizeBytes": mount["tmpfs_size"]}
        return found

    # -- comparing

    def _mode(self, name, kind):
        alias = {"binds": "volumes", "log_config": "log_driver"}.get(name, name)
        if alias in self.comparisons:
            return self.comparisons[alias]
        if "*" in self.comparisons and alias not in ("image",):
            return self.comparisons["*"]
        if name in ("stop_timeout",):
            return "ignore"
        return "allow_more_present" if kind in BY_DEFAULT_MORE else "strict"

    def same(self, key, now, wanted):
        if key in ("made anew", "restarted"):
            return key in self.done
        if key == "status":
            return now == wanted or (self.state == "healthy" and self.before is None and now == wanted)
        if key == "image":
            return self._mode(key, "scalar") == "ignore" or now == wanted
        if key == "networks":
            return self._same_networks(now, wanted)
        if key in ("published_ports", "binds", "mounts"):
            return self._same_many(key, now, wanted)
        field = BY_NAME[key]
        mode = self._mode(key, field.kind)
        if mode == "strict" and key in ("env", "labels", "exposed_ports"):
            wanted = self._with_image(key, wanted)
        if key == "log_config":
            now, wanted = _filled_log(now, wanted), wanted
            return mode == "ignore" or (now["Type"] == wanted["Type"] and texts(now["Config"]) == wanted["Config"])
        if key == "network_mode":
            return mode == "ignore" or self._same_network_mode(now, wanted)
        return same(field.kind, mode, now, wanted)

    def _with_image(self, key, wanted):
        """What is wanted, and what the image brings of it by itself."""
        config = (self.image_found or {}).get("Config") or {}
        if key == "exposed_ports":
            published = set(_ports.published(self.published_ports or []))
            return sorted(set(wanted) | set(config.get("ExposedPorts") or {}) | published)
        own = environment_of(config.get("Env")) if key == "env" else config.get("Labels") or {}
        return dict(own, **wanted)

    def _same_networks(self, now, wanted):
        if self._mode("networks", "set") == "ignore":
            return True
        strict = self.purge_networks or self._mode("networks", "set") == "strict"
        if strict and set(now) - set(wanted):
            return False
        return all(networks.fits(now.get(name), asked) for name, asked in wanted.items())

    def _same_network_mode(self, now, wanted):
        if wanted.startswith("container:"):
            other = life.inspect(self.client(), wanted.partition(":")[2])
            return now in (wanted, "container:%s" % (other or {}).get("Id"))
        if self.network_mode is None:
            return True
        return {"default": "bridge"}.get(now, now) == {"default": "bridge"}.get(wanted, wanted)

    def _same_many(self, key, now, wanted):
        mode = self._mode(key, "set")
        if key == "published_ports":
            there = {(port, place) for port, places in now.items() for place in places}
            asked = {(port, tuple(place)) for port, places in wanted.items() for place in places}
            return mode == "ignore" or (asked <= there if mode == "allow_more_present" else asked == there)
        if key == "mounts" and mode != "ignore":
            fits = all(any(_mount_fits(mount, one) for mount in now) for one in wanted)
            return fits and (mode == "allow_more_present" or len(now) == len(wanted))
        return same("set", mode, now, wanted)

    def subject(self):
        return "container " + self.name

    # -- how to get there

    def change(self, engine, change):
        self._life(engine, change)
        self.found = life.inspect(engine, self.name)

    def _life(self, engine, change):
        if change.removes:
            self._end(engine)
        elif change.creates:
            identity = life.create(engine, self.name, self._body(engine), self.platform)
            try:
                self._begin(engine, identity)
            except ModuleFailed:
                if self.cleanup:
                    life.remove(engine, identity)
                raise
            self.done += ["created"]
        elif self._reasons(change):
            self._replace(engine)
        else:
            self._update(engine, change)

    def _reasons(self, change):
        """The names of what cannot be changed while the container lives."""
        live = {field.name for field in FIELDS if field.live} | {"networks", "status", "restarted"}
        return sorted(set(change.keys) - live)

    def _end(self, engine):
        if self.found["State"]["Running"] and not self.force_kill:
            life.stop(engine, self.found["Id"], self.stop_timeout)
        life.remove(engine, self.found["Id"], volumes=not self.keep_volumes)

    def _replace(self, engine):
        replacement = life.Replacement(engine, self.found, self.name, self.stop_timeout)
        replacement.run(
            lambda: life.create(engine, self.name, self._body(engine), self.platform),
            lambda identity: self._begin(engine, identity),
        )
        self.done += ["recreated", "made anew"]

    def _begin(self, engine, identity):
        """Connect and start a new container as far as it should be, and wait until it is well."""
        if self.networks:
            now = networks.current(life.inspect(engine, identity))
            networks.adjust(engine, identity, now, networks.wanted(self.networks), self._purges())
        if self.state in ("started", "healthy"):
            self._start(engine, identity)

    def _purges(self):
        return bool(self.purge_networks or self.networks_cli_compatible)

    def _start(self, engine, identity):
        life.start(engine, identity)
        self.done += ["started"]
        if self.state == "healthy":
            found = life.inspect(engine, identity)
            wait = self.healthy_wait_timeout or life.patience(found["Config"].get("Healthcheck") or {})
            life.wait_healthy(engine, identity, wait)
        if self.paused:
            engine.call("POST", "/containers/%s/pause" % identity)

    def _update(self, engine, change):
        identity = self.found["Id"]
        data = {BY_NAME[key].key: change.wanted[key] for key in change.keys if key in BY_NAME and BY_NAME[key].live}
        if data:
            answer = engine.call("POST", "/containers/%s/update" % identity, data=data) or {}
            for warning in answer.get("Warnings") or []:
                self.warn(warning)
            self.done += ["updated"]
        if "networks" in change:
            asked = change.wanted["networks"]
            strict = self.purge_networks or self._mode("networks", "set") == "strict"
            networks.adjust(engine, identity, self.before["networks"], asked, strict)
        if "restarted" in change and self.before["status"] == "running":
            engine.call("POST", "/containers/%s/restart" % identity, {"t": self.stop_timeout})
            self.done += ["restarted"]
        elif "status" in change:
            self._move(engine, identity, change.wanted["status"])
        self.done += ["restarted"] if "restarted" in change else []

    def _move(self, engine, identity, status):
        now = self.before["status"]
        if now == "paused":
            engine.call("POST", "/containers/%s/unpause" % identity)
        if status == "stopped":
            life.stop(engine, identity, self.stop_timeout, self.kill_signal if self.force_kill else None)
        elif status == "paused" and now == "running":
            engine.call("POST", "/containers/%s/pause" % identity)
        elif now == "stopped":
            self._start(engine, identity)
        elif status == "healthy":
            found = life.inspect(engine, identity)
            wait = self.healthy_wait_timeout or life.patience(found["Config"].get("Healthcheck") or {})
            life.wait_healthy(engine, identity, wait)

    # -- the body of a creation

    def _body(self, engine):
        self._provide_image(engine)
        wanted = self.wanted_now()
        body = {"Image": self._image_name() if self.image else self.found["Config"]["Image"], "HostConfig": {}}
        for name, value in wanted.items():
            if name in BY_NAME:
                BY_NAME[name].write(body, _for_creation(name, value))
        ports = wanted.get("published_ports")
        if ports is not None:
            body["HostConfig"]["PortBindings"] = _ports.bindings(ports)
            exposed = body.setdefault("ExposedPorts", {})
            exposed.update({port: {} for port in ports})
        self._add_volumes(body)
        if self.networks and self.networks_cli_compatible:
            first = self.networks[0]
            asked = networks.wanted(self.networks)[first["name"]]
            body["NetworkingConfig"] = {"EndpointsConfig": {first["name"]: networks.settings(asked)}}
        return body

    def wanted_now(self):
        """What is asked for, once the image is there."""
        before, self.before = self.before, None
        try:
            return self.wanted()
        finally:
            self.before = before

    def _add_volumes(self, body):
        binds = [text for text in self.volumes or [] if ":" in text]
        covered = {text.split(":")[1] for text in binds} | {mount["target"] for mount in self.mounts or []}
        if self.found is not None:
            binds += life.anonymous_volumes(self.found, covered)
        body["HostConfig"]["Binds"] = binds
        body["Volumes"] = {text: {} for text in self.volumes or [] if ":" not in text}
        if self.mounts:
            body["HostConfig"]["Mounts"] = [self._mount_asked(mount) for mount in self.mounts]

    def _provide_image(self, engine):
        if self.image is None or _images.is_id(self.image):
            return
        repository, tag = _images.split(self.image)
        there = engine.get("/images/%s/json" % quoted(self._image_name()))
        if (there is None and self.pull != "never") or self.pull == "always":
            query = {"fromImage": repository, "tag": tag, "platform": self.platform}
            engine.progress("POST", "/images/create", query, headers=_images.authorization(repository))
            there = engine.get("/images/%s/json" % quoted(self._image_name()))
        self.image_found = there

    def brings(self, change):
        return [] if change.removes else [("container", self.name)]

    def returns(self, change, state):
        result = {"container": (self.found or {}) if state is not None else {}, "actions": self.done}
        if change and not change.creates and not change.removes:
            reasons = self._reasons(change)
            result["recreated"] = bool(reasons)
            if reasons:
                result["recreated_because"] = reasons
        return result


def _for_creation(name, value):
    if name == "env":
        return ["%s=%s" % pair for pair in sorted(value.items())]
    if name == "exposed_ports":
        return {port: {} for port in value}
    return value


def _filled_log(now, wanted):
    return {"Type": now.get("Type"), "Config": now.get("Config") or {}}


def _bind(text):
    """A bind in one form: source, path, and options without those that are the default."""
    parts = text.split(":")
    options = sorted(option for option in (parts[2] if len(parts) > 2 else "").split(",") if option not in ("", "rw"))
    source = parts[0].rstrip("/") or "/" if parts[0].startswith("/") else parts[0]
    return ":".join([source, parts[1].rstrip("/") or "/"] + ([",".join(options)] if options else []))


def _mount(mount):
    return {key: mount[key] for key in ("Target", "Type", "Source", "ReadOnly", "TmpfsOptions") if key in mount}


def _mount_fits(mount, wanted):
    return all(mount.get(key, False if key == "ReadOnly" else None) == value for key, value in wanted.items())
