"""What a check of an enrolment finds: pass, review by a person, or refuse."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class EnrollmentVerdict(StrEnum):
    """What is to be done with recordings."""

    PASS = "pass"  # noqa: S105 - a verdict, no password
    REVIEW = "review"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class EnrollmentCheck:
    """One check: its verdict, the figures that it rests on, and reasons for people."""

    verdict: EnrollmentVerdict
    figures: Mapping[str, float | None] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()


def worst_of(verdicts: Iterable[EnrollmentVerdict]) -> EnrollmentVerdict:
    """Return the strictest of ``verdicts``; refuse where there is none."""
    found = set(verdicts)
    order = (EnrollmentVerdict.REFUSE, EnrollmentVerdict.REVIEW, EnrollmentVerdict.PASS)
    return next((one for one in order if one in found), EnrollmentVerdict.REFUSE)
