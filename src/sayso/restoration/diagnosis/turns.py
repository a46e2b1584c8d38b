"""Turns: where each voice speaks alone, where several speak at once, and where nobody does, by the segmentation."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso.restoration.diagnosis.finding import Place, places_of
from sayso.restoration.diagnosis.speakers import STEP, STEP_S, voices_in

_ON: Final = 0.5
_NOBODY: Final = 0.1
_LEAST_S: Final = 0.2
_GAP_S: Final = 0.3

Floats = NDArray[np.float32]


@dataclass(slots=True)
class SoloTurns:
    """Who speaks when, in seconds from the start.

    Attributes
    ----------
    voices : for each voice of each window of 10 s, the places in which it alone speaks; one speaker is several of them
    together : where two and more speak at once
    pauses : where nobody speaks
    """

    voices: list[tuple[Place, ...]] = field(default_factory=list)
    together: list[Place] = field(default_factory=list)
    pauses: list[Place] = field(default_factory=list)


def turns_in(samples: Floats) -> SoloTurns:
    """Return the turns in ``samples`` (16 kHz mono). A window that overlaps the one before tells of what is new."""
    found, told = SoloTurns(), 0
    for start, each in voices_in(samples):
        fresh = each[max(0, -(-(told - start) // STEP)) :]
        at_s = start / (STEP / STEP_S) + (len(each) - len(fresh)) * STEP_S
        _note(fresh, at_s, found)
        told = start + len(each) * STEP
    return found


def _note(each: Floats, at_s: float, found: SoloTurns) -> None:
    """Add what is told by the frames of one window, shape (frames, voices), of which the first begins at ``at_s``."""
    speaking = each >= _ON
    count = speaking.sum(axis=1)
    found.together += _later(places_of(count > 1, STEP_S, gap_s=_GAP_S), at_s)
    found.pauses += _later(places_of(each.max(axis=1) < _NOBODY, STEP_S), at_s)
    for voice in range(each.shape[1]):
        places = _later(places_of(speaking[:, voice] & (count == 1), STEP_S), at_s)
        long = tuple(place for place in places if place[1] - place[0] >= _LEAST_S)
        if long:
            found.voices.append(long)


def _later(places: tuple[Place, ...], at_s: float) -> list[Place]:
    return [(start + at_s, stop + at_s) for start, stop in places]
