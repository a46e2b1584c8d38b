"""An overview of a recording for the eye: its outline and its spectrogram, of bounded size however long it is."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso.audio.signal import Signal

MAX_COLUMNS: Final = 2_000
ROWS: Final = 96
RANGE_DB: Final = 80.0

_FRAME_S: Final = 0.032
_FIRST_COLUMN_S: Final = 0.008
_LOWEST_HZ: Final = 50.0
_LOWEST_DB: Final = -120.0


class Overview:
    """Takes the blocks of a recording; two columns become one whenever there are too many."""

    def __init__(self) -> None:
        self._peaks: list[NDArray[np.float32]] = []
        self._levels: list[NDArray[np.float32]] = []
        self._column_s = _FIRST_COLUMN_S
        self._waiting = np.zeros(0, np.float32)
        self.sample_rate = 0

    def take(self, block: Signal) -> None:
        """Take the next block."""
        self.sample_rate = block.sample_rate
        samples = np.concatenate([self._waiting, block.mixed_in_phase()])
        size = round(self._column_s * block.sample_rate)
        whole = samples.size // size * size
        self._waiting = samples[whole:]
        if whole:
            self._add(samples[:whole].reshape(-1, size), block.sample_rate)

    def _add(self, columns: NDArray[np.float32], sample_rate: int) -> None:
        self._peaks.append(np.abs(columns).max(axis=1))
        self._levels.append(_levels(columns, sample_rate))
        while sum(map(len, self._peaks)) > MAX_COLUMNS:
            peaks, levels = np.concatenate(self._peaks), np.concatenate(self._levels)
            even = len(peaks) // 2 * 2
            self._peaks = [peaks[:even].reshape(-1, 2).max(axis=1)]
            self._levels = [levels[:even].reshape(-1, 2, ROWS).max(axis=1)]
            self._column_s *= 2

    @property
    def peaks(self) -> NDArray[np.float32]:
        """Return the highest absolute value of each column."""
        return np.concatenate([*self._peaks, np.zeros(0, np.float32)])

    def spectrogram(self) -> NDArray[np.uint8]:
        """Return the level of each column, shape (`ROWS`, columns), the highest frequency first: 0 to 255 for 80 dB."""
        levels = np.concatenate([*self._levels, np.zeros((0, ROWS), np.float32)])
        top = float(levels.max(initial=_LOWEST_DB))
        scaled = (levels - (top - RANGE_DB)) / RANGE_DB
        return (np.clip(scaled, 0, 1) * 255).astype(np.uint8).T[::-1]


def rows_hz(sample_rate: int) -> NDArray[np.float64]:
    """Return the middle frequency of each row of the spectrogram, lowest first: even steps on the mel scale."""
    mel = np.linspace(_mel(_LOWEST_HZ), _mel(sample_rate / 2), ROWS)
    return np.asarray(700 * (10 ** (mel / 2595) - 1), np.float64)


def _mel(hertz: float) -> float:
    return float(2595 * np.log10(1 + hertz / 700))


def _levels(columns: NDArray[np.float32], sample_rate: int) -> NDArray[np.float32]:
    """Return the level of each row in the middle of each column."""
    frame = round(_FRAME_S * sample_rate)
    size = columns.shape[1]
    middle = columns[:, (size - frame) // 2 :][:, :frame] if size > frame else columns
    window = np.hanning(middle.shape[1]).astype(np.float32)
    power = np.square(np.abs(np.fft.rfft(middle * window, n=frame, axis=1)))
    at = np.minimum(np.round(rows_hz(sample_rate) / sample_rate * frame).astype(int), power.shape[1] - 1)
    return np.asarray(10 * np.log10(power[:, at] + 10 ** (_LOWEST_DB / 10)), np.float32)
