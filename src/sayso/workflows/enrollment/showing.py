"""Enrolments for people: what each is now, and what to do next. Never why: that would tell an attacker what to mend."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sayso.clock import now, parse_stamp
from sayso.enrollment import store
from sayso.enrollment.state import EnrollmentState
from sayso.enrollment.store import DecisionRow, EnrollmentRow
from sayso.ids import EnrollmentId, SpeakerId, parse_id
from sayso.workflows.enrollment.starting import attempts_left
from sayso.workflows.installation.session import Session

NEXT: Final[Mapping[EnrollmentState, str]] = {
    EnrollmentState.STARTED: "read the statement aloud in one take, and submit the recording with samples of the voice",
    EnrollmentState.JUDGING: "the checks are running; if they stopped, start a new enrolment",
    EnrollmentState.PASSED: "the voice may be cloned from these samples",
    EnrollmentState.REVIEW: "a person will look at it",
    EnrollmentState.REFUSED: "start a new enrolment; read every word, in a quiet room, with your own voice",
    EnrollmentState.EXPIRED: "start a new enrolment; the time for this one is over",
}


@dataclass(frozen=True, slots=True)
class EnrollmentShown:
    """One enrolment: its row, what it is now, and what people decided."""

    row: EnrollmentRow
    attempts_left: int
    decisions: tuple[DecisionRow, ...] = ()

    @property
    def state(self) -> EnrollmentState:
        """Return the state now: one that nobody submitted in time is expired."""
        over = self.row.state is EnrollmentState.STARTED and now() > self.expires_at
        return EnrollmentState.EXPIRED if over else self.row.state

    @property
    def expires_at(self) -> datetime:
        """Return until when the statement may be submitted."""
        return parse_stamp(self.row.started_at) + self.row.valid_for

    @property
    def next(self) -> str:
        """Return what to do next."""
        return NEXT[self.state]


def shown(session: Session, enrollment: str) -> EnrollmentShown:
    """Return one enrolment; raise `EnrollmentUnknown`."""
    with session.read() as tx:
        row = store.get_enrollment(tx, EnrollmentId(parse_id("enrollment", enrollment)))
        left = attempts_left(tx, row.speaker_id, now())
        return EnrollmentShown(row, left, tuple(store.decisions_of(tx, row.enrollment_id)))


def listed(session: Session, speaker: str) -> list[EnrollmentShown]:
    """Return the enrolments of a speaker, oldest first."""
    known = SpeakerId(parse_id("speaker", speaker))
    with session.read() as tx:
        left = attempts_left(tx, known, now())
        rows = store.enrollments_of(tx, known)
        return [EnrollmentShown(row, left, tuple(store.decisions_of(tx, row.enrollment_id))) for row in rows]
