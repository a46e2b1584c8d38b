"""When queued entries get their place in the log: never while somebody waits for sound.

An act queues its entries in its own transaction and is done. They are placed when somebody looks at the log, at the end
of a command, or, in a process that serves, by a thread of its own. A process that dies before leaves them to the next.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator

from sayso import journal
from sayso.errors import SaysoError, Unavailable
from sayso.ledger.checkpoint import Checkpoint
from sayso.ledger.log import Log


class HomeReadOnly(Unavailable):
    """Entries wait for their place in the ledger, and the home cannot be written; run this where it can be."""


class Sequencing:
    """Has entries placed: at once for whoever looks at the log, or in a thread."""

    def __init__(
        self, log: Callable[[], Log], *, is_fixed: bool = False, placed: Callable[[], None] = lambda: None
    ) -> None:
        """Take what returns the log, opened when it is first needed, and what is told once entries are placed.

        A log that ``is_fixed`` is never written.
        """
        self._log = log
        self._placed = placed
        self._is_fixed = is_fixed
        self._waiting = threading.Event()
        self._turn = threading.Lock()
        self._failure: SaysoError | None = None

    def signal(self) -> None:
        """Note that an act has queued entries."""
        self._waiting.set()

    def run(self) -> Checkpoint:
        """Place everything that waits, of every process; return the checkpoint that covers it. Raises as the log."""
        with self._turn:
            self._waiting.clear()
            if not self._is_fixed:
                return self._place()
            if not self._log().is_current():
                raise HomeReadOnly
            return self._log().shards()[-1].checkpoint

    def catch_up(self) -> None:
        """Place what any process has queued, if anything; raise what went wrong in the background meanwhile."""
        if self._is_fixed:
            return
        with self._turn:
            failure, self._failure = self._failure, None
            if failure is not None:
                raise failure
            if not self._log().is_current():
                self._place()

    def _place(self) -> Checkpoint:
        began = time.perf_counter()
        checkpoint = self._log().integrate()
        self._placed()
        journal.note("ledger.placed", entries=checkpoint.size, ms=round(1000 * (time.perf_counter() - began)))
        return checkpoint

    @contextlib.contextmanager
    def background(self, *, every_s: float = 0.0) -> Iterator[None]:
        """Place entries in a thread of their own until the block is left: at once, or those of ``every_s`` together."""
        ended = threading.Event()
        thread = threading.Thread(target=self._serve, args=(ended, every_s), daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            self._waiting.set()
            thread.join()
            self.catch_up()

    def _serve(self, ended: threading.Event, every_s: float) -> None:
        while not ended.is_set():
            self._waiting.wait()
            ended.wait(every_s)
            try:
                self.run()
            except SaysoError as failure:  # whoever looks at the log next is told
                self._failure = failure
                journal.note("ledger.failed", error=failure.slug)
