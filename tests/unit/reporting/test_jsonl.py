from __future__ import annotations

import io
import json
from pathlib import Path

from opsengine import events
from opsengine.events import Event, HostResult, Notice, Status
from opsengine.reporting.jsonl import JsonLines, event_name, record
from opsengine.source.text import Origin, Text
from tests.unit.reporting.scenario import day_of_work

DOCUMENT = Path(__file__).parents[3] / "docs" / "output.md"


class TestJsonLines:
    def test_are_one_object_for_each_event(self) -> None:
        stream = io.StringIO()
        write = JsonLines(stream)
        for event in day_of_work():
            write(event)
        lines = [json.loads(line) for line in stream.getvalue().splitlines()]
        assert len(day_of_work()) == len(lines)
        assert {1} == {line["v"] for line in lines}
        assert [line["event"] for line in lines[:3]] == ["run_started", "play_started", "task_started"]
        assert {name: lines[-1]["stats"]["web2"][name] for name in ("failed", "ok")} == {"failed": 1, "ok": 5}

    def test_hold_only_what_json_has(self) -> None:
        odd = {Text("key"): (1, float("nan"), {2}), 3: b"x", "surrogate": "\udcff"}
        event = HostResult(task=1, host="h", status=Status.OK, seconds=0, result=odd, origin=Origin("a.yml", 2, 3))
        found = json.loads(json.dumps(record(event), allow_nan=False))
        assert found["result"] == {"key": [1, "nan", [2]], "3": "b'x'", "surrogate": "\udcff"}
        assert found["origin"] == {"file": "a.yml", "line": 2, "column": 3}
        assert found["status"] == "ok"

    def test_go_to_a_file_for_its_owner_only(self, tmp_path: Path) -> None:
        path = tmp_path / "run.jsonl"
        sink = JsonLines.to(path)
        sink(Notice(message="hello"))
        assert "hello" in path.read_text()
        sink.close()
        assert path.stat().st_mode & 0o777 == 0o600

    def test_are_documented_with_every_field(self) -> None:
        text = DOCUMENT.read_text("utf-8")
        for kind in Event.__subclasses__():
            assert f"`{event_name(kind)}`" in text
            for field in kind.__dataclass_fields__:
                assert f"`{field}`" in text, f"{field} of {kind.__name__}"
        for status in events.Status:
            assert f"`{status}`" in text
