"""The detector: is there a mark, whose is it, and where does it lie.

Any rate, any number of channels, any cut. Ever more is searched until a mark is found: places, paths through cuts and
joins, then speeds, tempos and pitches. The p-value counts all that might have been searched.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso.audio.rates import resampled
from sayso.audio.signal import Signal
from sayso.mark.alignment import Alignment, FramedResiduals
from sayso.mark.code import encode
from sayso.mark.errors import KeysInvalid
from sayso.mark.finding import NO_FINDING, PRESENT_LOG10_P, MarkFinding, Reader, among, blind, judged, none_read
from sayso.mark.issued import Ids, overlaid
from sayso.mark.mark import Mark, MarkKeys
from sayso.mark.paths import PathShares, followed, followed_eagerly
from sayso.mark.pattern import CLOCK_HZ, FRAME_LENGTH, HOP_LENGTH, pattern_of
from sayso.mark.payload import message_bits
from sayso.mark.reading import MarkReading, worth
from sayso.mark.search import aligned, cut, search, search_unrefined
from sayso.mark.segments import Gaps, Segments, followed_segments, gaps, joins, rests, steady_segments
from sayso.mark.warps import AS_MADE, LOG10_WARPS, Warp, cut_warped, likely_warps

__all__ = ["NOTHING", "PRESENT_LOG10_P", "Detection", "Detector", "Found"]

_SHORTEST: Final = FRAME_LENGTH + HOP_LENGTH
_SOFT: Final = 0.01  # full scale is 1
_MOST_MARKS: Final = 8  # searches of what is left of one sound
_PATCHWORK_JOINS_PER_S: Final = 0.5

# How the chance of a false alarm is shared out among the searches: their sum is one.
_PLACES_LOG10: Final = math.log10(2)
_PATHS_LOG10: Final = math.log10(8)  # for each of the two ways to weigh the cells
_WARPED_PLACES_LOG10: Final = math.log10(8) + LOG10_WARPS
_WARPED_PATHS_LOG10: Final = math.log10(16) + LOG10_WARPS

_BLIND_SHARE_LOG10: Final = -math.log10(0.9)
_AMONG_SHARE_LOG10: Final = 1.0
_FAINT_LOG10_P: Final = -0.3  # with less evidence than this no list of ids helps


@dataclass(frozen=True, slots=True)
class Found:
    """One mark of several in a sound: its id or None, whether verified, where it lies, and its p-value's log10.

    ``warp``: at what tempo and pitch, beside how it was made. ``patchwork``: cut up so often that what it says can
    hardly be compared with what was made. ``gaps``: what was cut out of it.
    """

    mark: Mark | None
    mark_verified: bool
    segments: Segments
    log10_p: float
    warp: Warp = AS_MADE
    patchwork: bool = False
    gaps: Gaps = ()

    @property
    def named(self) -> Mark | None:
        """Return the id where it is certain."""
        return self.mark if self.mark_verified else None


@dataclass(frozen=True, slots=True)
class Detection:
    """What was found.

    Attributes
    ----------
    present : whether ``p_value`` is at most 1e-6
    p_value : bound on the chance of finding as much in a sound without this operator's mark, the search counted
    mark : the id that was read, its checksum agreeing and not by mere chance, or None
    mark_verified : whether the id stands on evidence of its own (chance of one as good at most 1e-3, over all 2^64)
    segments : where the mark lies, in seconds
    log10_lr : log10 of the likelihood ratio of marked to unmarked (see `evidence.log10_likelihood_ratio`)
    log10_p : log10 of the p-value, which does not underflow
    speed : how fast it plays beside how it was made
    pitch : how high it sounds beside how it was made; a tape played faster sounds higher, too
    joins : at how many places something was cut out, put in or moved within the segments
    marks : every mark that was found, with its segments, the one above first
    gaps : where something was cut out of it or put in, and how long it was
    """

    present: bool
    p_value: float
    mark: Mark | None
    mark_verified: bool
    segments: Segments
    log10_lr: float
    log10_p: float
    speed: float = 1.0
    pitch: float = 1.0
    joins: int = 0
    marks: tuple[Found, ...] = ()
    gaps: Gaps = ()

    @property
    def patchwork(self) -> bool:
        """Return whether it was cut up so often that what it says can hardly be compared with what was made."""
        return self.joins > _PATCHWORK_JOINS_PER_S * sum(end_s - start_s for start_s, end_s in self.segments)


NOTHING: Final = Detection(
    present=False, p_value=1.0, mark=None, mark_verified=False, segments=(), log10_lr=0.0, log10_p=0.0
)


class Detector:
    """Finds marks; with complete keys it reads their ids too."""

    def __init__(self, keys: MarkKeys) -> None:
        """Take the operator's keys, or the public ones."""
        self._pattern = pattern_of(keys)
        self._reads = keys.data is not None

    def detect(self, signal: Signal, *, warps: bool = True) -> Detection:
        """Return what is found in ``signal``, wherever in it and in the pattern; too short a signal gives p = 1.

        ``warps``: where nothing is found otherwise, other tempos and pitches are tried: 0.79 to 1.27 together, and
        tempo alone from half to double.
        """
        return self._detected(signal, blind if self._reads else none_read, warps=warps)

    def detect_among(self, signal: Signal, ids: Ids, *, warps: bool = True) -> Detection:
        """Return what is found in ``signal`` if its id is one of ``ids`` (random, as `Mark.new` makes them).

        Needs less sound than reading an id blind. An id is named and verified where the chance that any of ``ids``
        fits as well is at most 1e-6. Raise `KeysInvalid` with public keys.
        """
        if not self._reads:
            raise KeysInvalid("got public mark keys, expected those of the operator; public keys tell presence only")
        return self._detected(signal, partial(among, ids=ids), warps=warps)

    def detect_known(self, signal: Signal, issued: Callable[[], Ids]) -> Detection:
        """Return what is found in ``signal`` by who holds the ids given out, which are asked for where they may help.

        An id too faint to be read blind is sought among them, and so is a mark that lies over another. The chance of a
        false alarm is shared out: nine tenths to what is found blind, one tenth to what is found among the ids.
        """
        found = _held(self._detected(signal, blind, warps=True, issued=issued), _BLIND_SHARE_LOG10)
        if found.mark_verified or found.log10_p > _FAINT_LOG10_P:
            return found
        known = _held(self._detected(signal, partial(among, ids=issued()), warps=True), _AMONG_SHARE_LOG10)
        return known if known.mark_verified or (known.present and not found.present) else found

    def read_at(self, signal: Signal, start: int) -> Detection:
        """Return what is found in ``signal`` if its first sample is sample ``start`` of the clip: no search."""
        samples = _at_clock(signal)
        if samples.shape[1] < _SHORTEST:
            return NOTHING
        place = aligned(samples, self._pattern, place=round(start * CLOCK_HZ / signal.sample_rate))
        finding = judged([place], self._pattern, blind if self._reads else none_read, log10_share=0.0)
        segments = steady_segments(place, self._sign(finding.reading)) if finding.present else ()
        return _detection(finding, AS_MADE, segments)

    def _detected(
        self, signal: Signal, reader: Reader, *, warps: bool, issued: Callable[[], Ids] | None = None
    ) -> Detection:
        samples = _at_clock(signal)
        first, others = NOTHING, list[Found]()
        waiting, searches = [(0, samples.shape[1])], 0
        while waiting and searches < _MOST_MARKS:
            start, stop = waiting.pop(0)
            if stop - start < _SHORTEST:
                continue
            found, more = self._one(samples[:, start:stop], reader, warps=warps and searches == 0, issued=issued)
            searches += 1
            first = found if searches == 1 else first
            if not found.present:
                continue
            others += [_moved(one, start / CLOCK_HZ, searches) for one in (found, *more)]
            waiting += rests(start, stop, others[-1 - len(more)].segments)
        return replace(first, marks=tuple(_merged(others)))

    def _one(
        self, samples: NDArray[np.float32], reader: Reader, *, warps: bool, issued: Callable[[], Ids] | None
    ) -> tuple[Detection, list[Detection]]:
        """Return what is found of the likeliest mark in ``samples``, and of those that lie over it."""
        finding, warp, cuts = NO_FINDING, AS_MADE, list[Sequence[FramedResiduals]]()
        for one, warp_tried, cuts_tried in self._searched(samples, reader, warps=warps):
            if not cuts or one.worth > finding.worth:
                finding, warp, cuts = one, warp_tried, list(cuts_tried)
        if not finding.present:
            return _detection(finding, AS_MADE, ()), []
        strictly = finding.alignment is not None and finding.alignment.measured.strictly
        heard = cuts[strictly]
        found = _followed(_detection(finding, warp, ()), heard, self._sign(finding.reading))
        if issued is None or finding.reading is None or not finding.verified:
            return found, []
        others = overlaid(cuts[False], finding.reading, self._pattern, issued)
        return found, [_followed(_overlaid(one, warp), heard, self._sign(one)) for one in others]

    def _searched(
        self, samples: NDArray[np.float32], reader: Reader, *, warps: bool
    ) -> Iterator[tuple[MarkFinding, Warp, Sequence[Sequence[FramedResiduals]]]]:
        """Yield what each search finds, the quick ones first, with the warp and the cells that it was found at."""
        cuts = cut(samples)
        places = judged(search(samples, cuts, self._pattern), self._pattern, reader, log10_share=_PLACES_LOG10)
        yield places, AS_MADE, cuts
        if places.present and (places.verified or not self._reads):
            return
        yield judged(self._paths(cuts, places), self._pattern, reader, log10_share=_PATHS_LOG10), AS_MADE, cuts
        if places.present or not warps:  # a path through drifts may be there for want of a tempo that fits better
            return
        for warp in likely_warps(samples, self._pattern)[:1]:
            cuts = cut_warped(samples, warp)
            unrefined = search_unrefined(cuts, self._pattern)
            places = judged(unrefined, self._pattern, reader, log10_share=_WARPED_PLACES_LOG10)
            yield places, warp, cuts
            followed_on = self._paths(cuts, places)
            yield judged(followed_on, self._pattern, reader, log10_share=_WARPED_PATHS_LOG10), warp, cuts

    def _paths(self, cuts: Sequence[Sequence[FramedResiduals]], places: MarkFinding) -> list[Alignment]:
        """Return the likeliest paths: with all bands alike, by what came through of each, and eager ones to read."""
        strictly = places.alignment is not None and places.alignment.measured.strictly
        heard, pilot = cuts[strictly], self._pattern.pilot
        shares = PathShares(heard, self._pattern.public_pilot) if self._pattern.has_secrets else None
        paths = followed(heard, pilot, shares=shares)
        for path in paths[:1]:
            paths += followed(heard, pilot, worth=worth(path, self._pattern), shares=shares)
        return paths + followed_eagerly(heard, pilot)

    def _sign(self, reading: MarkReading | None) -> NDArray[np.int8]:
        """Return the signs that tell where a mark lies: the coded bits alone where they are known.

        The pilots of two marks are the same.
        """
        if reading is None:
            return self._pattern.pilot
        return self._pattern.data_of(encode(message_bits(reading.mark)))


