"""Whether a voice is known here under another name. A hit goes to a person: people sound alike, and twins more so."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sayso.enrollment.same_speaker import VoicePrint, score
from sayso.enrollment.verdict import EnrollmentCheck, EnrollmentVerdict

KNOWN_SCORE: Final = 1.15
"""As `same_speaker.PASS_SCORE`: the false alarms grow with the number of voices that are held."""


def check_known(voice: VoicePrint, others: Iterable[VoicePrint]) -> EnrollmentCheck:
    """Return whether one of the ``others``, each of another speaker, is the same voice.

    The figures hold no score, since a speaker may read them: it would tell how near an imitation comes.
    """
    told = [score(voice, other) >= KNOWN_SCORE for other in others]
    figures = {"voices": float(len(told)), "hits": float(sum(told))}
    if not any(told):
        return EnrollmentCheck(EnrollmentVerdict.PASS, figures)
    reason = "the voice is known here under another name"
    return EnrollmentCheck(EnrollmentVerdict.REVIEW, figures, (reason,))
