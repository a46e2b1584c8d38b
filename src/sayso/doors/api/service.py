"""The service: what all routes of one server share."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeVar

from sayso.doors.api.admission import Admission
from sayso.doors.api.callers import Caller, Callers
from sayso.doors.api.errors import Busy
from sayso.doors.api.hosts import Hosts
from sayso.doors.api.latency import Latency, Metrics
from sayso.doors.api.repeats import Repeats
from sayso.doors.api.speech import Haste, Speaking, threads
from sayso.doors.api.uploads.workbench import Workbench
from sayso.doors.api.voices import STOCK
from sayso.doors.api.webrtc.calls import Calls
from sayso.errors import SaysoError
from sayso.synthesis import readers
from sayso.workflows.installation.session import Session
from sayso.workflows.speech import phrasebook, rehearsal
from sayso.workflows.speech.live import LiveSpeech
from sayso.workflows.voices import voicebook

if TYPE_CHECKING:
    from sayso.doors.api.tracing import Tracing

MAKERS: Final = 32
WORKERS: Final = 8
KEEPERS: Final = 1
SEQUENCED_S: Final = 1.0
"""How often entries are given their place in the log, and a checkpoint is signed."""

T = TypeVar("T")


@dataclass
class Service:
    """One installation, served: its session, who calls, and the threads that do the work.

    ``tracing`` sends spans to a collector, where there is one.
    """

    session: Session
    warm: tuple[str, ...] = ("hibari",)
    places: int = field(default_factory=lambda: max(1, os.cpu_count() or 1))
    tracing: Tracing | None = None
    callers: Callers = field(init=False)
    makers: ThreadPoolExecutor = field(init=False)
    workers: ThreadPoolExecutor = field(init=False)
    keepers: ThreadPoolExecutor = field(init=False)
    admission: Admission = field(init=False)
    bench: Workbench = field(init=False)
    hosts: Hosts = field(default_factory=Hosts)
    repeats: Repeats = field(default_factory=Repeats)
    metrics: Metrics = field(default_factory=Metrics)
    calls: Calls = field(default_factory=Calls)
    haste: Haste = field(default_factory=Haste)
    is_ready: bool = False

    def __post_init__(self) -> None:
        """Make the threads."""
        self.admission = Admission(self.places)
        self.bench = Workbench(lambda: self.admission.has_room)
        self.callers = Callers(self.session)
        self.makers = threads(MAKERS, "maker")
        self.workers = threads(WORKERS, "worker")
        self.keepers = threads(KEEPERS, "keeper")

    async def run(self, work: Callable[[], T]) -> T:
        """Return what ``work`` returns, done in a thread: nothing that waits for a disk is done in the event loop."""
        return await asyncio.get_running_loop().run_in_executor(self.workers, work)

    async def caller(self, authorization: str | None) -> Caller:
        """Return who calls; raise `KeyMissingHere` or `CredentialRefused`."""
        return await self.run(lambda: self.callers.by_header(authorization))

    def speaking(
        self, caller: Caller, begin: Callable[[], LiveSpeech], *, came_s: float, deadline_ms: int | None = None
    ) -> Speaking:
        """Return speech that is not yet begun; raise `RateExceeded` where the key asks too often."""
        key = caller.key
        self.admission.charge(caller.credential, 0 if key is None else key.rate)
        places = self.admission.place(caller.credential, deadline_s=None if deadline_ms is None else deadline_ms / 1000)
        latency = self._latency(came_s)
        return Speaking(begin, self.makers, self.keepers, places, latency=latency, haste=self.haste)

    def turned_away(self, busy: Busy, came_s: float) -> None:
        """Count a request for speech that came at ``came_s`` and was refused before it was looked at."""
        self._latency(came_s).refused(busy.slug)

    def _latency(self, came_s: float) -> Latency:
        return Latency(self.metrics, came_s, None if self.tracing is None else self.tracing.trail())

    @contextlib.asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """Place entries meanwhile; at the end let what is being made and kept come to its end."""
        with self.session.installation.sequencing.background(every_s=SEQUENCED_S):
            warming = asyncio.get_running_loop().run_in_executor(self.workers, self._warm)
            try:
                yield
            finally:
                await warming
                await self.calls.close()
                await asyncio.to_thread(self.bench.close)
                for pool in (self.makers, self.workers, self.keepers):
                    await asyncio.to_thread(pool.shutdown)
                await asyncio.to_thread(self.hosts.close)
                if self.tracing is not None:
                    await asyncio.to_thread(self.tracing.close)

    def _warm(self) -> None:
        """Load what the first requests would wait for: stock voices, keys, what reads a text, engines."""
        starting = [self.workers.submit(self._start, name) for name in self.warm]  # in processes of their own
        voicebook.listed(self.session)
        _ = (self.session.gate, self.session.permit_key, self.session.policies, self.session.marker)
        _ = (self.session.detector, self.session.authority, self.session.log)
        phrasebook.opened(self.session)  # where there is no room any more, what was kept goes now
        self._rehearse()
        for one in starting:
            one.result()
        gc.collect()
        gc.freeze()  # all that is loaded now stays: to look through it for garbage would hold speech up for 100 ms
        self.is_ready = True

    def _start(self, name: str) -> None:
        with contextlib.suppress(SaysoError):
            self.hosts.start(name)

    def _rehearse(self) -> None:
        """Load what reads a text and what decides, which the first request would wait 0.4 s for."""
        readers.prepare()
        engine, name = STOCK
        with contextlib.suppress(SaysoError):  # without that voice, the first request waits
            rehearsal.rehearse(self.session, voicebook.id_of(self.session, name, engine))
