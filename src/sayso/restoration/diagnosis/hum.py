"""Mains hum: found as a comb of steady tones, followed and subtracted."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso.audio.signal import Signal

_MAINS_HZ: Final = (50.0, 60.0)
_NUM_HARMONICS: Final = 12
_BLOCK_S: Final = 0.1  # five or six turns of the mains: its harmonics do not disturb one another
_WINDOW_BLOCKS: Final = 100  # as long as the phase of the mains can be foretold
_MOST_WINDOWS: Final = 12
_MIN_BLOCKS: Final = 20
_WANDERING: Final = np.arange(-40, 41) * 1e-4  # by how much the mains frequency may be off
_SPEECH_HZ: Final = (30.0, 800.0)
_TOLD_BY: Final = 6  # the lowest harmonics, where mains are; the rest add more chance than hum
_MOST_OF_ONE: Final = 11.0  # no single tone makes a hum
_SURE: Final = 21.0
_LEAKED: Final = 1e-4
_VISIBLE: Final = 5.0
_MIN_LEVEL_DB: Final = -60.0
_FOLLOW_S: Final = 2.0
_STRETCH_BLOCKS: Final = 100  # subtracted at a time, so that memory stays bounded


@dataclass(frozen=True, slots=True)
class Hum:
    """Mains hum: 50 or 60 Hz, its level in dB beside the whole recording, and the tones it is made of in Hz.

    ``heard_db`` is its level with each tone by A-weighting: as ears weigh soft sound, which hear little at 50 Hz.
    """

    mains_hz: int
    level_db: float
    tones_hz: tuple[float, ...]
    heard_db: float = 0.0


def find_hum(samples: NDArray[np.float32], sample_rate: int) -> Hum | None:
    """Return the mains hum of ``samples``, shape (samples,), or None.

    The tones of hum keep their phase, those of a voice do not: in windows of 10 s the amplitudes of a harmonic in
    blocks of 0.1 s, turned back by the phase that one mains frequency foretells, are summed, the quieter blocks with
    more weight. Of random phases the square of that sum, over the sum of squares, is 1 in the mean and exponentially
    distributed. The lowest six harmonics must make 21 together, none counted for more than 11, and two of twelve 5. A
    long recording is looked at in 12 windows. One of under 2 s is too short to tell.
    """
    block = round(_BLOCK_S * sample_rate)
    blocks = samples[: samples.size // block * block].reshape(-1, block)
    total = float(np.mean(np.square(samples, dtype=np.float64))) if samples.size else 0.0
    if len(blocks) < _MIN_BLOCKS or total == 0:
        return None
    windows = [blocks[start : start + _WINDOW_BLOCKS] for start in _window_starts(len(blocks))]
    combs = [_Comb.of(windows, mains, sample_rate) for mains in _MAINS_HZ]
    return max(combs, key=lambda comb: comb.score).hum(total)


def remove_hum(signal: Signal, hum: Hum) -> Signal:
    """Return ``signal`` without the tones of ``hum``, each followed in amplitude and phase and subtracted.

    A notch narrow enough to spare a voice rings for a quarter of a second into every pause; subtraction does not ring.
    What a tone is, is read mostly where the recording is quiet, over about two seconds at a time.
    """
    clean = signal.samples.astype(np.float64)
    for channel in clean:
        for tone_hz in hum.tones_hz:
            _subtract_tone(channel, tone_hz / signal.sample_rate, block=round(_BLOCK_S * signal.sample_rate))
    return Signal(clean.astype(np.float32), signal.sample_rate)


def _subtract_tone(samples: NDArray[np.float64], frequency: float, *, block: int) -> None:
    """Take the steady tone at ``frequency`` (cycles a sample) out of ``samples``."""
    values, weights = _demodulated(samples, frequency, block=block)
    # A frequency that is a little off turns the phase from block to block by a constant angle.
    pairs = np.minimum(weights[1:], weights[:-1]) * values[1:] * values[:-1].conj()
    frequency += float(np.angle(pairs.sum())) / (2 * np.pi * block)
    values, weights = _demodulated(samples, frequency, block=block)
    reach = min(math.ceil(_FOLLOW_S / _BLOCK_S), values.size // 2)
    kernel = np.hanning(2 * reach + 3)[1:-1]
    smooth = np.convolve(values * weights, kernel) / np.convolve(weights, kernel)
    centres = (np.arange(values.size) + 0.5) * block
    amplitude = smooth[reach : reach + values.size]
    for start in range(0, samples.size, _STRETCH_BLOCKS * block):
        at = np.arange(start, min(start + _STRETCH_BLOCKS * block, samples.size))
        envelope = np.interp(at, centres, amplitude.real) + 1j * np.interp(at, centres, amplitude.imag)
        samples[at] -= 2 * (envelope * np.exp(2j * np.pi * frequency * at)).real


def _demodulated(
    samples: NDArray[np.float64], frequency: float, *, block: int
) -> tuple[NDArray[np.complex128], NDArray[np.float64]]:
    """Return the complex amplitude of the tone in each block, and how much each is worth: the quieter, the more."""
    blocks = samples[: samples.size // block * block].reshape(-1, block)
    # The same oscillation serves each block, turned on by the phase at its start.
    starts = np.exp(-2j * np.pi * frequency * block * np.arange(len(blocks)))
    values = blocks @ np.exp(-2j * np.pi * frequency * np.arange(block)) / block * starts
    power = np.einsum("ij,ij->i", blocks, blocks) / block
    return values, 1 / (power + np.percentile(power, 10) + 1e-12)


def _window_starts(num_blocks: int) -> list[int]:
    count = min(_MOST_WINDOWS, max(1, num_blocks // _WINDOW_BLOCKS))
    last = max(0, num_blocks - _WINDOW_BLOCKS)
    return [int(place) for place in np.linspace(0, last if count > 1 else 0, count)]


def a_weighting(hertz: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the gain of A-weighting at each of ``hertz``, in dB: 0 at 1,000 Hz (IEC 61672-1, annex E)."""
    square = np.square(hertz)
    outer = (square + 20.6**2) * (square + 12_194.0**2)
    inner = np.sqrt((square + 107.7**2) * (square + 737.9**2))
    return np.asarray(20 * np.log10(12_194.0**2 * square**2 / (outer * inner)) + 2.0, np.float64)


