"""Reviews: enrolments that the checks leave to people, and what people decide, with their reason, in the ledger."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from sayso.accounts.rights import Right
from sayso.clock import now, stamp
from sayso.database import Connection
from sayso.enrollment import store
from sayso.enrollment.assisted import ASSISTED_REVIEWERS
from sayso.enrollment.errors import NotInReview, SecondPersonNeeded
from sayso.enrollment.state import EnrollmentState
from sayso.enrollment.store import DecisionRow, EnrollmentRow
from sayso.errors import Invalid
from sayso.ledger.acts import EnrollmentDecided
from sayso.vault.domains import Domain
from sayso.workflows.enrollment.showing import EnrollmentShown, shown
from sayso.workflows.enrollment.submitting import granted
from sayso.workflows.enrollment.telling import asked_in, row_of, tell
from sayso.workflows.installation.session import Session

ACCEPT: Final = "accept"
REJECT: Final = "reject"
REASON_FIELD: Final = "review reason"
MIN_REASON_CHARS: Final = 3
MAX_REASON_CHARS: Final = 1000


def waiting(session: Session) -> list[EnrollmentShown]:
    """Return the enrolments that wait for a person, oldest first."""
    with session.read() as tx:
        rows = store.enrollments_in(tx, EnrollmentState.REVIEW)
    return [shown(session, row.enrollment_id) for row in rows]


def decide(session: Session, enrollment: str, decision: str, reason: str) -> EnrollmentShown:
    """Accept or reject an enrolment in review, with a reason, and log it; return what it is now.

    Where the setting ``reviewers`` is 2, or somebody helped the speaker, it passes when two people accepted it; one who
    rejects is enough. Raise `NotInReview`, `SecondPersonNeeded` for a second decision of one person, or `Invalid` for
    no reason.
    """
    session.require(Right.GOVERN)
    if decision not in {ACCEPT, REJECT}:
        raise Invalid(f"decision: got {decision[:40]!r}, expected {ACCEPT} or {REJECT}")
    if not MIN_REASON_CHARS <= len(reason.strip()) <= MAX_REASON_CHARS:
        raise Invalid(
            f"reason: got {len(reason.strip())} characters, expected {MIN_REASON_CHARS} to {MAX_REASON_CHARS}"
        )
    row = row_of(session, enrollment)
    if row.state is not EnrollmentState.REVIEW:
        raise NotInReview(f"got {enrollment}, which is {row.state}, expected one that is in review")
    with session.act(row.speaker_id) as tx:
        _decided(session, tx, row, decision, reason.strip())
    return shown(session, row.enrollment_id)


def person(session: Session) -> str:
    """Return who decides: the credential, or the local operator of the installation."""
    return session.actor.credential


def _decided(session: Session, tx: Connection, row: EnrollmentRow, decision: str, reason: str) -> None:
    before = store.decisions_of(tx, row.enrollment_id)
    who = person(session)
    if any(each.who == who for each in before):
        raise SecondPersonNeeded(f"got a second decision by {who}, expected one by somebody else")
    sealed = session.vault.seal_field(reason.encode(), row.speaker_id, field=REASON_FIELD)
    number = len(before) + 1
    store.insert_decision(tx, row.enrollment_id, DecisionRow(number, decision, who, sealed, stamp(now())))
    reviewers = session.settings.reviewers
    state = _state(decision, number, max(reviewers, ASSISTED_REVIEWERS) if row.assisted else reviewers)
    new = replace(row, state=state)
    if state is EnrollmentState.PASSED:
        new = replace(new, grant_id=granted(session, tx, asked_in(session, row)))
    if not store.replace_enrollment(tx, new, was=EnrollmentState.REVIEW):
        raise NotInReview
    committed = session.vault.commit(row.speaker_id, reason.encode(), domain=Domain.REASON)
    tell(
        session,
        tx,
        new,
        EnrollmentDecided,
        decision=decision,
        state=str(state),
        reason=committed,
        number=number,
    )


def _state(decision: str, number: int, needed: int) -> EnrollmentState:
    if decision == REJECT:
        return EnrollmentState.REFUSED
    return EnrollmentState.PASSED if number >= needed else EnrollmentState.REVIEW
