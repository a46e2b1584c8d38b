"""Whether a voice may be a child's: one that is as high as few adults' goes to a person.

The statement says that its speaker is an adult; this looks at the median of the voice's pitch alone. It is no test of
age: it misses whoever's voice has broken, and most of the young whose voice has not grown higher than a woman's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from sayso.enrollment.verdict import EnrollmentCheck, EnrollmentVerdict
from sayso.voices.campplus import Floats
from sayso.voices.pitch import log_pitch

CHILD_HZ: Final = 255.0
"""Median pitch from which a person looks: 1 of 124 adults has a higher one (benchmarks/enrollment/adults.py)."""


def check_adult(stated: Floats, spoken: Sequence[Floats]) -> EnrollmentCheck:
    """Return whether statement and samples, each 16 kHz without pauses, are of a voice no higher than an adult's.

    The lower of both counts: who is moved reads one of them higher.
    """
    found = [float(np.exp(log_pitch(one))) for one in (stated, np.concatenate([*spoken, np.zeros(0, np.float32)]))]
    known = [hz for hz in found if np.isfinite(hz)]
    figures = {"pitch_hz": min(known, default=None)}
    if not known or min(known) < CHILD_HZ:
        return EnrollmentCheck(EnrollmentVerdict.PASS, figures)
    return EnrollmentCheck(EnrollmentVerdict.REVIEW, figures, ("the voice is as high as a child's: a person looks",))
