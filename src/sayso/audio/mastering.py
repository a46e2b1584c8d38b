"""Mastering: levels, a limiter that looks ahead, and room tone in place of digital silence."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso.audio.loudness import peak_of

_BLOCK_S: Final = 0.004
_WINDOW_S: Final = 0.5
_AT_ONCE: Final = 1 << 20
"""Samples of a chapter that are looked at together, so that memory stays bounded."""

_TONE_HZ: Final = (60.0, 6_000.0)
_TONE_LOOP_S: Final = 11.0
_TONE_LOWEST_HZ: Final = 50.0
_TONE_FRAME: Final = 1024
_SILENT_CENTIBEL: Final = -1500

TONE_BANDS: Final = 24
"""The bands of the colour of a room."""


def rms_dbfs(samples: NDArray[np.float32]) -> float:
    """Return the root mean square of ``samples`` in dB below full scale; ``-inf`` for silence or nothing."""
    parts = (samples[start : start + _AT_ONCE] for start in range(0, samples.size, _AT_ONCE))
    energy = sum(float(np.square(part, dtype=np.float64).sum()) for part in parts)
    return 10 * math.log10(energy / samples.size) if energy > 0 else -math.inf


def peak_dbfs(samples: NDArray[np.float32]) -> float:
    """Return the largest sample in dB below full scale; ``-inf`` for silence or nothing."""
    peak = peak_of(samples)
    return 20 * math.log10(peak) if peak > 0 else -math.inf


def noise_floor_dbfs(samples: NDArray[np.float32], sample_rate: int) -> float:
    """Return the level of the quietest half second of ``samples``, shape (samples,), in dB below full scale."""
    window = min(samples.size, round(_WINDOW_S * sample_rate))
    if window == 0:
        return -math.inf
    step = max(1, window // 5)
    last = samples.size - window + 1
    span = step * max(1, _AT_ONCE // step)
    power = min(_least_energy(samples[at : at + span + window], window, step) for at in range(0, last, span)) / window
    return 10 * math.log10(power) if power > 0 else -math.inf


def _least_energy(samples: NDArray[np.float32], window: int, step: int) -> float:
    sums = np.concatenate([[0.0], np.cumsum(np.square(samples, dtype=np.float64))])
    starts = np.arange(0, samples.size - window + 1, step)
    return float(np.min(sums[starts + window] - sums[starts]))


def room_tone(num_samples: int, sample_rate: int, *, level_dbfs: float) -> NDArray[np.float32]:
    """Return noise like that of a quiet room, 60 Hz to 6 kHz and falling, at ``level_dbfs``, always the same samples.

    A loop of 11 s, whose ends meet: it is made of a spectrum of random phases.
    """
    length = round(_TONE_LOOP_S * sample_rate)
    frequencies = np.fft.rfftfreq(length, 1 / sample_rate)
    inside = (frequencies >= _TONE_HZ[0]) & (frequencies <= _TONE_HZ[1])
    phases = np.random.default_rng(1).uniform(0, 2 * np.pi, frequencies.size)
    spectrum = np.where(inside, 1 / np.sqrt(np.maximum(frequencies, 1.0)), 0.0) * np.exp(1j * phases)
    loop = np.fft.irfft(spectrum, length)
    loop *= 10 ** (level_dbfs / 20) / math.sqrt(float(np.mean(loop**2)))
    return np.resize(loop.astype(np.float32), num_samples)


def limit(samples: NDArray[np.float32], sample_rate: int, *, ceiling_dbfs: float) -> None:
    """Bring ``samples``, shape (samples,), to ``ceiling_dbfs`` or below, in place; quieter stretches stay as they are.

    The gain is that of the loudest of three blocks of 4 ms around, and goes in straight lines between their middles.
    """
    ceiling = 10 ** (ceiling_dbfs / 20)
    block = max(1, round(_BLOCK_S * sample_rate))
    if samples.size == 0 or peak_of(samples) <= ceiling:
        return
    starts = np.arange(0, samples.size, block)
    count = starts.size
    peaks = np.maximum(np.maximum.reduceat(samples, starts), -np.minimum.reduceat(samples, starts))
    gain = np.minimum(1.0, ceiling / np.maximum(peaks, 1e-12))
    lowest = np.minimum(np.minimum(gain, np.append(gain[1:], 1.0)), np.insert(gain[:-1], 0, 1.0))
    for first in range(0, count, 4096):  # bounded memory: a chapter has hundreds of thousands of blocks
        stretch = samples[first * block : (first + 4096) * block]
        places = first * block + np.arange(stretch.size, dtype=np.float64)
        curve = np.interp(places, (np.arange(count) + 0.5) * block, lowest)
        stretch *= curve.astype(np.float32)


def tone_of(samples: NDArray[np.float32], sample_rate: int) -> tuple[int, ...]:
    """Return the level of each band: the mean power of its bins through a Hann window, in tenths of a dB."""
    padded = np.pad(samples, (0, max(0, _TONE_FRAME - samples.size)))
    frames = np.lib.stride_tricks.sliding_window_view(padded, _TONE_FRAME)[:: _TONE_FRAME // 2]
    power = np.square(np.abs(np.fft.rfft(frames * np.hanning(_TONE_FRAME), axis=1))).mean(axis=0)
    edges = _band_edges(sample_rate)
    means = [power[first : max(last, first + 1)].mean() for first, last in pairwise(edges.tolist())]
    levels = 100 * np.log10(np.maximum(means, 10 ** (_SILENT_CENTIBEL / 100)))
    return tuple(int(level) for level in np.round(levels))


def tone_noise(tone: Sequence[int], num_samples: int, sample_rate: int, *, seed: int) -> NDArray[np.float32]:
    """Return noise whose bands have the levels ``tone``, as `tone_of` tells them; the same ``seed``, the same noise."""
    if max(tone, default=_SILENT_CENTIBEL) <= _SILENT_CENTIBEL:
        return np.zeros(num_samples, np.float32)
    white = np.random.default_rng(seed).standard_normal(num_samples + 2 * _TONE_FRAME)
    # Of white noise through a Hann window a bin holds 3/8 of the frame in the mean; the levels are means of bins.
    gain = np.sqrt(_band_power(tone, sample_rate) / (0.375 * _TONE_FRAME))
    window = np.sqrt(np.hanning(_TONE_FRAME + 1)[:-1])
    made = np.zeros(white.size)
    for start in range(0, white.size - _TONE_FRAME + 1, _TONE_FRAME // 2):
        shaped = np.fft.irfft(np.fft.rfft(white[start : start + _TONE_FRAME] * window) * gain)
        made[start : start + _TONE_FRAME] += shaped * window
    return made[_TONE_FRAME : _TONE_FRAME + num_samples].astype(np.float32)


def _band_edges(sample_rate: int) -> NDArray[np.int64]:
    """Return the edges of the bands in bins of a frame, rising: (25,)."""
    hertz = np.geomspace(_TONE_LOWEST_HZ, sample_rate / 2, TONE_BANDS + 1)
    bins = np.round(hertz / sample_rate * _TONE_FRAME).astype(np.int64)
    return np.maximum.accumulate(np.maximum(bins, np.arange(TONE_BANDS + 1)))


def _band_power(tone: Sequence[int], sample_rate: int) -> NDArray[np.float64]:
    """Return the power of each bin, nothing below the lowest band."""
    edges = _band_edges(sample_rate)
    centres = (edges[:-1] + edges[1:]) / 2
    bins = np.arange(_TONE_FRAME // 2 + 1)
    power = 10 ** (np.interp(bins, centres, np.array(tone, np.float64)) / 100)
    power[: edges[0]] = 0
    return power
