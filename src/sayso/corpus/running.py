"""A run: from inputs to a published catalogue, going on where an earlier one was stopped."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sayso.corpus.assembling import (
    HeardSegments,
    Listing,
    Measures,
    Placed,
    Refusal,
    RepeatedSegments,
    Rows,
    candidates,
    cleaning_units,
    rows,
)
from sayso.corpus.catalogue import Catalogue
from sayso.corpus.cleaning import Cleaning
from sayso.corpus.duplicates import repeats
from sayso.corpus.errors import CorpusBusy, CorpusRunFailed
from sayso.corpus.folder import CorpusFolder, CorpusInput
from sayso.corpus.program import Runner, answers
from sayso.corpus.row import SegmentDecision
from sayso.corpus.shelf import ScratchShelf
from sayso.corpus.sounds import Seal
from sayso.corpus.sources import items_of
from sayso.corpus.stages import Clean, CorpusStage, MeasureStage
from sayso.corpus.status import RunReport
from sayso.corpus.worklog import FinishedWork, Record, WorklogWriter
from sayso.disk import LockTaken, locked
from sayso.progress import Report, silent


@dataclass(frozen=True, slots=True)
class CorpusResult:
    """What a run came to: ``hours`` of sound that stays, and how many segments became what."""

    digest: str
    hours: float
    kept: int
    repaired: int
    rejected: int
    duplicates: int
    quarantined: int
    worked_s: float = field(default=0.0, compare=False)
    """Seconds of sound that this very run worked on; what was finished before is not counted."""


@dataclass(frozen=True, slots=True)
class CorpusRun:
    """How a corpus is run: where, how much is done, which bases hold, and what seals."""

    folder: CorpusFolder
    runner: Runner = field(default_factory=Runner)
    wanted: Cleaning = field(default_factory=Cleaning)
    refused: Refusal = lambda _: ""
    seal: Seal | None = None

    def run(self, report: Report = silent) -> CorpusResult:
        """Do what is left to do, and publish; raise `CorpusBusy`, or `CorpusRunFailed` with nothing published."""
        try:
            with locked(self.folder.lock, wait=False), RunReport(self.folder, report) as progress:
                return self._run(progress)
        except LockTaken:
            raise CorpusBusy from None

    def _run(self, progress: RunReport) -> CorpusResult:
        scratch = self.folder.scratch
        listing = Listing(self._placed(), scratch)
        measure = self._measured(listing, progress)
        found = HeardSegments(listing, Measures(FinishedWork(measure.worklog, scratch)), scratch)
        progress.begin("dedupe", 0)
        repeated = RepeatedSegments(repeats(candidates(found), scratch), scratch)
        clean = Clean(self.folder.work, self.folder.sounds, self.wanted, self.seal)
        self._cleaned(clean, found, repeated, progress)
        made = FinishedWork(clean.worklog, scratch)
        progress.begin("publish", 0)
        versions = tuple(f"{stage.name}={stage.worklog.name.partition('-')[2]}" for stage in (measure, clean))
        told = Rows(scratch)
        for one in found:
            for row in rows(one, repeated, made, versions):
                told.add(row)
        return self._published(told, made, progress)

    def _placed(self) -> Iterator[Placed]:
        withdrawn = self.folder.withdrawn()
        for each in self.folder.inputs():
            yield from (one for one in _items(self.folder, each, self.refused) if one.speaker not in withdrawn)

    def _measured(self, listing: Listing, progress: RunReport) -> MeasureStage:
        stage = MeasureStage(self.folder.work)
        before = Measures(FinishedWork(stage.worklog, self.folder.scratch))
        told = ((stage.left(each.measuring(), before.found), each.item.size) for each in listing if not each.refused)
        left = UnitsLeft(((unit, size) for unit, size in told if unit is not None), self.folder.scratch)
        progress.begin("measure", left.total)
        with WorklogWriter(stage.worklog) as worklog:
            for answer in self._answers(stage, left):
                progress.done(left.size(answer["unit"]), answer["seconds"])
                if answer["state"] == "deadly":
                    item = listing.of(answer["unit"]).item
                    key = (before.digest(item) or f"missing:{item.stamp}") + item.cut
                    worklog.add(key, {"parts": 0, "seconds": 0.0, "reason": answer["why"]})
        return stage

    def _cleaned(self, stage: Clean, found: HeardSegments, repeated: RepeatedSegments, progress: RunReport) -> None:
        done = FinishedWork(stage.worklog, self.folder.scratch)
        units = (stage.left(unit, done) for one in found for unit in cleaning_units(one, repeated))
        left = UnitsLeft(((unit, _length_ms(unit)) for unit in units if unit is not None), self.folder.scratch)
        progress.begin("clean", left.total)
        for answer in self._answers(stage, left):
            progress.done(left.size(answer["unit"]), answer["seconds"])

    def _answers(self, stage: CorpusStage, units: Iterable[Record]) -> Iterator[Record]:
        later = away = 0
        why = ""
        for answer in answers(stage, units, self.runner, self.folder.work):
            if answer["state"] == "later":
                later, why = later + 1, why or answer["why"]
            away = away + 1 if answer.get("is_away") else 0
            if away > self.runner.workers:  # whoever else waits would wait as long, unit after unit
                raise CorpusRunFailed(f"the object store is away, so the run has ended: {answer['why']}")
            yield answer
        if later:
            raise CorpusRunFailed(f"{later} recordings could not be read now ({why}); run this again")

    def _published(self, told: Rows, made: FinishedWork, progress: RunReport) -> CorpusResult:
        Catalogue(self.folder.path).publish_ordered(told.speakers(), told.segments(made))
        result = result_of(told, progress.worked_s)
        self.folder.tell("published", {**plain(result), "contents": told.count})
        return result


class UnitsLeft:
    """Units of work that are left, each with its size in whatever is counted, on the disk, in order."""

    def __init__(self, units: Iterable[tuple[Record, int]], scratch: Path) -> None:
        """Put down ``units``."""
        self._units, self._sizes = ScratchShelf(scratch), ScratchShelf(scratch)
        self.total = 0
        for number, (unit, size) in enumerate(units):
            self._units.put(struct.pack(">Q", number), unit)
            self._sizes.put(unit["unit"].encode(), size)
            self.total += size

    def __iter__(self) -> Iterator[Record]:
        """Yield the units."""
        yield from self._units.values()

    def size(self, unit: str) -> int:
        """Return the size of a unit."""
        return int(self._sizes.get(unit.encode()))


def _length_ms(unit: Record) -> int:
    return sum(each["end"] - each["start"] for each in unit["segments"])


def result_of(told: Rows, worked_s: float = 0.0) -> CorpusResult:
    """Return what rows come to."""
    counts = told.decisions
    return CorpusResult(
        digest=told.digest(),
        hours=round(told.seconds / 3600, 4),
        kept=counts[SegmentDecision.KEPT],
        repaired=counts[SegmentDecision.REPAIRED],
        rejected=counts[SegmentDecision.REJECTED],
        duplicates=counts[SegmentDecision.DUPLICATE],
        quarantined=counts[SegmentDecision.QUARANTINED],
        worked_s=round(worked_s, 3),
    )


def plain(result: CorpusResult) -> dict[str, Any]:
    """Return the result as plain values."""
    names = ("digest", "hours", "kept", "repaired", "rejected", "duplicates", "quarantined")
    return {name: getattr(result, name) for name in names}


def _items(folder: CorpusFolder, given: CorpusInput, refused: Refusal) -> Iterator[Placed]:
    why = refused(given.basis)
    for number, item in enumerate(items_of(given.place, given.options)):
        speaker = given.basis.speaker or folder.pseudonym(item.speaker)
        yield Placed(f"{given.number}:{number}", item, given.basis, speaker, given.options, why)
