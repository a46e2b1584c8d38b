"""An alignment: for each frame of a sound, where in the pattern it lies, and how much that is worth as evidence.

Frames that were cut apart, put into another order or played faster have places of their own; what is read from them is
added up by place, wherever in the sound they stand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso.mark.cells import Frames
from sayso.mark.pattern import BANDS, CLOCK_HZ, HOP_LENGTH, PERIOD_FRAMES

NOWHERE: Final = -1
"""The phase of a frame in which there is no mark; its values are zero."""

_LITTLE: Final = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class FramedResiduals:
    """The weighted residuals of a sound cut into frames: frame k begins ``offset + k * hop`` samples into it.

    Both are samples of the sound that is heard, at the clock's rate. ``strictly``: see `cells.weights`.
    """

    offset: float
    strictly: bool
    value: Frames
    hop: float = float(HOP_LENGTH)

    def seconds(self, frame: int) -> float:
        """Return where in the sound that is heard ``frame`` begins, in seconds."""
        return (self.offset + frame * self.hop) / CLOCK_HZ


@dataclass(frozen=True, slots=True, eq=False)
class Alignment:
    """Which frame of the period each frame of a sound is.

    ``value`` has shape (frames, bands); ``phase`` (frames,) is `NOWHERE` where there is no mark. ``statistic`` is that
    of the pilots in ``span``, one of 10^``log10_hypotheses`` that might have been found. ``measured`` tells the times.
    """

    measured: FramedResiduals
    value: Frames
    phase: NDArray[np.intp]
    statistic: float
    log10_hypotheses: float
    span: slice

    @property
    def heard(self) -> tuple[Frames, NDArray[np.intp]]:
        """Return the frames of the span and their phases."""
        return self.value[self.span], self.phase[self.span]


def folded(value: Frames, phase: NDArray[np.intp]) -> NDArray[np.float32]:
    """Return the sum of the frames at the same place of the period, shape (period, bands).

    Cells that carry the same sign must be added before they are squared, or the statistic would not be calibrated.
    """
    sums = np.zeros((PERIOD_FRAMES, BANDS), dtype=np.float32)
    if not _is_steady(phase):
        np.add.at(sums, phase, value)
        return sums
    place = 0  # the same sums in the same order, a period at a time
    while place < len(phase):
        first = int(phase[place])
        count = min(PERIOD_FRAMES - first, len(phase) - place)
        sums[first : first + count] += value[place : place + count]
        place += count
    return sums


def _is_steady(phase: NDArray[np.intp]) -> bool:
    """Return whether the frames follow one another without a cut."""
    return len(phase) > 0 and phase[0] >= 0 and bool(((phase[1:] - phase[:-1]) % PERIOD_FRAMES == 1).all())


def statistic(sums: NDArray[np.float32], sign: NDArray[np.integer]) -> float:
    """Return T of the ``sums`` of a period against ``sign`` (0 where not looked at); see `evidence`."""
    power = float((sums**2 * np.abs(sign)).sum())
    return float((sums * sign).sum()) / float(np.sqrt(max(power, _LITTLE)))


def steady(num_frames: int, phase: int) -> NDArray[np.intp]:
    """Return the phases of frames that follow one another without a cut, the first at ``phase``."""
    return (phase + np.arange(num_frames)) % PERIOD_FRAMES
