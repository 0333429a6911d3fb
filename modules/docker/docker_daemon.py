"""Make sure daemon.json says what it should, and that the engine goes by it: reloaded where that is enough."""

import json
import os
import tempfile
import time

from modules.docker import _daemon_keys
from modules.docker._base import EngineArguments
from modules.docker._engine import Engine
from modules.kit import Arg, Content, Module, ModuleFailed, Path
from modules.kit import filesystem as fs
from modules.kit.process import find_command, run


class DockerDaemon(EngineArguments, Module):
    collection = "opsengine.docker"

    config = Arg(dict, "Keys and values of daemon.json; merged with what stands there, mappings key by key", default={})
    path = Arg(Path, "The file", default="/etc/docker/daemon.json")
    replace = Arg(bool, "Whether keys that are not in `config` go", default=False)
    remove = Arg(list, "Keys that go", default=[], of=str)
    lists = Arg(
        dict, "How a list is merged, by key: replace (the default) or union, which keeps what stands there", default={}
    )
    strict = Arg(bool, "Whether a key that is not known is an error instead of a warning", default=False)
    start_timeout = Arg(int, "Seconds to wait until the engine answers again", default=90)

    def check_arguments(self):
        problems = [_daemon_keys.problem(key, value) for key, value in sorted(self.config.items())]
        odd = [text for text in map(_daemon_keys.unknown, sorted(self.config)) if text]
        problems = [text for text in problems if text] + (odd if self.strict else [])
        problems += ["%s is both in config and in remove" % key for key in self.remove if key in self.config]
        problems += [
            "lists: %s: should be replace or union, got %r" % (key, policy)
            for key, policy in sorted(self.lists.items())
            if policy not in ("replace", "union")
        ]
        if problems:
            raise ModuleFailed("; ".join(problems))
        for text in odd:
            self.warn(text)
        self.engine = Engine(self.client(), self.start_timeout)

    def subject(self):
        return self.path

    # -- what is there

    def current(self):
        data = fs.read(self.path)
        self.document = self._parsed(data)
        state = {"content": Content(data) if data is not None else Content(b"")}
        self.answers = self.engine.answers()
        if not self.answers and self.before is None:
            self._engine_has_to_be_there()
        if self.answers:
            info = self.engine.client.get("/info")
            self.running = info.get("ContainersRunning") or 0
            merged = self._merged() if self.before is None else self.after
            state["in effect"] = sorted(key for key in merged if _daemon_keys.in_effect(key, merged[key], info))
        return state

    def _engine_has_to_be_there(self):
        installed = find_command("dockerd") is not None
        hint = "docker_engine with state: started installs and starts it"
        if not installed and self.context.bringer("engine", "docker") is None:
            installed = self.needs("installed engine", "docker", False, "the Docker engine is not installed", hint)
        if not installed:
            self.needs("engine", "docker", False, "the Docker engine does not run", hint)

    def _parsed(self, data):
        if data is None or not data.strip():
            return {}
        try:
            document = json.loads(data.decode("utf-8"))
        except ValueError as error:
            where = ":%d:%d" % (error.lineno, error.colno) if hasattr(error, "lineno") else ""
            raise ModuleFailed(
                "%s%s is not JSON: %s" % (self.path, where, getattr(error, "msg", error)),
                hint="mend it by hand, or move it away; nothing was written",
            )
        if not isinstance(document, dict):
            raise ModuleFailed("%s should hold one JSON object, it holds a %s" % (self.path, type(document).__name__))
        return document

    # -- what is asked for

    def wanted(self):
        self.after = self._merged()
        self._refuse_flags()
        self._refuse_plugins()
        if self.after == self.document:
            content = self.before["content"]
        else:
            content = Content(
                (json.dumps(self.after, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode("utf-8")
            )
        wanted = {"content": content}
        if self.answers and content == self.before["content"]:
            wanted["in effect"] = sorted(self.after)
        self._announce(content)
        return wanted

    def _merged(self):
        base = {} if self.replace else dict(self.document)
        for key, value in self.config.items():
            there = base.get(key)
            if isinstance(value, dict) and isinstance(there, dict):
                value = _deep(there, value)
            elif isinstance(value, list) and self.lists.get(key) == "union":
                value = (there or []) + [item for item in value if item not in (there or [])]
            base[key] = value
        return {key: value for key, value in base.items() if key not in self.remove}

    def _refuse_flags(self):
        """A key that is an argument of the engine too keeps it from starting."""
        flags = self.engine.flags() if self.answers else []
        for flag in flags:
            key = _daemon_keys.key_of(flag)
            if key in self.after and self.after.get(key) != self.document.get(key):
                raise ModuleFailed(
                    "the engine is started with %s, so %s in %s would keep it from starting" % (flag, key, self.path),
                    hint="take it out of the engine's command line first: systemctl edit docker",
                )

    def _refuse_plugins(self):
        """An authorization plugin that does not answer ends the engine, on a reload too."""
        for plugin in self.after.get("authorization-plugins", []):
            if plugin not in self.document.get("authorization-plugins", []) and not _plugin_exists(plugin):
                raise ModuleFailed(
                    "there is no plugin %s on this host, and the engine ends when it cannot find one" % plugin,
                    hint="install and start it first",
                )

    def _changed_keys(self):
        return sorted(
            key for key in set(self.after) | set(self.document) if self.after.get(key) != self.document.get(key)
        )

    def _needs_restart(self, late=()):
        """Whether a reload is not enough: another key than the live ones, or one that goes, which a reload ignores."""
        changed = set(self._changed_keys()) | set(late)
        return any(key not in _daemon_keys.LIVE or key not in self.after for key in changed)

    def _announce(self, content):
        late = [key for key in self.after if key not in self.before.get("in effect", self.after)]
        self.restarts = self.answers and self._needs_restart(late) and (content != self.before["content"] or bool(late))
        if self.restarts and self.running and not self.document.get("live-restore"):
            names = [item["Names"][0].lstrip("/") for item in self.engine.client.get("/containers/json") or []]
            self.warn("the engine has to be restarted, which stops running containers: %s" % ", ".join(sorted(names)))

    # -- how to get there

    def apply(self, change):
        if "content" in change:
            self._validate(change.wanted["content"].data)
        before = fs.read(self.path)
        try:
            if "content" in change:
                os.makedirs(os.path.dirname(self.path), exist_ok=True)
                fs.write(self.path, change.wanted["content"].data, mode=None if before is not None else 0o644)
            self._take_effect()
        except ModuleFailed as failure:
            self._put_back(before, failure)

    def _validate(self, data):
        """Have dockerd itself check the file, where it can (23.0 and newer)."""
        if find_command("dockerd") is None or "--validate" not in run(["dockerd", "--help"], check=False).stdout:
            return
        with tempfile.NamedTemporaryFile(suffix=".json") as file:
            file.write(data)
            file.flush()
            ended = run(["dockerd", "--validate", "--config-file", file.name], check=False)
        if not ended:
            said = ended.stderr.strip().splitlines()[-1:] or ["no reason given"]
            raise ModuleFailed("dockerd does not accept this configuration: %s" % said[0].replace(file.name, self.path))

    def _take_effect(self):
        if not self.answers:
            return
        if self.restarts:
            self.engine.restart()
        else:
            self.engine.reload()
        self._wait_for_effect()

    def _wait_for_effect(self):
        """A reload that fails is only logged: look until the engine says what was asked for."""
        end = time.monotonic() + 10
        while time.monotonic() < end:
            info = self.engine.client.get("/info")
            if all(_daemon_keys.in_effect(key, value, info) for key, value in self.after.items()):
                return
            time.sleep(0.05)
        raise ModuleFailed("the engine has read the new values and does not go by them", hint=self.engine.log())

    def _put_back(self, before, failure):
        if before is None:
            if os.path.exists(self.path):
                os.unlink(self.path)
        else:
            fs.write(self.path, before)
        try:
            self.engine.restart()
        except ModuleFailed as again:
            raise ModuleFailed("%s; the previous file is back, but the engine does not come up: %s" % (failure, again))
        raise ModuleFailed(
            "%s; the previous configuration is back and the engine runs" % failure.message, hint=failure.hint
        )

    def brings(self, change):
        return [("path", self.path)]

    def returns(self, change, state):
        done = "restarted" if self.restarts else "reloaded" if self.answers else "not running"
        return {"config": self.after, "engine": done if change else "unchanged"}


def _deep(there, given):
    found = dict(there)
    for key, value in given.items():
        both = isinstance(value, dict) and isinstance(found.get(key), dict)
        found[key] = _deep(found[key], value) if both else value
    return found


def _plugin_exists(name):
    folders = ("/run/docker/plugins", "/etc/docker/plugins", "/usr/lib/docker/plugins")
    endings = (".sock", ".spec", ".json")
    return any(os.path.exists("%s/%s%s" % (folder, name, ending)) for folder in folders for ending in endings)
