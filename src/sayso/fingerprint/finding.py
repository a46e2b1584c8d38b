"""Finding: of which of many fingerprints a sound holds pieces, where, and how likely chance alone would look so.

What chance looks like was measured (benchmarks/mark/finding.py): unrelated speech agrees by 0 on the mean at any one
place, with a deviation of `_DEVIATION` over the square root of the rows; beyond 3 deviations the chance falls tenfold
each `_TENFOLD` of a deviation, more slowly than a normal tail, as far as 3 million places show. Beyond that the same
slope is taken on. The bound is then over every place of every fingerprint and every window that was looked up.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso.fingerprint.features import Features
from sayso.fingerprint.fingerprint import Fingerprint
from sayso.fingerprint.index import Index

FOUND_LOG10_P: Final = -6.0
"""What is reported: the same chance as that of a mark's presence."""

WINDOW_ROWS: Final = 94  # 3 s
LEAST_ROWS: Final = 60  # with the sound around them 2.3 s

_DEVIATION: Final = 0.60
_KNEE: Final = 3.31  # deviations at which 1 place in 1,000 agrees as much
_TENFOLD: Final = 0.855
_STEP_ROWS: Final = 47
_MOST_CANDIDATES: Final = 8
_SLACK_ROWS: Final = 4  # by so much a vote's shift may be off, or a sound drift within a window
_DRIFT_ROWS: Final = 8
_WORTH_LOG10_P: Final = -4.0  # of one place, in one window: less is not looked at again
_QUIET_DB: Final = 40.0
_SOFT_LIMIT: Final = 1.5


@dataclass(frozen=True, slots=True)
class Find:
    """A piece of a sound that is a piece of the fingerprint ``number``; rows are those of the sound, end excluded.

    ``agreement`` is the weighted share of agreeing less disagreeing bits: 1 wholly, 0 by chance.
    """

    number: int
    start_row: int
    end_row: int
    agreement: float
    log10_p: float


@dataclass(frozen=True, slots=True)
class _Seen:
    """One window that agrees with one fingerprint: where the window starts, and where the fingerprint then would."""

    number: int
    start: int
    origin: int


def find(index: Index, heard: Features) -> list[Find]:
    """Return the pieces of ``heard`` that are pieces of fingerprints in ``index``, the surest first.

    Two of them may lie on each other: one text spoken twice by one voice is nearly one sound.
    """
    rows = len(heard.soft)
    if rows < LEAST_ROWS or not len(index):
        return []
    soft = np.clip(heard.soft, -_SOFT_LIMIT, _SOFT_LIMIT)
    starts = _starts(rows)
    seen = [one for start in starts for one in _seen_at(index, soft, heard.level_db, start)]
    places = math.log10(index.num_rows) + math.log10(len(starts))
    finds = [_whole(index, soft, heard.level_db, group, places=places) for group in _grouped(seen)]
    return sorted((one for one in finds if one.log10_p <= FOUND_LOG10_P), key=lambda one: one.log10_p)


def apart(finds: Sequence[Find]) -> list[Find]:
    """Return the surest of ``finds`` that do not lie on each other, in order of time; ``finds`` come surest first."""
    kept: list[Find] = []
    for one in finds:
        if all(one.end_row <= other.start_row or other.end_row <= one.start_row for other in kept):
            kept.append(one)
    return sorted(kept, key=lambda one: one.start_row)


def log10_chance(agreement: float, rows: int) -> float:
    """Return log10 of the chance that unrelated speech agrees so much over ``rows`` at one place."""
    deviations = agreement * math.sqrt(rows) / _DEVIATION
    return 0.0 if deviations < _KNEE else -3 - (deviations - _KNEE) / _TENFOLD


def _starts(rows: int) -> list[int]:
    last = max(rows - WINDOW_ROWS, 0)
    return sorted({*range(0, last + 1, _STEP_ROWS), last})


def _seen_at(index: Index, soft: NDArray[np.float32], level_db: NDArray[np.float32], start: int) -> Iterator[_Seen]:
    window, active = soft[start : start + WINDOW_ROWS], _loud(level_db[start : start + WINDOW_ROWS])
    for number, shift in index.voted(window, active, most=_MOST_CANDIDATES):
        fingerprint = index.get(number)
        around = range(shift - _SLACK_ROWS, shift + _SLACK_ROWS + 1)
        agreed, at = max((_agreement(window, active, fingerprint, one), one) for one in around)
        if log10_chance(*agreed) <= _WORTH_LOG10_P:
            yield _Seen(number, start, at - start)


def _grouped(seen: Sequence[_Seen]) -> list[list[_Seen]]:
    """Return runs of windows of one fingerprint, each where the one before lets expect it."""
    groups: list[list[_Seen]] = []
    for one in sorted(seen, key=lambda one: (one.number, one.start)):
        last = groups[-1][-1] if groups else None
        follows = last is not None and (
            last.number == one.number
            and one.start - last.start <= 2 * WINDOW_ROWS
            and abs(one.origin - last.origin) <= _DRIFT_ROWS
        )
        if follows:
            groups[-1].append(one)
        else:
            groups.append([one])
    return groups


def _whole(
    index: Index,
    soft: NDArray[np.float32],
    level_db: NDArray[np.float32],
    group: Sequence[_Seen],
    *,
    places: float,
) -> Find:
    """Return what a run of windows says together."""
    number, fingerprint = group[0].number, index.get(group[0].number)
    start = group[0].start
    end = min(group[-1].start + WINDOW_ROWS, len(soft))
    piece, active = soft[start:end], _loud(level_db[start:end])
    origins = sorted({one.origin for one in group})
    (agreement, rows), origin = max((_agreement(piece, active, fingerprint, start + one), one) for one in origins)
    # The first and last windows reach beyond the fingerprint.
    start, end = max(start, -origin), min(end, len(fingerprint.signs) - origin)
    return Find(number, start, end, agreement, min(0.0, log10_chance(agreement, rows) + places))


def _loud(level_db: NDArray[np.float32]) -> NDArray[np.bool_]:
    loud: NDArray[np.bool_] = level_db > level_db.max() - _QUIET_DB
    return loud


def _agreement(
    soft: NDArray[np.float32], active: NDArray[np.bool_], fingerprint: Fingerprint, shift: int
) -> tuple[float, int]:
    """Return the agreement with a fingerprint whose row ``shift`` lies under the first of ``soft``, and over how many.

    Rows count that are loud in both.
    """
    first, last = max(0, -shift), min(len(soft), len(fingerprint.signs) - shift)
    if fingerprint.short or last - first < LEAST_ROWS // 2:
        return 0.0, 1
    both = active[first:last] & fingerprint.active[first + shift : last + shift]
    heard = soft[first:last][both]
    agree = float((heard * fingerprint.signs[first + shift : last + shift][both]).sum())
    return agree / max(float(np.abs(heard).sum()), 1e-6), max(int(both.sum()), 1)
