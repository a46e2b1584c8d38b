"""Consent that is stated aloud: the recording is heard before anything is entered, and again with the samples.

The statement waits sealed with the speaker's key, and is never written unless a voice is made with it: then it is kept
with the voice's recordings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sayso.accounts.rights import Right
from sayso.audio import decode
from sayso.consent import Action
from sayso.enrollment.checking import check_enrollment
from sayso.enrollment.errors import StatementRefused
from sayso.enrollment.statement import MAX_STATEMENT_S
from sayso.enrollment.verdict import EnrollmentVerdict
from sayso.ids import GrantId, SpeakerId, parse_id
from sayso.recognition import recogniser
from sayso.workflows.consent import granting, speakers
from sayso.workflows.consent.granting import Terms
from sayso.workflows.enrollment.verifying import verifier_of
from sayso.workflows.installation.session import Session

PHRASE: Final = "I am the owner of this voice, and I consent to {licensee} using it to create a synthetic voice."
FIELD: Final = "spoken statement"

_ACTIONS: Final = (Action.CLONE, Action.SYNTHESIZE, Action.STREAM)


@dataclass(frozen=True, slots=True)
class StatedConsent:
    """A grant that was given aloud, the text that was read, and the recording of it, sealed with the speaker's key."""

    grant: GrantId
    speaker: SpeakerId
    text: str
    sealed: bytes

    def recording(self, session: Session) -> bytes:
        """Return the recording; raise `Shredded` after an erasure."""
        return session.vault.open_field(self.sealed, self.speaker, field=FIELD)


def state_consent(
    session: Session,
    recording: bytes,
    *,
    name: str,
    licensee: str,
    purpose: str,
    project: str | None = None,
    speaker: str | None = None,
) -> StatedConsent:
    """Enter what the recording says: that ``licensee`` may clone the voice, and speak with it for ``purpose``.

    Without ``speaker`` one of this ``name`` is added. Raise `StatementRefused` with every reason unless the recording
    says `PHRASE`, and an error of audio or of the recogniser; then nothing is entered.
    """
    session.require(Right.CONSENT)
    text = PHRASE.format(licensee=licensee)
    _demand(recording, text, (), session)
    who = SpeakerId(parse_id("speaker", speaker)) if speaker else speakers.add_speaker(session, name)
    terms = Terms(who, licensee, (purpose,), actions=tuple(map(str, _ACTIONS)), project=project)
    grant = granting.give(session, terms)
    return StatedConsent(grant, who, text, session.vault.seal_field(recording, who, field=FIELD))


def check_samples(session: Session, stated: StatedConsent, samples: Sequence[bytes]) -> None:
    """Return if whoever stated the consent speaks in ``samples``; raise `StatementRefused` with every reason."""
    session.require(Right.SPEECH)
    _demand(stated.recording(session), stated.text, samples, session)


def _demand(recording: bytes, text: str, samples: Sequence[bytes], session: Session) -> None:
    statement, sounds = decode(recording, max_duration_s=MAX_STATEMENT_S), [decode(sample) for sample in samples]
    verifier, files = verifier_of(session.settings), [recording, *samples]
    found = check_enrollment(
        statement, text, sounds or [statement], recogniser(), session.detector, files=files, verifier=verifier
    )
    # A statement is shorter than what a voice is made of: its length is asked of the samples.
    checks = {name: check for name, check in found.checks.items() if samples or name != "speech"}
    failed = [name for name, check in checks.items() if check.verdict is not EnrollmentVerdict.PASS]
    if failed:
        reasons = [f"{name}: {reason}" for name in failed for reason in checks[name].reasons or ("in doubt",)]
        raise StatementRefused(f"the recording does not pass; expected somebody who says: {text}", reasons=reasons)
