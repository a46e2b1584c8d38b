"""What an enrolment is now."""

from __future__ import annotations

from enum import StrEnum


class EnrollmentState(StrEnum):
    """From the challenge to the verdict; only an enrolment in review can change once it was judged."""

    STARTED = "started"
    JUDGING = "judging"
    PASSED = "passed"
    REVIEW = "review"
    REFUSED = "refused"
    EXPIRED = "expired"
    """Nobody submitted in time; never stored."""
