"""Dereverberation by weighted prediction error, one channel at a time.

Nakatani et al., "Speech dereverberation based on variance-normalized delayed linear prediction", IEEE Trans. ASLP 18,
2010: what can be foretold from the sound 32 ms ago and before is the room and is subtracted; what cannot is the voice.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso.audio.signal import Signal

_FRAME_S: Final = 0.032
_DELAY: Final = 3
_TAPS: Final = 12
_ROUNDS: Final = 2
_FLOOR: Final = 1e-3
_RIDGE: Final = 1e-5

Spectra = NDArray[np.complex64]


def dereverberated(signal: Signal) -> Signal:
    """Return ``signal`` with less of its late reverberation: same rate, channels and length, not shifted in time."""
    return Signal(np.stack([_dry(channel, signal.sample_rate) for channel in signal.samples]), signal.sample_rate)


def _dry(samples: NDArray[np.float32], sample_rate: int) -> NDArray[np.float32]:
    hop = round(_FRAME_S * sample_rate / 4)
    frame = 4 * hop
    window = np.sqrt(np.hanning(frame + 1)[:-1]).astype(np.float32)
    filled = -(-samples.size // hop) * hop
    padded = np.pad(samples, (frame, frame + filled - samples.size))
    frames = np.lib.stride_tricks.sliding_window_view(padded, frame)[::hop]
    spectra = np.fft.rfft(frames * window, axis=1).astype(np.complex64)
    if len(spectra) < 2 * (_TAPS + _DELAY):
        return samples
    dry = np.stack([_foretold_off(spectra[:, bin_]) for bin_ in range(spectra.shape[1])], axis=1)
    made = np.fft.irfft(dry, n=frame, axis=1).astype(np.float32) * window / 2
    sound = np.zeros(padded.size, np.float32)
    for quarter in range(4):
        part = made[quarter::4]
        sound[quarter * hop : quarter * hop + part.size] += part.reshape(-1)
    return sound[frame : frame + samples.size]


def _foretold_off(row: Spectra) -> Spectra:
    """Return one bin over time without what its own past foretells."""
    past = np.zeros((row.size, _TAPS), np.complex64)
    for tap in range(_TAPS):
        shift = _DELAY + tap
        past[shift:, tap] = row[:-shift]
    dry = row
    for _ in range(_ROUNDS):
        power = np.abs(dry) ** 2
        weights = 1 / np.maximum(power, _FLOOR * power.mean() + 1e-12)
        weighted = past.conj().T * weights
        matrix = weighted @ past
        ridge = _RIDGE * float(np.trace(matrix).real) / _TAPS + 1e-9
        taps = np.linalg.solve(matrix + ridge * np.eye(_TAPS), weighted @ row)
        dry = (row - past @ taps).astype(np.complex64)
    return dry
