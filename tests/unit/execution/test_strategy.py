"""The order in which hosts take their steps, and when the failure of some ends the play for all."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from opsengine.events import Status
from opsengine.execution.flow import Flow, Step
from opsengine.execution.outcome import Outcome
from opsengine.execution.strategy import Limits, Linear
from tests.unit.execution.test_flow import play_of

TASKS = """
tasks:
  - block:
      - {name: a, ping: }
    rescue:
      - {name: r, ping: }
  - {name: b, ping: }
  - {name: c, ping: }
"""


def ran(tmp_path: Path, text: str, failing: set[tuple[str, str]], percentage: float | None = None) -> list[str]:
    """`TASK:HOSTS` for each turn, with hosts h1, h2, h3."""
    play = play_of(tmp_path, text)
    turns: list[str] = []

    def run(host: str, step: Step) -> Outcome:
        lost = (host, f"{step.task.name} lost") in failing
        failed = Status.UNREACHABLE if lost else Status.FAILED
        return Outcome(failed if lost or (host, step.task.name) in failing else Status.OK)

    with ThreadPoolExecutor(3) as pool:
        strategy = Linear(
            pool,
            run,
            lambda task: False,
            lambda task, hosts: turns.append(f"{task.name}:{','.join(hosts)}"),
            lambda task, hosts, seconds: None,
            lambda task, outcome, first, hosts: None,
            lambda: False,
            lambda task, keyword: task.keyword(keyword) is True,
        )
        flows = {host: Flow(play, [], lambda task: True, lambda failed: None) for host in ("h1", "h2", "h3")}
        strategy.play(flows, Limits(percentage, 3))
    return turns


class TestHosts:
    def test_run_each_task_together(self, tmp_path: Path) -> None:
        assert ["a:h1,h2,h3", "b:h1,h2,h3", "c:h1,h2,h3"] == ran(tmp_path, TASKS, set())

    def test_wait_for_the_one_in_a_rescue(self, tmp_path: Path) -> None:
        assert ["a:h1,h2,h3", "r:h2", "b:h1,h2,h3", "c:h1,h2,h3"] == ran(tmp_path, TASKS, {("h2", "a")})

    def test_go_on_without_the_one_that_failed(self, tmp_path: Path) -> None:
        assert ["b:h1,h2,h3", "c:h1,h3"] == ran(tmp_path, TASKS, {("h2", "b")})[1:]

    def test_go_on_without_the_one_that_is_unreachable_which_no_rescue_saves(self, tmp_path: Path) -> None:
        assert ["a:h1,h2,h3", "b:h1,h3", "c:h1,h3"] == ran(tmp_path, TASKS, {("h2", "a lost")})


class TestAnyErrorsFatal:
    TEXT = "any_errors_fatal: true" + TASKS

    def test_ends_the_play_for_all(self, tmp_path: Path) -> None:
        assert ["a:h1,h2,h3", "b:h1,h2,h3"] == ran(tmp_path, self.TEXT, {("h2", "b")})

    def test_counts_an_unreachable_host(self, tmp_path: Path) -> None:
        assert ["a:h1,h2,h3", "b:h1,h2,h3"] == ran(tmp_path, self.TEXT, {("h2", "b lost")})

    def test_takes_every_host_into_its_rescue(self, tmp_path: Path) -> None:
        assert ["a:h1,h2,h3", "r:h1,h2,h3", "b:h1,h2,h3", "c:h1,h2,h3"] == ran(tmp_path, self.TEXT, {("h2", "a")})


class TestMaxFailPercentage:
    def test_ends_the_play_when_it_is_passed(self, tmp_path: Path) -> None:
        assert ["a:h1,h2,h3", "b:h1,h2,h3"] == ran(tmp_path, TASKS, {("h2", "b")}, percentage=33)

    def test_lets_the_play_go_on_when_it_is_not(self, tmp_path: Path) -> None:
        assert "c:h1,h3" == ran(tmp_path, TASKS, {("h2", "b")}, percentage=34)[-1]

    def test_counts_an_unreachable_host(self, tmp_path: Path) -> None:
        assert ["a:h1,h2,h3", "b:h1,h2,h3"] == ran(tmp_path, TASKS, {("h2", "b lost")}, percentage=33)


class TestRunOnce:
    def test_runs_on_the_first_host_and_all_go_on(self, tmp_path: Path) -> None:
        text = "tasks:\n  - {name: a, ping: , run_once: true}\n  - {name: b, ping: }"
        assert ["a:h1", "b:h1,h2,h3"] == ran(tmp_path, text, set())


class TestThrottle:
    def test_still_runs_every_host(self, tmp_path: Path) -> None:
        text = "tasks:\n  - {name: a, ping: , throttle: 2}\n  - {name: b, ping: }"
        assert ["a:h1,h2,h3", "b:h1,h2,h3"] == ran(tmp_path, text, set())
