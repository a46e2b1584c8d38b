"""The form in which a phrase is sealed: which one it is, and the pieces in which its engine gave it.

::

    magic 8 | key 32 | sample rate u32 | number of pieces u32 | samples of each piece u32 ... || float32 samples

Integers and samples are little-endian. The key stands inside, so that no row can make one phrase pass for another.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from sayso.audio.signal import Signal
from sayso.errors import Tampered

_MAGIC: Final = b"sayso-p1"
_HEAD: Final = struct.Struct("<8s32sII")
_MOST_PIECES: Final = 100_000


class PhraseTampered(Tampered):
    """A phrase that was kept is not the one that it is kept as; it is said anew."""


@dataclass(frozen=True, slots=True, eq=False)
class RecordedPhrase:
    """The mono ``pieces`` of a phrase, unmarked, under its ``key`` (64 hex digits)."""

    key: str
    pieces: tuple[Signal, ...]

    def encoded(self) -> bytes:
        """Return the bytes to seal."""
        counts = [piece.num_samples for piece in self.pieces]
        rate = self.pieces[0].sample_rate if self.pieces else 0
        head = _HEAD.pack(_MAGIC, bytes.fromhex(self.key), rate, len(counts))
        sound = [piece.samples[0].astype("<f4", copy=False).tobytes() for piece in self.pieces]
        return b"".join([head, struct.pack(f"<{len(counts)}I", *counts), *sound])

    @classmethod
    def decoded(cls, data: bytes, key: str) -> Self:
        """Return the phrase of ``key`` that was sealed; raise `PhraseTampered` for another one, or none."""
        try:
            magic, kept, rate, count = _HEAD.unpack_from(data)
            if magic != _MAGIC or kept.hex() != key or count > _MOST_PIECES:
                raise PhraseTampered
            counts = struct.unpack_from(f"<{count}I", data, _HEAD.size)
            return cls(key, tuple(_cut(data[_HEAD.size + 4 * count :], counts, rate)))
        except (struct.error, ValueError):
            raise PhraseTampered from None


def _cut(sound: bytes, counts: Sequence[int], rate: int) -> list[Signal]:
    samples = np.frombuffer(sound, "<f4")
    if len(samples) != sum(counts):
        raise PhraseTampered
    ends = np.cumsum(counts)
    return [Signal.mono(samples[end - count : end], rate) for count, end in zip(counts, ends, strict=True)]
