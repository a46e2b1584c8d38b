"""Stretches of sound that return sample for sample: no take does that, and no room, microphone or voice.

Places are compared that the sound itself chooses (Manber, "Finding similar files in a large file system", 1994): one
sample in 64 by its own value, so that equal stretches choose the same places wherever they lie. Time and memory grow
with the number of samples; what was encoded in between no longer returns exactly, and is not found.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Places = NDArray[np.intp]

_CHOSEN_BITS: Final = 6
_MULTIPLIER: Final = np.uint32(2_654_435_761)  # Knuth, The Art of Computer Programming, volume 3, 6.4
_KEY: Final = 16
"""Samples that must agree at a chosen place before more of them are compared."""
_MOST_PAIRS: Final = 5_000
"""Pairs that are looked at; a sound that returns more often, such as a tone, is no speech."""
_LEAST_VALUES: Final = 32
"""Different samples of a stretch below which it is silence or a tone."""


@dataclass(frozen=True, slots=True)
class ExactRepeat:
    """``length`` samples from ``first`` on that are those from ``second`` on of the same, or of another sound."""

    first: int
    second: int
    length: int


def repeats_within(samples: Floats, least: int) -> list[ExactRepeat]:
    """Return what returns within ``samples`` (n,) for ``least`` samples or more, the longest first."""
    places, keys = _chosen(samples)
    order = np.argsort(keys, kind="stable")
    same = np.flatnonzero(keys[order][1:] == keys[order][:-1])
    pairs = zip(places[order[same]].tolist(), places[order[same + 1]].tolist(), strict=True)
    return _stretches(samples, samples, sorted(pairs), least)


def repeats_between(samples: Floats, others: Floats, least: int) -> list[ExactRepeat]:
    """Return what of ``samples`` (n,) returns in ``others`` (m,) for ``least`` samples or more, the longest first."""
    places, keys = _chosen(samples)
    other_places, other_keys = _chosen(others)
    order = np.argsort(other_keys, kind="stable")
    at = np.searchsorted(other_keys[order], keys)
    known = at < len(order)
    known[known] = other_keys[order[at[known]]] == keys[known]
    pairs = zip(places[known].tolist(), other_places[order[at[known]]].tolist(), strict=True)
    return _stretches(samples, others, sorted(pairs), least)


def _chosen(samples: Floats) -> tuple[Places, NDArray[np.uint64]]:
    """Return the places that ``samples`` choose, and a key of the samples from there on; none in digital silence."""
    if len(samples) <= _KEY:
        return np.zeros(0, np.intp), np.zeros(0, np.uint64)
    bits = np.ascontiguousarray(samples, np.float32).view(np.uint32)
    chosen = (bits[:-_KEY] * _MULTIPLIER) >> np.uint32(32 - _CHOSEN_BITS) == 0
    chosen &= bits[1 : 1 - _KEY] != bits[:-_KEY]
    places = np.flatnonzero(chosen)
    factors = np.random.default_rng(17).integers(1, 1 << 63, _KEY, dtype=np.uint64) | np.uint64(1)
    keys = bits[places[:, None] + np.arange(_KEY)].astype(np.uint64) * factors
    return places, keys.sum(axis=1, dtype=np.uint64)


def _stretches(one: Floats, other: Floats, pairs: list[tuple[int, int]], least: int) -> list[ExactRepeat]:
    """Return the stretches around ``pairs`` of equal places, each once."""
    found = list(_grown(one, other, pairs[:_MOST_PAIRS]))
    told = [each for each in found if each.length >= least and _tells(one[each.first : each.first + each.length])]
    return sorted(told, key=lambda each: -each.length)


def _grown(one: Floats, other: Floats, pairs: list[tuple[int, int]]) -> Iterator[ExactRepeat]:
    ends: dict[int, int] = {}  # by how far apart they lie, where the last such stretch ended
    for first, second in pairs:
        if first < ends.get(second - first, 0):
            continue
        back = _equal(one[:first][::-1], other[:second][::-1])
        on = _equal(one[first:], other[second:])
        ends[second - first] = first + on
        yield ExactRepeat(first - back, second - back, back + on)


def _equal(one: Floats, other: Floats, step: int = 4096) -> int:
    """Return for how many samples both are the same from their beginning on."""
    most = min(len(one), len(other))
    for start in range(0, most, step):
        stop = min(start + step, most)
        differ = one[start:stop] != other[start:stop]
        if differ.any():
            return start + int(np.argmax(differ))
    return most


def _tells(stretch: Floats) -> bool:
    return len(np.unique(stretch[:4096])) >= _LEAST_VALUES
