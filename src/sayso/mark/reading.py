"""Reading: the id at a place of the pattern, and how much of what stands there can be chance."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso.mark.alignment import Alignment, folded, statistic
from sayso.mark.code import RATE, candidates, encode
from sayso.mark.evidence import log10_searched, log10_squares
from sayso.mark.mark import ID_BITS, Mark
from sayso.mark.pattern import CODED_BITS, GROUPS, Pattern
from sayso.mark.payload import message_bits, read_message

_LIST: Final = 32
_ROTATIONS: Final = (0, 27, 53)  # of 80 steps: where on its circle the decoder starts
_BAND_SMOOTH: Final = 9
_LEAST_WORTH: Final = 0.05
_LOG10_IDS: Final = ID_BITS * math.log10(2)


@dataclass(frozen=True, slots=True, eq=False)
class MarkReading:
    """An id whose checksum agrees, where it was read, and its evidence.

    ``log10_p`` bounds the chance that any of the 2^64 ids fits as well by chance, at any of the places tried. It is
    independent of the pilots' evidence: the signs of the data come from another key.
    """

    mark: Mark
    alignment: Alignment
    statistic: float
    log10_p: float


def read(alignments: list[Alignment], pattern: Pattern, *, thorough: bool) -> MarkReading | None:
    """Return the id read at the best of ``alignments``, or None; ``thorough`` tries longer where a mark is sure."""
    best: tuple[float, Mark, Alignment] | None = None
    rotations = _ROTATIONS if thorough else _ROTATIONS[:1]
    for alignment in alignments:
        sums = weighed(alignment, pattern)
        mark = _decoded(soft_bits(sums, pattern), rotations)
        if mark is not None:
            fit = statistic(sums, pattern.data_of(encode(message_bits(mark))))
            if best is None or fit > best[0]:
                best = (fit, mark, alignment)
    if best is None:
        return None
    tried = _LOG10_IDS + math.log10(len(alignments))
    return MarkReading(best[1], best[2], best[0], log10_searched(best[0], log10_hypotheses=tried))


def unread(alignments: list[Alignment], pattern: Pattern) -> float:
    """Return log10 of the bound on the chance that coded bits stand out as much without a mark, whatever they say."""
    chances = [0.0]
    for alignment in alignments:
        sums = weighed(alignment, pattern)
        chances.append(log10_stand_out(soft_bits(sums, pattern), sums, pattern) + math.log10(len(alignments)))
    return min(chances)


def log10_stand_out(soft: NDArray[np.float32], sums: NDArray[np.float32], pattern: Pattern) -> float:
    """Return log10 of the bound on the chance that bits of cells ``sums`` are as far from 0 as ``soft`` together."""
    power = _of_bits(sums**2 * np.abs(pattern.data), pattern)
    heard = power > 0
    return log10_squares(float((soft[heard] ** 2 / power[heard]).sum()), int(heard.sum()))


def weighed(alignment: Alignment, pattern: Pattern) -> NDArray[np.float32]:
    """Return the cells of ``alignment`` (period, bands), each band by how much of the pilots came through in it."""
    value, phase = alignment.heard
    return folded(value * worth(alignment, pattern), phase)


def soft_bits(sums: NDArray[np.float32], pattern: Pattern) -> NDArray[np.float32]:
    """Return the evidence for each coded bit, positive for +1, shape (240,)."""
    return _of_bits(sums * pattern.data, pattern)


def _of_bits(cells: NDArray[np.float32], pattern: Pattern) -> NDArray[np.float32]:
    return np.bincount(pattern.group.ravel(), cells.ravel(), GROUPS)[:CODED_BITS].astype(np.float32)


def _decoded(soft: NDArray[np.float32], rotations: tuple[int, ...]) -> Mark | None:
    for rotation in rotations:
        for bits in candidates(np.roll(soft, -RATE * rotation), count=_LIST):
            mark = read_message(np.roll(bits, rotation))
            if mark is not None:
                return mark
    return None


def worth(alignment: Alignment, pattern: Pattern) -> NDArray[np.float32]:
    """Return the weight of each band, shape (bands,): how much of the pilots, whose signs are known, is left there."""
    value, phase = alignment.heard
    sign = pattern.pilot[phase]
    smooth = np.ones(_BAND_SMOOTH)
    kept = np.convolve((sign * value).sum(axis=0), smooth, "same")
    power = np.convolve((np.abs(sign) * value**2).sum(axis=0), smooth, "same")
    left = kept / (power + 1e-3)
    return np.maximum(left / max(float(left.max()), 1e-9), _LEAST_WORTH).astype(np.float32)
