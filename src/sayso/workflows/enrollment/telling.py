"""What the enrolments of a speaker have in common: their row, its secret, and the entries that tell of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sayso import canonical
from sayso.clock import now, stamp
from sayso.consent import Grant, State
from sayso.database import Connection
from sayso.enrollment import store
from sayso.enrollment.store import EnrollmentRow
from sayso.ids import EnrollmentId, parse_id
from sayso.ledger import append
from sayso.ledger.acts import EnrollmentBegun, EnrollmentDecided, EnrollmentJudged, EnrollmentStarted
from sayso.workflows.installation.rows import committed, enrollment_rows
from sayso.workflows.installation.session import Session

CHALLENGE_FIELD: Final = "enrollment challenge"

_Told = EnrollmentStarted | EnrollmentBegun | EnrollmentJudged | EnrollmentDecided


@dataclass(frozen=True, slots=True)
class Asked:
    """What the speaker was asked to read, and the grant that it dictates."""

    text: str
    words: tuple[str, ...]
    grant: Grant


def row_of(session: Session, enrollment: str) -> EnrollmentRow:
    """Return what is recorded of an enrolment; raise `EnrollmentUnknown`."""
    with session.read() as tx:
        return store.get_enrollment(tx, EnrollmentId(parse_id("enrollment", enrollment)))


def sealed(session: Session, asked: Asked) -> bytes:
    """Return what was asked, sealed by the speaker's key."""
    plain = {
        "text": asked.text,
        "words": list(asked.words),
        "grant": asked.grant.grant_id,
        "terms": asked.grant.terms(),
    }
    return session.vault.seal_field(canonical.encode(plain), asked.grant.speaker, field=CHALLENGE_FIELD)


def asked_in(session: Session, row: EnrollmentRow) -> Asked:
    """Return what was asked in an enrolment; raise `FieldTampered` or `Shredded`."""
    plain = canonical.decode(session.vault.open_field(row.challenge_sealed, row.speaker_id, field=CHALLENGE_FIELD))
    grant = Grant.from_terms(
        plain["terms"], grant_id=plain["grant"], speaker=row.speaker_id, state=State.GIVEN, version=1
    )
    return Asked(plain["text"], tuple(plain["words"]), grant)


def tell(session: Session, tx: Connection, row: EnrollmentRow, act: type[_Told], **facts: Any) -> int:
    """Queue the entry of an act on an enrolment, once all its rows are written; return the ticket."""
    subject = session.vault.pseudonym(row.speaker_id, row.enrollment_id)
    kept = committed(session.vault, row.speaker_id, enrollment_rows(tx, row.enrollment_id))
    told = act(enrollment=row.enrollment_id, subject=subject, kept=kept, **facts)
    return append(tx, told.entry(stamp(now()), row.grant_id))
