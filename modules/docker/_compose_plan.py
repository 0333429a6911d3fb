"""
What Compose would do, before it does it: from its own `--dry-run`, or where that is not to be had, from the hashes that
its containers carry.

A plan is a list of steps (what, id, verb): what is container, image, network, service or volume.
"""

import re

from modules.docker import _image_work as work
from modules.docker import _images
from modules.kit import Unknown

LABEL = "com.docker.compose."
STEP = re.compile(
    r"^\s*DRY-RUN MODE -\s+(?:(Container|Image|Network|Service|Volume)\s+)?\"?([^\s\"]+)\"?\s+"
    r"(Creating|Recreate|Recreating|Starting|Restarting|Stopping|Killing|Removing|Pulling|Building)\s*(?:\d.*)?$"
)
BUILD = re.compile(r"^\s*DRY-RUN MODE -\s+build service (\S+)")
PAST = {
    "Creating": "created",
    "Recreate": "recreated",
    "Recreating": "recreated",
    "Starting": "started",
    "Restarting": "restarted",
    "Stopping": "stopped",
    "Killing": "stopped",
    "Removing": "removed",
    "Pulling": "pulled",
    "Building": "built",
}
BEFORE = {
    "created": "absent",
    "recreated": "as described before",
    "started": "not running",
    "restarted": "running",
    "stopped": "running",
    "removed": "there",
    "pulled": "absent or another one",
    "built": "absent or built before",
}


def foreseen(text):
    """The steps in what `--dry-run` says."""
    steps = []
    for line in text.split("\n"):
        match, build = STEP.match(line), BUILD.match(line)
        if build:
            steps.append(("service", build.group(1), "built"))
        elif match:
            what, name, verb = match.groups()
            # While a container is replaced, it goes by its old id too.
            name = re.sub(r"^[0-9a-f]{12}_", "", name) if what == "Container" else name
            steps.append(((what or "service").lower(), name, PAST[verb]))
    return [step for at, step in enumerate(steps) if step not in steps[:at]]


def states(steps):
    """({thing: how it is}, {thing: how it will be}) of the things in a plan."""
    before, after = {}, {}
    for what, name, verb in steps:
        key = "%s %s" % (what, name)
        before.setdefault(key, BEFORE[verb])
        after[key] = "%s, %s" % (after[key], verb) if key in after else verb
    return before, after


class Containers:
    """The containers of a project, by the labels that Compose gives them; one-off ones of `run` are none."""

    def __init__(self, engine, project):
        filters = {"label": [LABEL + "project=" + project]}
        listed = engine.get("/containers/json", {"all": True, "filters": filters})
        self.engine = engine
        self.all = [item for item in listed if item["Labels"].get(LABEL + "oneoff") != "True"]

    def of(self, service):
        """Those of one service, in the order of their numbers."""
        found = [item for item in self.all if item["Labels"].get(LABEL + "service") == service]
        return sorted(found, key=lambda item: int(item["Labels"].get(LABEL + "container-number") or 0))

    def running(self):
        """The names of those that run."""
        return {name(item) for item in self.all if item["State"] in ("running", "restarting", "paused")}

    def failed(self):
        """(name, exit code) of those that have ended with an error."""
        found = []
        for item in self.all:
            if item["State"] == "exited":
                state = self.engine.get("/containers/%s/json" % item["Id"])
                if state and state["State"]["ExitCode"]:
                    found.append((name(item), state["State"]["ExitCode"]))
        return found


def name(container):
    """The name of a container in a list."""
    return container["Names"][0].lstrip("/")


def images_come(module, engine, images):
    """Whether some of these images are not there, and come with an earlier task of this dry run."""
    coming = False
    for image in sorted({_images.full(image) for image in images}):
        bringer = module.context.bringer("image", image)
        if bringer and work.inspect(engine, image) is None:
            module.context.assume("image", image, bringer)
            coming = True
    return coming


def fresh_images(module, engine, compose, services, containers, recreate):
    """
    The steps that come of images that the registry has anew: `--dry-run` takes every image that is asked for for new.

    services: those whose images are pulled always.
    """
    steps, seen = [], {}
    for service in services:
        image = _images.full(compose.image_of(service))
        if image not in seen:
            here = work.inspect(engine, image)
            digest = here and work.expected_in_registry(module, engine, image)
            seen[image] = bool(here and digest and (isinstance(digest, Unknown) or digest not in work.digests(here)))
        if seen[image]:
            steps.append(("image", image, "pulled"))
            if recreate:
                steps += [("container", name(item), "recreated") for item in containers.of(service)]
    return steps


class ByHash:
    """
    The plan of a Compose without a dry run. Networks and volumes are not foreseen when they are made, since it does not
    tell their names; services are, each as a whole.
    """

    def __init__(self, compose, engine, containers, recreate, scale):
        self.engine = engine
        self.containers = containers
        self.recreate = recreate
        self.scale = scale
        self.hashes = compose.hashes()
        self.project = compose.name()

    def up(self, services, start, orphans):
        """What `up` would do with these services (all where there are none)."""
        steps = []
        for service in services or sorted(self.hashes):
            steps += self._service(service, start)
        if orphans:
            for item in self.containers.all:
                if item["Labels"].get(LABEL + "service") not in self.hashes:
                    steps += [("container", name(item), verb) for verb in ("stopped", "removed")]
        return steps

    def _service(self, service, start):
        there = self.containers.of(service)
        count = self.scale.get(service, len(there) or 1)
        steps = [("service", service, "created")] if len(there) < count else []
        for item in there[count:]:
            steps += [("container", name(item), "removed")]
        for item in there[:count]:
            if self._is_stale(service, item):
                steps.append(("container", name(item), "recreated"))
            elif start and item["State"] not in ("running", "restarting", "paused"):
                steps.append(("container", name(item), "started"))
        return steps

    def _is_stale(self, service, item):
        if self.recreate != "auto":
            return self.recreate == "always"
        if item["Labels"].get(LABEL + "config-hash") != self.hashes.get(service):
            return True
        found = self.engine.get("/containers/%s/json" % item["Id"])
        image = found and work.inspect(self.engine, found["Config"]["Image"])
        return bool(image and image["Id"] != found["Image"])

    def down(self, volumes):
        """What `down` would do."""
        steps = []
        for item in self.containers.all:
            verbs = ("stopped", "removed") if name(item) in self.containers.running() else ("removed",)
            steps += [("container", name(item), verb) for verb in verbs]
        filters = {"label": [LABEL + "project=" + self.project]}
        networks = self.engine.get("/networks", {"filters": filters})
        steps += [("network", item["Name"], "removed") for item in networks]
        if volumes:
            found = self.engine.get("/volumes", {"filters": filters})["Volumes"] or []
            steps += [("volume", item["Name"], "removed") for item in found]
        return steps
