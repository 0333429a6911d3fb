from __future__ import annotations

import base64
import io
import json
import shlex
import string
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from opsengine.events import Event, Status
from opsengine.reporting.bus import Bus
from opsengine.reporting.console import Console
from opsengine.reporting.html import HtmlReport, render
from opsengine.reporting.jsonl import JsonLines
from opsengine.reporting.secrets import MASK, Secrets
from tests.unit.reporting.scenario import Scenario, text_diff

LETTERS = string.ascii_letters + string.digits + " \"'\\\n\t&<>{}%$/+=-_:;,äß中é"
VALUES = st.text(LETTERS, min_size=3, max_size=40).filter(lambda text: len(text.strip()) >= 3)


def leaky_run(secret: str) -> list[Event]:
    """A run that has the secret wherever one could be."""
    run = Scenario()
    run.play(f"Play {secret}", ["h"])
    run.warn(f"careful with {secret}")
    coded = base64.b64encode(secret.encode()).decode()
    around = base64.b64encode(f"user:{secret}".encode()).decode()
    with run.task(f"Task {secret}", ["h"]) as task:
        task.item("h", f"label {secret}", 0, Status.FAILED, msg=f"item {secret}")
        task.host(
            "h",
            Status.FAILED,
            [text_diff(f"/etc/{secret}", f"a\n{secret}\n", f"b={secret}"), text_diff("state", {"k": secret}, "")],  # type: ignore[arg-type]
            [f"assumes {secret}"],
            f"hint {secret}",
            msg=f"bad {secret}!",
            cmd=["tool", f"--password={secret}"],
            shell=shlex.quote(secret),
            stderr=json.dumps({"password": secret}) + repr([secret]) + quote(secret, safe=""),
            nested={"deep": [{secret: secret}]},
            encoded=[coded, around],
        )
    return run.end()


def sinks(events: list[Event], *secrets: str) -> str:
    """All that every subscriber writes of the events."""
    bus = Bus(Secrets(secrets))
    quiet, loud, lines = io.StringIO(), io.StringIO(), io.StringIO()
    page = HtmlReport(Path("/nowhere"))
    page._write = lambda: None  # type: ignore[method-assign]
    for sink in (Console(quiet, 0, {}), Console(loud, 3, {}), JsonLines(lines), page):
        bus.subscribe(sink)
    for event in events:
        bus.emit(event)
    return "\n".join([quiet.getvalue(), loud.getvalue(), lines.getvalue(), render(page.page)])


class TestASecret:
    @settings(max_examples=60, deadline=None)
    @given(VALUES)
    def test_never_reaches_a_sink(self, secret: str) -> None:
        traces = [secret, json.dumps(secret)[1:-1], repr(secret)[1:-1], base64.b64encode(secret.encode()).decode()]
        harmless = sinks(leaky_run("@@@"), "@@@")
        assume(not any(trace in harmless for trace in traces))
        text = sinks(leaky_run(secret), secret)
        assert [trace for trace in traces if trace in text] == []

    @given(st.lists(VALUES, min_size=1, max_size=8), st.data())
    def test_is_masked_among_others(self, values: list[str], data: st.DataObject) -> None:
        assume(not any(value.strip() in MASK for value in values))
        chosen = data.draw(st.sampled_from(values))
        assert Secrets(values).mask(chosen) == MASK
        assert chosen not in Secrets(values).mask(f"\0{chosen}\0")

    @pytest.mark.parametrize("before", ["", "u", "us", "usr"])
    def test_is_masked_inside_of_longer_base64(self, before: str) -> None:
        text = base64.b64encode(f"{before}correct horse{before}".encode()).decode()
        masked = Secrets(["correct horse"]).mask(text)
        assert MASK in masked
        assert len(masked.replace(MASK, "")) <= 12

    def test_of_several_lines_is_masked_line_by_line(self) -> None:
        key = "-----BEGIN KEY-----\nMIIEabcdef\n-----END KEY-----\n"
        assert f"got {MASK} here" == Secrets([key]).mask("got MIIEabcdef here")

    def test_that_is_short_is_masked_only_as_a_whole(self) -> None:
        assert Secrets(["a"]).mask(["a", "a cab"]) == [MASK, "a cab"]

    def test_that_is_a_number_is_masked_as_a_number(self) -> None:
        secrets = Secrets()
        secrets.add(4711)
        assert {"pin": MASK, "text": f"pin {MASK}"} == secrets.mask({"pin": 4711, "text": "pin 4711"})

    def test_that_begins_another_leaves_nothing_of_it(self) -> None:
        assert f"{MASK} {MASK}" == Secrets(["pass", "password1"]).mask("password1 pass")

    @pytest.mark.parametrize("nothing", ["", "  ", None, True, []])
    def test_is_never_nothing(self, nothing: object) -> None:
        secrets = Secrets()
        secrets.add(nothing)
        assert not secrets

    def test_is_looked_for_as_soon_as_it_is_known(self) -> None:
        secrets = Secrets(["first"])
        assert f"{MASK} second" == secrets.mask("first second")
        secrets.add({"key": ["second"]})
        assert f"{MASK} {MASK}" == secrets.mask("first second")


class TestNoSecrets:
    def test_leave_events_as_they_are(self) -> None:
        event = leaky_run("x")[0]
        assert event is Secrets().mask_event(event)

    def test_leave_status_and_numbers_alone(self) -> None:
        event = leaky_run("x")[-3]
        masked = Secrets(["failed"]).mask_event(event)
        assert Status.FAILED is masked.status  # type: ignore[attr-defined]
        assert event.at == masked.at
