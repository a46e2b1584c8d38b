"""Whether a voice is like one on the list of protected voices: public ones, and erased speakers who asked for it.

The operator states how many enrolments of people who are on no list may go to a person for it; the score from which
one does follows from that, from how many voices are listed, and from how high strangers score. A hit is never a
refusal: people sound alike, the more so the longer the list is.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from sayso.enrollment.same_speaker import VoicePrint, score
from sayso.enrollment.verdict import EnrollmentCheck, EnrollmentVerdict

HIGHEST: Final = 1.5
"""The score of a voice with itself."""
TAIL_SHARE: Final = 0.05
TAIL_SCORE: Final = 0.72
TAIL_POWER: Final = 6.5
"""Of pairs of two people of one sex, `TAIL_SHARE` score `TAIL_SCORE` or more, and fewer towards `HIGHEST`, by a power.

So cosines near one fall off. Fitted on the people whom `same_speaker` was tuned with, and held against others
(benchmarks/enrollment/listed.py).
"""


class ProtectedOrigin(StrEnum):
    """How a voice came on the list."""

    OPERATOR = "operator"
    ERASED = "erased"
    """Its speaker was erased here, and asked that it be known again."""


def protected_score(voices: int, false_alarms: float) -> float:
    """Return the score from which a voice is like one of ``voices``, so that strangers keep to ``false_alarms``.

    Each voice on the list gets an equal part of the budget, whatever they have in common.
    """
    share = false_alarms / max(1, voices) / TAIL_SHARE
    return HIGHEST - (HIGHEST - TAIL_SCORE) * float(min(1.0, share) ** (1 / TAIL_POWER))


def check_protected(voice: VoicePrint, listed: Iterable[VoicePrint], false_alarms: float) -> EnrollmentCheck:
    """Return whether ``voice`` is like one of ``listed``.

    The figures hold no score, since a speaker may read them: it would tell how near an imitation comes.
    """
    scores = [score(voice, other) for other in listed]
    needed = protected_score(len(scores), false_alarms)
    hits = sum(each >= needed for each in scores)
    figures = {"voices": float(len(scores)), "threshold": needed, "hits": float(hits)}
    if not hits:
        return EnrollmentCheck(EnrollmentVerdict.PASS, figures)
    return EnrollmentCheck(
        EnrollmentVerdict.REVIEW, figures, ("the voice is like one on the list of protected voices",)
    )
