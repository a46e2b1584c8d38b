"""Tracing: which parts of a sound are ours, of which clip and grant, for whom, what for, and is it still allowed.

A part is found by its mark, or, where a mark was removed, by its content. The two are told apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso.audio import Signal, stream
from sayso.audio.salvage import Salvage
from sayso.audio.stream import MAX_STREAM_S, excerpt
from sayso.clock import now, stamp
from sayso.fingerprint import Content, Features, apart, features_of, one_after_another, short_features_of
from sayso.mark import Mark
from sayso.mark.passages import Passage, Scan, Scanner, Window, channels_apart, windows
from sayso.mark.pattern import CLOCK_HZ
from sayso.mark.segments import restored, within
from sayso.mark.warps import AS_MADE
from sayso.progress import Report, silent
from sayso.synthesis import store as clips
from sayso.synthesis.store import Clip
from sayso.workflows.installation.session import Session
from sayso.workflows.provenance.content import ALONE_S, EARLY_S, content_of, is_short, places_of
from sayso.workflows.provenance.detecting import detected
from sayso.workflows.provenance.parts import (
    ClipStanding,
    Part,
    TraceOutcome,
    judged_among,
    standing_of,
    standing_of_clip,
)
from sayso.workflows.provenance.recognising import ContentFinder, Recognised
from sayso.workflows.provenance.vouching import credentials_in, vouched

PEAK_S: Final = 0.1

_LEAST_GAP_S: Final = 2.5
_COMPARED_S: Final = 60.0  # of a passage that has to be heard once more


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """What one file holds of ours. ``peaks``: the loudest sample of each 0.1 s, shape (n,)."""

    file: Path
    scan: Scan
    parts: tuple[Part, ...]
    peaks: NDArray[np.float32]
    traced_at: str
    log_key: str
    skipped: tuple[str, ...] = ()

    @property
    def marked_s(self) -> float:
        """Return how many seconds carry a mark."""
        return sum(part.passage.end_s - part.passage.start_s for part in self.parts if part.recognised is None)

    @property
    def outcome(self) -> TraceOutcome:
        """Return what the file comes to: broken before not allowed before allowed before not ours."""
        found = {part.outcome for part in self.parts}
        return next((one for one in TraceOutcome if one in found), TraceOutcome.NOT_OURS)


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """One sound, looked through once: its marks, its features, and the loudest sample of each 0.1 s, shape (n,)."""

    scan: Scan
    features: Features
    peaks: NDArray[np.float32]

    def gaps(self) -> Iterator[tuple[float, float]]:
        """Yield the stretches without a mark that are long enough to be known by their content, in seconds."""
        start_s = 0.0
        for passage in sorted(self.scan.passages, key=lambda one: one.start_s):
            yield start_s, passage.start_s
            start_s = max(start_s, passage.end_s)
        yield start_s, self.scan.duration_s


def trace_file(session: Session, file: Path, report: Report = silent) -> Trace:
    """Return what parts of ``file`` are ours; an hour needs no more memory than a minute.

    Raise the errors of `sayso.audio.stream`. A ledger that was altered does not stop the answer: a part then says so.
    """
    salvage = Salvage(file, max_duration_s=MAX_STREAM_S)
    heard = listen(session, salvage, report)
    parts = vouched(marked_parts(session, heard, file), credentials_in(session, file)) + _unmarked(session, heard)
    parts = tuple(sorted(parts, key=lambda part: part.passage.start_s))
    return Trace(file, heard.scan, parts, heard.peaks, stamp(now()), session.log.vkey, tuple(salvage.skipped))


def listen(
    session: Session, source: Path | bytes | Salvage, report: Report = silent, *, max_duration_s: float = MAX_STREAM_S
) -> Heard:
    """Look through a file, or its bytes, once; raise the errors of `sayso.audio.stream`."""
    return listened(session, stream(source, sample_rate=CLOCK_HZ, max_duration_s=max_duration_s), report)


def listened(session: Session, blocks: Iterable[Signal], report: Report = silent) -> Heard:
    """Look through the sound that ``blocks`` at 24,000 Hz make up, once."""
    scanner = Scanner(partial(detected, session))
    heard: list[Features] = []
    peaks: list[NDArray[np.float32]] = []
    for window in windows(blocks):
        scanner.look(window)
        heard.append(features_of(window.signal).first(window.new_s))
        peaks.append(_peaks(window))
        report(1 - 1 / (2 + window.start_s / 60))  # the length is not known before the end
    return Heard(scanner.scan(), one_after_another(heard), np.concatenate(peaks))


def recognised_in(finder: ContentFinder, heard: Heard) -> list[Recognised]:
    """Return what in the stretches without a mark is ours by content, in seconds of the whole sound."""
    found: list[Recognised] = []
    for start_s, end_s in heard.gaps():
        if end_s - start_s >= _LEAST_GAP_S:
            here = finder.find(heard.features.between(start_s, end_s), choose=apart)
            found += [replace(one, start_s=start_s + one.start_s, end_s=start_s + one.end_s) for one in here]
    return found


def marked_parts(session: Session, heard: Heard, file: Path) -> tuple[Part, ...]:
    """Return each passage that carries a mark, with what is known of its clip; ``file`` is what was heard."""
    passages = heard.scan.passages
    marks = {passage.mark for passage in passages if passage.mark is not None}
    standings: dict[Mark | None, ClipStanding | None] = {mark: standing_of(session, mark) for mark in marks}
    return tuple(_part(session, one, standings.get(one.mark), heard, file) for one in passages)


def _unmarked(session: Session, heard: Heard) -> tuple[Part, ...]:
    found = recognised_in(ContentFinder(session), heard)
    with session.read() as tx:
        known = {one.clip: clips.get_clip(tx, one.clip) for one in found}
    return tuple(
        Part(
            Passage(one.start_s, one.end_s, None, one.log10_p),
            standing_of_clip(session, known[one.clip]),
            Content.OURS,
            one,
        )
        for one in found
    )


def _part(session: Session, passage: Passage, standing: ClipStanding | None, heard: Heard, file: Path) -> Part:
    if standing is None:
        return Part(passage, None, Content.UNKNOWN)
    perhaps = _perhaps(standing.clip, passage, file)
    content = content_of(session, standing.clip, *_as_made(heard, passage, file), perhaps=perhaps)
    return Part(passage, standing, judged_among(content, passage, heard.scan.passages))


def _as_made(heard: Heard, passage: Passage, file: Path) -> tuple[Features, ...]:
    """Return the features of a passage as it was made, one way or another.

    One that runs at another tempo or pitch, of which something was cut out, or that is of one channel of several, is
    heard once more.
    """
    plain = heard.features.between(passage.start_s, passage.end_s)
    if heard.scan.duration_s <= ALONE_S:
        alone = excerpt(file, 0.0, heard.scan.duration_s, sample_rate=CLOCK_HZ)
        return plain, short_features_of(alone, tempo=passage.warp.tempo, pitch=passage.warp.pitch)
    if passage.warp == AS_MADE and not passage.gaps and passage.channel is None:
        return (plain,)
    end_s = min(passage.end_s, passage.start_s + _COMPARED_S)
    sound = _heard_again(file, passage, passage.start_s, end_s)
    cuts = within(passage.gaps, passage.start_s, end_s, less_s=passage.start_s)
    ways = (sound, restored(sound, cuts)) if cuts else (sound,)
    return tuple(features_of(way, tempo=passage.warp.tempo, pitch=passage.warp.pitch) for way in ways)


def _perhaps(clip: Clip, passage: Passage, file: Path) -> Iterator[Features]:
    """Yield what may be a short clip, wherever it begins; the file is heard once more when it is asked for."""
    if not is_short(clip):
        return
    start_s = max(0.0, passage.start_s - EARLY_S)
    sound = _heard_again(file, passage, start_s, min(passage.end_s, start_s + _COMPARED_S) + ALONE_S)
    yield from places_of(clip, sound, passage.start_s - start_s, passage.warp)


def _heard_again(file: Path, passage: Passage, start_s: float, end_s: float) -> Signal:
    """Return what is heard between two moments, of the channel that carries the mark where it is one of several."""
    sound = excerpt(file, start_s, end_s, sample_rate=CLOCK_HZ)
    sides = channels_apart(sound)
    return sides[passage.channel] if passage.channel is not None and passage.channel < len(sides) else sound


def _peaks(window: Window) -> NDArray[np.float32]:
    new: Signal = window.signal.slice(0, round(window.new_s * CLOCK_HZ))
    loud = np.abs(new.samples).max(axis=0)
    return np.maximum.reduceat(loud, np.arange(0, loud.size, round(PEAK_S * CLOCK_HZ)))
