"""By which path recordings may become a voice: enrolled by their speaker, free, or on the operator's word."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Final

from sayso.enrollment import store
from sayso.enrollment.errors import NotEnrolled, PathInvalid
from sayso.enrollment.path import CloneBasis, ClonePath, licensed
from sayso.enrollment.state import EnrollmentState
from sayso.ids import EnrollmentId, SpeakerId
from sayso.vault.domains import Domain
from sayso.workflows.installation.session import Session

EVIDENCE_FIELD: Final = "evidence of a licence"
ATTESTED: Final = "attested"


def claimed(licence: str | None, evidence: str | None) -> CloneBasis | None:
    """Return the path of recordings that are said to be free; None where nobody says so; raise `PathInvalid`."""
    if licence is None and evidence is not None:
        raise PathInvalid("evidence: got an address and no licence, expected both")
    return None if licence is None else licensed(licence, evidence)


def basis_of(
    session: Session, speaker: SpeakerId, recordings: Sequence[bytes], free: CloneBasis | None = None
) -> CloneBasis:
    """Return by which path the recordings come in; raise `NotEnrolled` for none that is allowed.

    The speaker's own word comes first: an enrolment that passed with each of these very recordings.
    """
    enrolled = _enrolled(session, speaker, recordings)
    if enrolled is not None:
        return CloneBasis(ClonePath.ENROLLED, enrollment=enrolled)
    if free is not None:
        return free
    if session.settings.enrollment == ATTESTED:
        return CloneBasis(ClonePath.ATTESTED)
    raise NotEnrolled(
        f"got recordings that {speaker} has not enrolled with, expected an enrolment that passed with them",
        reasons=["enrollment: the speaker has not enrolled with these recordings (the speaker can change this)"],
    )


def basis_facts(session: Session, speaker: SpeakerId, basis: CloneBasis) -> Mapping[str, str]:
    """Return what the ledger holds of a path: its name, the enrolment or the licence, a commitment to the evidence."""
    committed = None
    if basis.evidence is not None:
        committed = session.vault.commit(speaker, basis.evidence.encode(), domain=Domain.EVIDENCE)
    facts = {
        "path": str(basis.path),
        "enrollment": basis.enrollment,
        "licence": basis.licence,
        "evidence": committed,
    }
    return {name: value for name, value in facts.items() if value is not None}


def sealed_evidence_address(session: Session, speaker: SpeakerId, basis: CloneBasis) -> bytes | None:
    """Return the address of the evidence of a licence, sealed by the speaker's key: it may name a person."""
    if basis.evidence is None:
        return None
    return session.vault.seal_field(basis.evidence.encode(), speaker, field=EVIDENCE_FIELD)


def evidence_address(session: Session, speaker: SpeakerId, sealed: bytes | None) -> str | None:
    """Return the address that `sealed_evidence_address` sealed; raise `Shredded` after an erasure."""
    return None if sealed is None else session.vault.open_field(sealed, speaker, field=EVIDENCE_FIELD).decode()


def _enrolled(session: Session, speaker: SpeakerId, recordings: Sequence[bytes]) -> EnrollmentId | None:
    """Return the newest enrolment that passed with all of the recordings."""
    digests = [hashlib.sha256(recording).digest() for recording in recordings]
    with session.read() as tx:
        passed = [row for row in store.enrollments_of(tx, speaker) if row.state is EnrollmentState.PASSED]
    if not passed:
        return None
    wanted = {session.vault.commit(speaker, one, domain=Domain.REFERENCE) for one in digests}
    return next((row.enrollment_id for row in reversed(passed) if wanted <= set(row.samples)), None)
