"""A phrase decoded window by window: its beginning is heard while the rest is still made.

The encoder has said the whole phrase, so the melody is that of the whole. Each window is decoded with some frames on
both sides of it that are not kept, begins at the level at which the one before it ended, and is faded into.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Final

import numpy as np

from sayso.engines.kokoro import graph
from sayso.engines.kokoro.graph import Floats, Handed
from sayso.engines.kokoro.windowed import Statistics, decode_window
from sayso.engines.stop import Stop

_SIZES: Final = (24, 16, 20, 28, 40, 60, 80)
"""Frames of the windows, the last again and again: each is to be made while those before it sound.

A window takes 110 ms, and 6 ms a frame, on two threads of a machine with nothing else to do; the first sounds for half
a second. By these sizes each is there in time on a machine of 0.6 of that speed.
"""

_BEGUN: Final = 4
"""The first window of a later phrase: 40 frames, made in 0.4 s, while what is heard of the phrase before is longer."""

_REACH: Final = 4
"""A window ends at the frame with the least energy among so many before and after."""

_BEFORE, _AFTER, _LEAST = 8, 4, 12
_FRAME, _STEPS = 600, 120
"""Samples, and steps of the harmonic source, of a frame of 25 ms."""

_FADE: Final = 240
_SILENT: Final = 1e-3
_MOST_GAIN: Final = 1.6
"""4 dB: a window is that much softer or louder than the one before it at most, where both overlap."""

Heard = Callable[[Floats], Floats]


class Windows:
    """Decodes the pieces of one phrase; the windows go on growing from piece to piece.

    With ``is_begun`` they begin larger: there is time, since the phrase before is still heard.
    """

    def __init__(self, threads: int, stop: Stop | None = None, *, is_begun: bool = False) -> None:
        self._threads, self._stop = threads, stop
        self._statistics = Statistics()
        self._made = _BEGUN if is_begun else 0

    def decoded(self, handed: Handed, kept: range, styles: Floats, heard: Heard) -> Iterator[Floats]:
        """Yield the samples of the frames ``kept`` of what was handed over, window by window; end once stopped.

        ``styles`` are (58, 128). ``heard`` is what follows the decoder, such as a tone; it gets each window with the
        frames around it: the silence before the first one steadies its statistics.
        """
        sizes = _SIZES[min(self._made, len(_SIZES) - 1) :]
        ends = [kept.start + end for end in cuts(handed.part(kept.start, kept.stop).energy, sizes)]
        source: Floats | None = None
        seam = Seam()
        for first, last in itertools.pairwise((kept.start, *ends)):
            low, high = max(0, first - _BEFORE), min(handed.frames, last + _AFTER)
            if source is None or source.shape[2] <= _STEPS * high:  # of the beginning first: that is there sooner
                begun = handed.part(0, high + _AFTER) if first == kept.start else handed
                source = graph.source(begun, self._threads, self._stop)
            if source is None:
                return
            around = source[:, :, _STEPS * low : _STEPS * high + 1]
            part = handed.part(low, high)
            found = decode_window(part, around, styles, self._statistics, threads=self._threads, stop=self._stop)
            if found is None:
                return
            self._statistics, self._made = found[1], self._made + 1
            yield seam.joined(heard(found[0]), _FRAME * low, _FRAME * first, _FRAME * last)


class Seam:
    """Joins each window to the one before it, which it overlaps."""

    def __init__(self) -> None:
        self._sound = np.zeros(0, np.float32)
        self._start = 0

    def joined(self, sound: Floats, start: int, first: int, last: int) -> Floats:
        """Return the samples ``first`` up to ``last`` of the phrase, of ``sound``, which begins at sample ``start``."""
        before = self._sound[start - self._start :]
        levelled = _levelled(sound, before, first - start)
        self._sound, self._start = levelled, start
        kept = levelled[first - start : last - start].copy()
        over = before[first - start :][: min(_FADE, len(kept))]
        rising = np.linspace(0, 1, len(over), dtype=np.float32)
        kept[: len(over)] = rising * kept[: len(over)] + (1 - rising) * over
        return kept


def cuts(energy: Floats, sizes: Sequence[int]) -> Sequence[int]:
    """Return the frames at which windows of about ``sizes`` end, the last size again and again; the last is the end.

    ``energy`` (1, twice the frames) chooses among the frames around: a seam is heard least where there is least sound.
    """
    frames = energy.shape[1] // 2
    by_frame = energy[0, : 2 * frames].reshape(-1, 2).sum(axis=1)
    ends = [0]
    for size in itertools.chain(sizes, itertools.repeat(sizes[-1])):
        if ends[-1] + size + _LEAST > frames:
            return [*ends[1:], frames]
        low, high = ends[-1] + size - _REACH, min(ends[-1] + size + _REACH, frames - _LEAST) + 1
        ends.append(low + int(np.argmin(by_frame[low:high])))
    raise AssertionError  # the sizes never end


def _levelled(sound: Floats, before: Floats, until: int) -> Floats:
    """Return ``sound`` at the level of ``before`` up to sample ``until``, from there on more and more at its own."""
    over = min(len(before), len(sound))
    theirs, own = (float(np.sqrt(np.mean(np.square(one[:over])))) if over else 0.0 for one in (before, sound))
    if min(theirs, own) < _SILENT:
        return sound
    gain = float(np.clip(theirs / own, 1 / _MOST_GAIN, _MOST_GAIN))
    ramp = np.linspace(gain, 1.0, len(sound) - until, dtype=np.float32)
    return np.asarray(sound * np.concatenate([np.full(until, gain, np.float32), ramp]), np.float32)
