"""A run: from inputs to a published catalogue, going on where an earlier one was stopped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sayso.corpus.assembling import (
    Measures,
    Placed,
    Refusal,
    Row,
    candidates,
    cleaning_units,
    digest_of_rows,
    heard,
    rows,
)
from sayso.corpus.catalogue import Catalogue
from sayso.corpus.cleaning import Cleaning
from sayso.corpus.duplicates import duplicates
from sayso.corpus.errors import CorpusBusy, CorpusRunFailed
from sayso.corpus.folder import CorpusFolder, CorpusInput
from sayso.corpus.program import Runner, answers
from sayso.corpus.row import USABLE, SegmentDecision
from sayso.corpus.sounds import Seal
from sayso.corpus.sources import items_of
from sayso.corpus.stages import Clean, CorpusStage, MeasureStage
from sayso.corpus.status import RunReport
from sayso.corpus.worklog import Record, WorklogWriter, finished
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
        items = list(self._placed())
        measure = self._measured(items, progress)
        measures = Measures(finished(measure.worklog))
        found = list(heard(items, measures))
        progress.begin("dedupe", 0)
        repeats = duplicates(candidates(found))
        clean = Clean(self.folder.work, self.folder.sounds, self.wanted, self.seal)
        self._cleaned(clean, progress, lambda done: (u for one in found for u in cleaning_units(one, repeats, done)))
        made = finished(clean.worklog)
        progress.begin("publish", 0)
        versions = tuple(f"{stage.name}={stage.worklog.name.partition('-')[2]}" for stage in (measure, clean))
        told = [row for one in found for row in rows(one, repeats, made, versions)]
        return self._published(told, progress)

    def _placed(self) -> Iterator[Placed]:
        withdrawn = self.folder.withdrawn()
        for each in self.folder.inputs():
            yield from (one for one in _items(self.folder, each, self.refused) if one.speaker not in withdrawn)

    def _measured(self, items: list[Placed], progress: RunReport) -> MeasureStage:
        stage = MeasureStage(self.folder.work)
        before = Measures(finished(stage.worklog))
        units = [unit for each in items if (unit := before.left(each)) is not None]
        sizes = {each.unit: each.item.size for each in items}
        progress.begin("measure", sum(sizes[unit["unit"]] for unit in units))
        with WorklogWriter(stage.worklog) as worklog:
            for answer in self._answers(stage, units):
                progress.done(sizes[answer["unit"]], answer["seconds"])
                if answer["state"] == "deadly":
                    item = next(each.item for each in items if each.unit == answer["unit"])
                    key = (before.digest(item) or f"missing:{item.stamp}") + item.cut
                    worklog.add(key, {"parts": 0, "seconds": 0.0, "reason": answer["why"]})
        return stage

    def _cleaned(
        self,
        stage: Clean,
        progress: RunReport,
        units_left: Callable[[Callable[[str], bool]], Iterable[Record]],
    ) -> None:
        done = finished(stage.worklog)

        def is_done(segment: str) -> bool:
            record = done.get(segment)
            return record is not None and (not record["audio"] or (self.folder.sounds / record["audio"]).exists())

        units = list(units_left(is_done))
        lengths = {unit["unit"]: sum(each["end"] - each["start"] for each in unit["segments"]) for unit in units}
        progress.begin("clean", sum(lengths.values()))
        for answer in self._answers(stage, units):
            progress.done(lengths[answer["unit"]], answer["seconds"])

    def _answers(self, stage: CorpusStage, units: list[Record]) -> Iterator[Record]:
        later: list[str] = []
        for answer in answers(stage, units, self.runner, self.folder.work):
            if answer["state"] == "later":
                later.append(answer["why"])
            yield answer
        if later:
            raise CorpusRunFailed(f"{len(later)} recordings could not be read now ({later[0]}); run this again")

    def _published(self, told: list[Row], progress: RunReport) -> CorpusResult:
        Catalogue(self.folder.path).publish(row.segment for row in told)
        result = result_of(told, progress.worked_s)
        contents = {row.segment.segment: row.content for row in told}
        self.folder.tell("published", {**plain(result), "contents": len(contents)})
        return result


def result_of(told: list[Row], worked_s: float = 0.0) -> CorpusResult:
    """Return what rows come to."""
    counts = Counter(row.segment.decision for row in told)
    seconds = sum(row.segment.seconds for row in told if row.segment.decision in USABLE)
    return CorpusResult(
        digest=digest_of_rows(told),
        hours=round(seconds / 3600, 4),
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
