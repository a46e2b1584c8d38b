"""A run: one order on its way through the host."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from sayso.audio.signal import Signal
from sayso.engines.host.orders import Deliver, HostOrder, Outcome

if TYPE_CHECKING:
    from sayso.engines.host.child import Child


class HostRun:
    """One order: waiting, worked on, ended. Made by `EngineHost.submit`.

    ``is_alone``: its worker takes no other meanwhile, since one that it shared fell over.
    """

    def __init__(self, run_id: int, order: HostOrder, deliver: Deliver, stop: Callable[[HostRun], None]) -> None:
        self.id = run_id
        self.order = order
        self.child: Child | None = None
        self.asked_at = time.monotonic()
        self.began_at = 0.0
        self.stopped_at: float | None = None
        self.is_alone = False
        self._told = 0
        self._again = 0
        self._deliver = deliver
        self._stop = stop
        self._over = threading.Event()

    def stop(self) -> None:
        """Ask for no more, from any thread. Nothing is delivered afterwards but the end. Again: does nothing."""
        self._stop(self)

    def wait(self, timeout_s: float | None = None) -> bool:
        """Return whether the run is over within ``timeout_s``: no worker works on it any more."""
        return self._over.wait(timeout_s)

    @property
    def is_heard(self) -> bool:
        """Return whether a piece of it was handed on."""
        return self._told > 0

    def begin_again(self) -> None:
        """Wait anew, for a worker of its own; what was handed on is not handed on a second time."""
        self.child, self.is_alone, self.asked_at, self._again = None, True, time.monotonic(), self._told

    @property
    def is_over(self) -> bool:
        """Return whether no worker works on it any more."""
        return self._over.is_set()

    def deliver(self, outcome: Outcome) -> None:
        """Hand on what came, unless the run was stopped; None ends it."""
        if outcome is None:
            if not self._over.is_set():
                self._over.set()
                self._deliver(None)
        elif self._again and isinstance(outcome, Signal):
            self._again -= 1
        elif self.stopped_at is None:
            self._told += 1
            self._deliver(outcome)
