"""The path of those who cannot read a statement aloud: somebody helps, and two people look at what came of it.

Whether the words were said goes to them, since who repeats phrases, or stammers, is no impostor. That statement and
samples are of one voice, and that nothing was made here, is asked of everybody.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from sayso.enrollment.checking import EnrollmentFound
from sayso.enrollment.verdict import EnrollmentCheck, EnrollmentVerdict

ASSISTED_REVIEWERS: Final = 2
"""People who must accept an assisted enrolment, whatever the setting ``reviewers`` says."""

_WORDS: Final = "words"


def eased(found: EnrollmentFound) -> EnrollmentFound:
    """Return what was found of an assisted enrolment: never a pass, and no refusal for its words alone."""
    helped = EnrollmentCheck(EnrollmentVerdict.REVIEW, {}, ("somebody helped the speaker: two people decide",))
    words = found.checks[_WORDS]
    if words.verdict is EnrollmentVerdict.REFUSE:
        words = replace(words, verdict=EnrollmentVerdict.REVIEW)
    return found.also(assisted=helped, words=words)
