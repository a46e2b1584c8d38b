"""Submitting an enrolment: every check, the evidence kept under the speaker's key, the grant that was dictated.

The challenge is used up before the checks begin, whatever they find. Then evidence, state, grant and entry are written
together, or not at all.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sayso.accounts.rights import Right
from sayso.audio import Signal, decode
from sayso.clock import now, parse_stamp, stamp
from sayso.consent import store as consents
from sayso.consent.errors import CeilingExceeded
from sayso.database import Connection
from sayso.disk import read_bounded
from sayso.enrollment import store
from sayso.enrollment.assisted import eased
from sayso.enrollment.checking import EnrollmentFound, check_enrollment
from sayso.enrollment.decoders import mark_decoders
from sayso.enrollment.errors import ChallengeOver
from sayso.enrollment.evidence import Evidence, digests, report_of
from sayso.enrollment.known import check_known
from sayso.enrollment.protected import check_protected
from sayso.enrollment.same_speaker import VoicePrint, packed_print, unpacked_print
from sayso.enrollment.state import EnrollmentState
from sayso.enrollment.store import EnrollmentRow
from sayso.enrollment.take import check_take
from sayso.enrollment.verdict import EnrollmentVerdict
from sayso.errors import Invalid, about
from sayso.ids import ArtifactId, GrantId, SpeakerId, new_id
from sayso.ledger.acts import EnrollmentBegun, EnrollmentJudged
from sayso.lineage import Artifact, Kind, record
from sayso.progress import Report, silent
from sayso.recognition import Recogniser, recogniser
from sayso.vault.domains import Domain
from sayso.workflows.consent.granting import enter_dictated
from sayso.workflows.enrollment.listed_prints import protected_prints
from sayso.workflows.enrollment.showing import EnrollmentShown, shown
from sayso.workflows.enrollment.telling import Asked, asked_in, row_of, tell
from sayso.workflows.enrollment.verifying import verifier_of
from sayso.workflows.installation.session import Session

MAX_RECORDING_S: Final = 600.0
MAX_RECORDING_BYTES: Final = 1 << 27
MOST_SAMPLES: Final = 20

PRINT_FIELD: Final = "voice print"

STATES: Final = {
    EnrollmentVerdict.PASS: EnrollmentState.PASSED,
    EnrollmentVerdict.REVIEW: EnrollmentState.REVIEW,
    EnrollmentVerdict.REFUSE: EnrollmentState.REFUSED,
}


@dataclass(frozen=True, slots=True, eq=False)
class Recordings:
    """What a speaker hands in: files of the statement and of samples of the voice."""

    statement: bytes
    samples: tuple[bytes, ...]

    @classmethod
    def read(cls, statement: Path, samples: Sequence[Path]) -> Recordings:
        """Read the files; raise `FileMissing` or `FileTooLarge`."""
        return cls(_read(statement), tuple(_read(sample) for sample in samples))

    @property
    def files(self) -> tuple[bytes, ...]:
        """Every file, the statement first."""
        return (self.statement, *self.samples)

    def decoded(self) -> tuple[Signal, list[Signal]]:
        """Return the sounds; raise `Invalid` for too many samples, or what `decode` raises, naming the file."""
        if not 1 <= len(self.samples) <= MOST_SAMPLES:
            raise Invalid(f"samples: got {len(self.samples)}, expected 1 to {MOST_SAMPLES} recordings of the voice")
        with about("statement"):
            statement = decode(self.statement, max_duration_s=MAX_RECORDING_S)
        samples = []
        for number, sample in enumerate(self.samples, 1):
            with about(f"sample {number}"):
                samples.append(decode(sample, max_duration_s=MAX_RECORDING_S))
        return statement, samples


def submit(session: Session, enrollment: str, handed: Recordings, report: Report = silent) -> EnrollmentShown:
    """Judge an enrolment by what the speaker hands in, keep that as evidence, and log it; return what it is now.

    Raise `EnrollmentUnknown`, `ChallengeOver`, an error of audio, `RecogniserMissing` or `VerifierInvalid`, changing
    nothing.
    """
    session.require(Right.CONSENT)
    moment = now()
    row, sounds, heard = row_of(session, enrollment), handed.decoded(), recogniser()
    asked = asked_in(session, row)
    verifier_of(session.settings)  # one that does not open uses up nobody's statement
    mark_decoders()
    begun = _begun(session, row, moment)
    report(0.1)
    found = judged(session, begun, asked, sounds, heard, files=handed.files)
    report(0.9)
    _keep(session, begun, asked, handed=handed, found=found, recogniser=heard.name)
    return shown(session, row.enrollment_id)


def judged(
    session: Session,
    row: EnrollmentRow,
    asked: Asked,
    sounds: tuple[Signal, Sequence[Signal]],
    heard: Recogniser,
    *,
    files: Sequence[bytes],
) -> EnrollmentFound:
    """Return what every check finds of an enrolment that was submitted."""
    statement, samples = sounds
    started = parse_stamp(row.started_at)
    take = check_take(statement, started, parse_stamp(row.submitted_at or row.started_at), row.valid_for)
    verifier = verifier_of(session.settings)
    found = check_enrollment(statement, asked.text, samples, heard, session.detector, files=files, verifier=verifier)
    found = found.also(take=take)
    if (voice := found.voice) is not None:
        listed, allowed = protected_prints(session), session.settings.protected_false_alarms
        found = found.also(
            known=check_known(voice, _others(session, row)), protected=check_protected(voice, listed, allowed)
        )
    return eased(found) if row.assisted else found


def _others(session: Session, row: EnrollmentRow) -> list[VoicePrint]:
    """Return the prints of every other speaker who is enrolled here."""
    with session.vault.holding(), session.read() as tx:
        return [
            unpacked_print(session.vault.open_field(sealed, speaker, field=PRINT_FIELD))
            for speaker, sealed in store.prints_but(tx, row.speaker_id)
        ]


def _begun(session: Session, row: EnrollmentRow, moment: datetime) -> EnrollmentRow:
    """Use up the challenge, and log that somebody tried; raise `ChallengeOver`."""
    session.require(Right.CONSENT)
    if moment - parse_stamp(row.started_at) > row.valid_for:
        raise ChallengeOver(
            f"got recordings after more than {row.valid_for.total_seconds():.0f} s, expected them sooner; start anew"
        )
    begun = replace(row, state=EnrollmentState.JUDGING, submitted_at=stamp(moment))
    with session.act(row.speaker_id) as tx:
        if not store.replace_enrollment(tx, begun, was=EnrollmentState.STARTED):
            raise ChallengeOver
        tell(session, tx, begun, EnrollmentBegun)
    return begun


def _keep(
    session: Session,
    begun: EnrollmentRow,
    asked: Asked,
    *,
    handed: Recordings,
    found: EnrollmentFound,
    recogniser: str,
) -> None:
    session.require(Right.CONSENT)
    report = report_of(found, recogniser, _asked(begun, asked, handed), verifier_of(session.settings))
    evidence = Evidence(report, handed.statement, handed.samples)
    speaker, plain = begun.speaker_id, evidence.packed()
    voice = found.voice if found.verdict is not EnrollmentVerdict.REFUSE else None
    with _sealed(session, plain, speaker) as kept, session.act(speaker) as tx:
        record(tx, kept, speakers=[speaker], parents=[])
        print_sealed = None
        if voice is not None:
            print_sealed = session.vault.seal_field(packed_print(voice), speaker, field=PRINT_FIELD)
        row = replace(
            begun,
            state=STATES[found.verdict],
            samples=tuple(commitments_of(session, begun, handed.samples)),
            artifact_id=kept.artifact_id,
            print_sealed=print_sealed,
        )
        if row.state is EnrollmentState.PASSED:
            row = replace(row, grant_id=granted(session, tx, asked))
        if not store.replace_enrollment(tx, row, was=EnrollmentState.JUDGING):
            raise ChallengeOver
        tell(
            session,
            tx,
            row,
            EnrollmentJudged,
            verdict=str(row.state),
            evidence=session.vault.commit(speaker, hashlib.sha256(plain).digest(), domain=Domain.EVIDENCE),
            models=evidence.digest,
        )


@contextlib.contextmanager
def _sealed(session: Session, plain: bytes, speaker: SpeakerId) -> Iterator[Artifact]:
    """Seal the evidence by the speaker's key for the block; where that fails, nothing lies about."""
    blob = session.vault.seal(plain, [speaker], kind=str(Kind.EVIDENCE))
    digest = hashlib.sha256(plain).hexdigest()
    try:
        yield Artifact(ArtifactId(new_id("artifact")), Kind.EVIDENCE, blob.address, digest)
    except BaseException:
        session.vault.unlink(blob.address)
        raise


