"""Builds streams of events as a run would emit them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from opsengine.events import (
    Event,
    HostResult,
    HostStarted,
    HostStats,
    ItemResult,
    Notice,
    PlayStarted,
    RunEnded,
    RunStarted,
    Status,
    TaskEnded,
    TaskStarted,
)
from opsengine.source.text import Origin

START = 1_790_000_000.0


class Scenario:
    """Collects events; its clock moves only as it is told."""

    def __init__(self, check: bool = False) -> None:
        self.events: list[Event] = []
        self.now = START
        self.check = check
        self.counts: dict[str, Counter[str]] = {}
        self.line = 10
        self.number = 0
        command = ["opsengine", "site.yml", *(["--check"] if check else []), "--diff"]
        self.add(
            RunStarted(
                at=self.now, playbooks=["site.yml"], command=command, check=check, diff=True, inventory=["hosts.yml"]
            )
        )

    def add(self, event: Event) -> None:
        self.events.append(event)

    def play(self, name: str, hosts: Sequence[str], batch: tuple[int, int] = (1, 1)) -> None:
        for host in hosts:
            self.counts.setdefault(host, Counter())
        self.add(PlayStarted(at=self.now, play=name, hosts=hosts, origin=Origin("site.yml", 1, 3), batch=batch))

    @contextmanager
    def task(
        self, name: str, hosts: Sequence[str], module: str = "command", seconds: float = 0.2, **more: Any
    ) -> Iterator[Task]:
        self.number += 1
        self.line += 4
        origin = Origin("roles/web/tasks/main.yml", self.line, 3)
        self.add(
            TaskStarted(at=self.now, task=self.number, name=name, module=module, hosts=hosts, origin=origin, **more)
        )
        for host in hosts:
            self.add(HostStarted(at=self.now, task=self.number, host=host))
        yield Task(self, self.number, origin)
        self.now += seconds
        self.add(TaskEnded(at=self.now, task=self.number, seconds=seconds))

    def warn(self, text: str, host: str | None = None) -> None:
        self.add(Notice(at=self.now, message=text, host=host))

    def end(self, exit_code: int = 0, interrupted: bool = False) -> list[Event]:
        stats = {host: HostStats(**counts) for host, counts in self.counts.items()}
        self.add(
            RunEnded(
                at=self.now,
                stats=stats,
                seconds=self.now - START,
                exit_code=exit_code,
                interrupted=interrupted,
                check=self.check,
            )
        )
        return self.events


class Task:
    """Results of one task."""

    def __init__(self, scenario: Scenario, number: int, origin: Origin) -> None:
        self.scenario = scenario
        self.number = number
        self.origin = origin

    def item(self, host: str, label: str, index: int, status: Status = Status.OK, **result: Any) -> None:
        self.scenario.add(
            ItemResult(
                at=self.scenario.now,
                task=self.number,
                host=host,
                label=label,
                index=index,
                status=status,
                result=result,
            )
        )

    def host(
        self,
        host: str,
        status: Status = Status.OK,
        diffs: Sequence[Mapping[str, Any]] = (),
        assumes: Sequence[str] = (),
        hint: str | None = None,
        seconds: float = 0.1,
        **result: Any,
    ) -> None:
        counts = self.scenario.counts.setdefault(host, Counter())
        counts["failed" if status is Status.FAILED else status.value] += 1
        if status is Status.CHANGED:
            counts["ok"] += 1
        self.scenario.add(
            HostResult(
                at=self.scenario.now,
                task=self.number,
                host=host,
                status=status,
                seconds=seconds,
                result={"changed": status is Status.CHANGED, **result},
                diffs=diffs,
                assumes=assumes,
                hint=hint,
                origin=self.origin if status in (Status.FAILED, Status.UNREACHABLE) else None,
            )
        )


def text_diff(path: str, before: str, after: str) -> dict[str, Any]:
    return {"before": before, "after": after, "before_header": path, "after_header": path}


def day_of_work(check: bool = False) -> list[Event]:
    """A run with a bit of everything."""
    hosts = ["web1", "web2", "web3", "db1"]
    web = hosts[:3]
    run = Scenario(check)
    run.play("Web servers and their database", hosts)
    with run.task("Install nginx", hosts, "apt", 3.4) as task:
        for host in hosts:
            task.host(host, Status.OK if host == "web2" else Status.CHANGED)
    before = "worker_processes 1;\nevents {\n  worker_connections 512;\n}\n"
    after = "worker_processes auto;\nevents {\n  worker_connections 4096;\n}\n"
    with run.task("Write nginx.conf", web, "template", role="web") as task:
        for host in web:
            diff = text_diff("/etc/nginx/nginx.conf", before, after if host != "web3" else after + "# web3")
            task.host(host, Status.CHANGED, [diff])
    _containers(run, web)
    run.warn("the module `apt` found a lock and waited for it", "web1")
    run.warn("the module `apt` found a lock and waited for it", "web2")
    with run.task("Make folders", web, "file") as task:
        for host in web:
            for index, label in enumerate(("conf.d", "ssl", "cache")):
                task.item(host, label, index, Status.CHANGED if label == "cache" else Status.OK, path=label)
            task.host(host, Status.CHANGED, results=[])
    with run.task("Say where we are", web, "ansible.builtin.debug") as task:
        for host in web:
            task.host(host, msg="first line\nsecond line" if host != "web3" else {"port": 8080, "names": ["a", "b"]})
    _troubles(run, hosts)
    with run.task("Reload nginx", ["web1"], "service", handler=True, role="web") as task:
        task.host("web1", Status.CHANGED, seconds=0.7)
    return run.end(exit_code=2)


def _containers(run: Scenario, hosts: Sequence[str]) -> None:
    state = {"image": "nginx:1.27", "ports": ["80:80"], "restart_policy": "always"}
    with run.task("Run the proxy", hosts, "docker_container", 12.5, role="web") as task:
        assumes = ["engine docker, which comes with: Install Docker"] if run.check else []
        for host in hosts:
            old = "" if host == "web1" else {**state, "image": "nginx:1.25"}
            task.host(host, Status.CHANGED, [text_diff("container proxy", old, state)], assumes, seconds=4.0)  # type: ignore[arg-type]


def _troubles(run: Scenario, hosts: Sequence[str]) -> None:
    with run.task("Check the configuration", hosts, "command") as task:
        task.host("web1", rc=0, stdout="fine")
        stderr = "\n".join(f"nginx: [warn] line {number}" for number in range(1, 20)) + "\nnginx: [emerg] no ssl.pem"
        for host in ("web2", "web3"):
            task.host(
                host,
                Status.FAILED,
                hint="put the certificate where `ssl_certificate` of /etc/nginx/nginx.conf points to",
                msg="non-zero return code",
                cmd=["nginx", "-t", "-c", "/etc/nginx/my conf"],
                rc=1,
                stderr=stderr,
                stdout="",
            )
        task.host("db1", Status.UNREACHABLE, hint="is sshd up on port 22?", msg="connection refused")
    with run.task("Ask the old balancer", ["web1"], "uri") as task:
        task.host("web1", Status.IGNORED, msg="Status code was 404 and not [200]")
    with run.task("Only on Debian", ["web1"], "apt") as task:
        task.host("web1", Status.SKIPPED, skip_reason="Conditional result was False")


def large_run(hosts: int, tasks: int, check: bool = False) -> list[Event]:
    """A run of many hosts: most are fine, some change, few fail."""
    run = Scenario(check)
    names = [f"node{number:03}.example.org" for number in range(1, hosts + 1)]
    run.play("Everything everywhere", names)
    alive = list(names)
    for number in range(tasks):
        with run.task(
            f"Step {number + 1}: look after thing {number % 7}", alive, "file", 0.3 + number % 11 / 3
        ) as task:
            for index, host in enumerate(alive):
                if number % 9 == 4 and index % 17 == 3:
                    diff = text_diff(f"/etc/thing{number}", "old\n", "new\n")
                    task.host(host, Status.CHANGED, [diff], path=f"/etc/thing{number}", seconds=0.05)
                elif number == tasks // 2 and index % 23 == 5:
                    task.host(host, Status.FAILED, msg=f"no space left on device for thing {number}", seconds=0.1)
                else:
                    task.host(host, Status.SKIPPED if number % 13 == 6 else Status.OK, seconds=0.02)
        if number == tasks // 2:
            alive = [host for host in alive if not run.counts[host]["failed"]]
    return run.end(exit_code=2)
