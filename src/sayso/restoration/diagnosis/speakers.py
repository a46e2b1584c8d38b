"""Who speaks when, and where two speak at once, by pyannote segmentation 3.0 (Plaquet and Bredin, Interspeech 2023)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso.models import session
from sayso.restoration.diagnosis.finding import Finding, places_of

RATE: Final = 16_000
WINDOW: Final = 10 * RATE
STEP: Final = 270
STEP_S: Final = STEP / RATE
_FIRST: Final = 495  # the sample on which the first frame of the net is centred

_OVERLAP: Final = 0.5
_HEARD: Final = 0.02
_CHATTER: Final = 0.05
_GAP_S: Final = 0.3
_SPEAKERS: Final = ((1, 4, 5), (2, 4, 6), (3, 5, 6))  # the classes in which each of three speakers is heard

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Activity:
    """Probabilities each `STEP_S`: of ``speech``, of two speakers at once, and of another than the main speaker."""

    speech: Floats
    overlap: Floats
    other: Floats


def activity(samples: Floats) -> Activity:
    """Return who speaks when in ``samples`` (16 kHz mono), in windows of 10 s."""
    if samples.size == 0:
        nothing = np.zeros(0, np.float32)
        return Activity(nothing, nothing, nothing)
    count = -(-samples.size // STEP)
    found = np.zeros((count, 3), np.float32)
    for start, classes in _windows(samples):
        told = _heard(classes)
        at = np.clip((start + _FIRST + STEP * np.arange(len(told))) // STEP, 0, count - 1)
        found[at] = told
        found[: at[0]] = told[0] if start == 0 else found[: at[0]]
        found[at[-1] :] = told[-1]
    return Activity(found[:, 0], found[:, 1], found[:, 2])


def voices_in(samples: Floats) -> Iterator[tuple[int, Floats]]:
    """Yield, for each window of 10 s of ``samples`` (16 kHz mono), its first sample and who is heard in it.

    Of shape (frames, 3): the probability of each of three voices, each `STEP_S` from the start of the window. Which of
    them is who differs from window to window.
    """
    for start, classes in _windows(samples):
        yield start, _each(classes)


def _windows(samples: Floats) -> Iterator[tuple[int, Floats]]:
    """Yield the start of each window and the probabilities of the classes in its frames."""
    last = max(samples.size - WINDOW, 0)
    for start in dict.fromkeys([*range(0, last, WINDOW), last]):
        window = samples[start : start + WINDOW]
        padded = np.zeros((1, 1, WINDOW), np.float32)
        padded[0, 0, : window.size] = window
        classes = np.exp(session("segmentation").run(None, {"sound": padded})[0][0])
        yield start, classes[: max(1, min(len(classes), -(-(window.size - _FIRST) // STEP)))]


def _each(classes: Floats) -> Floats:
    return np.stack([classes[:, which].sum(axis=1) for which in _SPEAKERS], axis=1)


def _heard(classes: Floats) -> Floats:
    """Return speech, overlap and other speakers for each frame of one window."""
    each = _each(classes)
    main = int(np.argmax(each.sum(axis=0)))
    return np.stack(
        [1 - classes[:, 0], classes[:, 4:].sum(axis=1), 1 - np.prod(1 - np.delete(each, main, axis=1), axis=1)], axis=1
    )


def overlap_finding(found: Activity) -> Finding:
    """Return how much of the speech is two speakers at once."""
    together = found.overlap >= _OVERLAP
    spoken = max(int((found.speech >= _OVERLAP).sum()), 1)
    places = places_of(together, STEP_S, gap_s=_GAP_S)
    sure = float(np.abs(2 * found.overlap - 1).mean()) if found.overlap.size else 0.0
    return Finding(
        "overlap",
        float(together.sum() / spoken),
        "ratio",
        sure,
        places,
        is_fault=bool(together.sum() > _HEARD * spoken),
    )


def chatter_finding(found: Activity) -> Finding:
    """Return how much others than the main speaker are heard: the mean of their probability while anybody speaks."""
    spoken = found.speech >= _OVERLAP
    if not spoken.any():
        return Finding("chatter", 0.0, "ratio", 0.0)
    share = float(found.other[spoken].mean())
    places = places_of((found.other >= _OVERLAP) & spoken, STEP_S, gap_s=_GAP_S)
    sure = float(np.abs(2 * found.other[spoken] - 1).mean())
    return Finding("chatter", share, "ratio", sure, places, is_fault=share > _CHATTER)
