"""Postings: rows of prints listed under their words, a few thousand prints a block, each block on the disk."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from sayso.corpus.duplicates.agreement import LEAST_ROWS, WINDOW_ROWS
from sayso.corpus.duplicates.ranked import RankedPrints
from sayso.corpus.prints import Print

BLOCK: Final = 4_096
"""Prints in a block: about nine hours of speech, 4 MB of postings."""

_WORDS: Final = 1 << 16
_ROOM: Final = 1 << 12
_COMMON: Final = 4_000
_WINDOWS: Final = 8
_FEWEST_VOTES: Final = 3
_MOST: Final = 6

Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class AskedPrint:
    """What is looked up of a print: ``words``, uint16, and the row of each, ``at``, int32."""

    words: NDArray[np.uint16]
    at: NDArray[np.int32]

    @classmethod
    def of(cls, print_: Print) -> AskedPrint:
        """Return the words of the loud rows in a few windows, as heard and with each of the unsure signs turned."""
        rows = _looked_up(print_)
        if rows.size < LEAST_ROWS // 2:
            return cls(np.zeros(0, np.uint16), np.zeros(0, np.int32))
        words, unsure = print_.words[rows], print_.unsure[rows]
        found, at = [words], [rows]
        for bit in range(16):
            mask = unsure & np.uint16(1 << bit)
            turned = mask > 0
            found.append(words[turned] ^ mask[turned])
            at.append(rows[turned])
        return cls(np.concatenate(found), np.concatenate(at).astype(np.int32))


@dataclass(frozen=True, slots=True, eq=False)
class Votes:
    """Cells, a print and a shift each, and how many rows point to them; the most first, at most 24."""

    cells: Numbers
    counts: Numbers

    @classmethod
    def together(cls, votes: list[Votes]) -> Votes:
        """Return the best of blocks, which come in their order."""
        cells, counts = (np.concatenate([getattr(one, name) for one in votes]) for name in ("cells", "counts"))
        best = np.argsort(-counts, kind="stable")[: 4 * _MOST]
        return cls(cells[best], counts[best])

    def places(self) -> list[tuple[int, int]]:
        """Return the few places that most rows point to, and the shift of each, in the order of places."""
        found: dict[int, int] = {}
        for cell in self.cells.tolist():
            place, column = divmod(cell * 2, 2 * _ROOM)
            if len(found) < _MOST:
                found.setdefault(place, column - _ROOM + 1)
        return sorted(found.items())


class PrintBlock:
    """Every loud row of the prints of one block under its word."""

    def __init__(self, first: int, starts: NDArray[np.int32], rows: NDArray[np.int32]) -> None:
        """Take the first place, where each word starts (65,537), and the rows in that order."""
        self._first, self._starts, self._rows = first, starts, rows

    def voted(self, asked: AskedPrint, before: int) -> Votes:
        """Return where the rows that are asked for lie, by votes, in the prints at the places ``before`` one.

        What lies behind must not take part: copies that are more alike would leave no room for the one that stays.
        """
        first, last = self._starts[asked.words], self._starts[asked.words.astype(np.int32) + 1]
        count = last - first
        total = int(count.sum())
        begun = first - (np.cumsum(count, dtype=np.int32) - count)
        listed = self._rows[np.repeat(begun, count) + np.arange(total, dtype=np.int32)]
        cells = (listed - np.repeat(asked.at, count)) >> 1
        if before < self._first + BLOCK:
            cells = cells[cells < (before - self._first) * _ROOM]
        cells.sort()
        return self._best(cells)

    def _best(self, cells: NDArray[np.int32]) -> Votes:
        ends = np.flatnonzero(np.diff(cells, append=np.int32(-1)))
        values, counts = cells[ends], np.diff(ends, prepend=-1)
        # Time runs a little faster or slower in a copy: a shift and the next one are taken together.
        counts[:-1] += np.where(np.diff(values) == 1, counts[1:], 0)
        enough = np.flatnonzero(counts >= _FEWEST_VOTES)
        best = enough[np.argsort(-counts[enough], kind="stable")[: 4 * _MOST]]
        return Votes(values[best].astype(np.int64) + self._first * _ROOM, counts[best])


class Postings:
    """The blocks of all prints, on the disk; of a word that is too common the first rows count."""

    def __init__(self, prints: RankedPrints, folder: Path) -> None:
        """List the prints."""
        self._file: BinaryIO = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - open as long as this is
        self._sizes: list[int] = []
        self._held: tuple[int, PrintBlock] | None = None
        seen = np.zeros(_WORDS, np.int64)
        for first in range(0, prints.count, BLOCK):
            self._add(*_listed(prints, range(first, min(first + BLOCK, prints.count))), seen)
        self._file.flush()

    def _add(self, words: NDArray[np.uint16], rows: NDArray[np.int32], seen: Numbers) -> None:
        order = np.argsort(words, kind="stable")
        words, rows = words[order], rows[order]
        counts = np.bincount(words, minlength=_WORDS)
        place = np.arange(words.size) - np.repeat(np.cumsum(counts) - counts, counts)
        kept = place + np.repeat(seen, counts) < _COMMON
        seen += counts
        starts = np.searchsorted(words[kept], np.arange(_WORDS + 1)).astype(np.int32)
        self._file.write(starts.tobytes() + rows[kept].tobytes())
        self._sizes.append(int(kept.sum()))

    def blocks(self, before: int) -> Iterator[PrintBlock]:
        """Yield the blocks that begin before a place, in their order, one of them in memory at a time."""
        at = 0
        for number, size in enumerate(self._sizes[: -(-before // BLOCK)]):
            if self._held is None or self._held[0] != number:
                self._file.seek(at)
                starts = np.frombuffer(self._file.read(4 * (_WORDS + 1)), np.int32)
                rows = np.frombuffer(self._file.read(4 * size), np.int32)
                self._held = number, PrintBlock(number * BLOCK, starts, rows)
            yield self._held[1]
            at += 4 * (_WORDS + 1 + size)

    def close(self) -> None:
        """Let the disk have its space back."""
        self._file.close()


def _listed(prints: RankedPrints, places: range) -> tuple[NDArray[np.uint16], NDArray[np.int32]]:
    """Return the words of loud rows, and of each its print within the block and its row, as one number."""
    words, rows = [np.zeros(0, np.uint16)], [np.zeros(0, np.int32)]
    for number, place in enumerate(places):
        print_ = prints.print_(place)
        loud = np.flatnonzero(print_.loud[: _ROOM - 1]).astype(np.int32)
        words.append(print_.words[loud])
        rows.append(np.int32(number * 2 * _ROOM + _ROOM) + loud)
    return np.concatenate(words), np.concatenate(rows)


def _looked_up(print_: Print) -> Numbers:
    """Return the loud rows within a few windows spread over the print."""
    rows = len(print_.words)
    starts = np.linspace(0, max(0, rows - WINDOW_ROWS), _WINDOWS).astype(int)
    chosen = np.zeros(rows, np.bool_)
    for start in starts.tolist():
        chosen[start : start + WINDOW_ROWS] = True
    return np.flatnonzero(chosen & print_.loud)
