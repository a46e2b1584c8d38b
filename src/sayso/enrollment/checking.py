"""Every check of an enrolment on recordings at hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sayso.audio import Signal, speech_spans
from sayso.enrollment.intake import MIN_SPEECH_S
from sayso.enrollment.same_speaker import check_same_speaker
from sayso.enrollment.statement import check_statement
from sayso.enrollment.verdict import EnrollmentCheck, EnrollmentVerdict, worst_of
from sayso.mark.detector import Detector
from sayso.recognition import Recogniser
from sayso.voices.errors import NoVoiceInside

UNCHECKED = ("synthetic",)
"""What no check tells: whether another system made the recording. That no mark is found proves nothing."""


@dataclass(frozen=True, slots=True)
class EnrollmentFound:
    """What the checks found: ``speech``, ``words``, ``speaker`` and ``mark``; the strictest decides."""

    checks: Mapping[str, EnrollmentCheck]

    @property
    def verdict(self) -> EnrollmentVerdict:
        """The strictest verdict."""
        return worst_of(check.verdict for check in self.checks.values())


def check_enrollment(
    statement: Signal, text: str, samples: Sequence[Signal], recogniser: Recogniser, detector: Detector
) -> EnrollmentFound:
    """Return what each check finds; raise `StatementInvalid` or what the recogniser does."""
    return EnrollmentFound(
        {
            "speech": _speech(samples),
            "words": check_statement(statement, text, recogniser),
            "speaker": _speaker(statement, samples),
            "mark": _mark([statement, *samples], detector),
        }
    )


def _speech(samples: Sequence[Signal]) -> EnrollmentCheck:
    seconds = sum((stop - start) / sample.sample_rate for sample in samples for start, stop in speech_spans(sample))
    if seconds >= MIN_SPEECH_S:
        return EnrollmentCheck(EnrollmentVerdict.PASS, {"seconds": seconds})
    reason = f"got {seconds:.1f} s of speech in the samples, expected at least {MIN_SPEECH_S:.0f} s"
    return EnrollmentCheck(EnrollmentVerdict.REFUSE, {"seconds": seconds}, (reason,))


def _speaker(statement: Signal, samples: Sequence[Signal]) -> EnrollmentCheck:
    try:
        return check_same_speaker(statement, samples)
    except NoVoiceInside as error:
        return EnrollmentCheck(EnrollmentVerdict.REFUSE, {}, (error.message,))


def _mark(recordings: Sequence[Signal], detector: Detector) -> EnrollmentCheck:
    """Return whether any recording was made here: then a voice would get past its speaker."""
    found = [detector.detect(recording) for recording in recordings]
    figures = {"p_value": min(one.p_value for one in found)}
    if not any(one.present for one in found):
        return EnrollmentCheck(EnrollmentVerdict.PASS, figures)
    reason = "a recording carries a mark of this installation: it was made here"
    return EnrollmentCheck(EnrollmentVerdict.REFUSE, figures, (reason,))