def granted(session: Session, tx: Connection, asked: Asked) -> GrantId | None:
    """Enter the grant that was dictated; None where it stays to be signed.

    That is where the speaker keeps their own key, or their outer consent became narrower meanwhile.
    """
    found = consents.get_speaker(tx, asked.grant.speaker)
    if found.public_key is not None and found.key_sealed is None:
        return None
    try:
        enter_dictated(session, tx, asked.grant)
    except CeilingExceeded:
        return None
    return asked.grant.grant_id


def commitments_of(session: Session, row: EnrollmentRow, samples: Sequence[bytes]) -> list[str]:
    """Return the commitments by which the samples of an enrolment are known again."""
    plain = [hashlib.sha256(sample).digest() for sample in samples]
    return [session.vault.commit(row.speaker_id, one, domain=Domain.REFERENCE) for one in plain]


def _asked(row: EnrollmentRow, asked: Asked, handed: Recordings) -> dict[str, Any]:
    """Return what was asked and handed in, as the report tells it."""
    return {
        "enrollment": row.enrollment_id,
        "text": asked.text,
        "words": list(asked.words),
        "started_at": row.started_at,
        "submitted_at": row.submitted_at,
        "grant": asked.grant.grant_id,
        "terms": asked.grant.terms(),
        "statement_sha256": digests([handed.statement])[0],
        "samples_sha256": digests(handed.samples),
    }


def _read(path: Path) -> bytes:
    with about(str(path)):
        return read_bounded(path, MAX_RECORDING_BYTES)
