"""The tables of enrolments: challenges, what became of them, and what people decided. What was said stands sealed."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Integer,
    LargeBinary,
    Row,
    String,
    Table,
    Text,
    delete,
    insert,
    select,
    update,
)

from sayso import canonical
from sayso.consent.speaker_store import organisation_of_speaker
from sayso.database import everything, metadata, within
from sayso.database.words import word
from sayso.enrollment.challenge import ASSISTED_FOR, VALID_FOR
from sayso.enrollment.errors import EnrollmentUnknown
from sayso.enrollment.state import EnrollmentState
from sayso.ids import ID_LENGTH, ArtifactId, EnrollmentId, GrantId, SpeakerId

enrollments = Table(
    "enrollments",
    metadata,
    Column("enrollment_id", String(ID_LENGTH), primary_key=True),
    Column("speaker_id", String(ID_LENGTH), nullable=False, index=True),
    Column("organisation_id", String(ID_LENGTH), nullable=False, index=True),
    Column("state", String(16), nullable=False),
    Column("started_at", String(24), nullable=False),
    Column("submitted_at", String(24)),
    Column("grant_id", String(ID_LENGTH), index=True),
    Column("challenge_sealed", LargeBinary, nullable=False),
    Column("samples", Text, nullable=False),
    Column("artifact_id", String(ID_LENGTH)),
    Column("print_sealed", LargeBinary),
    Column("assisted", Boolean, nullable=False),
)
"""``challenge_sealed``: what was to be read, and the terms of the grant. ``samples``: commitments to the recordings.

``artifact_id`` is the evidence; ``print_sealed`` what tells the voice from others, kept unless it was refused.
``assisted``: somebody helps the speaker, who cannot read.
"""

enrollment_decisions = Table(
    "enrollment_decisions",
    metadata,
    Column("enrollment_id", String(ID_LENGTH), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("decision", String(16), nullable=False),
    Column("who", String(64), nullable=False),
    Column("reason_sealed", LargeBinary, nullable=False),
    Column("at", String(24), nullable=False),
)
"""What people decided of an enrolment in review, in their order; ``who`` names the credential."""


@dataclass(frozen=True, slots=True)
class EnrollmentRow:
    """One enrolment as kept; times as `clock.stamp` writes them."""

    enrollment_id: EnrollmentId
    speaker_id: SpeakerId
    state: EnrollmentState
    started_at: str
    challenge_sealed: bytes
    submitted_at: str | None = None
    grant_id: GrantId | None = None
    samples: tuple[str, ...] = ()
    artifact_id: ArtifactId | None = None
    print_sealed: bytes | None = None
    assisted: bool = False

    @property
    def valid_for(self) -> timedelta:
        """The time from the challenge to the submission."""
        return ASSISTED_FOR if self.assisted else VALID_FOR


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """What one person decided: ``accept`` or ``reject``, why (sealed), and when."""

    number: int
    decision: str
    who: str
    reason_sealed: bytes
    at: str


_SELECT: Final = select(*(enrollments.c[field.name] for field in fields(EnrollmentRow)))


def insert_enrollment(tx: Connection, row: EnrollmentRow) -> None:
    """Enter an enrolment, of its speaker's organisation; raise `SpeakerUnknown`."""
    owner = organisation_of_speaker(tx, row.speaker_id)
    tx.execute(insert(enrollments).values(organisation_id=owner, **_columns(row)))


def replace_enrollment(tx: Connection, row: EnrollmentRow, was: EnrollmentState) -> bool:
    """Put ``row`` in place of what stood there; return whether its state was still ``was``."""
    this = (enrollments.c.enrollment_id == row.enrollment_id, enrollments.c.state == str(was))
    return tx.execute(update(enrollments).where(within(tx, enrollments), *this).values(_columns(row))).rowcount == 1


