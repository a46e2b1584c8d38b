"""Warps: finding a sound that plays faster or slower, higher or lower than it was made, by any amount of each.

Pitch and tempo are looked for together, over the liveliest seconds. A pitch is undone in the spectrum, by adding up the
energy of each band between other edges. All tempos at one pitch then cost little: how well the pilots fit at each
moment is a function of their place, which is periodic, so it is taken to its Fourier coefficients; there a tempo is a
rotation by so much a frame, and the sum over all frames is one product of matrices for each coefficient. The best is
refined on more of the sound and then cut anew, exactly, and searched like a sound that was never warped.

Players go to half and double tempo, at the pitch that was: there tempo alone is looked for, in frames as far apart as
follow it about.

Each pitch and tempo of the finest grid is one more hypothesis for every place, whether it was looked at or not.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from sayso.audio.rates import resampled
from sayso.mark.alignment import FramedResiduals
from sayso.mark.cells import WINDOW, Frames, levels, residuals, weights
from sayso.mark.paths import QUARTERS
from sayso.mark.pattern import (
    BAND_BINS,
    BANDS,
    CLOCK_HZ,
    FIRST_BIN,
    FRAME_LENGTH,
    HOP_LENGTH,
    PERIOD_FRAMES,
    Pattern,
)
from sayso.mark.search import measure

LOWEST: Final = 0.79
HIGHEST: Final = 1.27
"""Of tempo and of pitch: 25 % and 400 cents either way, and a little more."""

SLOWEST: Final = 0.48
FASTEST: Final = 2.08
"""Of tempo alone: half and double, and a little more."""

_GRID: Final = 0.00025  # of the logarithm: the finest step of tempo, by which 10 s stay within 30 samples
_TEMPO_STEPS: Final = (16, 4, 1)
_PITCH_STEPS: Final = (36, 12, 12)  # the upper bands stay within a third of their width
_NEAR_TEMPOS: Final = 5  # of each finer step, to either side of the best of the coarser
_NEAR_PITCHES: Final = (2, 0)
_BEST: Final = 2
_APART: Final = 80  # finest steps: nearer warps are the same
_SURE: Final = 8.0  # above this the second best is not worth a look
_LEAST_FIT: Final = 5.4  # of 60 marked clips in noise none below it was found; 28 of 30 unmarked ones lie below
_WINDOW_S: Final = 4.0
_REFINED_S: Final = 10.0
_SHORTEST_S: Final = 1.0
_UNIT: Final = 1_000_000
_LITTLE: Final = 1e-9

_Steps = NDArray[np.intp]
"""Tempos or pitches as places on the grid: exp(step * _GRID)."""


@dataclass(frozen=True, slots=True)
class _Region:
    """Warps that are looked for together: from the lowest to the highest tempo, and pitch, as places on the grid."""

    tempos: tuple[int, int]
    pitches: tuple[int, int]

    @classmethod
    def of(cls, tempos: tuple[float, float], pitches: tuple[float, float]) -> Self:
        """Return the region of these tempos and pitches, each from its lowest to its highest."""
        return cls(
            *((math.floor(math.log(low) / _GRID), math.ceil(math.log(high) / _GRID)) for low, high in (tempos, pitches))
        )

    @property
    def hop(self) -> int:
        """Return how far apart frames lie in the sound that were about a hop apart in what was made."""
        return 2 * round(HOP_LENGTH / 2 * math.exp(-sum(self.tempos) / 2 * _GRID))

    def steps(self, tempo_step: int, pitch_step: int) -> tuple[_Steps, _Steps]:
        """Return the tempos and the pitches of a coarser grid."""
        lowest, highest = zip(self.tempos, self.pitches, strict=True)
        return np.arange(lowest[0], highest[0] + 1, tempo_step), np.arange(lowest[1], highest[1] + 1, pitch_step)

    @property
    def num_warps(self) -> int:
        """Return how many warps of the finest grid may come out, each tempo with each pitch."""
        pitches = (self.pitches[1] - self.pitches[0]) // _PITCH_STEPS[-1] + 1 + 2 * _NEAR_PITCHES[0]
        tempos = self.tempos[1] - self.tempos[0] + 1 + 2 * _NEAR_TEMPOS * sum(_TEMPO_STEPS[1:])
        return tempos * pitches


_CENTRE: Final = _Region.of((LOWEST, HIGHEST), (LOWEST, HIGHEST))
_EDGES: Final = (SLOWEST, 0.62, LOWEST, HIGHEST, 1.62, FASTEST)
_FAR: Final = tuple(_Region.of(edges, (1.0, 1.0)) for edges in itertools.pairwise(_EDGES) if edges != (LOWEST, HIGHEST))
LOG10_WARPS: Final = math.log10(sum(region.num_warps for region in (_CENTRE, *_FAR)))
"""How many warps the finest grid has."""


@dataclass(frozen=True, slots=True)
class Warp:
    """How the sound plays beside how it was made: 1.1 is 10 % faster, or 10 % higher; a fast tape is both."""

    tempo: float = 1.0
    pitch: float = 1.0


AS_MADE: Final = Warp()


def likely_warps(samples: NDArray[np.float32], pattern: Pattern) -> list[Warp]:
    """Return the likeliest warps of ``samples`` (channels, n), best first; none where there is too little to hear.

    None either where no warp fits so well that a mark could be shown there: most sounds without one end here.
    """
    if samples.shape[1] < _SHORTEST_S * CLOCK_HZ:
        return []
    lively, longer = liveliest(samples, _WINDOW_S), liveliest(samples, _REFINED_S)
    powers = cache(partial(_summed_power, longer))
    peaks = sorted((peak for region in (_CENTRE, *_FAR) for peak in _peaks(lively, pattern, region)), reverse=True)
    likely = peaks[: 1 if peaks[0].fit > _SURE else _BEST]
    refined = sorted((_refined(powers, pattern, peak) for peak in likely), reverse=True)
    return [
        Warp(math.exp(peak.tempo * _GRID), math.exp(peak.pitch * _GRID)) for peak in refined if peak.fit >= _LEAST_FIT
    ]


def cut_warped(samples: NDArray[np.float32], warp: Warp) -> list[list[FramedResiduals]]:
    """Return the cells of ``samples``, which play as ``warp`` says, as they were before; see `search.cut`."""
    undone = resampled(samples, _UNIT, round(_UNIT * warp.pitch)) if warp.pitch != 1 else samples
    hop = HOP_LENGTH * warp.pitch / warp.tempo
    if undone.shape[1] < FRAME_LENGTH + 2 * hop:
        return []
    quarters = [measure(undone, hop * k / QUARTERS, hop=hop, strictly=(False, True)) for k in range(QUARTERS)]
    heard = [[replace(one, offset=one.offset / warp.pitch, hop=one.hop / warp.pitch) for one in k] for k in quarters]
    mild, strict = zip(*heard, strict=True)
    return [list(mild), list(strict)]


def liveliest(samples: NDArray[np.float32], seconds: float) -> NDArray[np.float32]:
    """Return the ``seconds`` of ``samples`` (channels, n) in which most is heard."""
    length = round(seconds * CLOCK_HZ)
    if samples.shape[1] <= length:
        return samples
    loud = np.abs(samples).sum(axis=0, dtype=np.float64)
    loud = np.cumsum(np.minimum(loud, loud.mean()))  # a shout must not decide it
    start = int(np.argmax(loud[length:] - loud[:-length]))
    return samples[:, start : start + length]


class _Peak(NamedTuple):
    """How well the best place fits at a tempo and a pitch of the grid, and how far apart frames lay there."""

    fit: float
    tempo: int
    pitch: int
    hop: int


def _refined(powers: Callable[[int], NDArray[np.float64]], pattern: Pattern, peak: _Peak) -> _Peak:
    """Return the best warp near ``peak``; ``powers`` gives the `_summed_power` of the sound by its hop."""
    hop = peak.hop // 2
    for tempo_step, pitch_step, near in zip(_TEMPO_STEPS[1:], _PITCH_STEPS[1:], _NEAR_PITCHES, strict=True):
        tempos = peak.tempo + tempo_step * np.arange(-_NEAR_TEMPOS, _NEAR_TEMPOS + 1)
        pitches = peak.pitch + pitch_step * np.arange(-near, near + 1)
        fits = _fits(powers(hop), pattern, tempos, pitches, hop=hop, frames_apart=2)
        row, column = np.unravel_index(int(np.argmax(fits)), fits.shape)
        peak = _Peak(float(fits[row, column]), int(tempos[row]), int(pitches[column]), peak.hop)
    return peak


def _peaks(samples: NDArray[np.float32], pattern: Pattern, region: _Region) -> Iterator[_Peak]:
    """Yield the best few peaks of ``region``, the best first."""
    tempos, pitches = region.steps(_TEMPO_STEPS[0], _PITCH_STEPS[0])
    rest = _fits(_summed_power(samples, region.hop), pattern, tempos, pitches, hop=region.hop, frames_apart=1)
    for _ in range(_BEST):
        row, column = np.unravel_index(int(np.argmax(rest)), rest.shape)
        yield _Peak(float(rest[row, column]), int(tempos[row]), int(pitches[column]), region.hop)
        near = np.abs(tempos - tempos[row])[:, None] + np.abs(pitches - pitches[column]) < _APART
        rest[near] = 0


def _fits(
    summed: NDArray[np.float64], pattern: Pattern, tempos: _Steps, pitches: _Steps, *, hop: int, frames_apart: int
) -> NDArray[np.float32]:
    """Return how well the pilots fit at the best place, over the deviation of all places, shape (tempos, pitches).

    ``summed`` is the `_summed_power` of the sound, a frame each ``hop``.
    """
    of_place = _by_place(summed, pattern, pitches, frames_apart)
    half, frames, _ = of_place.shape
    place = np.exp(tempos * _GRID)[:, None] * np.arange(frames) * (hop / HOP_LENGTH)
    turn = np.exp(2j * np.pi / PERIOD_FRAMES * place).astype(np.complex64)
    turned = np.ones_like(turn)
    sums = np.empty((tempos.size, pitches.size, half), dtype=np.complex64)
    for number in range(half):
        sums[..., number] = turned @ of_place[number]
        turned *= turn
    along = np.fft.irfft(sums, PERIOD_FRAMES)
    spread = along.std(axis=(0, 2)) + _LITTLE
    return np.asarray(along.max(axis=2) / spread, dtype=np.float32)


def _by_place(
    summed: NDArray[np.float64], pattern: Pattern, pitches: _Steps, frames_apart: int
) -> NDArray[np.complex64]:
    """Return the Fourier coefficients, by place, of how well the pilots fit: (coefficients, frames, pitches)."""
    cells = np.stack([_cells(summed, math.exp(pitch * _GRID), frames_apart).T for pitch in pitches], axis=-1)
    flat = cells.reshape(len(cells), -1)
    signs = pattern.public_spectra.signs + pattern.private_spectra.signs
    found = np.empty((len(signs), flat.shape[1]), dtype=np.complex64)
    found.real = signs.real.astype(np.float32) @ flat
    found.imag = signs.imag.astype(np.float32) @ flat
    return found.reshape(len(signs), *cells.shape[1:])


def _summed_power(samples: NDArray[np.float32], hop: int) -> NDArray[np.float64]:
    """Return the energy below each bin, a frame each ``hop``, shape (frames, bins + 1)."""
    frames = np.lib.stride_tricks.sliding_window_view(samples, FRAME_LENGTH, axis=1)[:, ::hop]
    summed = np.zeros((frames.shape[1], FRAME_LENGTH // 2 + 2))
    for channel in frames:
        spectrum = np.fft.rfft(channel * WINDOW)
        summed[:, 1:] += np.cumsum(spectrum.real**2 + spectrum.imag**2, axis=1, dtype=np.float64)
    return summed


def _cells(summed: NDArray[np.float64], pitch: float, frames_apart: int) -> Frames:
    """Return the weighted residuals of a sound whose bands lie ``pitch`` times as high."""
    edges = (FIRST_BIN - 0.5 + BAND_BINS * np.arange(BANDS + 1)) * pitch + 0.5
    whole = edges.astype(np.intp)
    part = edges - whole
    below = summed[:, whole] * (1 - part) + summed[:, whole + 1] * part
    level = levels(np.maximum(np.diff(below, axis=1), 0).astype(np.float32))
    return residuals(level, frames_apart=frames_apart) * weights(level)
