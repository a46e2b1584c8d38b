"""Every check of an enrolment on recordings at hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sayso.audio import Signal
from sayso.enrollment.adult import check_adult
from sayso.enrollment.alone import check_alone
from sayso.enrollment.capture import check_capture
from sayso.enrollment.intake import MIN_SPEECH_S
from sayso.enrollment.labelled import check_labels
from sayso.enrollment.same_speaker import VoicePrint, compared, listened
from sayso.enrollment.statement import check_statement
from sayso.enrollment.synthetic import check_synthetic, too_little
from sayso.enrollment.verdict import EnrollmentCheck, EnrollmentVerdict, worst_of
from sayso.enrollment.verifier import NAME as VERIFIER
from sayso.enrollment.verifier import Verifier, check_verifier
from sayso.mark.detector import Detector
from sayso.recognition import Recogniser
from sayso.voices.campplus import Floats
from sayso.voices.embedding import SAMPLE_RATE
from sayso.voices.errors import NoVoiceInside
from sayso.voices.gate import speech_of


@dataclass(frozen=True, slots=True, eq=False)
class EnrollmentFound:
    """What the checks found, by their names; the strictest decides. ``voice`` is the print of the samples' voice."""

    checks: Mapping[str, EnrollmentCheck]
    voice: VoicePrint | None = None

    @property
    def verdict(self) -> EnrollmentVerdict:
        """The strictest verdict."""
        return worst_of(check.verdict for check in self.checks.values())

    def also(self, **checks: EnrollmentCheck) -> EnrollmentFound:
        """Return the same with more checks."""
        return replace(self, checks={**self.checks, **checks})


def check_enrollment(
    statement: Signal,
    text: str,
    samples: Sequence[Signal],
    recogniser: Recogniser,
    detector: Detector,
    *,
    files: Sequence[bytes],
    verifier: Verifier | None = None,
) -> EnrollmentFound:
    """Return what the checks of ``speech``, ``words``, ``speaker``, ``alone``, ``capture``, ``mark``, ``adult`` find.

    And those of ``labels``, ``synthetic`` speech and, where there is one, of the ``verifier``; ``files`` are what the
    recordings were decoded from. Raise `StatementInvalid`, `VerifierInvalid`, `DecoderUnfit` or what the recogniser
    does.
    """
    stated, spoken = speech_of(statement, SAMPLE_RATE), [speech_of(sample, SAMPLE_RATE) for sample in samples]
    speaker, synthetic, voice = _voice(stated, spoken)
    checks = {
        "speech": _speech(spoken),
        "words": check_statement(statement, text, recogniser),
        "speaker": speaker,
        "alone": check_alone(stated, spoken),
        "capture": check_capture(statement, samples),
        "mark": check_mark([statement, *samples], detector),
        "labels": check_labels([statement, *samples], files),
        "adult": check_adult(stated, spoken),
        "synthetic": synthetic,
    }
    if verifier is not None:
        checks[VERIFIER] = _verified(verifier, stated, spoken)
    return EnrollmentFound(checks, voice)


def _verified(verifier: Verifier, stated: Floats, spoken: Sequence[Floats]) -> EnrollmentCheck:
    try:
        return check_verifier(verifier, stated, spoken)
    except NoVoiceInside as error:
        return EnrollmentCheck(EnrollmentVerdict.REFUSE, {}, (error.message,))


def _speech(spoken: Sequence[Floats]) -> EnrollmentCheck:
    seconds = sum(len(one) for one in spoken) / SAMPLE_RATE
    if seconds >= MIN_SPEECH_S:
        return EnrollmentCheck(EnrollmentVerdict.PASS, {"seconds": seconds})
    reason = f"got {seconds:.1f} s of speech in the samples, expected at least {MIN_SPEECH_S:.0f} s"
    return EnrollmentCheck(EnrollmentVerdict.REFUSE, {"seconds": seconds}, (reason,))


def _voice(stated: Floats, spoken: Sequence[Floats]) -> tuple[EnrollmentCheck, EnrollmentCheck, VoicePrint | None]:
    """Return whether one person speaks, whether they sound synthetic, and the print: all is heard once."""
    try:
        first, *rest = [listened(one) for one in (stated, *spoken)]
        speaker, voice = compared(first, rest)
    except NoVoiceInside as error:
        return EnrollmentCheck(EnrollmentVerdict.REFUSE, {}, (error.message,)), too_little(), None
    return speaker, check_synthetic(first.heard, [one.heard for one in rest]), voice


def check_mark(recordings: Sequence[Signal], detector: Detector) -> EnrollmentCheck:
    """Return whether any recording was made here: then a voice would get past its speaker."""
    found = [detector.detect(recording) for recording in recordings]
    figures = {"p_value": min(one.p_value for one in found)}
    if not any(one.present for one in found):
        return EnrollmentCheck(EnrollmentVerdict.PASS, figures)
    reason = "a recording carries a mark of this installation: it was made here"
    return EnrollmentCheck(EnrollmentVerdict.REFUSE, figures, (reason,))
