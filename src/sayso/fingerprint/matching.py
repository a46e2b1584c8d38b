"""Matching: is a sound what a fingerprint was taken of, wherever it was cut."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso.fingerprint.features import BITS, LEAST_ROWS, Features
from sayso.fingerprint.fingerprint import Fingerprint

# Measured by benchmarks/mark/content.py: 3 s of other speech agree by at most 0.46, of the same by 0.8 and more.
SAME: Final = 0.60
OTHER: Final = 0.50
SAME_IN_SHORT: Final = 0.75  # of under 2 s: other speech by at most 0.73, of the same by 0.82 and more
SAME_IN_A_WORD: Final = 0.85  # of under 1.2 s: 3,400 times other speech by at most 0.68, of the same by 0.90 and more
SAME_ALONE: Final = 0.90  # of a clip under 0.75 s by itself, see docs/measurements.md
WINDOW_ROWS: Final = 94  # 3 s

_QUIET_DB: Final = (
    14.0  # below the loud rows of the half minute around: in softer ones a copied mark, 20 dB down, is heard
)
_WORD_ROWS: Final = 24
_SHORT_ROWS: Final = 60
_LEAST_ACTIVE: Final = 0.15
_COVERED: Final = 0.6  # of the evidence must lie within the fingerprint
_TOUCHED: Final = 0.25
_MOST_WINDOWS: Final = 48  # more are not looked at, but so many spread evenly
_SOFT_LIMIT: Final = 1.5


class Content(StrEnum):
    """Whose sound it is that carries a mark: of the clip that the mark was given to, of another, or one cannot tell."""

    OURS = "ours"
    OTHER = "other"
    UNKNOWN = "unknown"


def compared(features: Features, fingerprint: Fingerprint) -> Content:
    """Return whether ``features`` are of the sound of ``fingerprint``, judged on each 3 s of them.

    ``OURS`` if at least half agree; ``OTHER`` if none does and most clearly disagree; else ``UNKNOWN``, and so for
    silence, for what is 14 dB and more below the loud parts of the half minute around, and for less than 0.75 s of a
    longer sound: a clip shorter than that is compared where it stands alone.
    """
    if features.short != fingerprint.short:
        return Content.UNKNOWN
    found = agreements(features, fingerprint)
    if not found:
        return Content.UNKNOWN
    bar = SAME_ALONE if features.short else _bar(min(len(features.soft), len(fingerprint.signs)))
    same = sum(one >= bar for one in found)
    if 2 * same >= len(found):
        return Content.OURS
    if same == 0 and 2 * sum(one < OTHER for one in found) > len(found):
        return Content.OTHER
    return Content.UNKNOWN


def _bar(rows: int) -> float:
    """Return the agreement from which a stretch of ``rows`` is the same."""
    if rows < _WORD_ROWS:
        return SAME_IN_A_WORD
    return SAME if rows >= _SHORT_ROWS else SAME_IN_SHORT


def agreements(features: Features, fingerprint: Fingerprint) -> list[float]:
    """Return by how much each 3 s agree with the fingerprint where they agree best: 1 wholly, about 0 by chance."""
    rows = len(features.soft)
    length = min(WINDOW_ROWS, rows, len(fingerprint.signs))
    if length < LEAST_ROWS:
        return []
    active = features.level_db > features.loud_db - _QUIET_DB
    starts = np.unique(np.linspace(0, rows - length, min(_MOST_WINDOWS, 1 + 2 * (rows - length) // length)).astype(int))
    if rows > length and len(starts) == 1:
        starts = np.array([0, rows - length])
    soft = np.clip(features.soft, -_SOFT_LIMIT, _SOFT_LIMIT) * active[:, None]
    parts = [soft[start : start + length] for start in starts if active[start : start + length].mean() > _LEAST_ACTIVE]
    found = [_best(part, fingerprint) for part in parts]
    return [one for one in found if one is not None]


def _best(part: NDArray[np.float32], fingerprint: Fingerprint) -> float | None:
    """Return the largest weighted share of agreeing less disagreeing bits, over all places in the fingerprint.

    None where it agrees only with a place that is mostly silent in the fingerprint: that proves neither.
    """
    signs = (fingerprint.signs * fingerprint.active[:, None]).astype(np.float32)
    size = 1 << (len(part) + len(signs) - 2).bit_length()
    agree = _slid(signs, part, size)
    weight = _slid(np.repeat(fingerprint.active[:, None], BITS, axis=1).astype(np.float32), np.abs(part), size)
    whole = max(float(np.abs(part).sum()), 1e-6)
    best = float((agree / np.maximum(weight, _COVERED * whole)).max())
    perhaps = float((agree / np.maximum(weight, _TOUCHED * whole)).max())
    return None if best < SAME <= perhaps else best


def _slid(along: NDArray[np.float32], part: NDArray[np.float32], size: int) -> NDArray[np.floating]:
    """Return the inner product of ``part`` with ``along`` at each place, shape (size,)."""
    product = np.fft.rfft(along, size, axis=0) * np.fft.rfft(part, size, axis=0).conj()
    return np.asarray(np.fft.irfft(product.sum(axis=1), size))
