"""Prints of segments: by what a segment is known again after a codec, a gain, noise or a cut.

Each 32 ms has the 16 signs of the room fingerprint and which of them were least sure: 4 bytes, 7.5 KB a minute. They
hold no pitch and nothing finer than a quarter of a second, so that the same text by another speaker is another print.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from sayso.audio.signal import Signal
from sayso.fingerprint import Features, features_of

_UNSURE: Final = 5
_QUIET_DB: Final = 40.0
LESS: Final = 0.75
"""By how much less an unsure sign counts than a sure one."""


@dataclass(frozen=True, slots=True, eq=False)
class Print:
    """``words`` and ``unsure``: uint16 of shape (rows,), a row each 32 ms; ``loud``: bool, which rows count."""

    words: NDArray[np.uint16]
    unsure: NDArray[np.uint16]
    loud: NDArray[np.bool_]

    @classmethod
    def of(cls, signal: Signal) -> Self:
        """Return the print of ``signal``; no rows if it is shorter than 0.4 s."""
        return cls.from_features(features_of(signal))

    @classmethod
    def from_features(cls, features: Features) -> Self:
        """Return the print with these features."""
        soft = features.soft
        order = np.argsort(np.abs(soft), axis=1, kind="stable")[:, :_UNSURE]
        weak = np.zeros(soft.shape, np.bool_)
        np.put_along_axis(weak, order, values=True, axis=1)
        loud = features.level_db > features.level_db.max(initial=-np.inf) - _QUIET_DB
        return cls(_words(soft > 0), _words(weak), loud)

    def encode(self) -> str:
        """Return the print as text."""
        data = self.words.astype("<u2").tobytes() + self.unsure.astype("<u2").tobytes()
        return base64.b85encode(data + np.packbits(self.loud).tobytes()).decode()

    @classmethod
    def decode(cls, text: str) -> Self:
        """Return the print that `encode` gave."""
        data = base64.b85decode(text)
        rows = len(data) * 8 // 33
        words, unsure = (np.frombuffer(data, "<u2", rows, 2 * rows * part) for part in (0, 1))
        loud = np.unpackbits(np.frombuffer(data, np.uint8, offset=4 * rows), count=rows).astype(np.bool_)
        return cls(words.astype(np.uint16), unsure.astype(np.uint16), loud)


def _words(bits: NDArray[np.bool_]) -> NDArray[np.uint16]:
    return np.packbits(bits, axis=1).view(">u2").reshape(-1).astype(np.uint16)
