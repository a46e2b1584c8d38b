"""Whether a recording sounds as if a system had made it. A hit goes to a person: a small detector errs both ways.

Logistic regression over `traces.traces` and their squares, trained by benchmarks/enrollment/synthetic.py on what
this project can make. Kinds of synthesis that it never heard are found far less often (docs/measurements.md,
Enrolment): a pass proves nothing.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso import models
from sayso.enrollment.traces import LEAST_S, SAMPLE_RATE, Floats, traces
from sayso.enrollment.verdict import EnrollmentCheck, EnrollmentVerdict

MODEL: Final = "synthetic-speech"
SUSPECT_SCORE: Final = 0.0
FAR: Final = 4.0
"""Standard deviations beyond which a statistic counts no more: one that nobody trained on decides nothing alone."""


@dataclass(frozen=True, slots=True, eq=False)
class SyntheticModel:
    """Mean and spread of each statistic in real speech, weights of how far it lies off and of the square of that.

    The squares let a kind of synthesis that was never heard stand out on either side of real speech.
    """

    mean: NDArray[np.float32]
    spread: NDArray[np.float32]
    weights: NDArray[np.float32]
    bias: float

    def score(self, found: Floats) -> float:
        """Return the score of the statistics ``found``: above 0 where synthesis is the likelier."""
        return float(self.terms(found) @ self.weights) + self.bias

    def terms(self, found: Floats) -> Floats:
        """Return what is weighed of statistics (..., numbers): (..., twice as many)."""
        off = np.clip((found - self.mean) / self.spread, -FAR, FAR)
        return np.asarray(np.concatenate([off, off**2 - 1.0], axis=-1), np.float32)


def check_synthetic(stated: Floats, spoken: Sequence[Floats]) -> EnrollmentCheck:
    """Return whether the statement or the samples, each 16 kHz without pauses, sound synthetic."""
    together = [scored for scored in (score_of([stated]), score_of(spoken)) if scored is not None]
    if len(together) < 2:
        reason = f"less than {LEAST_S:.0f} s of speech: too little to tell whether a system made it"
        return EnrollmentCheck(EnrollmentVerdict.REVIEW, {"score": max(together, default=None)}, (reason,))
    figures = {"score": max(together), "statement": together[0], "samples": together[1]}
    if max(together) < SUSPECT_SCORE:
        return EnrollmentCheck(EnrollmentVerdict.PASS, figures)
    return EnrollmentCheck(EnrollmentVerdict.REVIEW, figures, ("a recording sounds as if a system had made it",))


def score_of(recordings: Sequence[Floats]) -> float | None:
    """Return the mean score of ``recordings``, by their lengths; None of less than `LEAST_S` in all.

    Those that are too short for a score of their own are joined.
    """
    least = round(LEAST_S * SAMPLE_RATE)
    long = [one for one in recordings if len(one) >= least]
    short = [one for one in recordings if len(one) < least]
    joined = np.concatenate(short) if short else np.zeros(0, np.float32)
    pieces = [*long, joined] if len(joined) >= least else long
    if not pieces:
        return None
    model = _model()
    return float(np.average([model.score(traces(one)) for one in pieces], weights=[len(one) for one in pieces]))


@cache
def _model() -> SyntheticModel:
    with np.load(io.BytesIO(models.weights(MODEL)), allow_pickle=False) as file:
        return SyntheticModel(file["mean"], file["spread"], file["weights"], float(file["bias"]))
