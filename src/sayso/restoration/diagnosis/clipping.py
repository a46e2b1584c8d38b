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
_MIN_RUNS: Final = 2
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
    peak like any other; it takes two at the same level.
    """
    return _flat_top(samples) | _flat_top(-samples)


def _flat_top(samples: Floats) -> NDArray[np.bool_]:
    flat = np.zeros(samples.size, np.bool_)
    peak = float(samples.max(initial=0.0))
    if peak < _MIN_LEVEL:
        return flat
    at_top = np.concatenate([[False], samples >= peak - _FLAT_STEPS * _STEP_16_BIT, [False]])
    edges = np.flatnonzero(np.diff(at_top.astype(np.int8)))
    runs = [(start, stop) for start, stop in edges.reshape(-1, 2).tolist() if stop - start >= _FLAT]
    if len(runs) >= _MIN_RUNS or any(stop - start > 2 * _FLAT for start, stop in runs):
        for start, stop in runs:
            flat[start:stop] = True
    return flat
