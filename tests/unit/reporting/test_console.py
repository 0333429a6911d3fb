"""
The console, compared with texts under golden/.

After a wanted change: `python -m tests.unit.reporting.test_console` writes them anew.
"""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest

from opsengine.events import Event, RunEnded, Status
from opsengine.reporting.console import Console
from tests.unit.reporting.scenario import Scenario, day_of_work, large_run, text_diff

GOLDEN = Path(__file__).parent / "golden"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown(events: list[Event], verbosity: int = 0, stream: io.StringIO | None = None, **environ: str) -> str:
    stream = stream or io.StringIO()
    console = Console(stream, verbosity, {"COLUMNS": "100", **environ})
    for event in events:
        console(event)
    console.close()
    return stream.getvalue()


def broken_off() -> list[Event]:
    run = Scenario()
    run.play("Long work", ["a", "b", "c"])
    with run.task("Copy everything", ["a", "b", "c"]) as task:
        task.host("a", Status.CHANGED)
        run.now += 5
    del run.events[-1]
    return run.end(exit_code=130, interrupted=True)


STORIES = {
    "day": lambda: shown(day_of_work()),
    "dry-run": lambda: shown(day_of_work(check=True)),
    "verbose": lambda: shown(day_of_work(), verbosity=1),
    "whole-results": lambda: shown(day_of_work(), verbosity=3),
    "large": lambda: shown(large_run(50, 12)),
    "interrupted": lambda: shown(broken_off()),
}


class TestTheConsole:
    @pytest.mark.parametrize("story", STORIES)
    def test_shows_what_it_always_showed(self, story: str) -> None:
        assert (GOLDEN / f"{story}.txt").read_text("utf-8") == STORIES[story]()

    def test_takes_one_line_for_a_task_however_many_hosts(self) -> None:
        run = Scenario()
        hosts = [f"h{number}" for number in range(500)]
        run.play("All", hosts)
        with run.task("Fine everywhere", hosts) as task:
            for host in hosts:
                task.host(host)
        assert [line for line in shown(run.events).splitlines() if "ok" in line] == [
            "  ✔ Fine everywhere                                       500 ok"
        ]

    def test_shows_a_failure_before_the_task_has_ended(self) -> None:
        run = Scenario()
        with run.task("Break", ["a", "b"]) as task:
            task.host("a", Status.FAILED, msg="it broke")
            assert "it broke" in shown(run.events)

    def test_shows_the_same_failure_of_many_hosts_once(self) -> None:
        run = Scenario()
        hosts = [f"h{number}" for number in range(30)]
        with run.task("Break", hosts) as task:
            for host in hosts:
                task.host(host, Status.FAILED, msg="it broke")
        text = shown(run.events)
        assert text.count("it broke") == 1
        assert "failed as h0 did: h1, h2" in text

    def test_counts_different_failures_beyond_the_first_ones(self) -> None:
        run = Scenario()
        hosts = [f"h{number}" for number in range(30)]
        with run.task("Break", hosts) as task:
            for host in hosts:
                task.host(host, Status.FAILED, msg=f"no room on {host}")
        assert shown(run.events).count("no room on") == 10
        assert "20 more hosts failed otherwise" in shown(run.events)
        assert shown(run.events, verbosity=1).count("│ no room on") == 30

    def test_names_the_items_that_failed(self) -> None:
        run = Scenario()
        with run.task("Loop", ["a"]) as task:
            task.item("a", "good", 0)
            task.item("a", "bad", 1, Status.FAILED, msg="no such package")
            task.host("a", Status.FAILED, msg="One or more items failed")
        text = shown(run.events)
        assert "│ item bad\n  │   no such package" in text
        assert "2 items: 1 ok, 1 failed" in text

    def test_cuts_long_diffs_and_says_so(self) -> None:
        run = Scenario()
        with run.task("Write", ["a"]) as task:
            new = "".join(f"line {number}\n" for number in range(200))
            task.host("a", Status.CHANGED, [text_diff("/etc/long", "", new)])
        assert "… 140 more lines (+200 -0 in all); -v shows them" in shown(run.events)
        assert "line 199" in shown(run.events, verbosity=1)

    def test_warns_once(self) -> None:
        run = Scenario()
        with run.task("Old", ["a", "b"]) as task:
            for host in ("a", "b"):
                task.host(host, warnings=["this is going away"])
                run.warn("this is going away", host)
        assert shown(run.events).count("this is going away") == 1


class TestATerminal:
    def test_is_not_steered_by_what_hosts_say(self) -> None:
        run = Scenario()
        evil = "\x1b]0;owned\x07\x1b[2J\r"
        with run.task(f"Name{evil}", ["a" + evil]) as task:
            task.host("a" + evil, Status.FAILED, [text_diff(evil, evil, "x")], msg=evil, stderr=evil, cmd=evil)
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", shown(run.end(), verbosity=3))

    def test_gets_no_escape_codes_where_there_is_none(self) -> None:
        assert "\x1b" not in shown(day_of_work())

    def test_gets_colours_and_keeps_its_text(self) -> None:
        coloured = shown(day_of_work(), FORCE_COLOR="1")
        assert "\x1b[31m" in coloured
        assert shown(day_of_work()) == re.sub(r"\x1b\[[\d;]*m", "", coloured)

    def test_gets_no_colour_against_the_users_wish(self) -> None:
        assert "\x1b[3" not in shown(day_of_work(), stream=Terminal(), NO_COLOR="1")

    @pytest.mark.parametrize("dumb", [True, False])
    def test_has_a_live_line_unless_it_is_dumb(self, dumb: bool) -> None:
        run = Scenario()
        stream = Terminal()
        console = Console(stream, environ={"TERM": "dumb" if dumb else "xterm", "COLUMNS": "80"})
        hosts = ["quick", "slow1", "slow2"]
        with run.task("Wait", hosts) as task:
            task.host("quick")
            for event in run.events:
                console(event)
            assert dumb is (console.terminal._ticker is None)
            assert "Wait  1/3" in console._describe()
            assert "waiting for slow1, slow2" in console._describe()
        console(run.events[-1])
        assert console._describe() == ""
        console.close()
        assert console.terminal._ticker is None

    def test_that_knows_only_ascii_gets_only_ascii(self) -> None:
        stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
        console = Console(stream, environ={})
        for event in day_of_work():
            console(event)
        stream.flush()
        assert "x FAILED web2" in stream.buffer.getvalue().decode("ascii")  # type: ignore[attr-defined]


class TestTheRecap:
    def test_begins_with_the_hosts_in_trouble(self) -> None:
        rows = shown(day_of_work()).partition("PLAY RECAP")[2].splitlines()
        assert [row.split()[0] for row in rows[1:6]] == ["db1", "web2", "web3", "web1", "total"]

    def test_says_that_a_run_was_interrupted(self) -> None:
        assert "INTERRUPTED after" in shown(broken_off())

    def test_stands_a_run_without_hosts(self) -> None:
        event = RunEnded(stats={}, seconds=0.1, exit_code=0)
        assert "Finished in 0.1 s: 0 hosts" in shown([event])


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for name, tell in STORIES.items():
        (GOLDEN / f"{name}.txt").write_text(tell(), "utf-8")
