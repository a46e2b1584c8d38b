"""Mixing what an enhancer made with the recording: most of it in pauses, less of it under the voice.

Noise is heard in pauses, where an enhancer can do no harm; under the voice it is masked, and what an enhancer takes
away there it takes from the voice. So the listener gets the silence of the one and the voice of the other.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso.audio.signal import Signal

_BLOCK_S: Final = 0.016
_LOUD_PERCENTILE: Final = 95.0
_SPOKEN_DB: Final = (-35.0, -20.0)  # beside the loud: from nothing to all
_HOLD: Final = 7
_SMOOTH: Final = 5

Floats = NDArray[np.float32]


def mixed(wet: Signal, dry: Signal, share: float) -> Signal:
    """Return ``share`` of ``wet`` and the rest of ``dry``."""
    return Signal(np.float32(share) * wet.samples + np.float32(1 - share) * dry.samples, dry.sample_rate)


def voice_spared(wet: Signal, dry: Signal, *, pauses: float, voice: float) -> Signal:
    """Return a share of ``wet`` and the rest of ``dry``: ``pauses`` where ``wet`` pauses, ``voice`` in speech."""
    made = [
        clean + (np.float32(1 - pauses) + np.float32(pauses - voice) * spoken(clean, dry.sample_rate)) * (noisy - clean)
        for clean, noisy in zip(wet.samples, dry.samples, strict=True)
    ]
    return Signal(np.stack(made).astype(np.float32), dry.sample_rate)


def spoken(samples: Floats, sample_rate: int) -> Floats:
    """Return how much each of ``samples`` is speech, 0 to 1, by its level; for sound without noise."""
    from scipy.ndimage import maximum_filter1d, uniform_filter1d  # noqa: PLC0415 - slow to import

    block = max(1, round(_BLOCK_S * sample_rate))
    count = -(-samples.size // block)
    power = np.square(np.pad(samples, (0, count * block - samples.size)).reshape(count, block)).mean(axis=1)
    loud = max(float(np.percentile(power, _LOUD_PERCENTILE)), 1e-12)
    lowest, highest = _SPOKEN_DB
    level = 10 * np.log10(uniform_filter1d(power, 3) / loud + 1e-9)
    sure = np.clip((level - lowest) / (highest - lowest), 0, 1)
    sure = uniform_filter1d(maximum_filter1d(sure, _HOLD), _SMOOTH)
    return np.interp(np.arange(samples.size), (np.arange(count) + 0.5) * block, sure).astype(np.float32)
