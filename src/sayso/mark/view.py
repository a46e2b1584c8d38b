"""Views: how far each coded bit and each block of pilots stands out, as one kind of listener would measure it."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso.mark.cells import Frames, levels, residuals
from sayso.mark.pattern import BAND_BINS, CODED_BITS, GROUPS, HOP_LENGTH

_STEP: Final = 1.6  # neighbours overlap by half, so that a cell takes up only part of what it is given
_LITTLE: Final = 1e-3
_FEW_CELLS: Final = 8.0
_MOST_WEAK: Final = 0.05
_WEAK_SHARE: Final = 0.5
_CATCH_UP: Final = 2.0  # a stretch makes up at most this many times its own share of what is lacking


class View:
    """What one listener measures of a clip, stretch by stretch: `begin`, then `lacking` each round, then `end`."""

    def __init__(self, goal: NDArray[np.float64]) -> None:
        """Take by how many dB each group (shape (432,)) is to stand out."""
        self._goal = goal
        self._written = np.zeros(GROUPS)
        self._weight = np.zeros(GROUPS)
        self._lack = np.zeros(GROUPS)

    @property
    def margin_db(self) -> float:
        """Return by how much the coded bits stand out in what was written, in dB; 0 before the first stretch."""
        written, weight = self._written[:CODED_BITS].sum(), self._weight[:CODED_BITS].sum()
        return float(written / weight) if weight else 0.0

    @property
    def is_weak(self) -> bool:
        """Return whether, of the bits that had a chance, too many stood out less than half as far as they should."""
        had_a_chance = self._total[:CODED_BITS] > _FEW_CELLS
        lacking = self._lack[:CODED_BITS] > _WEAK_SHARE * self._goal[:CODED_BITS]
        return bool(np.count_nonzero(lacking & had_a_chance) > _MOST_WEAK * CODED_BITS)

    def begin(self, evidence: Frames, group: NDArray[np.intp], allowed: Frames, *, noise: float = 0.0) -> None:
        """Take the stretch: the sign of each cell times what it is worth, its group and how far it may be moved.

        ``noise`` is the energy in each cell that is heard beside it: then cells are moved by what they are worth, for
        what is pushed where it drowns is wasted.
        """
        worth = np.abs(evidence)
        share = worth if noise else np.ones_like(worth)
        own = np.bincount(group, worth.ravel(), GROUPS)
        pushed = np.bincount(group, (worth * share * allowed).ravel(), GROUPS)
        self._total = own + self._weight
        self._push = np.minimum(self._total, _CATCH_UP * own) / np.maximum(pushed, _LITTLE)
        self._evidence, self._group, self._share, self._noise = evidence, group, share, np.float32(noise)

    def lacking(self, energy: Frames) -> Frames:
        """Return how far each cell is to be moved for what is lacking, as a factor of what it is allowed."""
        self._lack = np.maximum(self._goal - self._stands(energy) / np.maximum(self._total, _LITTLE), 0)
        given = (_STEP * self._lack * self._push).astype(np.float32)[self._group].reshape(energy.shape)
        return np.asarray(given * self._share, dtype=np.float32)

    def end(self, energy: Frames, kept: float) -> None:
        """Keep what was written, faded to ``kept``, for the next stretch."""
        self._written, self._weight = kept * self._stands(energy), kept * self._total

    def _stands(self, energy: Frames) -> NDArray[np.float64]:
        left = residuals(levels(energy + self._noise))
        return self._written + np.bincount(self._group, (self._evidence * left).ravel(), GROUPS)


class RunningMean:
    """The mean power of a clip so far."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._sum, self._count = 0.0, 0

    def after(self, samples: NDArray[np.float32]) -> float:
        """Return the mean power, summed over channels, ``samples`` (channels, n) counted in."""
        self._sum += float(np.sum(samples.astype(np.float64) ** 2))
        self._count += samples.shape[1]
        return self._sum / max(self._count, 1)


def noise_energy(power: float, snr_db: float) -> float:
    """Return the energy in a cell of white noise, ``snr_db`` below a sound of mean ``power``."""
    return power * 10 ** (-snr_db / 10) * HOP_LENGTH * BAND_BINS  # the power of the window is half its length
