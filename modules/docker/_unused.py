"""
What the engine would remove if it were told to prune: its rules, applied to what it lists.

The rules: https://docs.docker.com/engine/manage-resources/pruning/ and daemon/prune.go of the engine. Each class tells
`names` (for people), `ids` (as the engine's answer has them) and `size` in bytes (0 where the API cannot tell).
"""

import datetime
import re

from modules.docker._base import text
from modules.kit import ModuleFailed

PREDEFINED = ("bridge", "host", "none")
ANONYMOUS = "com.docker.volume.anonymous"
DURATION = re.compile(r"^(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+$")
SECONDS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "h": 3600}
DATES = ("%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H", "%Y-%m-%d")


class Filters:
    """The filters of one kind, as {name: [texts]}; now: seconds since 1970, from which durations count backwards."""

    def __init__(self, given, now):
        self.given = {
            str(name): [text(item) for item in (value if isinstance(value, list) else [value])]
            for name, value in (given or {}).items()
        }
        until = self.given.get("until")
        self.until = _moment(until[0], now) if until else None

    def one(self, name, default):
        """The value of a filter that is given once."""
        return self.given.get(name, [default])[0]

    def pass_(self, created, labels):
        """Whether a thing of that age (seconds since 1970, or a date's text) and with these labels may go."""
        if self.until is not None and _seconds(created) > self.until:
            return False
        asked = [pair.partition("=") for pair in self.given.get("label", [])]
        barred = [pair.partition("=") for pair in self.given.get("label!", [])]
        fits = all(_has(labels or {}, *pair) for pair in asked)
        return fits and not (barred and all(_has(labels or {}, *pair) for pair in barred))


def _has(labels, key, separator, value):
    return key in labels and (not separator or labels[key] == value)


def _moment(said, now):
    """A moment as the engine takes it: a duration back from now, a date, or seconds since 1970."""
    if DURATION.match(said):
        parts = re.findall(r"(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)", said)
        return now - sum(float(number) * SECONDS[unit] for number, unit in parts)
    if re.match(r"^\d+(\.\d+)?$", said):
        return float(said)
    return _seconds(said)


def _seconds(moment):
    """Seconds since 1970 of a number or of a date's text; a date without a zone is in this host's."""
    if isinstance(moment, (int, float)):
        return moment
    said = re.sub(r"\.\d+", "", moment)
    zone = re.search(r"(Z|[+-]\d\d:?\d\d)$", said)
    if zone and ":" in said:
        said = said[: zone.start()] + ("+0000" if zone.group() == "Z" else zone.group().replace(":", ""))
    for form in DATES:
        for end in ("%z", ""):
            try:
                return datetime.datetime.strptime(said, form + end).timestamp()
            except ValueError:
                continue
    raise ModuleFailed("until: should be a duration such as 24h, a date or seconds since 1970, got %s" % moment)


class Containers:
    """Containers that do not run. `left` are those that stay."""

    def __init__(self, engine, filters, asked):
        listed = engine.get("/containers/json", {"all": True, "size": asked})
        gone = [item for item in listed if asked and self._goes(item, filters)]
        self.left = [item for item in listed if item not in gone]
        self.names = sorted(item["Names"][0].lstrip("/") if item["Names"] else item["Id"] for item in gone)
        self.ids = [item["Id"] for item in gone]
        self.size = sum(item.get("SizeRw") or 0 for item in gone)

    @staticmethod
    def _goes(item, filters):
        return item["State"] in ("created", "exited", "dead") and filters.pass_(item["Created"], item["Labels"])


class Images:
    """Images that no container of those left uses: without a name, or with `dangling: false` any."""

    def __init__(self, engine, filters, containers, usage):
        self.dangling = filters.one("dangling", "true") not in ("false", "0")
        self.used = {item["ImageID"] for item in containers.left}
        everything = engine.get("/images/json", {"all": True})
        self.parents = {image["ParentId"] for image in everything}
        alone = {image["Id"]: image["Size"] - max(image["SharedSize"], 0) for image in usage["Images"] or []}
        self.names, self.ids, self.size = [], [], 0
        for image in engine.get("/images/json"):
            if filters.pass_(image["Created"], image["Labels"]):
                self._look(image, alone)
        self.names.sort()

    def _look(self, image, alone):
        tags = [name for name in image.get("RepoTags") or [] if not name.startswith("<none>")]
        digests = [name for name in image.get("RepoDigests") or [] if not name.startswith("<none>")]
        if self.dangling and (tags or image["Id"] in self.parents):
            return
        if image["Id"] in self.used:
            untagged = _spare(tags, digests) if tags else []
            self.names += untagged
            self.ids += [{"Untagged": name} for name in untagged]
            return
        self.names += tags or [image["Id"]]
        self.ids += [{"Untagged": name} for name in tags + digests] + [{"Deleted": image["Id"]}]
        self.size += alone.get(image["Id"], 0)


