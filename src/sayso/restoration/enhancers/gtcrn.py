"""GTCRN (Rong et al., ICASSP 2024): takes noise away, at 16,000 Hz, frame by frame."""

from __future__ import annotations

from typing import Final

import numpy as np

from sayso.models import cards, session
from sayso.restoration.enhancers.overlapped import Floats, Framed

RATE: Final = 16_000
_FRAME: Final = 512
_CACHES: Final = ("conv_cache", "tra_cache", "inter_cache")


class Gtcrn:
    """The enhancer ``gtcrn``."""

    name: Final = "gtcrn"
    licence: Final = "MIT"
    sample_rate: Final = RATE
    latency_s: Final = _FRAME / 2 / RATE

    def digest(self) -> str:
        """Return the digest of the network."""
        return cards()["gtcrn"].sha256

    def stream(self) -> GtcrnStream:
        """Return a run over one recording."""
        return GtcrnStream()


class GtcrnStream:
    """A run over one recording, block by block, each of whole hops of 16 ms; what comes out is one hop later."""

    hop: Final = _FRAME // 2
    delay: Final = _FRAME // 2

    def __init__(self) -> None:
        # The square root of a periodic Hann window: used twice it adds up to one at half overlap.
        self._framed = Framed(np.sin(np.pi * np.arange(_FRAME) / _FRAME).astype(np.float32))
        self._model = session("gtcrn")
        shapes = {each.name: each.shape for each in self._model.get_inputs()}
        self._caches = [np.zeros(shapes[name], dtype=np.float32) for name in _CACHES]

    def push(self, samples: Floats) -> Floats:
        """Return ``samples`` enhanced, a hop later: as many as came in."""
        spectra = self._framed.spectra(samples)
        frames = np.ascontiguousarray(spectra).view(np.float32).reshape(-1, 1, spectra.shape[1], 1, 2)
        enhanced = np.empty_like(frames)
        for place, frame in enumerate(frames):
            fed = {"mix": frame, **dict(zip(_CACHES, self._caches, strict=True))}
            enhanced[place], *self._caches = self._model.run(None, fed)
        return self._framed.sound(enhanced.reshape(len(spectra), -1).view(np.complex64))
