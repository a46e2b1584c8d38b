"""Clipping: peaks that are cut flat."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso.restoration.diagnosis.finding import Finding, places_of

_STEP_16_BIT: Final = 1 / 32_768
_FLAT: Final = 3
_FLAT_STEPS: Final = 0.5
_MIN_LEVEL: Final = 0.1
_MIN_CROWDED_LEVEL: Final = 0.01
_MIN_RUNS: Final = 2
_MIN_CUT: Final = 6
_BELOW_STEPS: Final = 10
_CROWDED: Final = 8.0
_PLACE_S: Final = 0.05

Floats = NDArray[np.float32]


def clipping_finding(channels: Floats, sample_rate: int) -> Finding:
    """Return which part of the samples of the worst channel is cut flat; ``channels`` of shape (channels, samples)."""
    flat = max((clipped_at(channel) for channel in channels), key=lambda places: int(places.sum()))
    block = max(1, round(_PLACE_S * sample_rate))
    edges = np.arange(0, max(flat.size, 1), block)
    places = places_of(np.add.reduceat(flat, edges) > 0, block / sample_rate) if flat.any() else ()
    runs = int((np.diff(flat.astype(np.int8)) == 1).sum())
    ratio = float(flat.mean()) if flat.size else 0.0
    return Finding("clipping", ratio, "ratio", 1 - 0.5 ** (1 + runs), places, is_fault=ratio > 0)


def clipped_ratio(samples: Floats) -> float:
    """Return the part of ``samples``, shape (samples,), that is cut flat, 0 to 1."""
    return float(clipped_at(samples).mean()) if samples.size else 0.0


def clipped_at(samples: Floats) -> NDArray[np.bool_]:
    """Return at which of ``samples``, shape (samples,), the sound is cut flat.

    Flat is a run of three or more within half a 16-bit step of the highest (or lowest) value, if that is above a tenth
    of full scale: an amplifier may clip below full scale, and sound does not stand still up there. One such run is a
    peak like any other; it takes two at the same level. Peaks that are cut for a sample or two are seen by how many
    there are: six or more samples at the very top, eight times as many as in each of the ten steps below it. Of a sine,
    whose tops are round, there are four times as many.
    """
    return _flat_top(samples) | _flat_top(-samples)


def _flat_top(samples: Floats) -> NDArray[np.bool_]:
    flat = np.zeros(samples.size, np.bool_)
    peak = float(samples.max(initial=0.0))
    if peak < _MIN_CROWDED_LEVEL:
        return flat
    at_top = samples >= peak - _FLAT_STEPS * _STEP_16_BIT
    if _is_crowded(samples, peak, at_top):
        return at_top
    if peak < _MIN_LEVEL:
        return flat
    edges = np.flatnonzero(np.diff(np.concatenate([[False], at_top, [False]]).astype(np.int8)))
    runs = [(start, stop) for start, stop in edges.reshape(-1, 2).tolist() if stop - start >= _FLAT]
    if len(runs) >= _MIN_RUNS or any(stop - start > 2 * _FLAT for start, stop in runs):
        for start, stop in runs:
            flat[start:stop] = True
    return flat


def _is_crowded(samples: Floats, peak: float, at_top: NDArray[np.bool_]) -> bool:
    """Return whether far more samples lie at the very top than in the steps right below it, as of peaks that are cut.

    So they may of a tone that fits into the sampling rate, or nearly: that is none.
    """
    count = int(at_top.sum())
    below = int((samples >= peak - (_FLAT_STEPS + _BELOW_STEPS) * _STEP_16_BIT).sum()) - count
    if count < _MIN_CUT or count < _CROWDED * below / _BELOW_STEPS:
        return False
    before = np.round(samples[:-1][at_top[1:] & ~at_top[:-1]] / _STEP_16_BIT)
    kinds = np.unique(before)
    return kinds.size >= min(_MIN_CUT, before.size / 2) and not _is_of_tone(kinds, peak / _STEP_16_BIT)


def _is_of_tone(before: Floats, peak: float) -> bool:
    """Return whether what comes ``before`` the top of ``peak``, sorted, may be of one tone; all in steps.

    What is rounded to the top of a tone is within a step of it, turned by an angle of at most the root of two steps
    beside its level, to one side or to either. So what comes before differs by twice that and no more on each side,
    times the sine of the angle from there to the top.
    """
    if before.size < 2:
        return before.size == 1
    sides = np.split(before, [int(np.argmax(np.diff(before))) + 1])
    return all(float(np.ptp(side)) <= 2 * np.sqrt(2 * peak) * _sine(float(side[0]) / peak) + 4 for side in sides)


def _sine(cosine: float) -> float:
    return float(np.sqrt(max(0.0, 1 - cosine**2)))
