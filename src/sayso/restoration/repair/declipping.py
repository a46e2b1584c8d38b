"""Declipping: cut peaks made whole, by the sparsest spectrum that agrees with what was not cut.

Kitic et al., "Consistent iterative hard thresholding for signal declipping", ICASSP 2013: in frames of 64 ms, more and
more of the strongest bins are kept; what was not cut stays as it is, and what was cut lies beyond the level of the cut.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso.audio.signal import Signal
from sayso.restoration.diagnosis.clipping import clipped_at

_FRAME_S: Final = 0.064
_ROUNDS: Final = 80
_TOGETHER: Final = 512

Floats = NDArray[np.float32]
Marks = NDArray[np.bool_]


def declipped(signal: Signal) -> Signal:
    """Return ``signal`` with its cut peaks made whole; all other samples stay as they were, but for rounding.

    What then lies beyond full scale is kept: a float signal has room for it.
    """
    return Signal(np.stack([_declipped(one, signal.sample_rate) for one in signal.samples]), signal.sample_rate)


def _declipped(samples: Floats, sample_rate: int) -> Floats:
    cut = clipped_at(samples)
    if not cut.any():
        return samples
    hop = round(_FRAME_S * sample_rate / 4)
    size = 4 * hop
    filled = -(-samples.size // hop) * hop + 2 * size
    around = (size, filled - size - samples.size)
    whole = np.asarray(np.pad(samples, around), np.float32)
    marks = np.asarray(np.pad(cut, around), np.bool_)
    window = np.sqrt(np.hanning(size + 1)[:-1]).astype(np.float32)
    sounds = np.lib.stride_tricks.sliding_window_view(whole, size)[::hop]
    cuts = np.lib.stride_tricks.sliding_window_view(marks, size)[::hop]
    touched = np.flatnonzero(cuts.any(axis=1))
    change = np.zeros(whole.size, np.float32)
    for some in np.array_split(touched, -(-touched.size // _TOGETHER)):
        frames = sounds[some] * window
        off = (_sparse(frames, cuts[some]) - frames) * window / 2
        for place, row in zip(some.tolist(), off, strict=True):
            change[place * hop : place * hop + size] += row
    change[~marks] = 0
    return np.asarray((whole + change)[size : size + samples.size], np.float32)


def _sparse(frames: Floats, marks: Marks) -> Floats:
    """Return ``frames`` (n, samples), those of ``marks`` told from a sparse spectrum."""
    made = frames
    bins = frames.shape[1] // 2 + 1
    signs = np.sign(frames)
    for kept in np.linspace(2, bins / 2, _ROUNDS).round().astype(int).tolist():
        spectra = np.fft.rfft(made, axis=1)
        sizes = np.abs(spectra)
        least = np.partition(sizes, bins - kept, axis=1)[:, bins - kept, None]
        spectra[sizes < least] = 0
        told = np.fft.irfft(spectra, n=frames.shape[1], axis=1)
        beyond = signs * np.maximum(signs * told, np.abs(frames))
        made = np.where(marks, beyond, frames).astype(np.float32)
    return made
