"""Make sure a volume exists with its driver, options and labels, or does not exist. Never loses data unasked."""

from modules.docker._base import EngineModule, holds, texts
from modules.docker._client import name as quoted
from modules.kit import Arg


class DockerVolume(EngineModule):
    name = Arg(str, "The volume's name", aliases=("volume_name",))
    state = Arg(str, "Whether it should exist", default="present", choices=("present", "absent"))
    driver = Arg(str, "The driver that keeps it", default="local")
    driver_options = Arg(dict, "Options for the driver", default=None)
    labels = Arg(dict, "Labels that it should have; others are left alone", default=None)
    recreate = Arg(
        str, "Whether a volume that differs is removed and made anew, which loses what is in it", default="never",
        choices=("always", "never", "options-changed"),
    )  # fmt: skip

    def read(self, engine):
        found = engine.get("/volumes/" + quoted(self.name))
        if found is None:
            return None
        self.found = found
        return {
            "driver": found["Driver"],
            "options": found.get("Options") or {},
            "labels": found.get("Labels") or {},
            "created": found.get("CreatedAt"),
        }

    def wanted(self):
        if self.state == "absent":
            return None
        wanted = {"driver": self.driver}
        if self.driver_options is not None:
            wanted["options"] = texts(self.driver_options)
        if self.labels is not None:
            wanted["labels"] = texts(self.labels)
        if self.before is not None and self.recreate == "never":
            different = sorted(key for key in wanted if not self.same(key, self.before[key], wanted[key]))
            if different:
                self.warn(
                    "volume %s has another %s than asked for; it is left alone: making it anew would lose what is "
                    "in it (recreate: options-changed allows that)" % (self.name, " and ".join(different))
                )
            wanted = {key: value for key, value in wanted.items() if key not in different}
        elif self.before is not None and self.recreate == "always":
            wanted["created"] = "anew"
        return wanted

    def same(self, key, now, wanted):
        if key == "labels":
            return holds(now, wanted)
        if key == "created":
            return getattr(self, "made", False)
        return now == wanted

    def change(self, engine, change):
        if not change.creates:
            engine.call("DELETE", "/volumes/" + quoted(self.name))
        if not change.removes:
            data = {"Name": self.name, "Driver": self.driver, "DriverOpts": texts(self.driver_options)}
            engine.call("POST", "/volumes/create", data=dict(data, Labels=texts(self.labels)))
            self.made = True

    def brings(self, change):
        return [] if change.removes else [("volume", self.name)]

    def returns(self, change, state):
        if state is None:
            return {"volume": {}}
        foreseen = {"Name": self.name, "Driver": state.get("driver"), "Labels": state.get("labels", {})}
        return {"volume": getattr(self, "found", foreseen)}
