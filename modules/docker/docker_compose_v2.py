"""
Make sure a project of Docker Compose is up as its files say, is stopped, restarted, or is down.

What is to be done is told by Compose itself, which is asked for a dry run each time; nothing is done where it says that
nothing is to be done. A Compose without a dry run (before 2.18) is foreseen by the hashes that its containers carry.
"""

from modules.docker import _compose_plan as plans
from modules.docker._compose import ComposeArguments
from modules.kit import Arg, Module, ModuleFailed, Unknown

PULLED_ALWAYS = ("always", "refresh", "daily", "weekly")
SERIOUS = ("created", "recreated", "removed")


class DockerComposeV2(ComposeArguments, Module):
    state = Arg(
        str, "What becomes of the project: up, all stopped, all restarted, or down",
        default="present", choices=("absent", "present", "restarted", "stopped"),
    )  # fmt: skip
    services = Arg(list, "Only these services", default=None, of=str)
    dependencies = Arg(bool, "Whether services that these depend on are meant too", default=True)
    pull = Arg(
        str, "Whether images are pulled; policy: as the files say",
        default="policy", choices=("always", "missing", "never", "policy"),
    )  # fmt: skip
    build = Arg(
        str,
        "Whether images are built; policy: as the files say",
        default="policy",
        choices=("always", "never", "policy"),
    )
    ignore_build_events = Arg(
        bool, "Whether a build that `build: always` asks for is no change unless it gives another image", default=True
    )
    recreate = Arg(
        str, "Whether containers are made anew; auto: where they are described otherwise now",
        default="auto", choices=("always", "never", "auto"),
    )  # fmt: skip
    renew_anon_volumes = Arg(bool, "Whether containers made anew get new volumes without a name", default=False)
    remove_images = Arg(
        str, "With absent, whether all images go, or those without a name of their own", default=None,
        choices=("all", "local"),
    )  # fmt: skip
    remove_volumes = Arg(bool, "With absent, whether volumes go, with all that is in them", default=False)
    remove_orphans = Arg(bool, "Whether containers of services that the files do not have any more go", default=False)
    timeout = Arg(int, "Seconds that a container may take to stop", default=None)
    scale = Arg(dict, "How many containers a service has, as {service: number}", default=None)
    wait = Arg(bool, "Whether to wait until services run, or are healthy where they have a check", default=False)
    wait_timeout = Arg(int, "The most seconds to wait so", default=None)
    assume_yes = Arg(bool, "Whether questions of Compose are answered with yes", default=False)

    def check_arguments(self):
        super().check_arguments()
        for service, count in (self.scale or {}).items():
            if not str(count).isdigit():
                raise ModuleFailed("scale: should be a whole number for %s, got %s" % (service, count))
        self.scale = {service: int(count) for service, count in (self.scale or {}).items()}
        self.steps, self.done, self.built = None, None, False
        self.listed, self.project = {"containers": [], "images": []}, self.project_name or self.project_src

    def client(self):
        # `timeout` is Compose's here, not the API's.
        given, self.timeout = self.timeout, 60
        try:
            return super().client()
        finally:
            self.timeout = given

    def subject(self):
        return "project %s" % self.project

    # -- what is to be done

    def refresh(self):
        if self.build == "always" and self.ignore_build_events and self.state == "present":
            compose = self.compose()
            if compose is not None:
                with compose:
                    compose.call("build", *(self.services or []))
                self.built = True

    def current(self):
        engine = self.engine()
        compose = engine and self.compose()
        if not compose:
            return None
        with compose:
            self.project = compose.name()
            containers = plans.Containers(engine, self.project)
            again = self.done is not None and self._repeats()
            steps = [] if again else self._planned(engine, compose, containers)
            self.listed = {"containers": compose.containers(), "images": compose.images()}
        return self._state(steps, engine)

    def _state(self, steps, engine):
        if self.done is None:
            self.steps = steps
            return plans.states(steps)[0]
        ended = plans.Containers(engine, self.project).failed() if self.state == "present" else []
        for name, code in ended:
            self.warn("container %s has ended with exit code %d" % (name, code))
        left = [step for step in steps if step[0] == "container" and step[2] in SERIOUS]
        return dict(plans.states(self.steps)[1], **plans.states(left)[0])

    def _repeats(self):
        """Whether what is asked for is to be done each time."""
        return self.state == "restarted" or self.recreate == "always" or self.renew_anon_volumes

    def _planned(self, engine, compose, containers):
        if not compose.foresees:
            return self._planned_by_hash(engine, compose, containers)
        if self.state == "absent":
            return self._asked(compose, self._down())
        if self.state == "restarted":
            return self._asked(compose, self._restart())
        steps = self._planned_up(engine, compose, containers)
        if self.state == "stopped":
            running = containers.running()
            stops = self._asked(compose, self._stop())
            steps += [step for step in stops if step[1] in running]
        return steps

    def _planned_up(self, engine, compose, containers):
        always = self._pulled_always(compose)
        pull = "missing" if always else self.pull
        if plans.images_come(self, engine, [compose.image_of(name) for name in self._services(compose)]):
            pull = "never"
        build = "never" if self.build == "never" else "policy"
        steps = self._asked(compose, self._up(compose, pull, build))
        recreate = self.recreate != "never"
        steps += plans.fresh_images(self, engine, compose, always, containers, recreate)
        if self.build == "always":
            steps += self._builds(compose)
        return steps

    def _builds(self, compose):
        if self.ignore_build_events:
            if not self.built:
                self.warn("what comes of the builds that are asked for is not known before they have run")
            return []
        return [
            ("service", name, "built") for name in self._services(compose) if "build" in self._described(compose, name)
        ]

    def _described(self, compose, service):
        return compose.config()["services"].get(service) or {}

    def _services(self, compose):
        return self.services or sorted(compose.config()["services"])

    def _pulled_always(self, compose):
        """The services whose images are pulled even when they are there."""
        found = []
        for service in self._services(compose):
            described = self._described(compose, service)
            policy = described.get("pull_policy", "") if self.pull == "policy" else self.pull
            if policy.startswith(PULLED_ALWAYS) and not (described.get("build") and "image" not in described):
                found.append(service)
        return found

    def _asked(self, compose, words):
        ended = compose.call("--dry-run", *words)
        return plans.foreseen(ended.stdout + "\n" + ended.stderr)

    def _planned_by_hash(self, engine, compose, containers):
        if self.wait or self.pull == "never":
            raise ModuleFailed(
                "wait and pull: never need Docker Compose 2.18 or newer, found %d.%d" % compose.version[:2]
            )
        plan = plans.ByHash(compose, engine, containers, self.recreate, self.scale)
        meant = [item for name in self.services or plan.hashes for item in containers.of(name)]
        if self.state == "absent":
            return plan.down(self.remove_volumes)
        if self.state == "restarted":
            return [("container", plans.name(item), "restarted") for item in meant]
        steps = plan.up(self.services, self.state == "present", self.remove_orphans)
        if self.state == "stopped":
            names = containers.running() & {plans.name(item) for item in meant}
            steps += [("container", name, "stopped") for name in sorted(names)]
        return steps

    def wanted(self):
        if self.steps is None:
            return {"project": Unknown(self.context.coming[-1][2])}
        return plans.states(self.steps)[1]

    # -- how to get there

    def apply(self, change):
        compose = self.compose()
        with compose:
            old = not compose.foresees
            build = "policy" if self.build == "always" and self.ignore_build_events else self.build
            if self.state == "absent":
                calls = [self._down()]
            elif self.state == "restarted":
                calls = [self._restart()]
            else:
                pull = [["pull", "--quiet"] + (self.services or [])] if old and self.pull == "always" else []
                calls = pull + [self._up(compose, "policy" if old else self.pull, build)]
                calls += [self._stop()] if self.state == "stopped" else []
            said = [compose.call(*words) for words in calls]
        self.done = {
            "stdout": "".join(ended.stdout for ended in said),
            "stderr": "".join(ended.stderr for ended in said),
        }

    def _up(self, compose, pull, build):
        words = ["up", "--no-start"] if self.state == "stopped" else ["up", "--detach"]
        words += ["--no-color", "--quiet-pull"]
        words += ["--pull", pull] if pull != "policy" else []
        words += {"always": ["--build"], "never": ["--no-build"]}.get(build, [])
        words += {"always": ["--force-recreate"], "never": ["--no-recreate"]}.get(self.recreate, [])
        words += ["--renew-anon-volumes"] if self.renew_anon_volumes else []
        words += ["--remove-orphans"] if self.remove_orphans else []
        words += [] if self.dependencies else ["--no-deps"]
        for service, count in sorted(self.scale.items()):
            words += ["--scale", "%s=%d" % (service, count)]
        if self.wait and self.state == "present":
            words += ["--wait"] + (["--wait-timeout", str(self.wait_timeout)] if self.wait_timeout is not None else [])
        words += ["--yes"] if self.assume_yes and compose.version >= (2, 32) else []
        return words + self._timeout() + (self.services or [])

    def _down(self):
        words = ["down"] + (["--remove-orphans"] if self.remove_orphans else [])
        words += ["--rmi", self.remove_images] if self.remove_images else []
        words += ["--volumes"] if self.remove_volumes else []
        return words + self._timeout() + (self.services or [])

    def _stop(self):
        return ["stop"] + self._timeout() + (self.services or [])

    def _restart(self):
        return ["restart"] + ([] if self.dependencies else ["--no-deps"]) + self._timeout() + (self.services or [])

    def _timeout(self):
        return [] if self.timeout is None else ["--timeout", str(self.timeout)]

    def brings(self, change):
        return [
            ("container", name) for what, name, verb in self.steps or [] if (what, verb) == ("container", "created")
        ]

    def returns(self, change, state):
        actions = [{"what": what, "id": name, "status": verb} for what, name, verb in self.steps or []]
        return dict(self.listed, actions=actions, **(self.done or {"stdout": "", "stderr": ""}))
