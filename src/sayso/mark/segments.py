"""Segments: where in a sound a mark lies, in seconds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso.audio.signal import Signal
from sayso.mark.alignment import NOWHERE, Alignment, FramedResiduals
from sayso.mark.pattern import CLOCK_HZ, FRAME_LENGTH, HOP_LENGTH, PERIOD_FRAMES

Segments = tuple[tuple[float, float], ...]

Gaps = tuple[tuple[float, float], ...]
"""Where something was cut out (or, below 0, put in), and how long it was, in seconds of the sound that is heard."""

_LOCAL_S: Final = 1.0
_LOCAL_STATISTIC: Final = 3.0
_LEAST_REST_S: Final = 1.0
_PUT_IN_FRAMES: Final = (
    64  # 0.7 s: a mark that goes on further back than this is taken to go on ahead, in the next period
)


def followed_segments(paths: Sequence[Alignment]) -> Segments:
    """Return where the mark lies that the likeliest of ``paths`` follows; nowhere if there is none."""
    return _stretches(paths[0].phase != NOWHERE, paths[0].measured) if paths else ()


def joins(path: Alignment) -> int:
    """Return how often the sound goes on at another place, by more than a frame, within the mark."""
    before, after = path.phase[:-1], path.phase[1:]
    ahead = (after - before - 1 + PERIOD_FRAMES // 2) % PERIOD_FRAMES - PERIOD_FRAMES // 2
    return int(np.count_nonzero((np.abs(ahead) > 1) & (before != NOWHERE) & (after != NOWHERE)))


def gaps(path: Alignment) -> Gaps:
    """Return where the sound goes on further ahead in the pattern, or further back, by more than a frame."""
    frames = np.flatnonzero(path.phase != NOWHERE)
    ahead = np.diff(path.phase[frames]) - np.diff(frames)
    ahead = (ahead + _PUT_IN_FRAMES) % PERIOD_FRAMES - _PUT_IN_FRAMES
    frame_s = path.measured.hop / CLOCK_HZ
    return tuple(
        (round(path.measured.seconds(int(frames[at + 1])), 3), round(float(ahead[at]) * frame_s, 3))
        for at in np.flatnonzero(np.abs(ahead) > 1)
    )


def restored(signal: Signal, cuts: Gaps) -> Signal:
    """Return ``signal`` with silence where something was cut out, and without what was put in."""
    pieces, place = [], 0
    for at_s, missing_s in cuts:
        at, missing = round(at_s * signal.sample_rate), round(missing_s * signal.sample_rate)
        pieces.append(signal.samples[:, place : max(place, at + min(missing, 0))])
        pieces.append(np.zeros((signal.num_channels, max(missing, 0)), dtype=np.float32))
        place = max(place, at)
    return Signal(np.concatenate([*pieces, signal.samples[:, place:]], axis=1), signal.sample_rate)


def restored_s(moment_s: float, cuts: Gaps) -> float:
    """Return where a moment lies in what `restored` gives."""
    return moment_s + sum(missing_s for at_s, missing_s in cuts if at_s <= moment_s)


def within(cuts: Gaps, start_s: float, end_s: float, *, less_s: float = 0.0) -> Gaps:
    """Return those of ``cuts`` that lie between two moments, in a time that begins ``less_s`` later."""
    return tuple((round(at_s - less_s, 3), missing_s) for at_s, missing_s in cuts if start_s < at_s < end_s)


def steady_segments(alignment: Alignment, sign: NDArray[np.integer]) -> Segments:
    """Return the stretches of a sound at one place of the pattern in which ``sign`` shows over one second."""
    along = sign[alignment.phase]
    second = np.ones(round(_LOCAL_S * CLOCK_HZ / HOP_LENGTH))
    gain = np.convolve((along * alignment.value).sum(axis=1), second, "same")[: len(along)]
    power = np.convolve((np.abs(along) * alignment.value**2).sum(axis=1), second, "same")[: len(along)]
    return _stretches(gain > _LOCAL_STATISTIC * np.sqrt(power + 1e-6), alignment.measured)


def rests(start: int, stop: int, segments: Segments) -> list[tuple[int, int]]:
    """Return the stretches of samples ``start`` to ``stop``, at the clock's rate, that lie outside ``segments``.

    Those shorter than a second are left out: no mark is found in so little.
    """
    edges = [start, *(round(edge * CLOCK_HZ) for segment in segments for edge in segment), stop]
    outside = zip(edges[::2], edges[1::2], strict=True)
    return [(first, last) for first, last in outside if last - first >= _LEAST_REST_S * CLOCK_HZ]


def _stretches(inside: NDArray[np.bool_], measured: FramedResiduals) -> Segments:
    edges = np.flatnonzero(np.diff(inside.astype(np.int8), prepend=0, append=0)).tolist()
    over_s = (FRAME_LENGTH - HOP_LENGTH) / CLOCK_HZ
    return tuple(
        (round(measured.seconds(start), 2), round(measured.seconds(stop) + over_s, 2))
        for start, stop in zip(edges[::2], edges[1::2], strict=True)
    )
