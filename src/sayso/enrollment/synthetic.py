"""Whether a recording sounds as if a system had made it, or a loudspeaker had played it. A hit goes to a person.

Two linear scores over what the inner layers of CAM++ tell of a recording (`campplus.HeardSpeech`), which the check of
one speaker heard anyway; trained by benchmarks/enrollment/synthetic.py on what this project can make. Microphones and
kinds of synthesis that it never heard are judged far worse (docs/measurements.md, Enrolment): a pass proves nothing.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso import models
from sayso.enrollment.verdict import EnrollmentCheck, EnrollmentVerdict
from sayso.voices import campplus

MODEL: Final = "synthetic-speech"
SUSPECT_SCORE: Final = 0.0
LEAST_S: Final = 2.0
"""Speech below which a score says more of the words than of how the sound was made."""

FAR: Final = 5.0
"""Standard deviations beyond which a number counts no more: one that nobody trained on decides nothing alone."""

_REASONS: Final = (
    "a recording sounds as if a system had made it",
    "a recording sounds as if a loudspeaker had played it",
)

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class SyntheticModel:
    """Mean and spread of each number in real speech (numbers,); weights (2, numbers) and biases (2,) of both scores."""

    mean: Floats
    spread: Floats
    weights: Floats
    biases: Floats

    def scores(self, layers: Floats) -> Floats:
        """Return the scores (..., 2) of ``layers`` (..., numbers): above 0 where made, or played, is the likelier."""
        return np.asarray(self.terms(layers) @ self.weights.T + self.biases, np.float32)

    def terms(self, layers: Floats) -> Floats:
        """Return how far each of ``layers`` lies from real speech, in standard deviations, `FAR` at most."""
        return np.asarray(np.clip((layers - self.mean) / self.spread, -FAR, FAR), np.float32)


def check_synthetic(stated: campplus.HeardSpeech, spoken: Sequence[campplus.HeardSpeech]) -> EnrollmentCheck:
    """Return whether the statement or the samples sound made or played."""
    together = [found for found in (scores_of([stated]), scores_of(spoken)) if found is not None]
    if len(together) < 2:
        return too_little(together)
    highest = np.max(together, axis=0)
    figures = {"score": _most(highest), "statement": _most(together[0]), "samples": _most(together[1])}
    reasons = tuple(reason for reason, one in zip(_REASONS, highest, strict=True) if not one < SUSPECT_SCORE)
    verdict = EnrollmentVerdict.REVIEW if reasons else EnrollmentVerdict.PASS
    return EnrollmentCheck(verdict, figures, reasons)


def too_little(found: Sequence[Floats] = ()) -> EnrollmentCheck:
    """Return the review of an enrolment of which too little speech was heard; ``found`` are scores of the rest."""
    reason = f"less than {LEAST_S:.0f} s of speech: too little to tell whether a system made it"
    figures = {"score": _most(np.max(found, axis=0)) if found else None}
    return EnrollmentCheck(EnrollmentVerdict.REVIEW, figures, (reason,))


def scores_of(recordings: Sequence[campplus.HeardSpeech]) -> Floats | None:
    """Return the mean scores (2,) of ``recordings``, by their lengths; None of less than `LEAST_S` in all.

    Those that are too short for scores of their own are joined; what CAM++ left unheard of long ones is heard.
    """
    pieces = [piece for one in recordings if _enough(one.speech) for piece in _minutes(one)]
    short = [one.speech for one in recordings if not _enough(one.speech)]
    if short and _enough(joined := np.concatenate(short)):
        pieces.append(campplus.heard(joined))
    if not pieces:
        return None
    found = _model().scores(np.stack([one.layers for one in pieces]))
    return np.asarray(np.average(found, axis=0, weights=[len(one.speech) for one in pieces]), np.float32)


def _minutes(one: campplus.HeardSpeech) -> Iterator[campplus.HeardSpeech]:
    """Yield what was heard of the first minute, and each further one."""
    size = int(campplus.LONGEST_S * campplus.SAMPLE_RATE)
    yield campplus.HeardSpeech(one.speech[:size], one.frames, one.layers)
    for start in range(size, len(one.speech), size):
        if _enough(rest := one.speech[start : start + size]):
            yield campplus.heard(rest)


def _enough(speech: Floats) -> bool:
    return len(speech) >= round(LEAST_S * campplus.SAMPLE_RATE)


def _most(scores: Floats) -> float:
    return float(np.max(scores))


@cache
def _model() -> SyntheticModel:
    with np.load(io.BytesIO(models.weights(MODEL)), allow_pickle=False) as file:
        return SyntheticModel(*(file[name] for name in ("mean", "spread", "weights", "biases")))
