"""Admission: so many utterances are made at once, a few wait, and the rest is refused at once rather than made slowly.

How long a request would wait is estimated by how long the last ones held their places. Keys take turns: one that asks
for much waits for itself. Nothing here waits for a disk; all of it runs in the event loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Final

from sayso.doors.api.errors import Busy, RateExceeded

PATIENCE_S: Final = 0.25
"""How long a request may be expected to wait before it is refused instead."""
QUEUED: Final = 8
"""How many requests of one key may wait."""

_WEIGHT: Final = 0.2
_FIRST_S: Final = 0.1
_MINUTE_S: Final = 60.0


@dataclass
class Admission:
    """``places`` utterances are made at once."""

    places: int
    patience_s: float = PATIENCE_S
    clock: Callable[[], float] = time.monotonic
    held: int = 0
    mean_s: float = _FIRST_S
    refused: int = 0
    arrivals: int = 0
    _waiting: OrderedDict[str, deque[asyncio.Future[None]]] = field(default_factory=OrderedDict)
    _spent: dict[str, tuple[float, float]] = field(default_factory=dict)

    @property
    def queued(self) -> int:
        """Return how many requests wait."""
        return sum(map(len, self._waiting.values()))

    @property
    def has_room(self) -> bool:
        """Return whether a request that came now would have a place at once."""
        return self.held < self.places

    @property
    def wait_s(self) -> float:
        """Return how long a request that came now would wait, as far as can be told."""
        return self._wait_s(self.held + self.queued)

    def _wait_s(self, before: int) -> float:
        """Return how long a request waits that so many are before."""
        return max(0, before - self.places + 1) * self.mean_s / self.places

    def charge(self, key: str, rate: int) -> None:
        """Count a request of a key that may make ``rate`` a minute (0: any number); raise `RateExceeded`."""
        if rate == 0:
            return
        now = self.clock()
        left, since = self._spent.get(key, (float(rate), now))
        left = min(float(rate), left + (now - since) * rate / _MINUTE_S)
        if left < 1.0:
            self._spent[key] = (left, now)
            raise _told(RateExceeded(f"rate: got more than {rate} requests a minute"), (1.0 - left) * _MINUTE_S / rate)
        self._spent[key] = (left - 1.0, now)

    @contextlib.contextmanager
    def arriving(self, *, is_counted: bool) -> Iterator[Busy | None]:
        """Yield None to a request that may find a place in time behind those on their way to one; else why it may not.

        One that ``is_counted`` is on its way until `place` is entered within the block, or the block ends.
        """
        wait_s = self._wait_s(self.held + self.queued + self.arrivals)
        if wait_s > self.patience_s:
            self.refused += 1
            yield self._busy(wait_s)
            return
        if not is_counted:
            yield None
            return
        arrival = _Arrival(self)
        token = _ARRIVAL.set(arrival)
        try:
            yield None
        finally:
            _ARRIVAL.reset(token)
            arrival.leave()

    def _busy(self, wait_s: float) -> Busy:
        return _told(Busy(f"all {self.places} places are taken; ask again in {max(wait_s, 0.05):.1f} s"), wait_s)

    @contextlib.asynccontextmanager
    async def place(self, key: str, *, deadline_s: float | None = None) -> AsyncIterator[AdmittedPlace]:
        """Yield a place, which ends with the block if it was not left before; raise `Busy` at once.

        ``deadline_s`` is how long whoever asks would wait at most.
        """
        if (arrival := _ARRIVAL.get()) is not None:
            arrival.leave()
        patience_s = self.patience_s if deadline_s is None else min(self.patience_s, deadline_s)
        wait_s = self.wait_s
        line = self._waiting.get(key, ())
        if wait_s > patience_s or len(line) >= QUEUED:
            self.refused += 1
            raise self._busy(wait_s)
        if self.held >= self.places:
            await self._turn(key)
        else:
            self.held += 1
        place = AdmittedPlace(self, self.clock())
        try:
            yield place
        finally:
            place.leave()

    async def _turn(self, key: str) -> None:
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(key, deque()).append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.free(0.0)
            raise

    def free(self, held_s: float) -> None:
        """Give a place to whoever waits, key by key in turn."""
        if held_s:
            self.mean_s += _WEIGHT * (held_s - self.mean_s)
        while self._waiting:
            key, line = self._waiting.popitem(last=False)
            turn = line.popleft()
            if line:
                self._waiting[key] = line
            if not turn.done():
                turn.set_result(None)
                return
        self.held -= 1


@dataclass
class AdmittedPlace:
    """One utterance's place among those that are made."""

    admission: Admission
    since: float
    is_left: bool = False

    def leave(self) -> None:
        """Give it to the next; a second time does nothing."""
        if not self.is_left:
            self.is_left = True
            self.admission.free(self.admission.clock() - self.since)


@dataclass
class _Arrival:
    """A request that is on its way to a place."""

    admission: Admission
    is_over: bool = False

    def __post_init__(self) -> None:
        self.admission.arrivals += 1

    def leave(self) -> None:
        """Count it no more; a second time does nothing."""
        if not self.is_over:
            self.is_over = True
            self.admission.arrivals -= 1


_ARRIVAL: Final[ContextVar[_Arrival | None]] = ContextVar("arrival", default=None)


def _told(error: Busy, retry_after_s: float) -> Busy:
    error.retry_after_s = retry_after_s
    return error
