"""Passages: which stretches of a long sound carry a mark, and which, where there may be many or none.

The sound goes by in overlapping windows, and in each all marks are found. Every search counts in the p-values, by the
union bound, so that an hour of sound has no more chance of a false mark than a second.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from sayso.audio.signal import Signal
from sayso.audio.stream import joined
from sayso.mark.detector import PRESENT_LOG10_P, Detection, Detector
from sayso.mark.mark import Mark
from sayso.mark.pattern import CLOCK_HZ
from sayso.mark.segments import Gaps, Segments, within
from sayso.mark.warps import AS_MADE, Warp

WINDOW_S: Final = 30
STEP_S: Final = 24

_LEAST_S: Final = 0.5  # the edges of a mark are not known better than this
_SAME_S: Final = 3.0  # two stretches of one mark this near are one passage: speech has pauses
_BESIDE_S: Final = 1.0
_EDGE_S: Final = 1.0  # marks that overlap by more lie one over the other
_ALIKE: Final = 0.5
_MOST_CHANNELS: Final = 8
_SCRAP_S: Final = 4.0


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of sound that carries one mark of ours, from ``start_s`` to ``end_s``.

    ``mark`` is None where the id is not read for certain. ``log10_p`` bounds the chance of as much evidence anywhere in
    the whole sound if there is no mark in it. ``warp``: at what tempo and pitch, beside how it was made.
    ``patchwork``: cut up so often that what it says can hardly be compared with what was made. ``gaps``: what was cut
    out of it. ``channel``: in which of `channels_apart` it was found best, None in all together.
    """

    start_s: float
    end_s: float
    mark: Mark | None
    log10_p: float
    warp: Warp = AS_MADE
    patchwork: bool = False
    gaps: Gaps = ()
    channel: int | None = None

    @property
    def altered(self) -> bool:
        """Return whether it does not run as it was made: then content that disagrees proves nothing."""
        return self.patchwork or self.warp != AS_MADE

    @property
    def p_value(self) -> float:
        """Return the p-value; 1e-300 stands for less."""
        return float(10.0 ** max(self.log10_p, -300.0))


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """A stretch of a long sound; ``new_s`` of it, from its start, are not in the window after it."""

    start_s: float
    signal: Signal
    new_s: float


@dataclass(frozen=True, slots=True)
class Scan:
    """What a search of a whole sound found: its passages in order of time, and its p-value."""

    duration_s: float
    passages: tuple[Passage, ...]
    log10_p: float

    @property
    def present(self) -> bool:
        """Return whether any mark is there."""
        return bool(self.passages)

    @property
    def p_value(self) -> float:
        """Return the bound on the chance of finding as much in a sound without a mark; 1e-300 stands for less."""
        return float(10.0 ** max(self.log10_p, -300.0))


class Scanner:
    """Searches a sound window by window; `scan` then tells what was found."""

    def __init__(self, detect: Callable[[Signal], Detection]) -> None:
        """Search each window with ``detect``."""
        self._detect = detect
        self._found: dict[int, list[Passage]] = {}
        self._least = 0.0
        self._searches = 0
        self._end_s = 0.0

    def look(self, window: Window) -> None:
        """Search one window; the windows of a sound come in order."""
        self._end_s = window.start_s + window.signal.duration_s
        for number, signal in enumerate((window.signal, *channels_apart(window.signal))):
            found = self._detect(signal)
            self._searches += 1
            self._least = min(self._least, found.log10_p)
            passages = self._found.setdefault(number, [])
            for one in found.marks:
                passages += [
                    Passage(
                        window.start_s + start_s,
                        window.start_s + end_s,
                        one.named,
                        one.log10_p,
                        one.warp,
                        one.patchwork,
                        within(one.gaps, start_s, end_s, less_s=-window.start_s),
                        number - 1 if number else None,
                    )
                    for start_s, end_s in _long_enough(one.segments)
                ]

    def scan(self) -> Scan:
        """Return what was found in all windows so far."""
        searched = math.log10(max(self._searches, 1))
        passages: list[Passage] = []
        for found in self._found.values():
            held = [replace(one, log10_p=min(0.0, one.log10_p + searched)) for one in found]
            joined = _joined(one for one in held if one.log10_p <= PRESENT_LOG10_P)
            passages = [one for one in passages if not any(_is_better(other, one) for other in joined)]
            passages += [one for one in joined if not any(_is_known(one, other) for other in passages)]
        ordered = tuple(sorted(passages, key=lambda one: (one.start_s, one.end_s)))
        return Scan(self._end_s, ordered, min(0.0, self._least + searched))


def channels_apart(signal: Signal) -> tuple[Signal, ...]:
    """Return the channels of a sound one by one where they are not alike: each may be a clip of its own.

    Where they are alike, or one is the other turned over, or silent, the whole tells as much: then there are none.
    """
    loud = [channel for channel in signal.samples if np.any(channel)]
    if len(loud) < 2 or abs(float(np.corrcoef(loud[0], loud[1])[0, 1])) > _ALIKE:
        return ()
    return tuple(Signal.mono(channel, signal.sample_rate) for channel in loud[:_MOST_CHANNELS])


