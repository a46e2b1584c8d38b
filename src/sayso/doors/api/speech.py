"""Live speech at the server: an order becomes pieces that cross from the thread which makes them to the event loop.

A few pieces wait between the two at most: a listener who reads slowly holds the engine up, and of what waits nothing
leaves once consent has ended. A listener who goes away stops the thread at its next piece. What was heard is kept and
logged in a thread of its own after the last byte has left.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import Final

from sayso.doors.api.admission import AdmittedPlace
from sayso.doors.api.latency import Latency
from sayso.doors.api.problems import known
from sayso.mark import MarkedAudio
from sayso.workflows.speech.live import Ending, LiveSpeech

WAITING: Final = 4
"""Pieces that wait for the connection at most."""

SLOW_S: Final = 0.05
"""How long a piece may find no room before its listener is taken for slow."""

FIRST_OUT_S: Final = 0.005
"""How long the first piece may take on its way out before the next one is made: both would want the interpreter."""

AHEAD_S: Final = 0.5
"""How much more than was heard must be made of an utterance before it gives way to those that wait for first sound."""

GIVEN_WAY_S: Final = 0.02
"""How long it gives way before each piece at most, which is a fifth of what a piece sounds: no listener can notice."""

KEPT_LATER_S: Final = 0.05
"""How long what was heard waits at most, before it is kept, for those that wait for first sound."""

Begin = Callable[[], LiveSpeech]
Places = contextlib.AbstractAsyncContextManager[AdmittedPlace]


class Haste:
    """Who waits for the first sound of an utterance goes before those whose listeners have enough to hear.

    All threads of one process share one interpreter: what marks sound that is heard in a second would hold them up.
    """

    def __init__(self) -> None:
        """Begin with nobody in haste."""
        self._changed = threading.Condition()
        self._num_hasty = 0

    def begin(self) -> None:
        """Count one more who waits for first sound."""
        with self._changed:
            self._num_hasty += 1

    def end(self) -> None:
        """Count one less."""
        with self._changed:
            self._num_hasty -= 1
            if not self._num_hasty:
                self._changed.notify_all()

    def give_way(self, most_s: float) -> None:
        """Return once nobody is in haste, or after ``most_s`` seconds."""
        with self._changed:
            self._changed.wait_for(lambda: not self._num_hasty, most_s)


class Speaking:
    """One utterance, made in a thread, given out in the event loop. Leave it with `aclose`, whatever happened."""

    def __init__(
        self,
        begin: Begin,
        makers: Executor,
        keepers: Executor,
        places: Places,
        *,
        latency: Latency,
        haste: Haste | None = None,
    ) -> None:
        """Take what begins the utterance, the threads that make sound and keep it, and its place; `start` begins.

        ``latency`` is told of what is sent, by whoever sends it, and of the end; ``haste`` is shared by the utterances
        of a server.
        """
        self.latency = latency
        self._haste, self._is_hasty = haste or Haste(), False
        self._begin, self._makers, self._keepers, self._places = begin, makers, keepers, places
        self._ends = contextlib.AsyncExitStack()
        self._place: AdmittedPlace | None = None
        self._loop = asyncio.get_running_loop()
        self._pieces: asyncio.Queue[MarkedAudio | BaseException | None] = asyncio.Queue()
        self._room = threading.Semaphore(WAITING)
        self._stopped = threading.Event()
        self._is_first_out = threading.Event()
        self._made: asyncio.Future[None] | None = None
        self._making: LiveSpeech | None = None
        self._num_left = 0
        self._begun: asyncio.Future[LiveSpeech] = self._loop.create_future()

    async def start(self) -> LiveSpeech:
        """Return the utterance once it is permitted; raise why it is not, or `Busy` where there is no place."""
        try:
            self._place = await self._ends.enter_async_context(self._places)
            self.latency.placed()
            self._haste.begin()
            self._is_hasty = True
            self._made = self._loop.run_in_executor(self._makers, self._make)
            return await asyncio.shield(self._begun)
        except Exception as error:
            self._first_out()
            self.latency.refused(known(error).slug)
            raise

    async def pieces(self) -> AsyncIterator[MarkedAudio]:
        """Yield the pieces, each checked again as it leaves; raise what ended them early."""
        while True:
            if self._num_left:  # whoever asks for another has sent the first
                self._first_out()
            got = await self._pieces.get()
            if got is None:
                return
            if isinstance(got, BaseException):
                raise got
            self._room.release()
            self._begun.result().left(got)  # of whatever was begun: nothing leaves unasked for
            self._num_left += 1
            yield got

    async def aclose(self) -> None:
        """Stop what is still being made, and have what was heard kept and logged; returns before that is done."""
        self._stopped.set()
        self._first_out()
        if self._making is not None:
            self._making.stop.set()
        self._room.release()
        made, self._made = self._made, None
        if made is not None:
            made.add_done_callback(self._keep)  # not after the wait below, which a second cancellation ends
        await self._ends.aclose()
        if made is not None:
            await asyncio.shield(made)

    def _first_out(self) -> None:
        """Note, in the event loop, that first sound is out, or will not be; a second time does nothing."""
        self._is_first_out.set()
        if self._is_hasty:
            self._is_hasty = False
            self._haste.end()

    def _keep(self, _: asyncio.Future[None]) -> None:
        if self._begun.exception() is None:
            self._keepers.submit(_closed, self._begun.result(), self.latency, self._haste)

    def _make(self) -> None:
        try:
            utterance = self._begin()
        except BaseException as error:  # noqa: BLE001 - raised where it is awaited
            self._tell(self._begun.set_exception, error)
            return
        self._making = utterance
        if self._stopped.is_set():  # whoever left before it was permitted did not know what to stop
            utterance.stop.set()
        self._tell(self._begun.set_result, utterance)
        try:
            for piece in utterance.pieces():
                if not self._room.acquire(timeout=SLOW_S):
                    self._tell(self._leave, None)  # who reads slowly keeps no place from others
                    self._room.acquire()
                if self._stopped.is_set():
                    return
                self._tell(self._pieces.put_nowait, piece)
                self._is_first_out.wait(FIRST_OUT_S)
                if utterance.ahead_s > AHEAD_S:
                    self._haste.give_way(GIVEN_WAY_S)
            self._tell(self._pieces.put_nowait, None)
        except BaseException as error:  # noqa: BLE001 - raised where it is awaited
            self._tell(self._pieces.put_nowait, error)
        finally:
            self._tell(self._leave, None)

    def _leave(self, _: object) -> None:
        if self._place is not None:
            self._place.leave()

    def _tell(self, act: Callable[..., object], value: object) -> None:
        self._loop.call_soon_threadsafe(act, value)


def _closed(utterance: LiveSpeech, latency: Latency, haste: Haste) -> Ending | None:
    haste.give_way(KEPT_LATER_S)
    ending = utterance.close()
    latency.ended(utterance, str(ending or "unheard"))
    return ending


def threads(count: int, name: str) -> ThreadPoolExecutor:
    """Return so many threads of this name."""
    return ThreadPoolExecutor(count, thread_name_prefix=f"sayso-{name}")
