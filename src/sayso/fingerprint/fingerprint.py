"""The fingerprint: 17 bits each 32 ms, which is what is kept of a clip to know it again.

It holds signs only: no level, no pitch, no band narrower than 45 Hz, nothing finer than a quarter of a second. A voice
cannot be built from it, nor a speaker known by it; it is sealed like the voice itself all the same, and goes with it.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from sayso.fingerprint.features import BITS, Features, clip_features_of
from sayso.mark.errors import FingerprintInvalid
from sayso.mark.marked import MarkedAudio

_SILENT_DB: Final = 50.0  # below the loudest row: what is softer is no part of the content

_MAGIC: Final = b"sayso fingerprint 1\n"
_SHORT_MAGIC: Final = b"sayso short print 1\n"
_HEAD: Final = struct.Struct("<20sI")


@dataclass(frozen=True, slots=True, eq=False)
class Fingerprint:
    """``signs``: int8 (+1, -1) of shape (rows, 16); ``active``: whether a row is loud enough to count.

    ``short``: of a clip under 0.75 s, taken with silence on both sides of it (`short_features_of`).
    """

    signs: NDArray[np.int8]
    active: NDArray[np.bool_]
    short: bool = False

    @classmethod
    def of(cls, clip: MarkedAudio) -> Self:
        """Return the fingerprint of ``clip``, to be kept; the same sound gives the same."""
        return cls.from_features(clip_features_of(clip.signal))

    @classmethod
    def from_features(cls, features: Features) -> Self:
        """Return the fingerprint of what was heard, to be searched for; what is kept is made with `of`."""
        loudest = features.level_db.max(initial=-np.inf)
        signs = np.where(features.soft > 0, 1, -1).astype(np.int8)
        return cls(signs, features.level_db > loudest - _SILENT_DB, features.short)

    def encode(self) -> bytes:
        """Return the bytes of it: a head, two bytes a row, and a bit a row."""
        bits = np.packbits(self.signs > 0, axis=1).tobytes()
        magic = _SHORT_MAGIC if self.short else _MAGIC
        return _HEAD.pack(magic, len(self.signs)) + bits + np.packbits(self.active).tobytes()

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Return the fingerprint that `encode` gave the bytes of; raise `FingerprintInvalid`."""
        rows, packed, loud = parts_of(data)
        bits = np.unpackbits(np.frombuffer(packed, dtype=np.uint8)).reshape(rows, BITS)
        active = np.unpackbits(np.frombuffer(loud, dtype=np.uint8), count=rows)
        return cls(2 * bits.astype(np.int8) - 1, active.astype(np.bool_), data.startswith(_SHORT_MAGIC))


def parts_of(data: bytes) -> tuple[int, bytes, bytes]:
    """Return how many rows an encoded fingerprint has, two bytes of signs a row, and a bit a row; raise as `decode`."""
    magic, rows = _HEAD.unpack(data[: _HEAD.size].ljust(_HEAD.size, b"\0"))
    size = _HEAD.size + rows * BITS // 8
    if magic not in (_MAGIC, _SHORT_MAGIC) or len(data) != size + -(-rows // 8):
        raise FingerprintInvalid(
            f"got {len(data)} bytes that begin with {data[:20]!r}, expected a fingerprint of version 1"
        )
    return rows, data[_HEAD.size : size], data[size:]
