"""Mixing what an enhancer made with the recording: most of it in pauses, less of it under the voice.

Noise is heard in pauses, where an enhancer can do no harm; under the voice it is masked, and what an enhancer takes
away there it takes from the voice. So the listener gets the silence of the one and the voice of the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso.audio.mastering import tone_noise
from sayso.audio.signal import Signal

_BLOCK_S: Final = 0.016
_LOUD_PERCENTILE: Final = 95.0
_SPOKEN_DB: Final = (-35.0, -20.0)  # beside the loud: from nothing to all
_HOLD: Final = 7
_SMOOTH: Final = 5
_TONE_BLOCK_S: Final = 0.1
_TONE_BLOCKS: Final = 5
_FADE_S: Final = 0.02

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


def replaced(signal: Signal, places: Sequence[tuple[float, float]], tones: Sequence[Sequence[int]]) -> Signal:
    """Return ``signal`` with noise of the colour ``tones``, one a channel (`tone_of`), in ``places``, in seconds.

    Sound and noise fade into each other over 20 ms inside each place. Places outside the signal change nothing.
    """
    made = signal.samples.copy()
    rate = signal.sample_rate
    for start, stop in places:
        first, last = max(0, round(start * rate)), min(signal.num_samples, round(stop * rate))
        if last <= first:
            continue
        at = np.arange(last - first)
        fade = max(1, round(_FADE_S * rate))
        angle = np.minimum(1, (np.minimum(at, at[::-1]) + 1) / fade).astype(np.float32) * np.float32(np.pi / 2)
        for channel, tone in zip(made, tones, strict=True):
            noise = tone_noise(tone, last - first, rate, seed=first)
            channel[first:last] = np.cos(angle) * channel[first:last] + np.sin(angle) * noise
    return Signal(made, rate)


def softest(signal: Signal) -> Floats:
    """Return the softest half second of ``signal``, of pieces of 0.1 s: (channels, samples)."""
    block = max(1, min(round(_TONE_BLOCK_S * signal.sample_rate), signal.num_samples))
    count = signal.num_samples // block
    blocks = signal.samples[:, : count * block].reshape(signal.num_channels, count, block)
    quiet = np.sort(np.argsort(np.square(blocks).mean(axis=(0, 2)), kind="stable")[:_TONE_BLOCKS])
    return blocks[:, quiet].reshape(signal.num_channels, -1)
