"""Joining: phrases in one stream without clicks, with pauses of the length that the punctuation asks for.

Engines put silence of their own, of unpredictable length, around a phrase. It is taken off, the edges are faded, and
the pause is digital silence, in which the mark has nothing to hide. Output never depends on how an engine cut its
sound into pieces.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso.audio.signal import Signal

FRAME_S: Final = 0.005
SILENCE_DBFS: Final = -56.0
"""Level, root mean square over a frame, below which an engine is silent: soft consonants are 10 dB above."""

_LEAD_S: Final = 0.020
_TAIL_S: Final = 0.060
_FADE_S: Final = 0.010
_MAX_HELD_S: Final = 1.0

Samples = NDArray[np.float32]


def joined(
    pieces: Iterable[Signal], *, pause_ms: float = 0.0, cut: Callable[[int], object] = lambda _: None
) -> Iterator[Signal]:
    """Yield one phrase, mono, without the silence around it, faded at both ends over 10 ms, and the pause after it.

    Of the engine's silence, 20 ms before the first sound and 60 ms after the last are kept; of a longer silence inside
    the phrase nothing is taken. What is held back until the end of the phrase is known is at most one second. The pause
    comes with the last piece. Nothing is yielded for a phrase that is silent. ``cut`` is told before the first piece
    how many samples were taken off before it.
    """
    edges, sample_rate = None, 0
    for piece in pieces:
        sample_rate = piece.sample_rate
        edges = edges or _Edges(sample_rate, cut)
        yield from (Signal.mono(samples, sample_rate) for samples in edges.push(piece.samples[0]))
    if edges:
        pause = np.zeros(round(pause_ms * sample_rate / 1000), np.float32)
        yield from (Signal.mono(np.concatenate([samples, pause]), sample_rate) for samples in edges.close())


class _Edges:
    """The state of one phrase: what is held back because it may be the silence at its end."""

    def __init__(self, sample_rate: int, cut: Callable[[int], object]) -> None:
        self._cut, self._silent = cut, 0
        self._frame = max(1, round(FRAME_S * sample_rate))
        self._lead = round(_LEAD_S * sample_rate)
        self._tail = round(_TAIL_S * sample_rate)
        self._max_held = round(_MAX_HELD_S * sample_rate)
        self._threshold = 10 ** (SILENCE_DBFS / 20)
        self._ramp = _ramp(max(2, round(_FADE_S * sample_rate)))
        self._unmeasured: Samples = np.zeros(0, np.float32)  # less than one frame
        self._held: Samples = np.zeros(0, np.float32)
        self._loud_end = 0  # where in what is held the last sound ends; below 0 if that was let go
        self._released = 0
        self._has_begun = False

    def push(self, samples: Samples) -> Iterator[Samples]:
        """Yield what is certain to be part of the phrase."""
        samples = np.concatenate([self._unmeasured, samples])
        whole = len(samples) // self._frame * self._frame
        self._unmeasured = samples[whole:]
        self._take(samples[:whole])
        if self._has_begun:
            certain = max(self._loud_end - len(self._ramp), len(self._held) - self._max_held, 0)
            yield from self._release(certain)

    def close(self) -> Iterator[Samples]:
        """Yield the end of the phrase, faded out."""
        self._take(np.pad(self._unmeasured, (0, -len(self._unmeasured) % self._frame)))
        if self._has_begun:
            end = max(self._loud_end + self._tail, len(self._ramp))
            self._held = self._held[:end].copy()
            length = min(len(self._ramp), len(self._held))
            self._held[len(self._held) - length :] *= self._ramp[::-1][len(self._ramp) - length :]
            yield from self._release(len(self._held))

    def _take(self, samples: Samples) -> None:
        """Put whole frames to what is held, find where sound begins and where it ends so far."""
        levels = np.sqrt(np.mean(samples.reshape(-1, self._frame).astype(np.float64) ** 2, axis=1))
        (loud,) = np.nonzero(levels > self._threshold)
        before = len(self._held)
        self._held = np.concatenate([self._held, samples])
        if len(loud):
            self._loud_end = before + (int(loud[-1]) + 1) * self._frame
        if not self._has_begun:
            self._has_begun = bool(len(loud))
            first = before + int(loud[0]) * self._frame if self._has_begun else len(self._held)
            self._silent += max(0, first - self._lead)
            self._drop(max(0, first - self._lead))
            if self._has_begun:
                self._cut(self._silent)

    def _drop(self, count: int) -> None:
        self._held = self._held[count:]
        self._loud_end -= count

    def _release(self, count: int) -> Iterator[Samples]:
        if count <= 0:
            return
        samples = self._held[:count].copy()
        ramp = self._ramp[self._released : self._released + count]
        samples[: len(ramp)] *= ramp
        self._released += count
        self._drop(count)
        yield samples


def _ramp(length: int) -> Samples:
    """Return a raised cosine from 0 to 1."""
    return (0.5 - 0.5 * np.cos(np.pi * (np.arange(length) + 0.5) / length)).astype(np.float32)
