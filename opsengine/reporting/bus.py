"""Carries events from wherever they happen to whoever shows or keeps them."""

from __future__ import annotations

import sys
import threading
from collections import deque
from collections.abc import Callable

from opsengine.events import Event
from opsengine.reporting.secrets import Secrets

Subscriber = Callable[[Event], None]


class Bus:
    """
    Hands every event to every subscriber, in one order, one at a time, with secrets masked.

    A subscriber may itself emit: such an event comes after those that are waiting. One that raises is reported once on
    the standard error stream and goes on getting events; the run does not notice.
    """

    def __init__(self, secrets: Secrets | None = None) -> None:
        self.secrets = Secrets() if secrets is None else secrets
        self._subscribers: list[Subscriber] = []
        self._waiting: deque[Event] = deque()
        self._idle = threading.Condition()
        self._delivering = False
        self._complained: set[int] = set()

    def subscribe(self, subscriber: Subscriber) -> None:
        """Have a callable get every event from now on. Its `close()`, if it has one, is called by `Bus.close`."""
        self._subscribers.append(subscriber)

    def emit(self, event: Event) -> None:
        """
        Deliver an event, from any thread.

        Returns before the event is delivered only when another thread is delivering at the moment; that one takes it.
        """
        with self._idle:
            self._waiting.append(event)
            if self._delivering:
                return
            self._delivering = True
        self._deliver()

    def close(self) -> None:
        """Wait until all events are delivered, then close the subscribers."""
        with self._idle:
            self._idle.wait_for(lambda: not self._delivering)
        for subscriber in self._subscribers:
            close = getattr(subscriber, "close", None)
            if close is not None:
                try:
                    close()
                except Exception as error:
                    self._complain(subscriber, error)

    def _deliver(self) -> None:
        done = False
        try:
            while not done:
                with self._idle:
                    done = not self._waiting
                    if done:
                        self._rest()
                        return
                    event = self._waiting.popleft()
                self._hand_out(self.secrets.mask_event(event))
        finally:
            # Ctrl-C may strike anywhere above; the next emit must find somebody free to deliver.
            if not done:
                with self._idle:
                    self._rest()

    def _rest(self) -> None:
        self._delivering = False
        self._idle.notify_all()

    def _hand_out(self, event: Event) -> None:
        for subscriber in self._subscribers:
            try:
                subscriber(event)
            except Exception as error:
                self._complain(subscriber, error)

    def _complain(self, subscriber: Subscriber, error: Exception) -> None:
        if id(subscriber) in self._complained:
            return
        self._complained.add(id(subscriber))
        name = getattr(subscriber, "title", None) or type(subscriber).__name__
        text = self.secrets.mask(f"warning: {name} does not work: {type(error).__name__}: {error}; the run goes on")
        try:
            print(text, file=sys.stderr, flush=True)
        except OSError:
            return
