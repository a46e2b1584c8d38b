"""Queueing: productions take turns at their lines and chapters, in whichever processes of this machine they go.

DBOS keeps no order, rate or bound over several processes on SQLite, so this is ours: who waits and who holds a turn
stands in a file of the home, which each process changes under one lock. A process is known by a lock of its own, which
death lets go: its turn goes to the next. What the file says is no promise to anyone: lost, it begins anew.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from sayso.accounts.rights import Right
from sayso.disk import PRIVATE, explained, locked, make_private
from sayso.errors import Invalid
from sayso.ids import ProductionId, RunId
from sayso.productions import store
from sayso.productions.turns import LEAST_PRIORITY, MOST_PRIORITY, PRIORITY, Asker, TurnLimits, Turns
from sayso.settings import Settings
from sayso.workflows.installation.session import Session

if TYPE_CHECKING:
    from pathlib import Path

    from sayso.workflows.productions.plans import Production

_POLL_S: Final = 0.02
_LOOK_S: Final = 1.0
"""So often one that waits looks whether others died, or a minute of a rate is over."""


class TurnGivenUp(Exception):
    """The run ended, or was paused, while it waited for its turn."""


class Queue:
    """The place of one process among those that work on productions; it has one turn at a time."""

    def __init__(self, session: Session, production: Production, priority: int) -> None:
        """Come in, as a process that works on ``production``."""
        session.require(Right.SPEECH)
        self._limits = limits(session.settings)
        self._folder = _folder(session.settings)
        self._production, self._priority = production.production_id, priority
        self._licensee = _hashed(session, production.licensee)
        self._name = f"{os.getpid()}-{secrets.token_hex(4)}"
        self._alive: int | None = None
        if self._limits != TurnLimits():
            make_private(self._folder)
            self._alive = os.open(self._folder / f"{self._name}.alive", os.O_CREAT | os.O_RDWR, PRIVATE)
            fcntl.flock(self._alive, fcntl.LOCK_EX)

    def close(self) -> None:
        """Leave."""
        if self._alive is not None:
            (self._folder / f"{self._name}.alive").unlink(missing_ok=True)
            os.close(self._alive)

    @contextlib.contextmanager
    def turn(self, cost_ms: int, *, is_line: bool, is_over: Callable[[], bool]) -> Iterator[None]:
        """Wait for a turn and hold it; raise `TurnGivenUp` where it ``is_over`` before that."""
        if self._alive is None:
            yield
            return
        asker = Asker(self._production, self._licensee, self._priority, cost_ms, is_line, time.monotonic())
        try:
            self._wait(asker, is_over)
            yield
        finally:
            with self._changed() as turns:
                turns.leave(self._name, time.monotonic())

    def _wait(self, asker: Asker, is_over: Callable[[], bool]) -> None:
        looked, seen = 0.0, 0
        while True:
            if time.monotonic() - looked >= _LOOK_S:
                looked = time.monotonic()
                with self._changed() as turns:
                    self._drop_dead(turns)
                    if self._name not in turns.held and self._name not in turns.waiting:
                        turns.ask(self._name, asker)
            elif (changed := _changed_at(self._folder)) == seen:
                time.sleep(_POLL_S)
                continue
            else:
                seen = changed
            if self._name in _kept(self._folder).held:
                return
            if is_over():
                raise TurnGivenUp

    @contextlib.contextmanager
    def _changed(self) -> Iterator[Turns]:
        """Change who waits and who holds what, and give turns to whose they are then."""
        with locked(self._folder / "lock"):
            turns = _kept(self._folder)
            before = turns.told()
            yield turns
            turns.grant(self._limits, time.monotonic())
            if turns.told() != before:
                _keep(self._folder, turns)

    def _drop_dead(self, turns: Turns) -> None:
        for name in {*turns.waiting, *turns.held} - {self._name}:
            if not _is_alive(self._folder / f"{name}.alive"):
                turns.leave(name, time.monotonic())


def limits(settings: Settings) -> TurnLimits:
    """Return how many lines and chapters are worked on at once."""
    return TurnLimits(settings.production_turns, settings.licensee_turns, settings.licensee_rate)


def obstacles(session: Session) -> Mapping[str, str]:
    """Return what each production waits for that waits (turn, licensee or rate): of the whole machine."""
    folder, now = _folder(session.settings), time.monotonic()
    turns = _kept(folder)
    working = {one.production for one in turns.held.values()}
    return {
        one.production: turns.obstacle(name, limits(session.settings), now)
        for name, one in turns.waiting.items()
        if one.production not in working and _is_alive(folder / f"{name}.alive")
    }


def keep_priority(session: Session, run_id: str, production: ProductionId, priority: int) -> None:
    """Note the priority of a run, over every crash and restart."""
    session.require(Right.SPEECH)
    if priorities(session).get(RunId(run_id), PRIORITY) != priority:
        with session.act(production) as tx:
            store.keep_priority(tx, RunId(run_id), production, priority)


def priorities(session: Session) -> dict[RunId, int]:
    """Return the priorities of the runs that have one of their own, of those that who asks sees."""
    with session.read() as tx:
        return store.priorities(tx)


def checked_priority(priority: int | None) -> int | None:
    """Return it; raise `Invalid` where it is none."""
    if priority is not None and not LEAST_PRIORITY <= priority <= MOST_PRIORITY:
        raise Invalid(f"priority: got {priority}, expected {LEAST_PRIORITY} (last) to {MOST_PRIORITY} (first)")
    return priority


def _folder(settings: Settings) -> Path:
    return settings.home / "productions" / "turns"


def _hashed(session: Session, licensee: str) -> str:
    """Return what a licensee of an organisation is known by here, since the file is not the state."""
    return hashlib.sha256(f"{session.actor.organisation}\n{licensee}".encode()).hexdigest()[:16]


def _is_alive(path: Path) -> bool:
    try:
        fd = os.open(path, os.O_RDWR)
    except OSError:
        return False
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    else:
        path.unlink(missing_ok=True)
        return False
    finally:
        os.close(fd)


def _changed_at(folder: Path) -> int:
    try:
        return (folder / "turns.json").stat().st_mtime_ns
    except OSError:
        return 0


def _kept(folder: Path) -> Turns:
    try:
        return Turns.of(json.loads((folder / "turns.json").read_bytes()))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Turns()


def _keep(folder: Path, turns: Turns) -> None:
    """Write it whole, and do not wait for the disk: after a loss of power it may begin anew."""
    draft = folder / "turns.new"
    with explained(draft):
        draft.write_text(json.dumps(turns.told()))
        draft.replace(folder / "turns.json")
