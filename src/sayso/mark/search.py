"""The search: where in the pattern a sound lies, if it was not cut.

The start of the pattern is unknown to 3 s and to a fraction of a frame. The sound is cut into frames at four offsets;
for each, and for two ways to weigh the cells, one circular correlation gives the statistic at all 288 places of the
period; the best are then refined. Who holds the private pilot lets the public one say how likely each place is, see
`evidence.log10_shares`, and refines by it: the evidence of the private one then pays little for the search.
A sound of more than 10 s is also searched in overlapping windows of two periods, so that a marked passage is found in
a long unmarked file.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso.mark.alignment import Alignment, FramedResiduals, folded, statistic, steady
from sayso.mark.cells import Frames, energies, levels, residuals, transformed, weights
from sayso.mark.evidence import log10_shares
from sayso.mark.paths import QUARTERS
from sayso.mark.pattern import FRAME_LENGTH, HOP_LENGTH, PERIOD_FRAMES, Pattern

_REFINE: Final = (32, 16)
_REFINED: Final = 9  # places that the refinement of one may end at, itself among them
_WINDOW_FRAMES: Final = 2 * PERIOD_FRAMES
_LONG_FRAMES: Final = 940  # 10 s
_BLOCK_FRAMES: Final = 4096  # spectra are large: hours of sound are not held as spectra all at once
_ALIGNMENTS: Final = 4
_HINT: Final = 4.0  # below this a place proves nothing, nor would it a few samples off: it takes 6 and more
_SURE: Final = 9.0  # above this the second best place is not worth a look
_NEAR: Final = 160  # samples: places nearer than this are the same place


@dataclass(frozen=True, slots=True, eq=False)
class _Place:
    """Frame 0 of ``cut`` lies at ``phase`` of the period, as is best seen in ``span``.

    ``number``: which of the places looked at it is, or came from.
    """

    cut: FramedResiduals
    phase: int
    statistic: float
    span: slice
    number: int = 0

    @property
    def sample(self) -> float:
        """Return where in the period the first sample of the sound lies, in samples."""
        return (self.phase * HOP_LENGTH - self.cut.offset) % (PERIOD_FRAMES * HOP_LENGTH)


def measure(
    samples: NDArray[np.float32], offset: float, *, hop: float = HOP_LENGTH, strictly: Sequence[bool] = (False,)
) -> list[FramedResiduals]:
    """Return the cells of ``samples`` (channels, n) cut each ``hop`` from ``offset`` on, for each way to weigh them."""
    num_frames = 1 + int((samples.shape[1] - offset - FRAME_LENGTH) / hop)
    first = np.round(offset + hop * np.arange(num_frames)).astype(np.intp)
    blocks = [_energies(samples, first[start : start + _BLOCK_FRAMES]) for start in range(0, num_frames, _BLOCK_FRAMES)]
    level = levels(np.concatenate(blocks))
    left = residuals(level)
    return [FramedResiduals(offset, strict, left * weights(level, strictly=strict), hop) for strict in strictly]


def _energies(samples: NDArray[np.float32], first: NDArray[np.intp]) -> Frames:
    """Return the energies, summed over channels, of the frames that begin at the samples ``first``."""
    frames = np.lib.stride_tricks.sliding_window_view(samples, FRAME_LENGTH, axis=1)
    return np.asarray(sum(energies(transformed(channel[first])) for channel in frames))


def cut(samples: NDArray[np.float32]) -> list[list[FramedResiduals]]:
    """Return the cells of ``samples`` at each quarter of a frame, weighed mildly and strictly: two lists."""
    offsets = range(0, HOP_LENGTH, HOP_LENGTH // QUARTERS)
    mild, strict = zip(*(measure(samples, offset, strictly=(False, True)) for offset in offsets), strict=True)
    return [list(mild), list(strict)]


def search(
    samples: NDArray[np.float32], cuts: Sequence[Sequence[FramedResiduals]], pattern: Pattern
) -> list[Alignment]:
    """Return the likeliest alignments of ``samples``, best first; ``cuts`` are what `cut` made of them."""
    places, log10_hypotheses = _looked(cuts, pattern)
    refined = [_refined(samples, pattern, place) if place.statistic > _HINT else place for place in places]
    more = 0.0 if pattern.has_secrets else math.log10(_REFINED)
    found = [_alignment(place, cost + more) for place, cost in zip(refined, log10_hypotheses, strict=True)]
    return sorted(found, key=lambda one: -one.statistic)


def search_unrefined(cuts: Sequence[Sequence[FramedResiduals]], pattern: Pattern) -> list[Alignment]:
    """Return the likeliest alignments, best first, to a quarter of a frame."""
    return [_alignment(place, cost) for place, cost in zip(*_looked(cuts, pattern), strict=True)]


def _looked(cuts: Sequence[Sequence[FramedResiduals]], pattern: Pattern) -> tuple[list[_Place], list[float]]:
    """Return the best few places, best first, and log10 of how many hypotheses each is one of."""
    found: list[_Place] = []
    public: list[NDArray[np.float64]] = []
    looked_at = 0
    for one in (one for way in cuts for one in way):
        for span in _spans(len(one.value)):
            along, of_public = _correlated(one.value[span], pattern)
            for phase in np.argpartition(along, -_ALIGNMENTS)[-_ALIGNMENTS:]:
                start = int(phase - span.start) % PERIOD_FRAMES
                found.append(_Place(one, start, float(along[phase]), span, looked_at + int(phase)))
            public.append(of_public)
            looked_at += along.size
    places = _distinct(found)
    if not pattern.has_secrets:
        return places, [math.log10(looked_at)] * len(places)
    shares = log10_shares(np.concatenate(public))
    return places, [-float(shares[place.number]) for place in places]


def aligned(samples: NDArray[np.float32], pattern: Pattern, *, place: int) -> Alignment:
    """Return the alignment of a sound whose first sample is known to lie at ``place`` of the clip, in samples."""
    frame = -(-place // HOP_LENGTH)
    (measured,) = measure(samples, frame * HOP_LENGTH - place)
    phase = (frame + 1) % PERIOD_FRAMES  # frame k of a clip begins one hop before its place
    whole = slice(0, len(measured.value))
    found = _statistic(measured, pattern.pilot, phase, whole)
    return _alignment(_Place(measured, phase, found, whole), 0.0)


def correlations(value: Frames, pattern: Pattern) -> NDArray[np.float64]:
    """Return T of all pilots for each place of the period at which the first frame may lie, shape (period,)."""
    return _correlated(value, pattern)[0]


def _correlated(value: Frames, pattern: Pattern) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return T for each place of the period at which the first frame may lie: of all pilots, and of the public one."""
    sums = folded(value, steady(len(value), 0)).astype(np.float64)
    plain, squared = (np.fft.rfft(plane, axis=0).conj() for plane in (sums, sums**2))
    public = pattern.public_spectra
    top, power = _circular(plain, public.signs), _circular(squared, public.cells)
    of_public = _t(top, power)
    if not pattern.has_secrets:
        return of_public, of_public
    private = pattern.private_spectra
    return _t(top + _circular(plain, private.signs), power + _circular(squared, private.cells)), of_public