def _sureness(coherence: NDArray[np.float64]) -> float:
    """Return how sure hum is by the ``coherence`` of each harmonic."""
    return float(np.minimum(coherence[:_TOLD_BY], _MOST_OF_ONE).sum())


@dataclass(frozen=True, slots=True)
class _Comb:
    """What was found at the harmonics of one mains frequency, in the mean of the windows.

    ``coherence`` is 1 where phases are random, ``power`` that of the tones, both (harmonics,); ``base_hz`` is where the
    first harmonic lies.
    """

    mains_hz: float
    base_hz: float
    score: float
    coherence: NDArray[np.float64]
    power: NDArray[np.float64]

    @classmethod
    def of(cls, windows: Sequence[NDArray[np.float32]], mains_hz: float, sample_rate: int) -> _Comb:
        found = [_best_of_grid(*_coherence(window, mains_hz, sample_rate)) for window in windows]
        places, coherence, power = zip(*found, strict=True)
        mean = np.mean(coherence, axis=0)
        base = mains_hz * (1 + float(np.median(_WANDERING[list(places)])))
        return cls(mains_hz, base, _sureness(mean), mean, np.mean(power, axis=0))

    def hum(self, total: float) -> Hum | None:
        """Return the hum beside a recording of the power ``total``; None where it is not sure, or too faint."""
        seen = np.flatnonzero(self.coherence >= _VISIBLE)
        level = float(self.power[seen].sum())
        if self.score < _SURE or seen.size < 2 or level <= 0:
            return None
        level_db = min(0.0, 10 * math.log10(level / total))
        if level_db < _MIN_LEVEL_DB:
            return None
        tones = np.asarray(self.base_hz * (seen + 1), np.float64)
        heard = float(self.power[seen] @ np.power(10.0, a_weighting(tones) / 10))
        return Hum(round(self.mains_hz), level_db, tuple(tones.tolist()), min(0.0, 10 * math.log10(heard / total)))


