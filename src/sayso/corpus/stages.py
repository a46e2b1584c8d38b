"""The two stages that hear sound, each a program for one unit of work: a text in, a text out, never audio.

A stage is handed to workers, in processes of this machine or of another that sees the same folder. What it finishes it
puts into the worklog at once, so that a kill costs no more than the part in hand, or what half a second cleaned.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np

from sayso.audio.errors import EmptyAudio
from sayso.audio.signal import Signal
from sayso.audio.stream import stream
from sayso.corpus import cleaning, measuring
from sayso.corpus.cleaning import Cleaning, cleaned
from sayso.corpus.measuring import measured
from sayso.corpus.parts import RecordingPart, parts
from sayso.corpus.reading import (
    RecordingChanged,
    StoreAway,
    StoreOptions,
    StoreUnreachable,
    check_unchanged,
    digest_of,
    opened_reference,
    pieces,
)
from sayso.corpus.sounds import Seal, Sounds
from sayso.corpus.workers.finished import FinishedSegments
from sayso.corpus.worklog import FinishedWork, WorklogWriter
from sayso.disk import DiskFailed, DiskFull, make_private
from sayso.errors import SaysoError

Answer = dict[str, Any]

_OVER: Final = "over"

_SYSTEM: Final = (StoreUnreachable, RecordingChanged, DiskFull, DiskFailed, MemoryError)
"""What is no fault of the recording: the unit is not finished, and the next run tries it again."""


class CorpusStage(Protocol):
    """One stage: its name, the folder of its worklog, and what it does with a unit."""

    @property
    def name(self) -> str:
        """Return the name of the stage."""
        ...

    @property
    def worklog(self) -> Path:
        """Return the folder of what is finished, of this version of the stage."""
        ...

    def __call__(self, unit: str) -> str:
        """Work on a unit, JSON, and return what came of it, JSON: ``seconds`` of sound, ``state``."""
        ...

    def left(self, unit: Answer, found: FinishedWork) -> Answer | None:
        """Return what is left of a unit where ``found`` is finished, None for nothing."""
        ...


@dataclass(frozen=True)
class MeasureStage:
    """Decode, digest, find speech, cut, diagnose and print a recording, part by part."""

    work: Path
    options: StoreOptions = field(default_factory=dict)
    name: str = "measure"

    @property
    def worklog(self) -> Path:
        """Return the folder of what is finished."""
        return self.work / f"measure-{measuring.VERSION}"

    def __call__(self, unit: str) -> str:
        """Measure the item ``unit``; parts named in ``done`` are passed over."""
        item = json.loads(unit)
        if is_over(self.work):
            return json.dumps(_later(item["unit"], InterruptedError("the run has ended")))
        with begun(self.work, item["unit"]), WorklogWriter(self.worklog) as worklog:
            try:
                with opened_reference(item["reference"], item["options"]) as path:
                    return json.dumps(self._measured(path, item, worklog))
            except _SYSTEM as error:
                return json.dumps(_later(item["unit"], error))
            except Exception as error:  # noqa: BLE001 - libraries raise anything on broken recordings
                return json.dumps(self._quarantined(item, error, worklog))

    def left(self, unit: Answer, found: FinishedWork) -> Answer | None:
        """Return the unit with the parts that are finished in ``done``; None where all of it is."""
        record = found.get(f"stamp:{unit['stamp']}")
        digest = None if record is None else str(record["digest"])
        key = (digest or f"missing:{unit['stamp']}") + unit["cut"]
        if key in found:
            return None
        return {**unit, "digest": digest, "done": [] if digest is None else found.numbered(key)}

    def _measured(self, path: Path, item: Answer, worklog: WorklogWriter) -> Answer:
        digest = item.get("digest") or digest_of(path)
        item["digest"] = digest
        key, done = digest + item["cut"], frozenset(item.get("done", ()))
        # Whose it is stands here too, so that a withdrawal finds what was never published.
        worklog.add(f"stamp:{item['stamp']}", {"digest": digest, "speaker": item.get("speaker", "")})
        count, seconds = 0, 0.0
        for part in parts(_bounded(path, item)):
            count, seconds = part.number + 1, seconds + part.signal.duration_s
            if part.number not in done:
                worklog.add(f"{key}:{part.number}", {"segments": measured(_shifted(part, item))})
        if not count:
            raise EmptyAudio
        worklog.add(key, {"parts": count, "seconds": round(seconds, 3), "reason": ""})
        return {"unit": item["unit"], "state": "done", "seconds": seconds}

    def _quarantined(self, item: Answer, error: Exception, worklog: WorklogWriter) -> Answer:
        reason = error.slug if isinstance(error, SaysoError) else f"failed-{type(error).__name__.lower()}"
        key = (item.get("digest") or f"missing:{item['stamp']}") + item["cut"]
        worklog.add(key, {"parts": 0, "seconds": 0.0, "reason": reason})
        return {"unit": item["unit"], "state": "quarantined", "why": reason, "seconds": 0.0}


@dataclass(frozen=True)
class Clean:
    """Keep, repair or reject the segments of a recording; score, transcribe and embed those that stay."""

    work: Path
    sounds: Path
    wanted: Cleaning
    seal: Seal | None = None
    name: str = "clean"

    @property
    def worklog(self) -> Path:
        """Return the folder of what is finished."""
        return self.work / f"clean-{cleaning.VERSION}-{self.wanted.version()}"

    def __call__(self, unit: str) -> str:
        """Clean the segments that ``unit`` names."""
        told = json.loads(unit)
        if is_over(self.work):
            return json.dumps(_later(told["unit"], InterruptedError("the run has ended")))
        with begun(self.work, told["unit"]), WorklogWriter(self.worklog) as worklog:
            try:
                with opened_reference(told["reference"], told["options"]) as path:
                    return json.dumps(self._cleaned(path, told, worklog))
            except _SYSTEM as error:
                return json.dumps(_later(told["unit"], error))

    def left(self, unit: Answer, found: FinishedWork) -> Answer | None:
        """Return the unit without the segments that are finished; one whose sound is gone is not."""

        def is_done(record: Answer | None) -> bool:
            return record is not None and (not record["audio"] or (self.sounds / record["audio"]).exists())

        segments = [each for each in unit["segments"] if not is_done(found.get(each["segment"]))]
        return {**unit, "segments": segments} if segments else None

    def _cleaned(self, path: Path, told: Answer, worklog: WorklogWriter) -> Answer:
        check_unchanged(path, told["digest"])
        wanted = [(each["start"], each["end"]) for each in told["segments"]]
        seconds = 0.0
        with FinishedSegments(Sounds(self.sounds, self.seal), worklog, told["key_of"]) as finished:
            for each, sound in zip(told["segments"], pieces(path, wanted), strict=False):
                signal = Signal.mono(sound.mixed_in_phase(), sound.sample_rate)
                try:
                    made = cleaned(signal, each, self.wanted, told.get("language", ""))
                except _SYSTEM:
                    raise
                except Exception as error:  # noqa: BLE001 - one segment that cannot be worked on stops no other
                    reason = error.slug if isinstance(error, SaysoError) else f"failed-{type(error).__name__.lower()}"
                    finished.add(each["segment"], {"decision": "quarantined", "reasons": [reason]}, None)
                    continue
                finished.add(each["segment"], made.record, made.sound)
                seconds += signal.duration_s
        return {"unit": told["unit"], "state": "done", "seconds": seconds}


def _bounded(path: Path, item: Answer) -> Iterator[Signal]:
    """Yield the blocks of a recording, or of the stretch of it that is wanted."""
    start_ms, end_ms = item["start_ms"] or 0, item["end_ms"]
    place = 0
    for block in stream(path):
        first = max(0, round(start_ms * block.sample_rate / 1000) - place)
        last = block.num_samples if end_ms is None else round(end_ms * block.sample_rate / 1000) - place
        place += block.num_samples
        if last <= 0:
            return
        if first < block.num_samples:
            yield block.slice(first, min(last, block.num_samples))


def _shifted(part: RecordingPart, item: Answer) -> RecordingPart:
    """Return the part with its place in the whole recording, in place of that in the stretch."""
    offset = round((item["start_ms"] or 0) * part.signal.sample_rate / 1000)
    return RecordingPart(part.number, part.start + offset, part.signal)


def tell_over(work: Path) -> None:
    """Tell workers that the run is over: Daft hands them all that is left even where nobody waits for it."""
    make_private(work)
    (work / _OVER).touch()


def tell_begun(work: Path) -> None:
    """Tell workers that a run goes on."""
    (work / _OVER).unlink(missing_ok=True)


def is_over(work: Path) -> bool:
    """Return whether the run has ended before its work: then a unit is passed over."""
    return (work / _OVER).exists()


@contextlib.contextmanager
def begun(work: Path, unit: str) -> Iterator[None]:
    """Leave a file for as long as the unit is worked on: what is left after a worker's death names what killed it."""
    folder = work / "begun"
    make_private(folder)
    path = folder / hashlib.sha256(unit.encode()).hexdigest()[:32]
    path.write_text(unit)
    yield
    path.unlink(missing_ok=True)


def _later(unit: str, error: BaseException) -> Answer:
    """Return the answer for a unit that the next run tries again: ``is_away`` where its store answers nothing."""
    why = (str(error).partition("\n")[0] or type(error).__name__)[:200]
    return {"unit": unit, "state": "later", "why": why, "is_away": isinstance(error, StoreAway), "seconds": 0.0}


def embedding_of(record: Answer) -> tuple[float, ...] | None:
    """Return the embedding of a record of `Clean`, as float32 has it."""
    told = record.get("embedding")
    return None if told is None else tuple(np.asarray(told, np.float32).tolist())
