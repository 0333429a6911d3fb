from __future__ import annotations

import threading

import pytest

from opsengine.events import Event, Notice
from opsengine.reporting.bus import Bus
from opsengine.reporting.secrets import MASK, Secrets


def texts(events: list[Event]) -> list[str]:
    return [event.message for event in events if isinstance(event, Notice)]


class TestTheBus:
    def test_gives_every_subscriber_the_same_order(self) -> None:
        bus = Bus()
        first: list[Event] = []
        second: list[Event] = []
        bus.subscribe(first.append)
        bus.subscribe(second.append)

        def work(name: str) -> None:
            for number in range(200):
                bus.emit(Notice(message=f"{name} {number}"))

        threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        bus.close()
        assert len(first) == 800
        assert first == second
        for name in "abcd":
            assert [f"{name} {number}" for number in range(200)] == [t for t in texts(first) if t.startswith(name)]

    def test_lets_a_subscriber_emit(self) -> None:
        bus = Bus()
        seen: list[Event] = []
        bus.subscribe(lambda event: bus.emit(Notice(message="answer")) if texts([event]) == ["question"] else None)
        bus.subscribe(seen.append)
        bus.emit(Notice(message="question"))
        assert texts(seen) == ["question", "answer"]

    def test_survives_a_subscriber_that_raises_and_reports_it_once(self, capsys: pytest.CaptureFixture[str]) -> None:
        bus = Bus(Secrets(["hunter2"]))
        seen: list[Event] = []

        def broken(event: Event) -> None:
            raise OSError("disk full at hunter2")

        bus.subscribe(broken)
        bus.subscribe(seen.append)
        for number in range(3):
            bus.emit(Notice(message=str(number)))
        assert texts(seen) == ["0", "1", "2"]
        error = capsys.readouterr().err
        assert error.count("disk full") == 1
        assert "hunter2" not in error

    def test_goes_on_after_an_interrupt_in_the_middle_of_an_event(self) -> None:
        bus = Bus()
        seen: list[Event] = []

        def interrupted(event: Event) -> None:
            if texts([event]) == ["first"]:
                raise KeyboardInterrupt

        bus.subscribe(interrupted)
        bus.subscribe(seen.append)
        with pytest.raises(KeyboardInterrupt):
            bus.emit(Notice(message="first"))
        bus.emit(Notice(message="second"))
        assert texts(seen) == ["second"]

    def test_masks_before_anybody_sees(self) -> None:
        bus = Bus(Secrets(["hunter2"]))
        seen: list[Event] = []
        bus.subscribe(seen.append)
        bus.emit(Notice(message="the password is hunter2"))
        assert [f"the password is {MASK}"] == texts(seen)

    def test_closes_its_subscribers(self) -> None:
        class Closing:
            closed = False

            def __call__(self, event: Event) -> None:
                pass

            def close(self) -> None:
                self.closed = True

        bus, subscriber = Bus(), Closing()
        bus.subscribe(subscriber)
        bus.close()
        assert subscriber.closed
