"""Ranked prints: what duplicates are looked for among, on the disk, each at its place in the order of rank."""

from __future__ import annotations

import hashlib
import os
import struct
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import numpy as np

from sayso.corpus.duplicates.candidate import Candidate, Repeat
from sayso.corpus.prints import Print
from sayso.corpus.shelf import ScratchShelf

_ENTRY: Final = struct.Struct("<QIQQ")
"""Of a place: where its print is in the file, its rows, and who speaks and what, as numbers that tell them apart."""

_BYTES_A_ROW: Final = 5


class RankedPrints:
    """Prints of segments that do not repeat another exactly, by place: 0 is the segment that stays whatever comes."""

    def __init__(self, candidates: Iterable[Candidate], folder: Path) -> None:
        """Put down ``candidates``, in any order, on the disk that holds ``folder``."""
        self._folder = folder
        self._prints = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - open as long as this is
        self._entries = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115
        self._ranked, self._names = ScratchShelf(folder), ScratchShelf(folder)
        for one in candidates:
            self._add(one)
        self._prints.flush()
        self.count = 0

    def _add(self, one: Candidate) -> None:
        print_, at = one.print_, self._prints.tell()
        for part in (print_.words.astype("<u2"), print_.unsure.astype("<u2"), print_.loud):
            self._prints.write(part.tobytes())
        told = [one.segment, one.content, at, len(print_.words), _number(one.speaker), _number(one.text)]
        self._ranked.put(one.rank(), told)

    def exact(self) -> Iterator[tuple[str, Repeat]]:
        """Yield what repeats another exactly; give each of the others its place. To be read to its end once."""
        first = ScratchShelf(self._folder)
        for segment, content, *entry in self._ranked.values():
            original = first.get(content.encode())
            if original is not None:
                yield segment, Repeat(original, "exact")
                continue
            first.put(content.encode(), segment)
            self._names.put(struct.pack(">Q", self.count), segment)
            self._entries.write(_ENTRY.pack(*entry))
            self.count += 1
        self._entries.flush()
        first.close()

    def name(self, place: int) -> str:
        """Return the segment at a place."""
        return str(self._names.get(struct.pack(">Q", place)))

    def print_(self, place: int) -> Print:
        """Return the print at a place."""
        at, rows, _, _ = self._entry(place)
        data = os.pread(self._prints.fileno(), _BYTES_A_ROW * rows, at)
        words, unsure = (np.frombuffer(data, "<u2", rows, 2 * rows * part) for part in (0, 1))
        return Print(words, unsure, np.frombuffer(data, np.bool_, rows, 4 * rows))

    def are_apart(self, one: int, other: int) -> bool:
        """Return whether two places are said to be of two speakers, or of two texts."""
        mine, theirs = self._entry(one)[2:], self._entry(other)[2:]
        return any(a and b and a != b for a, b in zip(mine, theirs, strict=True))

    def _entry(self, place: int) -> tuple[int, int, int, int]:
        at, rows, speaker, text = _ENTRY.unpack(os.pread(self._entries.fileno(), _ENTRY.size, place * _ENTRY.size))
        return at, rows, speaker, text

    def close(self) -> None:
        """Let the disk have its space back."""
        self._prints.close()
        self._entries.close()
        self._ranked.close()
        self._names.close()


def _number(told: str) -> int:
    """Return a number that is another for another text, 0 for none."""
    return int.from_bytes(hashlib.blake2b(told.encode(), digest_size=8).digest(), "little") if told else 0