def get_enrollment(tx: Connection, enrollment: EnrollmentId) -> EnrollmentRow:
    """Return the enrolment; raise `EnrollmentUnknown`, also for one that was erased."""
    this = enrollments.c.enrollment_id == enrollment
    row = tx.execute(_SELECT.where(within(tx, enrollments), this)).one_or_none()
    if row is None:
        raise EnrollmentUnknown(f"got {enrollment}, expected an enrolment that is here and not erased")
    return _row(row)


def enrollments_of(tx: Connection, speaker: SpeakerId) -> list[EnrollmentRow]:
    """Return the enrolments of one speaker, oldest first."""
    return _rows(tx, enrollments.c.speaker_id == speaker)


def enrollments_in(tx: Connection, state: EnrollmentState) -> list[EnrollmentRow]:
    """Return the enrolments that are in ``state``, oldest first."""
    return _rows(tx, enrollments.c.state == str(state))


def dictating(tx: Connection, grant: GrantId) -> EnrollmentRow | None:
    """Return the enrolment in which the speaker dictated the grant; None where nobody did."""
    found = _rows(tx, enrollments.c.grant_id == grant, enrollments.c.state == str(EnrollmentState.PASSED))
    return found[0] if found else None


def prints_but(tx: Connection, speaker: SpeakerId) -> list[tuple[SpeakerId, bytes]]:
    """Return the newest sealed print of every other speaker who is enrolled here, of whatever organisation."""
    columns = (enrollments.c.speaker_id, enrollments.c.print_sealed)
    others = (enrollments.c.speaker_id != speaker, enrollments.c.print_sealed.is_not(None))
    with everything(tx):
        query = select(*columns).where(within(tx, enrollments), *others).order_by(enrollments.c.started_at)
        return list({row.speaker_id: (row.speaker_id, row.print_sealed) for row in tx.execute(query)}.values())


def insert_decision(tx: Connection, enrollment: EnrollmentId, row: DecisionRow) -> None:
    """Enter the next decision of an enrolment."""
    values = {field.name: getattr(row, field.name) for field in fields(DecisionRow)}
    tx.execute(insert(enrollment_decisions).values(enrollment_id=enrollment, **values))


def decisions_of(tx: Connection, enrollment: EnrollmentId) -> list[DecisionRow]:
    """Return what was decided of an enrolment, in its order."""
    columns = [enrollment_decisions.c[field.name] for field in fields(DecisionRow)]
    this = enrollment_decisions.c.enrollment_id == enrollment
    query = select(*columns).where(within(tx, enrollment_decisions), this).order_by(enrollment_decisions.c.number)
    return [DecisionRow(**row._asdict()) for row in tx.execute(query)]


def forget(tx: Connection, speaker: SpeakerId) -> int:
    """Delete the enrolments of one speaker with their decisions; return how many there were."""
    mine = [row.enrollment_id for row in enrollments_of(tx, speaker)]
    decided = enrollment_decisions.c.enrollment_id.in_(mine)
    tx.execute(delete(enrollment_decisions).where(within(tx, enrollment_decisions), decided))
    return tx.execute(delete(enrollments).where(within(tx, enrollments), enrollments.c.speaker_id == speaker)).rowcount


def _rows(tx: Connection, *where: Any) -> list[EnrollmentRow]:
    query = _SELECT.where(within(tx, enrollments), *where)
    return [_row(row) for row in tx.execute(query.order_by(enrollments.c.started_at, enrollments.c.enrollment_id))]


def _columns(row: EnrollmentRow) -> dict[str, Any]:
    values = {field.name: getattr(row, field.name) for field in fields(EnrollmentRow)}
    return values | {"state": str(row.state), "samples": canonical.encode(list(row.samples)).decode()}


def _row(row: Row[Any]) -> EnrollmentRow:
    values = row._asdict()
    state = word(EnrollmentState, row.state, row=f"enrollments row {row.enrollment_id}")
    return EnrollmentRow(**values | {"state": state, "samples": tuple(canonical.decode(row.samples.encode()))})
