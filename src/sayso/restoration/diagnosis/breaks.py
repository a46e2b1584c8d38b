"""Breaks in the sound: dropouts, where nothing at all is left of it, and clicks."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso.restoration.diagnosis.finding import MAX_PLACES, Finding, Place

_DROPOUT_S: Final = (0.004, 0.5)
_AROUND_S: Final = 0.02
_AROUND: Final = 0.004
_ABOVE_REST: Final = 0.25

_BLOCK_S: Final = 0.004
_NEAR: Final = 3
_ABOVE: Final = 9.0
_SMALLEST: Final = 0.01
_CLICK_S: Final = 0.0015
_SEVERAL: Final = 3  # lips make one or two

Floats = NDArray[np.float32]


def dropouts_finding(samples: Floats, sample_rate: int) -> Finding:
    """Return how often the sound stops at once, stands still for 4 to 500 ms, and goes on."""
    places = tuple(_dropouts(samples, sample_rate))
    return Finding("dropouts", float(len(places)), "count", 0.95, places[:MAX_PLACES], is_fault=bool(places))


def _dropouts(samples: Floats, sample_rate: int) -> list[Place]:
    still = np.concatenate([[False], np.diff(samples) == 0, [False]])
    edges = np.flatnonzero(np.diff(still.astype(np.int8))).reshape(-1, 2)
    lengths = (edges[:, 1] - edges[:, 0] + 1) / sample_rate
    around = round(_AROUND_S * sample_rate)
    found = []
    for start, stop in edges[(lengths >= _DROPOUT_S[0]) & (lengths <= _DROPOUT_S[1])].tolist():
        before, after = samples[max(start - around, 0) : start], samples[stop + 1 : stop + 1 + around]
        if _rms(before) > _AROUND and _rms(after) > _AROUND and _stops(samples, start, stop):
            found.append((start / sample_rate, (stop + 1) / sample_rate))
    return found


def _stops(samples: Floats, start: int, stop: int) -> bool:
    """Return whether the sound jumps at an end of the stretch: it does not where a recording fades into silence."""
    jump = max(
        abs(float(samples[start] - samples[start - 1])),
        abs(float(samples[min(stop + 1, samples.size - 1)] - samples[stop])),
    )
    near = np.concatenate([samples[max(start - 160, 0) : start], samples[stop + 1 : stop + 161]])
    return jump > _ABOVE_REST * _rms(near) or abs(float(samples[start])) > 0.1


def _rms(samples: Floats) -> float:
    return float(np.sqrt(np.mean(np.square(samples, dtype=np.float64)))) if samples.size else 0.0


def clicks_finding(samples: Floats, sample_rate: int) -> Finding:
    """Return how many clicks there are: bends of the wave far above those around, over within 1.5 ms."""
    at = clicks_at(samples, sample_rate)
    places = tuple((place / sample_rate, (place + 1) / sample_rate) for place in at.tolist())
    return Finding("clicks", float(len(places)), "count", 0.8, places[:MAX_PLACES], is_fault=len(places) >= _SEVERAL)


def clicks_at(samples: Floats, sample_rate: int) -> NDArray[np.int64]:
    """Return the samples at which there is a click, in order.

    Compared are third differences, which a voice has little of, in blocks of 4 ms: their greatest with the greatest of
    each of the six blocks around, which a voiced or hissed sound fills all alike.
    """
    block = round(_BLOCK_S * sample_rate)
    bend = np.abs(np.diff(samples, 3)).astype(np.float32)
    count = bend.size // block
    if count < 2 * _NEAR + 1:
        return np.zeros(0, np.int64)
    blocks = bend[: count * block].reshape(count, block)
    peaks = blocks.max(axis=1)
    padded = np.pad(peaks, _NEAR, mode="reflect")
    around = np.stack([padded[k : k + count] for k in range(2 * _NEAR + 1) if abs(k - _NEAR) > 1])
    found = (peaks > _ABOVE * np.max(around, axis=0)) & (peaks > _SMALLEST)
    width = round(_CLICK_S * sample_rate)
    at = []
    for place in np.flatnonzero(found).tolist():
        first = place * block + int(np.argmax(blocks[place]))
        near = bend[max(first - 2 * block, 0) : first + 2 * block]
        high = np.flatnonzero(near > 0.3 * peaks[place])
        if high[-1] - high[0] <= width:
            at.append(first + 1)
    return np.array(at, np.int64)
