"""Pauses: found by the detector of speech, taken out, and put back as room tone of the same length and colour.

Only what is a pause to the ear, too, is taken out: softer than the speech by 25 dB in every twentieth of a second. A
page that is turned, a breath and music stay.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso.audio.signal import Signal
from sayso.audio.speech import speech_spans

_MIN_S: Final = 0.6
_KEPT_S: Final = 0.1  # of the pause on each side, so that no word loses its end
_BLOCK_S: Final = 0.05
_BELOW_SPEECH: Final = 10 ** (-25 / 20)
_BANDS: Final = 24
_LOWEST_HZ: Final = 50.0
_SILENT_CENTIBEL: Final = -1500
_FADE_S: Final = 0.02
_FRAME: Final = 1024

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class StoredPause:
    """A pause in samples of the whole sound, with its room tone: the level of 24 bands in tenths of a dB."""

    start: int
    length: int
    tone: tuple[int, ...]


def pauses_in(signal: Signal) -> tuple[StoredPause, ...]:
    """Return the pauses of 0.6 s and more in ``signal``, one channel, in order; none where nobody speaks."""
    spans = speech_spans(signal) if signal.num_channels == 1 else []
    if not spans:
        return ()
    samples = signal.samples[0]
    level = _level(np.concatenate([samples[start:stop] for start, stop in spans]))
    kept, least = round(_KEPT_S * signal.sample_rate), round(_MIN_S * signal.sample_rate)
    found = []
    for start, stop in _between(spans, signal.num_samples):
        first, last = start + kept, stop - kept
        if last - first >= least and _is_soft(samples[first:last], level, signal.sample_rate):
            tone = _tone_of(samples[first:last], signal.sample_rate)
            found.append(StoredPause(first, last - first, tone))
    return tuple(found)


def without(signal: Signal, pauses: Sequence[StoredPause]) -> Signal:
    """Return ``signal`` with the pauses taken out."""
    if not pauses:
        return signal
    edges = [0, *(edge for pause in pauses for edge in (pause.start, pause.start + pause.length)), signal.num_samples]
    pieces = [signal.samples[:, start:stop] for start, stop in zip(edges[::2], edges[1::2], strict=True)]
    return Signal(np.concatenate(pieces, axis=1), signal.sample_rate)


def put_back(signal: Signal, pauses: Sequence[StoredPause]) -> Signal:
    """Return ``signal`` with room tone where its pauses were; as long as it was before. Deterministic."""
    if not pauses:
        return signal
    pieces, done, taken = [], 0, 0
    for pause in pauses:
        until = pause.start - taken
        pieces += [signal.samples[0, done:until], room_tone(pause, signal.sample_rate)]
        done, taken = until, taken + pause.length
    pieces.append(signal.samples[0, done:])
    return Signal.mono(np.concatenate(pieces), signal.sample_rate)


def room_tone(pause: StoredPause, sample_rate: int) -> Floats:
    """Return noise as long as ``pause`` and of its colour. The same pause gives the same noise."""
    if max(pause.tone, default=_SILENT_CENTIBEL) <= _SILENT_CENTIBEL:
        return np.zeros(pause.length, np.float32)
    white = np.random.default_rng(pause.start).standard_normal(pause.length + 2 * _FRAME)
    # Of white noise through a Hann window a bin holds 3/8 of the frame in the mean; the levels are means of bins.
    gain = np.sqrt(_spread(pause.tone, sample_rate) / (0.375 * _FRAME))
    window = np.sqrt(np.hanning(_FRAME + 1)[:-1])
    made = np.zeros(white.size)
    for start in range(0, white.size - _FRAME + 1, _FRAME // 2):
        shaped = np.fft.irfft(np.fft.rfft(white[start : start + _FRAME] * window) * gain)
        made[start : start + _FRAME] += shaped * window
    tone = made[_FRAME : _FRAME + pause.length].astype(np.float32)
    return tone * _faded(pause.length, round(_FADE_S * sample_rate))


def _between(spans: Sequence[tuple[int, int]], length: int) -> Iterator[tuple[int, int]]:
    edges = [0, *(edge for span in spans for edge in span), length]
    yield from zip(edges[::2], edges[1::2], strict=True)


def _is_soft(samples: Floats, speech: float, sample_rate: int) -> bool:
    block = max(1, round(_BLOCK_S * sample_rate))
    blocks = samples[: samples.size // block * block].reshape(-1, block)
    levels = np.sqrt(np.mean(np.square(blocks, dtype=np.float64), axis=1))
    return bool(levels.max(initial=0.0) <= speech * _BELOW_SPEECH)


def _level(samples: Floats) -> float:
    return float(np.sqrt(np.mean(np.square(samples, dtype=np.float64))))


def _edges(sample_rate: int) -> NDArray[np.int64]:
    """Return the edges of the bands in bins of a frame, rising: (25,)."""
    hertz = np.geomspace(_LOWEST_HZ, sample_rate / 2, _BANDS + 1)
    bins = np.round(hertz / sample_rate * _FRAME).astype(np.int64)
    return np.maximum.accumulate(np.maximum(bins, np.arange(_BANDS + 1)))


def _tone_of(samples: Floats, sample_rate: int) -> tuple[int, ...]:
    """Return the level of each band: the mean power of its bins through a Hann window, in tenths of a dB."""
    padded = np.pad(samples, (0, max(0, _FRAME - samples.size)))
    frames = np.lib.stride_tricks.sliding_window_view(padded, _FRAME)[:: _FRAME // 2]
    power = np.square(np.abs(np.fft.rfft(frames * np.hanning(_FRAME), axis=1))).mean(axis=0)
    edges = _edges(sample_rate)
    means = [power[first : max(last, first + 1)].mean() for first, last in pairwise(edges.tolist())]
    levels = 100 * np.log10(np.maximum(means, 10 ** (_SILENT_CENTIBEL / 100)))
    return tuple(int(level) for level in np.round(levels))


def _spread(tone: Sequence[int], sample_rate: int) -> NDArray[np.float64]:
    """Return the power of each bin, nothing below the lowest band."""
    edges = _edges(sample_rate)
    centres = (edges[:-1] + edges[1:]) / 2
    bins = np.arange(_FRAME // 2 + 1)
    power = 10 ** (np.interp(bins, centres, np.array(tone, np.float64)) / 100)
    power[: edges[0]] = 0
    return power


def _faded(length: int, fade: int) -> Floats:
    """Return 1, rising from 0 at the start and falling to 0 at the end."""
    at = np.arange(length)
    return np.minimum(1, (np.minimum(at, at[::-1]) + 1) / max(1, fade)).astype(np.float32)