def _spare(tags, digests):
    """The names that an image in use loses: the engine takes them one by one until they are of one repository."""
    left, gone = sorted(tags + digests), []
    for name in list(left):
        repositories = {re.sub(r"(@.*|:[^:/]*)$", "", one) for one in left}
        if len(repositories) == 1 and len([one for one in left if "@" not in one]) <= 1:
            break
        left.remove(name)
        gone.append(name)
    return gone


class Networks:
    """Networks that no container is connected to and no service of a swarm uses."""

    def __init__(self, engine, filters):
        self.engine = engine
        found = []
        swarm = self._of_services()
        for item in engine.get("/networks"):
            if item["Name"] in PREDEFINED or item.get("Ingress") or item.get("ConfigOnly"):
                continue
            if not filters.pass_(item["Created"], item["Labels"]) or item["Id"] in swarm:
                continue
            network = engine.get("/networks/" + item["Id"])
            if network and not network["Containers"]:
                found.append(item["Name"])
        self.names = self.ids = sorted(found)
        self.size = 0

    def _of_services(self):
        """The ids of the networks that services use; empty where this engine does not manage a swarm."""
        if not self.engine.get("/info")["Swarm"].get("ControlAvailable"):
            return set()
        found = set()
        for service in self.engine.get("/services"):
            spec = service["Spec"]
            found |= {item["Target"] for item in spec["TaskTemplate"].get("Networks") or spec.get("Networks") or []}
            found |= {item["NetworkID"] for item in service.get("Endpoint", {}).get("VirtualIPs") or []}
        for task in self.engine.get("/tasks"):
            if task.get("DesiredState") in ("ready", "accepted", "running"):
                found |= {item["Network"]["ID"] for item in task.get("NetworksAttachments") or []}
        return found


class Volumes:
    """
    Volumes of the driver `local` without options of it that no container of those left uses. From Docker 23 on only
    those without a name go, unless the filter `all` says otherwise.
    """

    def __init__(self, engine, filters, containers, usage):
        used = {mount.get("Name") for item in containers.left for mount in item.get("Mounts") or []}
        sizes = {item["Name"]: (item.get("UsageData") or {}).get("Size", 0) for item in usage["Volumes"] or []}
        all_ = engine.speaks() < (1, 42) or filters.one("all", "false") in ("true", "1")
        found = []
        for item in engine.get("/volumes")["Volumes"] or []:
            labels = item.get("Labels") or {}
            kind = item["Driver"] == "local" and not item.get("Options") and (all_ or ANONYMOUS in labels)
            if kind and item["Name"] not in used and filters.pass_(item.get("CreatedAt") or 0, labels):
                found.append(item["Name"])
        self.names = self.ids = sorted(found)
        self.size = sum(max(sizes.get(name, 0), 0) for name in found)


class BuilderCache:
    """What builds have left for later builds. all_: what they share too. keep: bytes that may stay, or None."""

    FIELDS = {"id": "ID", "parent": "Parent", "type": "Type", "description": "Description"}

    def __init__(self, filters, usage, all_, keep):
        records = usage.get("BuildCache") or []
        found = [item for item in records if self._goes(item, filters, all_)]
        if keep:
            found = self._above(found, sum(item["Size"] for item in records), keep)
        self.names = self.ids = sorted(item["ID"] for item in found)
        self.size = sum(item["Size"] for item in found)

    def _goes(self, item, filters, all_):
        if item["InUse"] or (not all_ and (item["Shared"] or item["Type"] in ("internal", "frontend"))):
            return False
        wanted = {self.FIELDS[name]: values for name, values in filters.given.items() if name in self.FIELDS}
        if any(item.get(field) not in values for field, values in wanted.items()):
            return False
        return filters.until is None or _seconds(item.get("LastUsedAt") or item["CreatedAt"]) <= filters.until

    @staticmethod
    def _above(found, total, keep):
        """Those that have to go, the longest unused first, until no more than `keep` bytes stay."""
        going = []
        for item in sorted(found, key=lambda item: item.get("LastUsedAt") or item["CreatedAt"]):
            if total <= keep:
                break
            going.append(item)
            total -= item["Size"]
        return going
