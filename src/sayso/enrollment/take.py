"""Whether a statement was read in one take, between the challenge and its submission."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sayso.audio import Signal
from sayso.enrollment.challenge import VALID_FOR
from sayso.enrollment.verdict import EnrollmentCheck, EnrollmentVerdict

_SLACK_S: Final = 1.0
"""By how much the clocks of a recorder and of the server may differ."""


def check_take(
    statement: Signal, started: datetime, submitted: datetime, within: timedelta = VALID_FOR
) -> EnrollmentCheck:
    """Return whether ``statement`` can have been read after ``started`` and before ``submitted``, ``within`` its time.

    A recording that is longer than that was begun before anybody could know what to read.
    """
    elapsed_s = (submitted - started).total_seconds()
    figures = {"seconds": statement.duration_s, "elapsed": elapsed_s}
    reasons = []
    if statement.duration_s > elapsed_s + _SLACK_S:
        reasons.append("the statement is longer than the time since it could be known")
    if max(elapsed_s, statement.duration_s) > within.total_seconds():
        reasons.append(f"the statement took more than {within.total_seconds():.0f} s")
    verdict = EnrollmentVerdict.REFUSE if reasons else EnrollmentVerdict.PASS
    return EnrollmentCheck(verdict, figures, tuple(reasons))