def _at_clock(signal: Signal) -> NDArray[np.float32]:
    """Return the samples at the clock of the mark, very soft ones louder: levels are held against an absolute floor."""
    samples = resampled(signal.samples, signal.sample_rate, CLOCK_HZ)
    loudest = float(np.abs(samples).max(initial=0.0))
    return samples * np.float32(_SOFT / loudest) if 0 < loudest < _SOFT else samples


def _followed(found: Detection, cuts: Sequence[FramedResiduals], sign: NDArray[np.int8]) -> Detection:
    """Return ``found`` with where the mark of ``sign`` lies in the sound."""
    paths = followed(cuts, sign)
    return replace(
        found,
        segments=followed_segments(paths),
        joins=sum(map(joins, paths)),
        gaps=gaps(paths[0]) if paths else (),
    )


def _overlaid(reading: MarkReading, warp: Warp) -> Detection:
    """Return a mark that lies over another as a detection of its own."""
    finding = MarkFinding(reading.log10_p, 0.0, reading, verified=True, alignment=reading.alignment)
    return _detection(finding, warp, ())


def _held(found: Detection, log10_share: float) -> Detection:
    """Return ``found`` where its search has 10^-``log10_share`` of all chance."""
    log10_p = min(0.0, found.log10_p + log10_share)
    marks = tuple(replace(one, log10_p=min(0.0, one.log10_p + log10_share)) for one in found.marks)
    held = replace(found, log10_p=log10_p, p_value=10.0 ** max(log10_p, -300.0), marks=marks)
    if log10_p <= PRESENT_LOG10_P or not found.present:
        return held
    return replace(held, present=False, mark=None, mark_verified=False, segments=(), marks=(), gaps=(), joins=0)


