"""One host's way through a play: which task comes next, whatever became of the ones before."""

from __future__ import annotations

from pathlib import Path

from opsengine.events import Status
from opsengine.execution.catalogue import Modules
from opsengine.execution.flow import Flow, HostFailed
from opsengine.execution.outcome import Outcome
from opsengine.playbook.loader import Loader
from opsengine.playbook.nodes import Play


def play_of(tmp_path: Path, text: str) -> Play:
    file = tmp_path / "site.yml"
    file.write_text("- hosts: all\n" + "\n".join("  " + line for line in text.splitlines()) + "\n")
    return Loader(Modules()).load(file).plays[0]


def walk(
    play: Play, failing: tuple[str, ...] = (), notifying: dict[str, str] | None = None, **options: bool
) -> list[str]:
    """The names of the tasks a host runs; the last is FAILED when it did not get through."""
    rescued: list[HostFailed] = []
    flow = Flow(play, [], lambda task: True, rescued.append, **options)
    steps, names = flow.steps(), []
    try:
        step = next(steps)
        while True:
            name = step.task.name
            names.append(name)
            if notifying and name in notifying:
                flow.notify(next(handler for handler in play.handlers if handler.name == notifying[name]))
            control = step.task.args.get("action") if step.task.module == "meta" else None
            step = steps.send(Outcome(Status.FAILED if name in failing else Status.OK, control=control))
    except StopIteration:
        return names
    except HostFailed:
        return [*names, "FAILED"]


BLOCK = """
tasks:
  - block:
      - {name: a, ping: }
      - {name: b, ping: }
    rescue:
      - {name: r, ping: }
    always:
      - {name: z, ping: }
  - {name: after, ping: }
"""


class TestABlock:
    def test_runs_its_body_and_then_always(self, tmp_path: Path) -> None:
        assert ["a", "b", "z", "after"] == walk(play_of(tmp_path, BLOCK))

    def test_that_fails_goes_to_rescue_and_the_host_goes_on(self, tmp_path: Path) -> None:
        assert ["a", "r", "z", "after"] == walk(play_of(tmp_path, BLOCK), failing=("a",))

    def test_whose_rescue_fails_still_runs_always(self, tmp_path: Path) -> None:
        assert ["a", "r", "z", "FAILED"] == walk(play_of(tmp_path, BLOCK), failing=("a", "r"))

    def test_whose_always_fails_has_failed(self, tmp_path: Path) -> None:
        assert ["a", "b", "z", "FAILED"] == walk(play_of(tmp_path, BLOCK), failing=("z",))

    def test_inside_another_leaves_the_failure_to_the_outer_rescue(self, tmp_path: Path) -> None:
        text = """
tasks:
  - block:
      - block:
          - {name: a, ping: }
        always:
          - {name: inner, ping: }
      - {name: never, ping: }
    rescue:
      - {name: r, ping: }
"""
        assert ["a", "inner", "r"] == walk(play_of(tmp_path, text), failing=("a",))


HANDLERS = """
pre_tasks:
  - {name: pre, ping: }
tasks:
  - {name: a, ping: }
  - {name: flush, meta: flush_handlers}
  - {name: b, ping: }
post_tasks:
  - {name: post, ping: }
handlers:
  - {name: h1, ping: }
  - {name: h2, ping: }
"""


class TestHandlers:
    def test_run_at_the_end_of_the_section_that_notified_them(self, tmp_path: Path) -> None:
        play = play_of(tmp_path, HANDLERS)
        assert ["pre", "h1", "a", "flush", "b", "post"] == walk(play, notifying={"pre": "h1"})

    def test_run_once_however_often_they_are_notified(self, tmp_path: Path) -> None:
        play = play_of(tmp_path, HANDLERS)
        notifying = {"b": "h2", "a": "h1"}
        assert ["pre", "a", "flush", "h1", "b", "h2", "post"] == walk(play, notifying=notifying)

    def test_may_notify_each_other(self, tmp_path: Path) -> None:
        play = play_of(tmp_path, HANDLERS)
        assert ["b", "h1", "h2", "post"] == walk(play, notifying={"b": "h1", "h1": "h2"})[-4:]

    def test_wait_for_the_next_flush_when_one_behind_them_notifies(self, tmp_path: Path) -> None:
        play = play_of(tmp_path, HANDLERS)
        assert ["b", "h2", "post", "h1"] == walk(play, notifying={"b": "h2", "h2": "h1"})[-4:]

    def test_do_not_run_on_a_host_that_has_failed(self, tmp_path: Path) -> None:
        play = play_of(tmp_path, HANDLERS)
        assert ["pre", "a", "flush", "b", "FAILED"] == walk(play, failing=("b",), notifying={"b": "h1"})

    def test_run_on_a_failed_host_when_they_are_forced(self, tmp_path: Path) -> None:
        play = play_of(tmp_path, HANDLERS)
        names = walk(play, failing=("b",), notifying={"b": "h1"}, force_handlers=True)
        assert ["b", "h1", "FAILED"] == names[-3:]
