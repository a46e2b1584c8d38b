"""The watermark of Perth in a recording: Resemble AI's, which each clip of Chatterbox carries.

Perth ("perceptual threshold") moves the levels of a sound below 2 kHz by a network; another one, whose weights lie in
the same package (resemble-perth 1.0.1, MIT), hears it: seven convolutions over the levels, averaged over time. The mark
holds no bits. This is what is left of the package's ``get_watermark`` without the two stacks that tell the same of
every sound (tools/models/convert_perth.py), and before it is squeezed to 0 to 1 by them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso import models
from sayso.audio import Signal, resample
from sayso.models.session import session

MODEL: Final = "perth"
SAMPLE_RATE: Final = 32_000
PIECE_S: Final = 5.0
"""Seconds of sound of which a score is told: what is marked may be a part of a recording (twice as long is sure)."""

_WINDOW: Final = 2048
_HOP: Final = 320
_BINS: Final = 128  # up to 2 kHz
_LEAST: Final = 1e-9  # of a magnitude
_HEADROOM_DB: Final = 15.0
_HEARD: Final = 0.05  # of the loudest frame's sum of levels: what has less is digital silence

Floats = NDArray[np.float32]


class Perth:
    """The decoder of Perth's mark, a `MarkDecoder`: people's speech scores about 0, what is marked about 6."""

    name: Final = "perth"
    suspect: Final = 3.8

    def digest(self) -> str:
        """Return the SHA-256 of the weights."""
        return models.cards()[MODEL].sha256

    def score(self, recording: Signal) -> float:
        """Return the highest score of the pieces of ``recording``."""
        sound = resample(Signal.mono(recording.mixed(), recording.sample_rate), SAMPLE_RATE).samples[0]
        return max(float(told(piece)[1]) for piece in _pieces(sound))


def told(sound: Floats) -> Floats:
    """Return how sure the network is of itself in ``sound``, mono at 32 kHz, and its score of the mark: (2,).

    Of digital silence 0 and 0.
    """
    levels = _levels(np.pad(sound, (0, max(0, _WINDOW - len(sound)))))
    total = levels.sum(axis=0)
    loud = total > _HEARD * total.max()
    if not loud.any():
        return np.zeros(2, np.float32)
    (found,) = session(MODEL).run(["told"], {"levels": levels[None, :_BINS]})
    return np.asarray(found[0][:, loud].mean(axis=1), np.float32)


def _pieces(sound: Floats) -> Iterator[Floats]:
    """Yield ``sound`` in even pieces of about `PIECE_S`."""
    yield from np.array_split(sound, max(1, round(len(sound) / (PIECE_S * SAMPLE_RATE))))


def _levels(sound: Floats) -> Floats:
    """Return the levels of ``sound`` (bins, frames): 0 at -180 dB, 1 at 15 dB."""
    padded = np.pad(sound, _WINDOW // 2, mode="reflect")
    window = np.hanning(_WINDOW + 1)[:-1].astype(np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::_HOP] * window
    size = np.abs(np.fft.rfft(frames, axis=1)).T
    least_db = 20 * np.log10(_LEAST)
    level_db = 20 * np.log10(np.maximum(size, _LEAST))
    return np.asarray((level_db - least_db) / (_HEADROOM_DB - least_db), np.float32)
