"""Errors of enrolment."""

from __future__ import annotations

from sayso.errors import Conflict, Invalid, NotFound, Refused, Tampered


class StatementInvalid(Invalid):
    """The text of the statement cannot be checked."""


class EnrollmentUnknown(NotFound):
    """There is no such enrolment here."""


class ChallengeOver(Conflict):
    """The challenge was used, or its time is over; start a new enrolment."""


class AttemptsExhausted(Refused):
    """There were too many attempts for this speaker today; try again tomorrow."""


class NotInReview(Conflict):
    """The enrolment waits for nobody's decision."""


class SecondPersonNeeded(Refused):
    """The same person decided already; a second person must."""


class NotEnrolled(Refused):
    """The speaker has not spoken for this recording."""


class EvidenceTampered(Tampered):
    """The evidence of an enrolment is not what the ledger says."""


class VerifierInvalid(Invalid):
    """The file of the verifier is not what the settings say, or no verifier."""


class DecoderUnfit(Conflict):
    """An installed decoder of marks does not do what one must; update or remove its package."""


class PathInvalid(Invalid):
    """The recording's licence or its evidence is none that allows a clone."""


class StatementRefused(Refused):
    """The recording of a consent does not say it, or somebody else does."""


class ProtectedUnknown(NotFound):
    """There is no such entry on the list of protected voices."""


class VoiceProtected(Refused):
    """The voice is like one on the list of protected voices; its speaker can enrol, and a person decides."""


class LabelledSynthetic(Refused):
    """The recording is labelled as made by a system; its speaker can enrol with it, and a person decides."""


class NothingToKeep(Conflict):
    """The speaker has enrolled with no voice of which a print could be kept."""
