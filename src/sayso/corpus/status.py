"""Where a run is, written so that another process can read it at any time."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Final, Self

from sayso.clock import now, stamp
from sayso.corpus.folder import CorpusFolder
from sayso.disk import LockTaken, locked
from sayso.progress import PartDone, Report

STAGES: Final = {"list": 0.0, "measure": 0.01, "dedupe": 0.3, "clean": 0.31, "publish": 0.98, "done": 1.0}
"""The stages in order, and which part of a run is over when each begins, about."""

_EVERY_S: Final = 0.5


@dataclass(frozen=True, slots=True)
class CorpusStatus:
    """How far a run is.

    ``state``: ``new``, ``running``, ``stopped`` (killed or failed: run it again) or ``done``. ``part`` is 0 to 1;
    ``hours`` of sound went through the stage; ``hours_per_hour`` is its speed; ``time_left_s`` None where not known.
    """

    state: str
    stage: str
    part: float
    hours: float
    hours_per_hour: float
    time_left_s: float | None
    updated: str
    published: dict[str, Any] | None


def status_of(folder: CorpusFolder) -> CorpusStatus:
    """Return where the last run of a corpus is; from any process."""
    told = folder.told("status", {})
    published = folder.told("published", {}) or None
    state = told.get("state", "new")
    if state == "running" and not _is_held(folder):
        state = "stopped"
    shown = None if published is None else {name: value for name, value in published.items() if name != "contents"}
    return CorpusStatus(
        state,
        told.get("stage", ""),
        told.get("part", 0.0),
        told.get("hours", 0.0),
        told.get("hours_per_hour", 0.0),
        told.get("time_left_s"),
        told.get("updated", ""),
        shown,
    )


def _is_held(folder: CorpusFolder) -> bool:
    try:
        with locked(folder.lock, wait=False):
            return False
    except LockTaken:
        return True


class RunReport:
    """Tells of a run: to who waits for it, and to the file of its status."""

    def __init__(self, folder: CorpusFolder, report: Report) -> None:
        """Take the corpus, and who is told."""
        self._folder, self._report = folder, report
        self._stage, self._total, self._over, self._seconds = "list", 0, 0, 0.0
        self._begun = self._stage_begun = time.monotonic()
        self._told = 0.0
        self.worked_s = 0.0

    def __enter__(self) -> Self:
        """Begin."""
        self._tell("running")
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        """Say how it ended."""
        self._stage = "done" if kind is None else self._stage
        self._tell("done" if kind is None else "stopped")

    def begin(self, stage: str, total: int) -> None:
        """Begin a stage that has ``total`` to do, in any unit."""
        self._stage, self._total, self._over, self._seconds = stage, total, 0, 0.0
        self._stage_begun = time.monotonic()
        self._tell("running")

    def done(self, amount: int, seconds: float) -> None:
        """Add ``amount`` to what is done of the stage, and the sound that went through."""
        self._over, self._seconds, self.worked_s = self._over + amount, self._seconds + seconds, self.worked_s + seconds
        if time.monotonic() - self._told >= _EVERY_S:
            self._tell("running")

    def part(self) -> float:
        """Return which part of the run is over, about."""
        names = list(STAGES)
        first = STAGES[self._stage]
        size = STAGES[names[min(names.index(self._stage) + 1, len(names) - 1)]] - first
        return min(1.0, first + size * (self._over / self._total if self._total else 0.0))

    def _tell(self, state: str) -> None:
        self._told = time.monotonic()
        part, spent_s = self.part(), self._told - self._begun
        stage_s = max(self._told - self._stage_begun, 1e-3)
        speed = self._seconds / stage_s
        left = spent_s / part * (1 - part) if part > 0.02 and state == "running" else None
        told = {
            "state": state,
            "stage": self._stage,
            "part": round(part, 4),
            "hours": round(self._seconds / 3600, 4),
            "hours_per_hour": round(speed, 1),
            "time_left_s": None if left is None else round(left, 1),
            "updated": stamp(now()),
        }
        self._folder.tell("status", told)
        self._report(PartDone(part, f"{self._stage}, {speed:.0f} hours an hour" if self._seconds else self._stage))
