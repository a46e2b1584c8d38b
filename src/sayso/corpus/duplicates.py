"""Duplicates: which segments repeat another, wholly or as a piece of it. Exact by samples, near by prints.

Not all pairs are compared: rows of prints are listed under their words, each segment is looked up with a few windows of
three seconds, and only what shares words at one shift is compared in full. What of two that are alike stays does not
hang on the order in which they came: the longer, else the wider and cleaner, else the smaller id.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso.corpus.prints import LESS, Print
from sayso.fingerprint.features import BITS

SAME: Final = 0.60
"""The agreement from which two stretches of three seconds are one sound: other speech agrees by at most 0.46
(benchmarks/mark). The deviation of chance falls with the root of the length, so longer ones need less, down to:"""

SAME_IN_LONG: Final = 0.45

SAME_ACROSS: Final = 0.75
"""The same for segments that are said to be of two speakers, or of two texts."""

_COVERED: Final = 0.8
_LEAST_ROWS: Final = 40
_WINDOW_ROWS: Final = 94
_WINDOWS: Final = 8
_STRIDE: Final = 1
_MOST: Final = 6
_FEWEST_VOTES: Final = 3
_ROOM: Final = 1 << 12
_SLACK: Final = range(-2, 3)
_COMMON: Final = 4_000


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """What is known of a segment when duplicates are looked for."""

    segment: str
    content: str
    print_: Print
    speaker: str = ""
    text: str = ""
    seconds: float = 0.0
    bandwidth_hz: float = 0.0
    snr_db: float = 0.0

    def rank(self) -> tuple[int, int, int, str]:
        """Return what orders segments, those first that stay."""
        length = round(math.log(max(self.seconds, 0.1)) / math.log(1.3))
        return -length, -round(self.bandwidth_hz / 500), -round(self.snr_db), self.segment


@dataclass(frozen=True, slots=True)
class Repeat:
    """A segment that repeats another: ``exact``, ``near``, or ``partial`` for a piece of a longer one."""

    of: str
    how: str


def duplicates(candidates: Sequence[Candidate]) -> dict[str, Repeat]:
    """Return which segments repeat another, and which: always one that stays. The order given does not matter."""
    ranked = sorted(candidates, key=Candidate.rank)
    found: dict[str, Repeat] = {}
    first: dict[str, str] = {}
    for one in ranked:
        if one.content in first:
            found[one.segment] = Repeat(first[one.content], "exact")
        else:
            first[one.content] = one.segment
    left = [one for one in ranked if one.segment not in found]
    return found | _near(left)


def _near(ranked: Sequence[Candidate]) -> dict[str, Repeat]:
    postings = _Postings(ranked)
    found: dict[str, Repeat] = {}
    for place, one in enumerate(ranked):
        before = [(number, shift) for number, shift in postings.voted(one.print_) if number < place]
        for number, shift in before:
            other = ranked[number]
            if _repeats(one, other, shift):
                root = found[other.segment].of if other.segment in found else other.segment
                is_piece = len(one.print_.words) < _COVERED * len(other.print_.words)
                found[one.segment] = Repeat(root, "partial" if is_piece else "near")
                break
    return found


def _repeats(one: Candidate, other: Candidate, shift: int) -> bool:
    longer = math.sqrt(min(1.0, _WINDOW_ROWS / max(len(one.print_.words), 1)))
    is_across = _differ(one.speaker, other.speaker) or _differ(one.text, other.text)
    bar = SAME_ACROSS if is_across else max(SAME_IN_LONG, SAME * longer)
    return max(agreement(one.print_, other.print_, shift + slack) for slack in _SLACK) >= bar


def _differ(one: str, other: str) -> bool:
    return bool(one and other) and one != other


def agreement(one: Print, other: Print, shift: int) -> float:
    """Return the share of agreeing less disagreeing signs with row ``shift`` of ``other`` under the first of ``one``.

    Signs that were unsure in ``one`` count for a quarter. 0 where less than 0.8 of its loud rows lie over ``other``.
    """
    first, last = max(0, -shift), min(len(one.words), len(other.words) - shift)
    if last - first < _LEAST_ROWS:
        return 0.0
    both = one.loud[first:last] & other.loud[first + shift : last + shift]
    # What noise fills is loud in the noisy one alone: of the two, the one with fewer loud rows says how many count.
    fewer = min(int(one.loud[first:last].sum()), int(other.loud[first + shift : last + shift].sum()))
    is_covered = one.loud[first:last].sum() >= _COVERED * one.loud.sum()
    if not is_covered or both.sum() < max(_COVERED * fewer, _LEAST_ROWS // 2):
        return 0.0
    unsure = one.unsure[first:last][both]
    apart = one.words[first:last][both] ^ other.words[first + shift : last + shift][both]
    signs = BITS * unsure.size - LESS * _count(unsure)
    return 1 - 2 * (_count(apart) - LESS * _count(apart & unsure)) / signs


def _count(words: NDArray[np.uint16]) -> int:
    return int(np.bitwise_count(words).sum())


class _Postings:
    """Every loud row of each print under its word."""

    def __init__(self, ranked: Sequence[Candidate]) -> None:
        words, places = [np.zeros(0, np.uint16)], [np.zeros(0, np.int64)]
        for number, one in enumerate(ranked):
            rows = np.flatnonzero(one.print_.loud[: _ROOM - 1 : _STRIDE]) * _STRIDE
            words.append(one.print_.words[rows])
            places.append(number * _ROOM + rows.astype(np.int64))
        listed = np.concatenate(words)
        order = np.argsort(listed, kind="stable")
        self._places = np.concatenate(places)[order]
        self._starts = np.searchsorted(listed[order], np.arange((1 << 16) + 1))

    def voted(self, print_: Print) -> list[tuple[int, int]]:
        """Return the few prints and shifts that most rows of ``print_`` point to, in order of number."""
        rows = _looked_up(print_)
        if rows.size < _LEAST_ROWS // 2:
            return []
        words, at = _turned(print_, rows)
        first, count = self._starts[words], self._starts[words + 1] - self._starts[words]
        count = np.minimum(count, _COMMON)
        within = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count)
        places = self._places[np.repeat(first, count) + within]
        keys = (places // _ROOM * 2 * _ROOM + _ROOM + places % _ROOM - np.repeat(at, count)) // 2
        return _best(keys)


def _best(keys: NDArray[np.int64]) -> list[tuple[int, int]]:
    if keys.size == 0:
        return []
    values, counts = np.unique(keys, return_counts=True)
    together = counts.copy()
    together[:-1] += np.where(np.diff(values) == 1, counts[1:], 0)
    best = np.argsort(-together, kind="stable")[: 4 * _MOST]
    found: dict[int, int] = {}
    for place in best.tolist():
        number, column = divmod(int(values[place]) * 2, 2 * _ROOM)
        if together[place] >= _FEWEST_VOTES and len(found) <= _MOST:
            found.setdefault(number, column - _ROOM + 1)
    return sorted(found.items())


def _looked_up(print_: Print) -> NDArray[np.int64]:
    """Return the loud rows within a few windows spread over the print."""
    rows = len(print_.words)
    starts = np.linspace(0, max(0, rows - _WINDOW_ROWS), _WINDOWS).astype(int)
    chosen = np.zeros(rows, np.bool_)
    for start in starts.tolist():
        chosen[start : start + _WINDOW_ROWS] = True
    return np.flatnonzero(chosen & print_.loud).astype(np.int64)


def _turned(print_: Print, rows: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return words to look up, and the row of each: as heard, and with each of the unsure signs turned."""
    words, unsure = print_.words[rows].astype(np.int64), print_.unsure[rows].astype(np.int64)
    found, at = [words], [rows]
    for bit in range(16):
        mask = unsure & (1 << bit)
        turned = mask > 0
        found.append(words[turned] ^ mask[turned])
        at.append(rows[turned])
    return np.concatenate(found), np.concatenate(at)
