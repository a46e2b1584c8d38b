"""Sharing: other processes make lines of a production ahead of the one that its run goes in (`production_workers`).

The run stays in one process, step by step in the order of the book; its helpers take the next line that nobody has, and
whoever dies leaves nothing but a line that is taken by the next. A line is claimed by a lock that its process holds, so
no line is made twice; and were it, both would have made the same clip, of which the first is kept and charged.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Callable, Iterator
from subprocess import TimeoutExpired
from typing import Final

from sayso.accounts.rights import Right
from sayso.disk import PRIVATE, make_private
from sayso.workflows.installation.session import Session
from sayso.workflows.productions import pausing, takes
from sayso.workflows.productions.elsewhere import spawned
from sayso.workflows.productions.plans import PlannedLine, Production
from sayso.workflows.productions.queueing import Queue, TurnGivenUp

_POLL_S: Final = 0.02
_LINE_S: Final = 60.0
"""So long helpers may end the lines that they are at, when the run is paused."""


class SharedLines:
    """The lines of one production, of which each process takes those that no other one has taken."""

    def __init__(
        self, session: Session, production: Production, queue: Queue, is_over: Callable[[], bool] | None = None
    ) -> None:
        """Begin at the first line; each is made in a turn of ``queue``, for which nobody waits once it ``is_over``.

        By default that is when the run is paused.
        """
        self._session, self._production, self._queue = session, production, queue
        self._is_over = is_over or self.is_paused
        self._lines = [
            (line, place == 0) for chapter in production.plan.chapters for place, line in enumerate(chapter.lines)
        ]
        self._places = {line.line.label: place for place, (line, _) in enumerate(self._lines)}
        self._passed = 0
        self._left: set[int] = set()
        path = session.settings.home / "productions" / f"{production.production_id}.lines"
        make_private(path.parent)
        self._fd = os.open(path, os.O_CREAT | os.O_RDWR, PRIVATE)

    def close(self) -> None:
        """Let go of everything."""
        os.close(self._fd)

    @contextlib.contextmanager
    def taken(self, label: str) -> Iterator[None]:
        """Hold a line; while another process makes it, make others."""
        place = self._places[label]
        while not self._claim(place):
            if not self.help():
                time.sleep(_POLL_S)
        try:
            yield
        finally:
            self._release(place)

    def help(self) -> bool:
        """Make the next line that nobody has; return whether there was one. What fails is left to the run itself.

        While the run is paused there is none.
        """
        if self.is_paused():
            return False
        for place in range(self._passed, len(self._lines)):
            line, opens = self._lines[place]
            if place in self._left or not self._claim(place):
                continue
            try:
                if takes.clip_of(self._session, self._production, line) is None:
                    return self._made(line, opens=opens)
            finally:
                self._left.add(place)
                self._release(place)
                while self._passed in self._left:
                    self._passed += 1
        return False

    def _made(self, line: PlannedLine, *, opens: bool) -> bool:
        """Make a line in a turn of its own; return whether it came to that."""
        try:
            with self._queue.turn(line.bound_ms, is_line=True, is_over=self._is_over):
                takes.worked(self._session, self._production, line, opens=opens)
        except TurnGivenUp:
            return False
        except Exception:  # noqa: BLE001 - the run itself comes to the line, and tells what is wrong with it
            return True
        return True

    def is_paused(self) -> bool:
        """Return whether the run that these lines are made for is paused."""
        return pausing.is_held(self._session, self._production.production_id)

    def _claim(self, place: int) -> bool:
        try:
            fcntl.lockf(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, place)
        except OSError:
            return False
        return True

    def _release(self, place: int) -> None:
        fcntl.lockf(self._fd, fcntl.LOCK_UN, 1, place)


@contextlib.contextmanager
def shared(
    session: Session, production: Production, queue: Queue, priority: int, is_over: Callable[[], bool]
) -> Iterator[SharedLines | None]:
    """Share the lines with as many processes as the settings say, within the block; None where this one is alone."""
    count = session.settings.production_workers
    if count == 1:
        yield None
        return
    session.require(Right.SPEECH)
    lines, helpers = SharedLines(session, production, queue, is_over), []
    work = {"help": production.production_id, "priority": priority}
    try:
        helpers += [spawned(session, work) for _ in range(count - 1)]
        yield lines
    finally:
        patience_s = _LINE_S if lines.is_paused() else 0.0
        for helper in helpers:
            with contextlib.suppress(TimeoutExpired):
                helper.wait(patience_s)
            with helper:
                helper.kill()
        lines.close()
