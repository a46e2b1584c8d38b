"""The end of Kokoro's generator: logarithms of magnitude and an angle become sound, and a gradient goes back.

An inverse short-time Fourier transform of 20 samples every 5, Hann's window, centred (Griffin and Lim, 1984), but not
divided by the sum of the squared windows, 1.5: the package's graph leaves that out, too.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

_SIZE: Final = 20
_HOP: Final = 5
_BINS: Final = _SIZE // 2 + 1
_EDGE: Final = _SIZE // 2

Floats = NDArray[np.float32]


def samples(logits: Floats) -> Floats:
    """Return the samples of ``logits`` (22, steps): (5 * (steps - 1),)."""
    return np.asarray(_overlapped(_parts(logits) @ _basis()), np.float32)[_EDGE:-_EDGE]


def gradient(logits: Floats, by_samples: Floats) -> Floats:
    """Return the gradient by ``logits`` (22, steps), given that by the samples."""
    frames = np.lib.stride_tricks.sliding_window_view(np.pad(by_samples, _EDGE), _SIZE)[::_HOP]
    by_real, by_imaginary = np.split(frames @ _basis().T, 2, axis=1)
    real, imaginary = np.split(_parts(logits), 2, axis=1)
    by_magnitude = by_real * real + by_imaginary * imaginary
    by_angle = (by_imaginary * real - by_real * imaginary) * np.cos(logits[_BINS:].T)
    return np.concatenate([by_magnitude, by_angle], axis=1).T.astype(np.float32)


def _parts(logits: Floats) -> NDArray[np.float32]:
    """Return real and imaginary parts: (steps, 22)."""
    magnitude, angle = np.exp(logits[:_BINS].T), np.sin(logits[_BINS:].T)
    return np.concatenate([magnitude * np.cos(angle), magnitude * np.sin(angle)], axis=1)


@cache
def _basis() -> NDArray[np.float32]:
    """Return the windowed inverse transform of real and imaginary parts: (22, 20)."""
    real = np.fft.irfft(np.eye(_BINS), _SIZE, axis=1)
    imaginary = np.fft.irfft(1j * np.eye(_BINS), _SIZE, axis=1)
    return np.asarray(np.concatenate([real, imaginary]) * _window(), np.float32)


def _window() -> NDArray[np.float64]:
    return np.asarray(0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(_SIZE) / _SIZE))


def _overlapped(frames: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the sum of ``frames`` (steps, 20), each 5 samples after the last."""
    out = np.zeros((len(frames) + _SIZE // _HOP - 1) * _HOP)
    for part in range(_SIZE // _HOP):
        column = frames[:, part * _HOP : (part + 1) * _HOP]
        out[part * _HOP : part * _HOP + column.size] += column.reshape(-1)
    return out
