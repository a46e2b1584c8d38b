"""Frames that overlap by half: a block of sound to spectra and back, carried on from block to block."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Spectra = NDArray[np.complex64]


class Framed:
    """Analysis and synthesis by frames of two hops under one window, whose square adds up to one at half overlap.

    What comes out is a hop later than what went in.
    """

    def __init__(self, window: Floats) -> None:
        """``window`` has an even number of samples."""
        self._window = window
        self.hop = window.size // 2
        self._before = np.zeros(self.hop, np.float32)
        self._after = np.zeros(self.hop, np.float32)

    def spectra(self, samples: Floats) -> Spectra:
        """Return the spectrum of each frame that ends in ``samples``, whole hops of them: (frames, bins)."""
        joined = np.concatenate([self._before, samples])
        self._before = joined[joined.size - self.hop :]
        frames = np.lib.stride_tricks.sliding_window_view(joined, 2 * self.hop)[:: self.hop]
        return np.fft.rfft(frames * self._window, axis=1).astype(np.complex64)

    def sound(self, spectra: Spectra) -> Floats:
        """Return the sound of ``spectra`` by overlap and add: a hop of samples for each frame."""
        frames = np.fft.irfft(spectra, n=2 * self.hop, axis=1).astype(np.float32) * self._window
        added = np.concatenate([self._after[np.newaxis], frames[:, self.hop :]])
        self._after = added[-1]
        return np.asarray((added[:-1] + frames[:, : self.hop]).reshape(-1), np.float32)