def windows(blocks: Iterable[Signal]) -> Iterator[Window]:
    """Yield the sound that ``blocks`` at 24,000 Hz make up in windows of 30 s, each 24 s after the one before."""
    length, step = WINDOW_S * CLOCK_HZ, STEP_S * CLOCK_HZ
    held: list[Signal] = []
    count = start = 0
    for block in blocks:
        held.append(block)
        count += block.num_samples
        if count < length + 1:
            continue
        samples = joined(held).samples
        while samples.shape[1] > length:
            yield Window(start / CLOCK_HZ, Signal(samples[:, :length], CLOCK_HZ), float(STEP_S))
            samples = samples[:, step:]
            start += step
        held, count = [Signal(samples.copy(), CLOCK_HZ)], samples.shape[1]
    if count:
        yield Window(start / CLOCK_HZ, joined(held), count / CLOCK_HZ)


def scanned(blocks: Iterable[Signal], detector: Detector) -> Scan:
    """Return the passages of the sound that ``blocks`` at 24,000 Hz make up."""
    scanner = Scanner(detector.detect)
    for window in windows(blocks):
        scanner.look(window)
    return scanner.scan()


def _joined(passages: Iterable[Passage]) -> list[Passage]:
    """Return the passages in order, those of one mark made one, scraps without an id given to the passage beside."""
    whole: list[Passage] = []
    ordered = sorted(passages, key=lambda one: (one.start_s, one.end_s))
    named = [one for one in ordered if one.mark is not None]
    for one in ordered:
        if one.mark is None and any(_is_scrap_of(one, other) for other in named):
            continue
        at = next((place for place in reversed(range(len(whole))) if _goes_on(whole, place, one)), None)
        if at is not None:
            whole[at] = _with(whole[at], one)
        elif one.mark is not None or not whole or one.end_s > whole[-1].end_s:
            whole.append(one)
    return _with_edges(whole)


def _goes_on(whole: list[Passage], place: int, one: Passage) -> bool:
    """Return whether ``one`` is more of the passage at ``place``: it begins in it, or soon behind it."""
    before = whole[place]
    allowed_s = _SAME_S if place == len(whole) - 1 else 0.0
    return before.mark == one.mark and one.start_s - before.end_s <= allowed_s


def _with(before: Passage, one: Passage) -> Passage:
    """Return two passages of one mark as one."""
    return replace(
        before,
        end_s=max(before.end_s, one.end_s),
        log10_p=min(before.log10_p, one.log10_p),
        patchwork=before.patchwork or one.patchwork,
        gaps=before.gaps + within(one.gaps, before.end_s, one.end_s),
    )


def _with_edges(whole: list[Passage]) -> list[Passage]:
    """Return ``whole`` where passages that meet, and so overlap a little, end and begin in the middle of that."""
    for place in range(len(whole) - 1):
        before, one = whole[place : place + 2]
        over_s = before.end_s - one.start_s
        if 0 < over_s <= _EDGE_S and one.end_s > before.end_s:
            middle_s = one.start_s + over_s / 2
            whole[place : place + 2] = [replace(before, end_s=middle_s), replace(one, start_s=middle_s)]
    return whole


def are_mixed(one: Passage, other: Passage) -> bool:
    """Return whether two marks lie one over the other: then neither sound is what was made, and both may be ours."""
    together_s = min(one.end_s, other.end_s) - max(one.start_s, other.start_s)
    return one.mark != other.mark and one.channel == other.channel and together_s > _EDGE_S


def _long_enough(segments: Segments) -> Segments:
    """Return the segments whose edges are known well enough, or, where all are short, the longest."""
    longest = max(segments, key=lambda one: one[1] - one[0], default=None)
    return tuple(one for one in segments if one[1] - one[0] >= _LEAST_S) or (() if longest is None else (longest,))


def _is_known(one: Passage, other: Passage) -> bool:
    """Return whether what a channel tells by itself was told by all of them together."""
    inside_s = min(one.end_s, other.end_s) - max(one.start_s, other.start_s)
    return inside_s > 0 and (one.mark is None or one.mark == other.mark)


def _is_better(one: Passage, other: Passage) -> bool:
    """Return whether a channel by itself tells more of the mark of ``other`` than all of them together."""
    same = one.mark is not None and one.mark == other.mark
    return same and one.log10_p < other.log10_p and one.start_s < other.end_s and other.start_s < one.end_s


def _is_scrap_of(scrap: Passage, other: Passage) -> bool:
    """Return whether an unread passage is the edge of one that was read."""
    inside_s = min(scrap.end_s, other.end_s) - max(scrap.start_s, other.start_s)
    length_s = scrap.end_s - scrap.start_s
    return inside_s > length_s / 2 or (length_s < _SCRAP_S and inside_s > -_BESIDE_S)
