"""The rhythm: the Morse code of "AI" as a tone, short long, short short (GB 45438-2025, 5.3 c and its note 1)."""

from __future__ import annotations

from typing import Final

import numpy as np

from sayso.audio.signal import Signal

_DOT_S: Final = 0.1
_TONE_HZ: Final = 800.0
_LEVEL: Final = 0.1  # -23 dBFS: as loud as speech at -20 LUFS, about
_FADE_S: Final = 0.005
_REST_S: Final = 0.4  # between the rhythm and what is said
# Morse (ITU-R M.1677-1): a dash lasts three dots; one dot of silence within a letter, three between letters.
_BEATS: Final = ((1, 1), (3, 3), (1, 1), (1, 0))


def rhythm(sample_rate: int) -> Signal:
    """Return the rhythm, mono, 1.1 s, at ``sample_rate`` in Hz."""
    beats = [
        part for on, off in _BEATS for part in (_tone(on * _DOT_S, sample_rate), _silence(off * _DOT_S, sample_rate))
    ]
    return Signal.mono(np.concatenate(beats), sample_rate)


def opening(sample_rate: int) -> Signal:
    """Return the rhythm with a rest after it."""
    return Signal.mono(np.concatenate([rhythm(sample_rate).samples[0], _silence(_REST_S, sample_rate)]), sample_rate)


def closing(sample_rate: int) -> Signal:
    """Return the rhythm with a rest before it."""
    return Signal.mono(np.concatenate([_silence(_REST_S, sample_rate), rhythm(sample_rate).samples[0]]), sample_rate)


def _tone(length_s: float, sample_rate: int) -> np.ndarray:
    time_s = np.arange(round(length_s * sample_rate)) / sample_rate
    edge = np.clip(np.minimum(time_s, time_s[::-1]) / _FADE_S, 0, 1)
    return np.asarray(_LEVEL * edge * np.sin(2 * np.pi * _TONE_HZ * time_s), dtype=np.float32)


def _silence(length_s: float, sample_rate: int) -> np.ndarray:
    return np.zeros(round(length_s * sample_rate), dtype=np.float32)
