"""Whether one person speaks at a time: two at once, as in a morph by the sum of two recordings, go to a person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sayso.enrollment.verdict import EnrollmentCheck, EnrollmentVerdict
from sayso.restoration.diagnosis.speakers import activity, overlap_finding
from sayso.voices.campplus import Floats

MOST_OVERLAP: Final = 0.05
"""The share of speech that is two at once from which a person looks: 0 of 77 people have as much, and 75 of 77 sums of
two of them (benchmarks/enrollment/morphs.py)."""


def check_alone(stated: Floats, spoken: Sequence[Floats]) -> EnrollmentCheck:
    """Return whether one person speaks at a time in statement and samples, each 16 kHz without pauses.

    The recording with most of it counts: what is said over it may be in one alone.
    """
    overlap = max(float(overlap_finding(activity(one)).value or 0.0) for one in (stated, *spoken))
    if overlap < MOST_OVERLAP:
        return EnrollmentCheck(EnrollmentVerdict.PASS, {"overlap": overlap})
    reason = f"two people seem to speak at once in {overlap:.0%} of a recording: a person listens"
    return EnrollmentCheck(EnrollmentVerdict.REVIEW, {"overlap": overlap}, (reason,))
