"""The index: which of many thousand fingerprints a sound may be a piece of, in a fraction of a second.

A row of signs is a word of 16 bits. Every fourth row of each fingerprint is listed under its word; a sound is looked up
row by row, with its least sure bits turned as well (Haitsma and Kalker 2002, section 4.3), and each hit is a vote for a
fingerprint and a shift. What has most votes is compared in full. The index lives in memory only, and is made anew from
the sealed fingerprints: on disk it would be a copy of them that no erasure reaches.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso.fingerprint.features import BITS
from sayso.fingerprint.fingerprint import Fingerprint, parts_of

_STRIDE: Final = 4  # rows overlap by seven eighths: one in four says nearly all
_TURNED: Final = 5  # so many of the least sure bits, one and two at a time
_ROOM: Final = 1 << 13  # rows: more than any clip has, so that a fingerprint and a shift make one number
_SEGMENTS: Final = 8
_FEWEST_VOTES: Final = 3

Votes = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class _Segment:
    """Postings sorted by word: those of word w stand from ``starts[w]`` to ``starts[w + 1]``."""

    starts: NDArray[np.int64]
    places: NDArray[np.int64]

    @classmethod
    def of(cls, words: NDArray[np.uint16], places: NDArray[np.int64]) -> _Segment:
        order = np.argsort(words, kind="stable")
        starts = np.searchsorted(words[order], np.arange((1 << BITS) + 1))
        return cls(starts.astype(np.int64), places[order])


class Index:
    """Fingerprints by number, for look-ups; the largest number is a few million."""

    def __init__(self) -> None:
        """Begin empty."""
        self._prints: dict[int, bytes] = {}
        self._segments: list[_Segment] = []
        self._num_rows = 0

    def __len__(self) -> int:
        """Return how many fingerprints are in it."""
        return len(self._prints)

    @property
    def num_rows(self) -> int:
        """Return how many rows its fingerprints have together: the places that a look-up searches."""
        return self._num_rows

    def numbers(self) -> Collection[int]:
        """Return the numbers of the fingerprints in it."""
        return self._prints.keys()

    def add(self, items: Sequence[tuple[int, bytes]]) -> None:
        """Put in fingerprints, as `Fingerprint.encode` gives them; of more than four minutes the start counts.

        Raise `FingerprintInvalid`; then nothing is put in.
        """
        self._segments.append(_segment(items))
        for number, data in items:
            self._prints[number] = data
            self._num_rows += parts_of(data)[0]
        if len(self._segments) > _SEGMENTS:
            self._settle()

    def _settle(self) -> None:
        """Join the small segments, and them with the large one once they are a quarter of it."""
        large = max(self._segments, key=lambda segment: segment.places.size)
        small = _merged([segment for segment in self._segments if segment is not large])
        joins = 4 * small.places.size >= large.places.size
        self._segments = [_merged([large, small])] if joins else [large, small]

    def drop(self, numbers: Collection[int]) -> None:
        """Take fingerprints out, of their postings too."""
        if not numbers:
            return
        for number in numbers:
            self._num_rows -= parts_of(self._prints.pop(number))[0]
        gone = np.array(sorted(numbers), dtype=np.int64)
        self._segments = [_without(segment, gone) for segment in self._segments]

    def get(self, number: int) -> Fingerprint:
        """Return the fingerprint of this number."""
        return Fingerprint.decode(self._prints[number])

    def voted(self, soft: NDArray[np.float32], active: NDArray[np.bool_], *, most: int) -> list[tuple[int, int]]:
        """Return at most ``most`` pairs of a number and a shift that ``soft`` may be at, most votes first.

        A shift is the row of the fingerprint at which the first row of ``soft`` lies; it is right to two rows.
        """
        words, rows = _turned(soft, active)
        votes = [_votes(segment, words, rows) for segment in self._segments]
        keys, counts = np.unique(np.concatenate([*votes, np.zeros(0, dtype=np.int64)]), return_counts=True)
        # A shift falls between two bins of four rows as often as into one: neighbours count together.
        together = counts.copy()
        together[:-1] += np.where(np.diff(keys) == 1, counts[1:], 0)
        best = np.argsort(-together, kind="stable")[:most]
        found = [int(keys[one]) for one in best if together[one] >= _FEWEST_VOTES]
        return [_place(key) for key in found]


def _segment(items: Sequence[tuple[int, bytes]]) -> _Segment:
    """Return the postings of encoded fingerprints: all at once, since there may be a hundred thousand of them."""
    parts = [parts_of(data) for _, data in items]
    rows = np.array([one[0] for one in parts], dtype=np.int64)
    counts = -(-np.minimum(rows, _ROOM - 1) // _STRIDE)
    row = (np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)) * _STRIDE
    words = np.frombuffer(b"".join(one[1] for one in parts), dtype=">u2")
    loud = np.unpackbits(np.frombuffer(b"".join(one[2] for one in parts), dtype=np.uint8))
    bits = 8 * -(-rows // 8)
    active = loud[np.repeat(np.cumsum(bits) - bits, counts) + row] > 0
    wanted = words[np.repeat(np.cumsum(rows) - rows, counts) + row].astype(np.uint16)
    places = np.repeat(np.array([number for number, _ in items], dtype=np.int64) * _ROOM, counts) + row
    return _Segment.of(wanted[active], places[active])


def _place(key: int) -> tuple[int, int]:
    """Return number and shift of a vote."""
    number, column = divmod(key * _STRIDE, 2 * _ROOM)
    return number, column - _ROOM + _STRIDE


def _votes(segment: _Segment, words: NDArray[np.int64], rows: NDArray[np.int64]) -> Votes:
    """Return one number a hit: fingerprint and shift, in bins of four rows."""
    first, count = segment.starts[words], segment.starts[words + 1] - segment.starts[words]
    total = int(count.sum())
    within = np.arange(total) - np.repeat(np.cumsum(count) - count, count)
    places = segment.places[np.repeat(first, count) + within]
    number, row = places // _ROOM, places % _ROOM
    votes: Votes = (number * 2 * _ROOM + _ROOM + row - np.repeat(rows, count)) // _STRIDE
    return votes


def _turned(soft: NDArray[np.float32], active: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the words to look up, and the row of each: as heard, and with one or two of the least sure bits turned."""
    rows = np.flatnonzero(active)
    weights = 1 << np.arange(BITS - 1, -1, -1, dtype=np.int64)
    words = ((soft[rows] > 0) * weights).sum(axis=1)
    unsure = weights[np.argsort(np.abs(soft[rows]), axis=1)[:, :_TURNED]]
    masks = [np.zeros(len(rows), dtype=np.int64)]
    masks += [unsure[:, a] for a in range(_TURNED)]
    masks += [unsure[:, a] | unsure[:, b] for a in range(_TURNED) for b in range(a)]
    return np.concatenate([words ^ mask for mask in masks]), np.tile(rows, len(masks))


def _merged(segments: Sequence[_Segment]) -> _Segment:
    words = np.concatenate([_words(segment) for segment in segments])
    return _Segment.of(words, np.concatenate([segment.places for segment in segments]))


def _without(segment: _Segment, gone: NDArray[np.int64]) -> _Segment:
    stays = ~np.isin(segment.places // _ROOM, gone)
    return _Segment.of(_words(segment)[stays], segment.places[stays])


def _words(segment: _Segment) -> NDArray[np.uint16]:
    return np.repeat(np.arange(1 << BITS, dtype=np.uint16), np.diff(segment.starts))