def _moved(found: Detection, start_s: float, searches: int) -> Found:
    """Return what was found in a stretch that begins at ``start_s``, by one of so many searches."""
    segments = tuple((round(first + start_s, 2), round(last + start_s, 2)) for first, last in found.segments)
    return Found(
        found.mark,
        found.mark_verified,
        segments,
        min(0.0, found.log10_p + math.log10(searches)),
        warp=Warp(found.speed, found.pitch),
        patchwork=found.patchwork,
        gaps=tuple((at_s + start_s, missing_s) for at_s, missing_s in found.gaps),
    )


def _merged(marks: Sequence[Found]) -> list[Found]:
    """Return ``marks`` with those of one id made one, without what the number of searches leaves in doubt."""
    merged: list[Found] = []
    for one in marks:
        known = next((at for at, other in enumerate(merged) if other.mark == one.mark), None)
        if known is not None:
            segments = tuple(sorted((*merged[known].segments, *one.segments)))
            merged[known] = replace(
                merged[known], segments=segments, gaps=tuple(sorted((*merged[known].gaps, *one.gaps)))
            )
        elif one.log10_p <= PRESENT_LOG10_P:
            merged.append(one)
    return merged


def _detection(finding: MarkFinding, warp: Warp, segments: Segments) -> Detection:
    reading = finding.reading
    return Detection(
        present=finding.present,
        p_value=10.0 ** max(finding.log10_p, -300.0),
        mark=reading.mark if reading else None,
        mark_verified=finding.verified,
        segments=segments,
        log10_lr=finding.log10_lr,
        log10_p=finding.log10_p,
        speed=warp.tempo,
        pitch=warp.pitch,
    )
