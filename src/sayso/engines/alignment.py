"""Alignment: words found in the sound of an engine that does not tell when it says them.

hibari, which does tell, says the same text; dynamic time warping (Sakoe and Chiba, 1978) lays its sound along the other
and carries its word times over. Compared are log-mel spectra, less their means, 10 ms a frame.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso.audio.resample import resample
from sayso.audio.signal import Signal
from sayso.engines.hibari import HibariEngine
from sayso.engines.traits import WordTime

_RATE: Final = 16_000
_HOP: Final = 160
_SIZE: Final = 512
_BANDS: Final = 40
_FLOOR: Final = 1e-5
MAX_S: Final = 40.0
"""The longest sound that is aligned at once: a phrase; longer sound is aligned phrase by phrase."""

Features = NDArray[np.float32]


def found_words(text: str, sound: Signal) -> Sequence[WordTime]:
    """Return when each word of ``text``, one normalised phrase, is said in ``sound``: in order, one for each word.

    Nothing for sound longer than `MAX_S` or without a sample. Raise `Unspeakable`.
    """
    engine = HibariEngine()
    voice = engine.stock_asset("heart")
    told = engine.align(text, voice)
    if not 0.0 < sound.duration_s <= MAX_S:
        return []
    (known, *more) = [piece.samples[0] for piece in engine.stream(text, voice)]
    here = _features(Signal.mono(np.concatenate([known, *more]), engine.sample_rate))
    there = _features(Signal.mono(sound.mixed(), sound.sample_rate))
    places = _carried(_path(here, there), len(here))
    seconds = places * _HOP / _RATE
    return [WordTime(word.word, _at(seconds, word.start_s), _at(seconds, word.end_s)) for word in told]


def _at(seconds: NDArray[np.float64], time_s: float) -> float:
    """Return where ``time_s`` of hibari's sound lies in the other."""
    return float(np.interp(time_s * _RATE / _HOP, np.arange(len(seconds)), seconds))


def _features(sound: Signal) -> Features:
    """Return the log-mel spectra of ``sound``: (frames, bands), mean 0 and deviation 1 in each band."""
    samples = np.pad(resample(sound, _RATE).samples[0], _SIZE // 2)
    frames = np.lib.stride_tricks.sliding_window_view(samples, _SIZE)[::_HOP] * np.hanning(_SIZE)
    power = np.square(np.abs(np.fft.rfft(frames, axis=1)))
    levels = np.log(power @ _bands() + _FLOOR)
    return np.asarray((levels - levels.mean(axis=0)) / (levels.std(axis=0) + _FLOOR), np.float32)


@cache
def _bands() -> NDArray[np.float64]:
    """Return triangles on O'Shaughnessy's mel scale, 80 Hz to 7.6 kHz: (bins, bands)."""
    low, high = (2595.0 * np.log10(1.0 + hz / 700.0) for hz in (80.0, 7_600.0))
    edges_hz = 700.0 * (10.0 ** (np.linspace(low, high, _BANDS + 2) / 2595.0) - 1.0)
    bins_hz = np.fft.rfftfreq(_SIZE, 1.0 / _RATE)[:, None]
    rising = (bins_hz - edges_hz[:-2]) / np.diff(edges_hz)[:-1]
    falling = (edges_hz[2:] - bins_hz) / np.diff(edges_hz)[1:]
    return np.maximum(0.0, np.minimum(rising, falling))


def _path(here: Features, there: Features) -> list[tuple[int, int]]:
    """Return the cheapest path of steps (1, 1), (1, 0), (0, 1) through the distances of all frames."""
    rows, columns = len(here), len(there)
    squares = np.square(here).sum(axis=1)[:, None] + np.square(there).sum(axis=1) - 2.0 * here @ there.T
    distance = np.sqrt(np.maximum(squares, 0.0))
    total = np.full((rows + 1, columns + 1), np.inf)
    total[0, 0] = 0.0
    for diagonal in range(2, rows + columns + 1):
        row = np.arange(max(1, diagonal - columns), min(rows, diagonal - 1) + 1)
        column = diagonal - row
        before = np.minimum(total[row - 1, column - 1], np.minimum(total[row - 1, column], total[row, column - 1]))
        total[row, column] = before + distance[row - 1, column - 1]
    row_, column_ = rows, columns
    path = [(row_ - 1, column_ - 1)]
    while (row_, column_) != (1, 1):
        steps = ((row_ - 1, column_ - 1), (row_ - 1, column_), (row_, column_ - 1))
        row_, column_ = min(steps, key=lambda step: total[step])
        path.append((row_ - 1, column_ - 1))
    return path[::-1]


def _carried(path: Sequence[tuple[int, int]], frames: int) -> NDArray[np.float64]:
    """Return the mean place in the other sound of each frame of the first, never going back."""
    rows, columns = np.asarray(path).T
    sums = np.bincount(rows, weights=columns, minlength=frames) / np.bincount(rows, minlength=frames)
    return np.asarray(np.maximum.accumulate(sums), np.float64)
