"""A finding: one thing that was looked for in a recording, with its measure, and where it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Place = tuple[float, float]
"""Where something is: seconds from the start of the recording, first and last."""

MAX_PLACES: Final = 200


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked for.

    Attributes
    ----------
    name : what was looked for, such as ``hum``
    value : how much of it there is, in ``unit``; None where it cannot be told
    unit : ``dB``, ``s``, ``Hz``, ``ratio`` (0 to 1), ``count``
    confidence : how sure that is, 0 to 1
    places : where it is, in order; empty where it is everywhere or nowhere
    is_fault : whether a listener or a voice made from the recording suffers from it
    note : more, in words; "" for nothing
    """

    name: str
    value: float | None
    unit: str
    confidence: float
    places: tuple[Place, ...] = ()
    is_fault: bool = False
    note: str = ""

    def later(self, seconds: float) -> Finding:
        """Return the same finding of a recording that begins ``seconds`` earlier."""
        places = tuple((start + seconds, stop + seconds) for start, stop in self.places)
        return Finding(self.name, self.value, self.unit, self.confidence, places, self.is_fault, self.note)


@dataclass(frozen=True, slots=True, eq=True)
class Diagnosis(Mapping[str, Finding]):
    """What was found in a recording of ``duration_s`` seconds at ``sample_rate``: a finding by each name."""

    findings: tuple[Finding, ...]
    duration_s: float
    sample_rate: int

    def __getitem__(self, name: str) -> Finding:
        for finding in self.findings:
            if finding.name == name:
                return finding
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return (finding.name for finding in self.findings)

    def __len__(self) -> int:
        return len(self.findings)

    @property
    def faults(self) -> tuple[Finding, ...]:
        """Return what a listener suffers from."""
        return tuple(finding for finding in self.findings if finding.is_fault)

    def amount(self, name: str) -> float:
        """Return the value of the finding ``name``, 0 where it cannot be told."""
        return self[name].value or 0.0


def places_of(holds: NDArray[np.bool_], step_s: float, *, gap_s: float = 0.0) -> tuple[Place, ...]:
    """Return the stretches in which ``holds``, one value each ``step_s``, is true; gaps of up to ``gap_s`` are closed.

    Of more than `MAX_PLACES` the longest are kept.
    """
    edges = np.flatnonzero(np.diff(np.concatenate([[False], holds, [False]]).astype(np.int8)))
    found: list[tuple[float, float]] = []
    for start, stop in zip(edges[::2] * step_s, edges[1::2] * step_s, strict=True):
        if found and start - found[-1][1] <= gap_s + 1e-9:
            found[-1] = (found[-1][0], float(stop))
        else:
            found.append((float(start), float(stop)))
    longest = sorted(found, key=lambda place: place[0] - place[1])[:MAX_PLACES]
    return tuple(sorted(longest))
