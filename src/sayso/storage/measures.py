"""How close a kept sound is to the original, by three measures that fail in different ways.

No one of them is enough: an opinion score saturates (`docs/storage.md`), an embedding hears no noise, and a spectrum
weighs what nobody hears. A form is good enough only where all three say so.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso.audio.quality import dnsmos
from sayso.audio.signal import Signal
from sayso.errors import SaysoError
from sayso.storage.purpose import Demand
from sayso.voices.campplus import embed_voice

_BANDS: Final = 40
_LOWEST_HZ: Final = 60.0
_HIGHEST_HZ: Final = 8_000.0
_FRAME_S: Final = 0.032
_LOUD_PERCENTILE: Final = 95.0
_SPOKEN: Final = 1e-3  # -30 dB beside the loud frames
_FLOOR: Final = 1e-5  # -50 dB: what is softer is masked

Powers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Closeness:
    """How close a kept sound is to the original; ``voice`` is None where no voice could be told."""

    spectral_db: float
    voice: float | None
    opinion_loss: float

    def meets(self, demand: Demand) -> bool:
        """Return whether every measure reaches ``demand``; what could not be measured does not."""
        return (
            self.voice is not None
            and self.voice >= demand.voice
            and self.spectral_db <= demand.spectral_db
            and self.opinion_loss <= demand.opinion_loss
        )


class Beside:
    """Measures sounds beside one original, whose own measures are taken once."""

    def __init__(self, original: Signal) -> None:
        """Take the original."""
        self._original = original
        self._bands = _mel_powers(original)
        self._opinion = dnsmos(original).ovr
        self._voice = _voice_of(original)

    def closeness(self, kept: Signal) -> Closeness:
        """Return how close ``kept`` is: same rate and length as the original."""
        voice = _voice_of(kept)
        cosine = None if voice is None or self._voice is None else float(voice @ self._voice)
        return Closeness(
            spectral_db(self._bands, _mel_powers(kept)), cosine, max(0.0, self._opinion - dnsmos(kept).ovr)
        )


def spectral_db(original: Powers, kept: Powers) -> float:
    """Return the root mean square difference of two mel spectra (frames, bands), in dB, where the original speaks."""
    total = original.sum(axis=1)
    loud = float(np.percentile(total, _LOUD_PERCENTILE))
    if loud <= 0:
        return 0.0
    speaks = total > loud * _SPOKEN
    floor = loud * _FLOOR
    ratio = (kept[speaks] + floor) / (original[speaks] + floor)
    return float(np.sqrt(np.mean(np.square(10 * np.log10(ratio)))))


def _voice_of(signal: Signal) -> NDArray[np.float32] | None:
    try:
        return embed_voice(signal)
    except SaysoError:
        return None


def _mel_powers(signal: Signal) -> Powers:
    """Return the power in mel bands of each half frame of 32 ms: (frames, bands)."""
    size = round(_FRAME_S * signal.sample_rate) // 2 * 2
    samples = np.pad(signal.mixed(), (0, size))
    frames = np.lib.stride_tricks.sliding_window_view(samples, size)[:: size // 2]
    window, bands = np.hanning(size).astype(np.float32), _bands(size, signal.sample_rate)
    # A block at a time: an hour of frames at once would not fit in memory.
    parts = [
        np.square(np.abs(np.fft.rfft(frames[start : start + 4096] * window, axis=1))) @ bands
        for start in range(0, len(frames), 4096)
    ]
    return np.concatenate(parts)


@cache
def _bands(size: int, sample_rate: int) -> Powers:
    """Return what adds the bins of a spectrum up to mel bands: (bins, bands)."""
    hertz = np.linspace(0, sample_rate / 2, size // 2 + 1)
    lowest, highest = (2595 * np.log10(1 + f / 700) for f in (_LOWEST_HZ, min(_HIGHEST_HZ, sample_rate / 2)))
    edges = 700 * (10 ** (np.linspace(lowest, highest, _BANDS + 2) / 2595) - 1)
    low, centre, high = edges[:-2], edges[1:-1], edges[2:]
    rising = (hertz[:, None] - low) / (centre - low)
    falling = (high - hertz[:, None]) / (high - centre)
    return np.clip(np.minimum(rising, falling), 0, None)
