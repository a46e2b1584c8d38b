"""Whether one person is taken for one: by the verifier alone, and by the check of an enrolment as it decides.

Speech is counted, not recordings: who pauses more has no less of it heard. Of less speech any verifier tells less.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sayso.enrollment.same_speaker import FULL_SAMPLES_S, FULL_STATEMENT_S, compared, listened
from sayso.enrollment.verdict import EnrollmentVerdict
from sayso.fairness.cohort import CohortMember
from sayso.fairness.measured import SampleFigure
from sayso.voices import campplus
from sayso.voices.gate import speech_of
from sayso.workflows.benches.figures import clip_of

READ_S: Final = 60.0
"""Of each recording the first so many seconds are read."""

VERIFIED_S: Final = 6.0
"""Of each recording the first so many seconds of speech are halved for the verifier."""

_RATE: Final = campplus.SAMPLE_RATE


def of_verifier(member: CohortMember) -> Iterator[SampleFigure]:
    """Yield how alike the verifier finds the two halves of the speech in one recording."""
    speech = _speech(member)[: round(VERIFIED_S * _RATE)]
    first, second = speech[: len(speech) // 2], speech[len(speech) // 2 :]
    yield SampleFigure("likeness", float(campplus.embed_speech(first) @ campplus.embed_speech(second)))


def of_same_speaker(member: CohortMember) -> Iterator[SampleFigure]:
    """Yield how an enrolment of the speaker by this one recording fares, and its score.

    The first third of its speech is the statement, 10 s at most; what follows are the samples, 30 s at most.
    """
    speech = _speech(member)
    stated = speech[: min(len(speech) // 3, round(FULL_STATEMENT_S * _RATE))]
    spoken = speech[len(stated) :][: round(FULL_SAMPLES_S * _RATE)]
    found, _ = compared(listened(stated), [listened(spoken)])
    yield SampleFigure("score", float(found.figures["score"] or 0.0))
    yield SampleFigure("passed", float(found.verdict is EnrollmentVerdict.PASS))
    yield SampleFigure("refused", float(found.verdict is EnrollmentVerdict.REFUSE))


def _speech(member: CohortMember) -> campplus.Floats:
    return speech_of(clip_of(member.file, READ_S), _RATE)
