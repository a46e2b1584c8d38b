"""The pitch of a voice: the median of its fundamental frequency, and how far it ranges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE: Final = 16_000
MIN_HZ: Final = 60.0
MAX_HZ: Final = 400.0

_FRAME: Final = 640
_HOP: Final = 240
_FFT: Final = 2_048
_PERIODIC: Final = 0.6
_LOUD: Final = 1.0 / 300.0
_LAG_PRICE: Final = 0.0006  # a sample: of two lags that fit alike the shorter one is the period
_MIN_FRAMES: Final = 10


@dataclass(frozen=True, slots=True)
class Pitch:
    """The natural logarithm of the median F0 in Hz, and the distance of its quartiles; NaN of speech without voice."""

    log_median: float
    spread: float

    @classmethod
    def of(cls, speech: NDArray[np.float32]) -> Pitch:
        """Return the pitch of ``speech`` (16 kHz mono)."""
        voiced = _voiced(speech)
        if len(voiced) < _MIN_FRAMES:
            return cls(float("nan"), float("nan"))
        low, median, high = np.quantile(np.log(voiced), (0.25, 0.5, 0.75))
        return cls(float(median), float(high - low))

    @property
    def is_known(self) -> bool:
        """Return whether there was a voice that moves."""
        return bool(np.isfinite(self.log_median) and self.spread > 0.0)


def log_pitch(speech: NDArray[np.float32]) -> float:
    """Return the natural logarithm of the median F0 in Hz, 60 to 400, of ``speech`` (16 kHz mono); NaN if unvoiced."""
    voiced = _voiced(speech)
    return float(np.log(np.median(voiced))) if len(voiced) >= _MIN_FRAMES else float("nan")


def _voiced(speech: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return F0 in Hz, 60 to 400, of each voiced frame of ``speech``.

    By the autocorrelation of 40 ms, divided by that of the window (Boersma, "Accurate short-term analysis of the
    fundamental frequency", 1993), of frames that are loud and periodic.
    """
    if len(speech) < _FRAME:
        return np.zeros(0)
    window = np.hanning(_FRAME)
    frames = np.lib.stride_tricks.sliding_window_view(speech.astype(np.float64), _FRAME)[::_HOP] * window
    lags = np.arange(int(SAMPLE_RATE / MAX_HZ), int(SAMPLE_RATE / MIN_HZ) + 1)
    energy = _autocorrelation(frames)
    shape = _autocorrelation(window[None])[0]
    periodic = energy[:, lags] / (energy[:, :1] + 1e-12) / (shape[lags] / shape[0])
    best = np.argmax(periodic - _LAG_PRICE * (lags - lags[0]), axis=1)
    strong = periodic[np.arange(len(best)), best] > _PERIODIC
    loud = energy[:, 0] > np.quantile(energy[:, 0], 0.95) * _LOUD
    return np.asarray(SAMPLE_RATE / lags[best[strong & loud]])


def _autocorrelation(frames: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.fft.irfft(np.abs(np.fft.rfft(frames, _FFT, axis=1)) ** 2, axis=1))