def _circular(spectrum: NDArray[np.complex128], pattern_spectrum: NDArray[np.complex128]) -> NDArray[np.float64]:
    return np.fft.irfft(np.einsum("ij,ij->i", pattern_spectrum, spectrum), PERIOD_FRAMES)


def _t(top: NDArray[np.float64], power: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(top / np.sqrt(np.maximum(power, 1e-6)))


def _alignment(place: _Place, log10_hypotheses: float) -> Alignment:
    value = place.cut.value
    phase = steady(len(value), place.phase)
    return Alignment(place.cut, value, phase, place.statistic, log10_hypotheses, place.span)


def _statistic(measured: FramedResiduals, sign: NDArray[np.int8], phase: int, span: slice) -> float:
    value = measured.value[span]
    return statistic(folded(value, steady(len(value), phase + span.start)), sign)


def _spans(num_frames: int) -> Sequence[slice]:
    whole = slice(0, num_frames)
    if num_frames <= _LONG_FRAMES:
        return [whole]
    starts = range(0, num_frames - PERIOD_FRAMES, PERIOD_FRAMES)
    return [whole, *(slice(start, min(start + _WINDOW_FRAMES, num_frames)) for start in starts)]


def _distinct(found: list[_Place]) -> list[_Place]:
    """Return the best few that do not name the same place."""
    best: list[_Place] = []
    period = PERIOD_FRAMES * HOP_LENGTH
    for one in sorted(found, key=lambda one: -one.statistic):
        apart = [abs((one.sample - other.sample + period // 2) % period - period // 2) for other in best]
        if all(distance > _NEAR for distance in apart):
            best.append(one)
        if len(best) == _ALIGNMENTS or best[0].statistic > _SURE:
            break
    return best


def _refined(samples: NDArray[np.float32], pattern: Pattern, place: _Place) -> _Place:
    """Return the best place near ``place``, by the public pilot: so the private one need not pay for the choice."""
    best, most = place, _statistic(place.cut, pattern.public_pilot, place.phase, place.span)
    for step in _REFINE:
        centre = best
        for shift in (-step, step):
            offset, phase = int(centre.cut.offset) + shift, centre.phase
            if offset < 0:
                offset, phase = offset + HOP_LENGTH, phase + 1
            if samples.shape[1] < offset + 2 * HOP_LENGTH:
                continue
            (measured,) = measure(samples, offset, strictly=(best.cut.strictly,))
            fit = _statistic(measured, pattern.public_pilot, phase, place.span)
            if fit > most:
                best, most = replace(place, cut=measured, phase=phase), fit
    return replace(best, statistic=_statistic(best.cut, pattern.pilot, best.phase, best.span))