def _best_of_grid(
    coherence: NDArray[np.float64], power: NDArray[np.float64]
) -> tuple[int, NDArray[np.float64], NDArray[np.float64]]:
    """Return the mains frequency at which the lowest harmonics are most coherent, and what is found there."""
    place = int(np.argmax(coherence[:_TOLD_BY].sum(axis=0)))
    return place, coherence[:, place], power[:, place]


def _coherence(
    blocks: NDArray[np.float32], mains_hz: float, sample_rate: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return how coherent each harmonic is at each mains frequency of the grid, and its power there."""
    window = np.hanning(blocks.shape[1] + 2)[1:-1]
    windowed = blocks * window
    weights = _weights(windowed, sample_rate)
    values = weights * _amplitudes(windowed, mains_hz, sample_rate) / window.sum()
    turns = _turns(mains_hz)[: len(values), :, : len(blocks)]
    turned = np.square(np.abs(turns @ values[..., np.newaxis])[..., 0])
    coherence = np.zeros((_NUM_HARMONICS, _WANDERING.size))
    power = np.zeros_like(coherence)
    coherence[: len(values)] = turned / np.maximum(np.square(np.abs(values)).sum(axis=1), 1e-30)[:, np.newaxis]
    power[: len(values)] = 2 * turned / weights.sum() ** 2
    coherence[power < _LEAKED * power.max(axis=0)] = 0  # what leaks of a steady tone elsewhere is as coherent as that
    return coherence, power


def _amplitudes(windowed: NDArray[np.float64], mains_hz: float, sample_rate: int) -> NDArray[np.complex128]:
    """Return the complex amplitude of each harmonic in each block, shape (tones, blocks), but for the window's sum."""
    cosines, sines = np.split(windowed @ _waves(mains_hz, sample_rate), 2, axis=1)
    return np.asarray((cosines - 1j * sines).T, np.complex128)


@lru_cache(maxsize=8)
def _waves(mains_hz: float, sample_rate: int) -> NDArray[np.float64]:
    """Return cosines and then sines of the harmonics below 0.45 of the rate, over a block: shape (samples, 2 tones)."""
    tones = mains_hz * np.arange(1, _NUM_HARMONICS + 1)
    at = np.arange(round(_BLOCK_S * sample_rate)) / sample_rate
    phase = 2 * np.pi * np.outer(at, tones[tones < 0.45 * sample_rate])
    return np.concatenate([np.cos(phase), np.sin(phase)], axis=1)


@cache
def _turns(mains_hz: float) -> NDArray[np.complex128]:
    """Return what turns each block back, shape (harmonics, frequencies of the grid, blocks): 1.6 MB."""
    tones = mains_hz * np.outer(np.arange(1, _NUM_HARMONICS + 1), 1 + _WANDERING)
    return np.asarray(
        np.exp(-2j * np.pi * tones[..., np.newaxis] * (_BLOCK_S * np.arange(_WINDOW_BLOCKS))), np.complex128
    )


def _weights(windowed: NDArray[np.float64], sample_rate: int) -> NDArray[np.float64]:
    """Return how much each block is worth: the less sound where voices lie, the more."""
    low, high = (round(edge * _BLOCK_S) for edge in _SPEECH_HZ)
    power = np.square(np.abs(np.fft.rfft(windowed, axis=1)[:, low:high])).sum(axis=1)
    return np.asarray(1 / (power + np.percentile(power, 10) + 1e-12 * sample_rate), np.float64)
