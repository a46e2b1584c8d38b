"""The evidence of an enrolment: opened, held against the ledger, and, years later, checked once more."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sayso import lineage
from sayso.accounts.rights import Right
from sayso.disk import write_whole
from sayso.enrollment.checking import EnrollmentFound
from sayso.enrollment.errors import ChallengeOver, EvidenceTampered
from sayso.enrollment.evidence import Evidence, checks_of, models_of_the_day, unpacked
from sayso.enrollment.store import EnrollmentRow
from sayso.enrollment.verdict import EnrollmentCheck
from sayso.enrollment.verifier import Verifier
from sayso.errors import Invalid
from sayso.ids import ArtifactId
from sayso.lineage import Kind
from sayso.recognition import recogniser
from sayso.vault.domains import Domain
from sayso.workflows.enrollment.submitting import Recordings, judged
from sayso.workflows.enrollment.telling import asked_in, row_of
from sayso.workflows.enrollment.verifying import verifier_of
from sayso.workflows.installation.session import Session


@dataclass(frozen=True, slots=True, eq=False)
class EvidenceShown:
    """What is kept of an enrolment, and what the checks of today find in it, where they were run again."""

    row: EnrollmentRow
    evidence: Evidence
    packed: bytes
    again: EnrollmentFound | None = None
    verifier: Verifier | None = None

    @property
    def checks(self) -> Mapping[str, EnrollmentCheck]:
        """What each check found then."""
        return checks_of(self.evidence.report)

    @property
    def models(self) -> Mapping[str, tuple[str, str | None]]:
        """The SHA-256 of each model then, and of the one of that name now, None where there is none any more."""
        now = models_of_the_day(self.verifier)
        return {name: (digest, now.get(name)) for name, digest in self.evidence.report["models"].items()}


def evidence(session: Session, enrollment: str, *, again: bool = False) -> EvidenceShown:
    """Return the evidence of an enrolment as it was logged, run ``again`` through the checks of today if asked.

    Raise `ChallengeOver` where nothing was judged, `EvidenceTampered`, or `Shredded` after an erasure.
    """
    session.require(Right.CONSENT)
    row = row_of(session, enrollment)
    if row.artifact_id is None:
        raise ChallengeOver(f"got {enrollment}, which is {row.state}, expected an enrolment that was judged")
    packed = _opened(session, row, row.artifact_id)
    kept = unpacked(packed)
    found = _again(session, row, kept) if again else None
    return EvidenceShown(row, kept, packed, found, verifier_of(session.settings))


def write_evidence(shown: EvidenceShown, path: Path) -> None:
    """Write the evidence, the speaker's own recordings with the report, to ``path`` for its owner alone."""
    write_whole(path, shown.packed, mode=0o600)


def _opened(session: Session, row: EnrollmentRow, artifact: ArtifactId) -> bytes:
    """Return the bytes of the evidence; raise `EvidenceTampered` unless the ledger committed to them."""
    with session.read() as tx:
        blob = lineage.get(tx, artifact).blob or ""
    packed = session.vault.open(blob, kind=str(Kind.EVIDENCE))
    said = session.vault.commit(row.speaker_id, hashlib.sha256(packed).digest(), domain=Domain.EVIDENCE)
    with session.read() as tx:
        told = session.installation.log.query_in(tx, type="enrollment:attempt")
        if not any(each.entry.facts.get("evidence") == said for each in told):
            raise EvidenceTampered(f"the evidence of {row.enrollment_id} is not what was logged; restore the database")
    return packed


def _again(session: Session, row: EnrollmentRow, kept: Evidence) -> EnrollmentFound:
    heard = recogniser()
    if kept.report["recogniser"] != heard.name:
        raise Invalid(f"recogniser: got {heard.name}, expected {kept.report['recogniser']}, which heard it then")
    handed = Recordings(kept.statement, kept.samples)
    return judged(session, row, asked_in(session, row), handed.decoded(), heard, files=handed.files)
