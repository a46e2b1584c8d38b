"""Starting an enrolment: the server draws words, and says what is to be read. It is logged, and nothing is allowed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sayso.accounts.rights import Right
from sayso.clock import now, parse_stamp, stamp
from sayso.consent import changes
from sayso.consent import store as consents
from sayso.database import Connection
from sayso.enrollment import store
from sayso.enrollment.challenge import challenge_for
from sayso.enrollment.errors import AttemptsExhausted
from sayso.enrollment.state import EnrollmentState
from sayso.enrollment.store import EnrollmentRow
from sayso.errors import Invalid
from sayso.ids import EnrollmentId, SpeakerId, new_id
from sayso.ledger.acts import EnrollmentStarted
from sayso.workflows.consent.terms import Terms
from sayso.workflows.enrollment.telling import Asked, sealed, tell
from sayso.workflows.installation.session import Session

MOST_A_DAY: Final = 10
"""Challenges that one speaker may be given in 24 hours: who reads badly needs a few, who guesses needs many."""

_DAY: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class ChallengeIssued:
    """A statement to be read aloud, once, before ``expires_at``."""

    enrollment: EnrollmentId
    speaker: SpeakerId
    text: str
    words: tuple[str, ...]
    expires_at: datetime
    attempts_left: int


def start(session: Session, terms: Terms, *, assisted: bool = False) -> ChallengeIssued:
    """Return a new statement that dictates the grant which ``terms`` mean, and log that it was given out.

    ``assisted``: somebody helps the speaker, who cannot read; then two people decide. Raise `GrantInvalid`,
    `StatementInvalid` for terms too long to read, `SpeakerUnknown`, `CeilingExceeded` or `AttemptsExhausted`, changing
    nothing.
    """
    session.require(Right.CONSENT)
    grant, moment = terms.grant(), now()
    if grant.outer:
        raise Invalid("outer: got an outer consent, expected a grant: a statement names one licensee")
    challenge = challenge_for(grant, moment)
    with session.act(grant.speaker) as tx:
        if consents.get_speaker(tx, grant.speaker).house:
            raise Invalid(f"speaker: got {grant.speaker}, the house, expected a person")
        left = attempts_left(tx, grant.speaker, moment)
        if left <= 0:
            raise AttemptsExhausted(f"got {MOST_A_DAY} attempts within 24 hours, expected fewer; try again tomorrow")
        changes.outer_for(tx, grant)  # what goes beyond it is refused before anybody reads it
        asked = Asked(challenge.text, challenge.words, grant)
        row = EnrollmentRow(
            enrollment_id=EnrollmentId(new_id("enrollment")),
            speaker_id=grant.speaker,
            state=EnrollmentState.STARTED,
            started_at=stamp(moment),
            challenge_sealed=sealed(session, asked),
            assisted=assisted,
        )
        store.insert_enrollment(tx, row)
        tell(
            session,
            tx,
            row,
            EnrollmentStarted,
            licensee=grant.licensee,
            purpose=str(grant.purposes[0]),
            assisted=assisted,
        )
    return ChallengeIssued(
        row.enrollment_id, grant.speaker, asked.text, asked.words, moment + row.valid_for, attempts_left=left - 1
    )


def attempts_left(tx: Connection, speaker: SpeakerId, moment: datetime) -> int:
    """Return how many challenges the speaker may still be given in the 24 hours before ``moment``."""
    since = moment - _DAY
    recent = [row for row in store.enrollments_of(tx, speaker) if parse_stamp(row.started_at) > since]
    return max(0, MOST_A_DAY - len(recent))
