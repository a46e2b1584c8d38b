"""The short-time spectrum that several findings share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

FRAME_S: Final = 0.032
HOP_S: Final = 0.016
_MAX_FRAMES: Final = 4_000


@dataclass(frozen=True, slots=True, eq=False)
class Spectrum:
    """Power, shape (frames, bins), each 16 ms; the sum of a frame's bins is the mean square of its samples."""

    power: NDArray[np.float32]
    hertz: NDArray[np.float64]


def spectrum_of(samples: NDArray[np.float32], sample_rate: int) -> Spectrum:
    """Return the short-time spectrum of ``samples``, shape (samples,), by Hann windows of 32 ms."""
    frame, hop = round(FRAME_S * sample_rate), round(HOP_S * sample_rate)
    padded = np.zeros(max(samples.size, frame), np.float32)
    padded[: samples.size] = samples
    frames = np.lib.stride_tricks.sliding_window_view(padded, frame)[::hop]
    window = np.hanning(frame).astype(np.float32)
    made = np.fft.rfft(frames * window, axis=1).astype(np.complex64)
    power = made.real**2 + made.imag**2
    scale = 2 / (frame * float(np.square(window).sum()))
    return Spectrum(power * np.float32(scale), np.asarray(np.fft.rfftfreq(frame, 1 / sample_rate), np.float64))
