"""The duet: the mean of what Hush and DeepFilterNet3 make of a sound, at 48,000 Hz.

What one network takes of a voice by mistake, the other mostly leaves: the mean is as quiet and more like the speaker
(docs/measurements.md, "Restoration"). Both hear frames of 20 ms, so that Hush works on the bins up to 8,000 Hz of the
frames of DeepFilterNet3; above them that one works alone.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Final

import numpy as np

from sayso.restoration.enhancers.deep_filter import BLOCK, DeepFilter, deep_window
from sayso.restoration.enhancers.deepfilternet import DEEPFILTERNET
from sayso.restoration.enhancers.hush import HUSH
from sayso.restoration.enhancers.overlapped import Floats, Framed, Spectra

_BINS: Final = HUSH.hop + 1


class Duet:
    """The enhancer ``duet``."""

    name: Final = "duet"
    licence: Final = "Apache-2.0 AND MIT"
    sample_rate: Final = DEEPFILTERNET.sample_rate
    latency_s: Final = DEEPFILTERNET.delay / DEEPFILTERNET.sample_rate

    def digest(self) -> str:
        """Return the digests of both, joined and hashed."""
        return sha256((HUSH.digest() + DEEPFILTERNET.digest()).encode()).hexdigest()

    def stream(self) -> DuetStream:
        """Return a run over one recording."""
        return DuetStream()


class DuetStream:
    """A run over one recording, block by block, each of whole hops of 10 ms; what comes out is 30 ms later."""

    hop: Final = DEEPFILTERNET.hop
    delay: Final = DEEPFILTERNET.delay

    def __init__(self) -> None:
        self._framed = Framed(deep_window(2 * DEEPFILTERNET.hop))
        self._wide, self._low = DeepFilter(DEEPFILTERNET), DeepFilter(HUSH)
        self._waiting: Spectra = np.zeros((DEEPFILTERNET.ahead, _BINS), np.complex64)

    def push(self, samples: Floats) -> Floats:
        """Return ``samples`` enhanced, 30 ms later: as many as came in."""
        size = BLOCK * self.hop
        pieces = [self._some(samples[start : start + size]) for start in range(0, samples.size, size)]
        return np.concatenate(pieces) if pieces else samples

    def _some(self, samples: Floats) -> Floats:
        scale = np.float32(2 * self.hop)
        spectra = self._framed.spectra(samples) / scale
        made = self._wide.enhanced(spectra)
        low = np.concatenate([self._waiting, self._low.enhanced(spectra[:, :_BINS])])
        self._waiting = low[len(spectra) :]
        made[:, :_BINS] = (made[:, :_BINS] + low[: len(spectra)]) / 2
        return self._framed.sound(made * scale)
