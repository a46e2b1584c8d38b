"""Kaldi's filter bank, as CAM++ was trained on it, and how a gradient passes back through it.

80 mel bands from 20 Hz to 8 kHz, frames of 25 ms every 10 ms, no dither, mean taken off each frame, pre-emphasis 0.97,
Povey's window, logarithm of the power (Kaldi's feat/feature-fbank.cc; Povey et al., "The Kaldi speech recognition
toolkit", 2011); then the mean over time is taken off.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE: Final = 16_000
BANDS: Final = 80
FRAME: Final = 400
HOP: Final = 160

_FFT: Final = 512
_LOW_HZ: Final = 20.0
_EMPHASIS: Final = 0.97
_FLOOR: Final = float(np.finfo(np.float32).eps)

Floats = NDArray[np.float32]


def features(samples: Floats) -> Floats:
    """Return the bands of ``samples`` (16 kHz mono, 400 or more): float32 (frames, 80), each of mean 0 over time."""
    logs = log_bands(samples)
    return np.asarray(logs - logs.mean(axis=0), np.float32)


def log_bands(samples: Floats) -> Floats:
    """Return the logarithms of the power in the bands of ``samples``: float32 (frames, 80)."""
    return np.asarray(np.log(np.maximum(power_in_bands(samples)[0], _FLOOR)), np.float32)


def gradient(samples: Floats, by_features: Floats) -> Floats:
    """Return the gradient by ``samples``, given that by their features (frames, 80); float32 (samples,)."""
    return log_gradient(samples, by_features - by_features.mean(axis=0))


def log_gradient(samples: Floats, by_logs: Floats) -> Floats:
    """Return the gradient by ``samples``, given that by their `log_bands` (frames, 80)."""
    bands, spectrum = power_in_bands(samples)
    by_bands = np.where(bands > _FLOOR, by_logs / np.maximum(bands, _FLOOR), 0.0)
    by_spectrum = 2.0 * spectrum * (by_bands @ _filters())
    by_frames = (np.fft.irfft(by_spectrum * _halves(), axis=1)[:, :FRAME] * _FFT) @ _window().T
    return overlapped(by_frames, len(samples))


def overlapped(frames: NDArray[np.float64], count: int) -> Floats:
    """Return the sum of ``frames`` (frames, 400), each 160 samples after the last, in ``count`` samples."""
    out = np.zeros(count)
    for place in range(-(-FRAME // HOP)):
        column = frames[:, place * HOP : (place + 1) * HOP]
        wide = np.zeros((len(column), HOP))
        wide[:, : column.shape[1]] = column
        flat = wide.reshape(-1)
        room = out[place * HOP : place * HOP + len(flat)]
        room += flat[: len(room)]
    return out.astype(np.float32)


def power_in_bands(samples: Floats) -> tuple[NDArray[np.float64], NDArray[np.complex128]]:
    """Return the power in each band (frames, 80), and the spectra (frames, 257)."""
    frames = np.lib.stride_tricks.sliding_window_view(samples.astype(np.float64), FRAME)[::HOP]
    spectrum = np.fft.rfft(_windowed(frames), _FFT, axis=1)
    return (spectrum.real**2 + spectrum.imag**2) @ _filters().T, spectrum


def _windowed(frames: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return ``frames`` times `_window`, by its parts: a third of the time of the product."""
    centred = frames - frames.mean(axis=1, keepdims=True)
    made = np.empty_like(centred)
    made[:, 0] = (1.0 - _EMPHASIS) * centred[:, 0]
    made[:, 1:] = centred[:, 1:] - _EMPHASIS * centred[:, :-1]
    return np.asarray(made * _povey(), np.float64)


@cache
def _povey() -> NDArray[np.float64]:
    return np.asarray(np.hanning(FRAME) ** 0.85, np.float64)


@cache
def _window() -> NDArray[np.float64]:
    """Return what takes the mean off a frame, emphasises and windows it, as one matrix (400, 400)."""
    centre = np.eye(FRAME) - 1.0 / FRAME
    emphasis = np.eye(FRAME) - _EMPHASIS * np.eye(FRAME, k=-1)
    emphasis[0, 0] -= _EMPHASIS
    return np.asarray((_povey()[:, None] * (emphasis @ centre)).T)


@cache
def _halves() -> NDArray[np.float64]:
    """Return the weights with which the inverse transform of half a spectrum is the transpose of the transform."""
    weights = np.full(_FFT // 2 + 1, 0.5)
    weights[[0, -1]] = 1.0
    return weights


@cache
def _filters() -> NDArray[np.float64]:
    """Return the triangular mel filters: float64 (80, 257)."""
    bins = _mel(np.arange(_FFT // 2 + 1) * SAMPLE_RATE / _FFT)
    edges = np.linspace(_mel(np.float64(_LOW_HZ)), _mel(np.float64(SAMPLE_RATE / 2)), BANDS + 2)[:, None]
    rising = (bins - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - bins) / (edges[2:] - edges[1:-1])
    filters = np.maximum(0.0, np.minimum(rising, falling))
    filters[:, -1] = 0.0
    return np.asarray(filters)


def _mel(hz: NDArray[np.float64] | np.float64) -> NDArray[np.float64]:
    return np.asarray(1127.0 * np.log(1.0 + hz / 700.0))
