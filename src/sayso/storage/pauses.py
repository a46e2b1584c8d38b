"""Pauses: found by the detector of speech, taken out, and put back as room tone of the same length and colour.

Only what is a pause to the ear, too, is taken out: softer than the speech by 25 dB in every twentieth of a second. A
page that is turned, a breath and music stay.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso.audio.mastering import tone_noise, tone_of
from sayso.audio.signal import Signal
from sayso.audio.speech import speech_spans

_MIN_S: Final = 0.6
_KEPT_S: Final = 0.1  # of the pause on each side, so that no word loses its end
_BLOCK_S: Final = 0.05
_BELOW_SPEECH: Final = 10 ** (-25 / 20)
_FADE_S: Final = 0.02

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
            tone = tone_of(samples[first:last], signal.sample_rate)
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
    return tone_noise(pause.tone, pause.length, sample_rate, seed=pause.start) * _faded(
        pause.length, round(_FADE_S * sample_rate)
    )


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


def _faded(length: int, fade: int) -> Floats:
    """Return 1, rising from 0 at the start and falling to 0 at the end."""
    at = np.arange(length)
    return np.minimum(1, (np.minimum(at, at[::-1]) + 1) / max(1, fade)).astype(np.float32)
