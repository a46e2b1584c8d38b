"""The host: engines in processes of their own, behind a bounded queue.

An engine in a process of its own can be stopped hard, be held to a limit of memory, and fall over alone: a text that
brings it down takes nothing with it but its own run. Where an engine is safe in several threads, a worker does some
orders at once; when it falls over, each of them begins again in a worker of its own, from where its listener had come,
so that only the one that brought it down is lost. A worker keeps no voice. What it makes is taken from it at once, so
that a slow listener holds no worker.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import queue
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Final, Self

from sayso.audio.signal import Signal
from sayso.engines.host.child import Child
from sayso.engines.host.errors import HostBusy, HostClosed, WorkerLost
from sayso.engines.host.frames import Header
from sayso.engines.host.orders import Deliver, HostOrder, Outcome, SpeakOrder, failure, taken
from sayso.engines.host.run import HostRun
from sayso.engines.registry import engine as engine_named
from sayso.engines.stop import Stop, is_stopped
from sayso.engines.traits import Determinism
from sayso.errors import SaysoError

STOP_S: Final = 0.5
"""How long a run may take to stop. Kokoro breaks off within its net after 0.18 s at most where five programs share two
cores; ending its process sooner costs whoever speaks next the seconds in which another one loads."""

_SPARE: Final = 0.9
_TICK_S: Final = 0.25
_FIRST_DELAY_S: Final = 0.1
_MOST_DELAY_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class HostLoad:
    """How busy a host is, for admission.

    ``workers`` processes, of which ``ready`` have loaded; ``active`` orders are worked on, ``queued`` wait, and
    ``room`` more may; ``real_time_factor`` seconds of work a second of speech, measured when the workers started (0.0:
    not known); ``mean_run_s`` how long an order took lately; ``restarts`` since the start.
    """

    workers: int
    ready: int
    active: int
    queued: int
    room: int
    real_time_factor: float
    mean_run_s: float
    restarts: int

    @property
    def streams(self) -> float:
        """Return how many streams the workers can feed at the speed of speech; 0.0: not known."""
        return self.ready / self.real_time_factor if self.real_time_factor else 0.0


class EngineHost:
    """One engine in ``workers`` processes of ``threads`` threads and ``memory_mib`` each; safe to share among threads.

    A worker does up to ``together`` orders at once: fewer where it was measured to be too slow for them, and one where
    its engine is not safe in several threads. At most ``queue_limit`` orders wait. A run that is stopped has
    ``stop_within_s`` to end before its process is killed and another started. Use it in a ``with`` block, or call
    `start` and `close`.
    """

    def __init__(
        self,
        engine: str,
        *,
        workers: int = 1,
        threads: int = 1,
        memory_mib: int = 2048,
        together: int = 1,
        queue_limit: int = 32,
        stop_within_s: float = STOP_S,
    ) -> None:
        self.engine_name = engine
        self._workers, self._threads, self._memory_mib = workers, threads, memory_mib
        self._most_together, self._together, self._repeats = together, 1, False
        self._queue_limit, self._stop_within_s = queue_limit, stop_within_s
        self._changed = threading.Condition()
        self._children: list[Child] = []
        self._waiting: deque[HostRun] = deque()
        self._runs: dict[int, HostRun] = {}
        self._ids = itertools.count(1)
        self._is_open = False
        self._restart_at: list[float] = []
        self._failures = 0
        self._restarts = 0
        self._why: SaysoError | None = None
        self._real_time_factor = 0.0
        self._mean_run_s = 0.1

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self, *, timeout_s: float = 180.0) -> None:
        """Start the workers and wait until all have loaded; raise why one cannot, such as `ModelMissing`."""
        traits = engine_named(self.engine_name).traits
        with self._changed:
            self._is_open = True
            self._most_together = self._most_together if traits.thread_safe else 1
            self._repeats = traits.determinism is Determinism.BITWISE
            self._children += [self._born() for _ in range(self._workers)]
        threading.Thread(target=self._keep, name=f"engine-host-{self.engine_name}", daemon=True).start()
        with self._changed:
            self._changed.wait_for(lambda: self._why or self._ready() == self._workers, timeout_s)
            why, ready = self._why, self._ready()
        if why or ready < self._workers:
            self.close()
            raise why or WorkerLost(f"{self.engine_name}: {ready} of {self._workers} workers loaded in {timeout_s} s")

    def close(self, *, grace_s: float = 0.0) -> None:
        """Take no more orders, let what runs end within ``grace_s``, then end the workers."""
        with self._changed:
            self._is_open = False
            runs = [*self._runs.values(), *self._waiting]
        until = time.monotonic() + grace_s
        for run in runs:
            run.wait(max(0.0, until - time.monotonic()))
        for run in runs:
            run.stop()
        with self._changed:
            for child in self._children:
                child.kill()
            self._changed.notify_all()
            self._changed.wait_for(lambda: not self._children, timeout=5.0)

    def submit(self, order: HostOrder, deliver: Deliver) -> HostRun:
        """Queue ``order`` and return at once; ``deliver`` is called, in another thread, with each outcome.

        Outcomes are pieces (`Signal`), a voice, words or an error, and at last None. ``deliver`` must be quick. Raise
        `HostBusy` where the queue is full, `HostClosed` after `close`.
        """
        with self._changed:
            if not self._is_open:
                raise HostClosed
            run = HostRun(next(self._ids), order, deliver, self._stop)
            if len(self._waiting) >= self._queue_limit and not self._child_for(run):
                raise self._busy()
            self._waiting.append(run)
        self._fill()
        return run

    def stream(self, order: SpeakOrder, *, stop: Stop | None = None) -> Iterator[Signal]:
        """Yield the pieces of ``order``; raise what the engine raises, `HostBusy`, `WorkerLost` or `EngineFailed`.

        Leaving the loop, or ``stop``, ends the work within ``stop_within_s``.
        """
        outcomes: queue.SimpleQueue[Outcome] = queue.SimpleQueue()
        run = self.submit(order, outcomes.put)
        with stop.calling(run.stop) if stop else contextlib.nullcontext():
            try:
                while (outcome := outcomes.get()) is not None and not is_stopped(stop):
                    yield _piece(outcome)
            finally:
                run.stop()

    async def astream(self, order: SpeakOrder, *, stop: Stop | None = None) -> AsyncIterator[Signal]:
        """Yield what `stream` does, without holding up the event loop."""
        loop = asyncio.get_running_loop()
        outcomes: asyncio.Queue[Outcome] = asyncio.Queue()

        def deliver(outcome: Outcome) -> None:
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody listens
                loop.call_soon_threadsafe(outcomes.put_nowait, outcome)

        run = self.submit(order, deliver)
        with stop.calling(run.stop) if stop else contextlib.nullcontext():
            try:
                while (outcome := await outcomes.get()) is not None and not is_stopped(stop):
                    yield _piece(outcome)
            finally:
                run.stop()

    def ask(self, order: HostOrder) -> Outcome:
        """Return the one outcome of an order that is no utterance; raise as `stream`."""
        outcomes: queue.SimpleQueue[Outcome] = queue.SimpleQueue()
        self.submit(order, outcomes.put)
        outcome = outcomes.get()
        if outcome is None or isinstance(outcome, SaysoError):
            raise outcome or WorkerLost
        return outcome

    def load(self) -> HostLoad:
        """Return how busy the host is now."""
        with self._changed:
            ready, active = self._ready(), len(self._runs)
            return HostLoad(
                workers=self._workers,
                ready=ready,
                active=active,
                queued=len(self._waiting),
                room=self._queue_limit - len(self._waiting) + max(0, ready * self._together - active),
                real_time_factor=self._real_time_factor,
                mean_run_s=self._mean_run_s,
                restarts=self._restarts,
            )

    # What follows is called with the lock held, or takes it.

    def _ready(self) -> int:
        return sum(child.is_ready for child in self._children)

    def _busy(self) -> HostBusy:
        wait_s = (len(self._waiting) + 1) * self._mean_run_s / max(1, self._ready())
        busy = HostBusy(f"{self.engine_name}: {len(self._waiting)} orders wait; ask again in {wait_s:.1f} s")
        busy.retry_after_s = wait_s
        return busy

    def _born(self) -> Child:
        return Child(
            self.engine_name,
            self._threads,
            self._memory_mib,
            self._most_together,
            heard=self._heard,
            gone=self._gone,
        )

    def _child_for(self, run: HostRun) -> Child | None:
        """Return the worker that has least to do of those that may take ``run``."""
        free = [child for child in self._children if child.has_room(run, self._together)]
        return min(free, key=lambda child: len(child.runs), default=None)

    def _fill(self) -> None:
        """Give what waits longest to workers that have room."""
        begun: list[tuple[Child, HostRun]] = []
        with self._changed:
            while self._waiting and (child := self._child_for(self._waiting[0])):
                run = self._waiting.popleft()
                run.child, run.began_at = child, time.monotonic()
                child.runs[run.id] = self._runs[run.id] = run
                begun.append((child, run))
        for child, run in begun:
            _begin(child, run)

    def _heard(self, child: Child, header: Header, body: bytearray) -> None:
        """Take a frame, in the child's thread."""
        if header["run"] == 0:
            self._started(child, header)
            return
        run = self._runs.get(header["run"])
        if run is None or run.child is not child:
            return
        if header["is"] == "ended":
            self._ended(child, run)
        else:
            run.deliver(taken(header, body))

    def _started(self, child: Child, header: Header) -> None:
        if header["is"] != "ready":
            with self._changed:
                self._why = failure(header)
                self._changed.notify_all()
            return
        with self._changed:
            child.is_ready, self._failures = True, 0
            self._real_time_factor = float(header["real_time_factor"])
            self._together = streams_fed(self._real_time_factor, self._most_together)
            self._changed.notify_all()
        self._fill()

    def _ended(self, child: Child, run: HostRun) -> None:
        with self._changed:
            del self._runs[run.id], child.runs[run.id]
            self._mean_run_s += 0.1 * (time.monotonic() - run.began_at - self._mean_run_s)
        self._fill()
        run.deliver(None)

    def _gone(self, child: Child) -> None:
        """Take leave of a child that ended, in its thread; the keeper starts another."""
        with self._changed:
            self._children.remove(child)
            runs = [self._runs.pop(number) for number in child.runs]
            again = [run for run in runs if len(runs) > 1 and self._may_begin_again(run)]
            for run in again:
                run.begin_again()
            self._waiting.extendleft(again)
            if self._is_open:
                self._failures += 0 if child.is_ready else 1
                delay_s = min(_FIRST_DELAY_S * 2**self._failures, _MOST_DELAY_S)
                self._restart_at.append(time.monotonic() + (delay_s if self._failures else 0.0))
            self._changed.notify_all()
        for run in set(runs) - set(again):
            run.deliver(WorkerLost())
            run.deliver(None)
        self._fill()

    def _may_begin_again(self, run: HostRun) -> bool:
        return self._is_open and run.stopped_at is None and (self._repeats or not run.is_heard)

    def _stop(self, run: HostRun) -> None:
        with self._changed:
            if run.is_over or run.stopped_at is not None:
                return
            run.stopped_at = time.monotonic()
            child = run.child
            if child is None and run in self._waiting:
                self._waiting.remove(run)
            self._changed.notify_all()
        if child is None:
            run.deliver(None)
        else:
            child.send({"do": "stop", "run": run.id})

    def _keep(self) -> None:
        """Kill who does not stop or grows too large, start those that are missing, send away who waits too long."""
        looked_at = 0.0
        while True:
            with self._changed:
                self._changed.wait(self._pause_s())
                if not self._is_open:
                    return
                now = time.monotonic()
                due, self._restart_at = _parted(self._restart_at, now)
                self._restarts += len(due)
                self._children += [self._born() for _ in due]
                for run in self._runs.values():
                    if run.child and run.stopped_at is not None and now - run.stopped_at >= self._stop_within_s:
                        run.child.kill()
                tired = [run for run in self._waiting if now - run.asked_at > run.order.patience_s]
                for run in tired:
                    self._waiting.remove(run)
                children = list(self._children) if now - looked_at >= _TICK_S else []
            for run in tired:
                run.deliver(self._busy())
                run.deliver(None)
            for child in children:
                looked_at = now
                if child.resident_mib() > self._memory_mib:
                    child.kill()

    def _pause_s(self) -> float:
        stops = [run.stopped_at + self._stop_within_s for run in self._runs.values() if run.stopped_at is not None]
        soonest = min([*stops, *self._restart_at], default=float("inf"))
        return max(0.001, min(_TICK_S, soonest - time.monotonic()))


def streams_fed(real_time_factor: float, most: int) -> int:
    """Return how many streams a worker feeds at the speed of speech, with a tenth to spare; ``most`` at most."""
    return max(1, min(most, int(_SPARE / real_time_factor))) if real_time_factor else most


def _parted(times: list[float], now: float) -> tuple[list[float], list[float]]:
    return [one for one in times if one <= now], [one for one in times if one > now]


def _begin(child: Child, run: HostRun) -> None:
    header, body = run.order.frame()
    child.send({**header, "run": run.id}, body)
    if run.stopped_at is not None:  # it was stopped while the order was on its way
        child.send({"do": "stop", "run": run.id})


def _piece(outcome: Outcome) -> Signal:
    if isinstance(outcome, SaysoError):
        raise outcome
    if not isinstance(outcome, Signal):
        raise WorkerLost
    return outcome
