"""Erasing a speaker: the steps of the erasure room, in their order, each committed before the next.

Killed anywhere, run the plan again: every step finds what is done already (see `sayso.erasure.execute`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sayso import journal
from sayso.accounts import store as accounts
from sayso.accounts.rights import Right
from sayso.clock import now, stamp
from sayso.consent import Party
from sayso.consent import decision_store as decisions
from sayso.consent import store as consents
from sayso.credentials import store as manifests
from sayso.database import Connection
from sayso.disk import FileTooLarge, read_bounded, write_document
from sayso.enrollment import store as enrollments
from sayso.enrollment.protected_store import ProtectedRow
from sayso.erasure import (
    CertificateCheck,
    ErasurePlan,
    Forget,
    Stage,
    block,
    certificate_file,
    certify,
    delete_rows,
    destroy_key,
    get_plan,
    make_plan,
    sweep,
    unlink_blobs,
)
from sayso.erasure import check as check_certificate
from sayso.erasure.certificate import CertificateFile
from sayso.errors import Invalid, Refused
from sayso.fingerprint import store as fingerprints
from sayso.ids import PREFIXES, ArtifactId, CertificateId, GrantId, PlanId, SpeakerId, parse_id
from sayso.ledger import append
from sayso.ledger.acts import KeyDestroyedAgain, OfSpeakerT
from sayso.progress import Report, silent
from sayso.synthesis import store as clips
from sayso.vault import Vault
from sayso.voices import store as voices
from sayso.workflows.enrollment.protecting import kept_print, leave_print, newest_print
from sayso.workflows.erasure.corpora import leave_corpora
from sayso.workflows.erasure.plan_rows import check_plan
from sayso.workflows.installation import rows
from sayso.workflows.installation.session import Session

MAX_CERTIFICATE_BYTES: Final = 64 * 1024 * 1024


class HouseStays(Refused):
    """The house's voices come with their engines; uninstall an engine to be rid of its voices."""


@dataclass(frozen=True, slots=True)
class Erased:
    """A plan that was carried out."""

    plan: str
    certificate: str
    blobs_removed: int
    strays_removed: int


@dataclass(frozen=True, slots=True)
class CertificateShown:
    """A certificate's whole text, and where it was written."""

    certificate: str
    text: str
    file: Path | None


def plan(session: Session, speaker: str, *, keep_print: bool = False) -> ErasurePlan:
    """Return a plan of all that would go with the speaker; nothing is changed. Raise `SpeakerUnknown`.

    ``keep_print``: the speaker asks that a print of their voice stays on the list of protected voices, so that a person
    looks at who enrols with it; raise `NothingToKeep` where they never enrolled. Otherwise nothing is kept.
    """
    session.require(Right.ERASURE)
    wanted = SpeakerId(parse_id("speaker", speaker))
    if keep_print:
        newest_print(session, wanted)
    with session.act(wanted) as tx:
        if consents.get_speaker(tx, wanted).house:
            raise HouseStays
        return make_plan(tx, session.vault, wanted, keep_print=keep_print)


def planned(session: Session, plan_id: str) -> ErasurePlan:
    """Return a plan made before; raise `PlanUnknown`."""
    with session.read() as tx:
        return get_plan(tx, PlanId(parse_id("plan", plan_id)))


def run(session: Session, plan_id: str, report: Report = silent, *, by: str = "speaker") -> Erased:
    """Carry a plan out to its end, wherever an earlier run of it stopped; it cannot be undone.

    ``by`` says whose act it is, the speaker's or the operator's, and so why their grants end.
    """
    session.require(Right.ERASURE)
    who = _parse_party(by)
    if who is Party.OPERATOR:
        session.require(Right.GOVERN)
    known = planned(session, plan_id)
    check_plan(session, known.plan_id)
    named, kept = known.speaker or known.plan_id, _to_keep(session, known, who)
    with session.act(named) as tx:
        if kept is not None and get_plan(tx, known.plan_id).stage is Stage.PLANNED:
            leave_print(session, tx, kept, known)
        begun = block(tx, known.plan_id, commitments=RowCommitments(session.vault), who=who)
    if begun.stage is Stage.ERASED:
        return _erased_before(session, begun)
    report(0.1)
    destroy_key(session.vault, begun)
    report(0.2)
    removed = unlink_blobs(session.vault, begun, lambda part: report(0.2 + 0.5 * part))
    if begun.speaker is not None:  # None once the rows are gone: then the corpora are behind us
        leave_corpora(session, begun.speaker)
    with session.act(named) as tx:
        commitments = RowCommitments(session.vault)
        begun = delete_rows(tx, begun.plan_id, commitments=commitments, forgets=FORGETS, who=who)
    swept = sweep(session.vault, begun)
    report(0.9)
    with session.act(named) as tx:
        certificate_id = certify(tx, begun.plan_id, session.vault, signer=session.installation.log.signer, swept=swept)
    _close(session)
    journal.note("erasure.certified", plan=begun.plan_id)
    report(1.0)
    return Erased(plan_id, certificate_id, removed, len(swept.unlinked))


def _to_keep(session: Session, known: ErasurePlan, who: Party) -> ProtectedRow | None:
    """Return the print that goes on the list as the erasure begins; raise `Invalid` unless it is the speaker's act."""
    if known.protected is None or known.stage is not Stage.PLANNED:
        return None
    if who is not Party.SPEAKER:
        raise Invalid("by: got operator, expected speaker: nobody else can ask that a print of the voice is kept")
    return kept_print(session, known)


def _erased_before(session: Session, done: ErasurePlan) -> Erased:
    """End a plan that has its certificate: its run was killed before the last steps, or an old key store came back."""
    session.require(Right.ERASURE)
    swept = 0
    if session.vault.destroyed_key(done.key_id) is None:
        session.vault.destroy_again(done.key_id)
        swept = len(sweep(session.vault, done).unlinked)
        with session.act(done.plan_id) as tx:
            append(tx, KeyDestroyedAgain(plan=done.plan_id).entry(stamp(now())))
    _close(session)
    return Erased(done.plan_id, done.certificate or "", 0, swept)


@dataclass(frozen=True, slots=True)
class RowCommitments:
    """The commitments that the entries of an erasure hold; see `sayso.workflows.installation.rows`."""

    vault: Vault

    def bound(self, tx: Connection, speaker: SpeakerId, act: OfSpeakerT, grant: GrantId | None = None) -> OfSpeakerT:
        """Return the act with the commitments to the speaker's and the grant's rows."""
        return rows.bound(self.vault, tx, speaker, act, grant)

    def of_plan(self, tx: Connection, plan: PlanId) -> str:
        """Return the commitment to the plan."""
        return rows.committed_here(self.vault, rows.plan_rows(tx, plan))

    def of_items(self, tx: Connection, plan: PlanId) -> str:
        """Return the commitment to what the plan names."""
        return rows.committed_here(self.vault, rows.item_rows(tx, plan))

    def of_erased(self, tx: Connection, grant: GrantId) -> str:
        """Return the commitment to what stays of an erased grant."""
        return rows.committed_here(self.vault, rows.erased_rows(tx, grant))


def _parse_party(text: str) -> Party:
    if text not in {Party.SPEAKER, Party.OPERATOR}:
        raise Invalid(f"by: got {text[:40]!r}, expected {Party.SPEAKER} or {Party.OPERATOR}")
    return Party(text)


def _close(session: Session) -> None:
    """Take the certificate into the log, and leave no deleted byte in the database's files."""
    session.integrate()
    session.forget_deleted()


def certificate(session: Session, certificate_id: str, output: Path | None) -> CertificateShown:
    """Return the certificate with its proof, and write it to ``output`` if given; raise `CertificateUnknown`."""
    wanted = CertificateId(parse_id("certificate", certificate_id))
    session.integrate()
    with session.read() as tx:
        text = certificate_file(tx, wanted, log=session.log)
    if output is not None:
        write_document(output, text, mode=0o644)
    return CertificateShown(wanted, text, output)


def check(certificate_or_file: str, key: str | None, opened: Callable[[], Session]) -> CertificateCheck:
    """Check a certificate; given ``key`` and a file, no installation is opened. Raise `CertificateFailed`."""
    by_id = certificate_or_file.startswith(PREFIXES["certificate"] + "_")
    text = certificate(opened(), certificate_or_file, None).text if by_id else _read(Path(certificate_or_file))
    checked = check_certificate(text, key or opened().log.vkey_of(CertificateFile.parse(text).note))
    checked.demand()
    return checked


def _forget_clips(tx: Connection, speaker: SpeakerId, _: Sequence[ArtifactId]) -> Mapping[str, int]:
    """Keep of a clip only what answers for it later: mark, grant, purpose, entry; not where its sound was."""
    spoken = clips.clips_of_voices(tx, [row.voice_id for row in voices.voices_of(tx, speaker)])
    clips.detach_artifact(tx, [clip.clip_id for clip in spoken])
    return {}


def _forget_voices(tx: Connection, speaker: SpeakerId, _: Sequence[ArtifactId]) -> Mapping[str, int]:
    return {"voices": voices.forget_voices(tx, speaker)}


def _forget_decisions(tx: Connection, speaker: SpeakerId, _: Sequence[ArtifactId]) -> Mapping[str, int]:
    return {"decisions": decisions.forget(tx, speaker)}


def _forget_recognition(tx: Connection, speaker: SpeakerId, _: Sequence[ArtifactId]) -> Mapping[str, int]:
    return {"fingerprints": fingerprints.forget(tx, speaker), "manifests": manifests.forget(tx, speaker)}


def _forget_credentials(tx: Connection, speaker: SpeakerId, _: Sequence[ArtifactId]) -> Mapping[str, int]:
    return {"credentials": accounts.forget(tx, speaker)}


def _forget_enrollments(tx: Connection, speaker: SpeakerId, _: Sequence[ArtifactId]) -> Mapping[str, int]:
    return {"enrollments": enrollments.forget(tx, speaker)}


FORGETS: Final[tuple[Forget, ...]] = (
    _forget_clips,
    _forget_voices,
    _forget_decisions,
    _forget_recognition,
    _forget_credentials,
    _forget_enrollments,
)
"""What rooms that erasure does not know delete of a speaker; clips first, which are found by the voices."""


def _read(file: Path) -> str:
    try:
        return read_bounded(file, MAX_CERTIFICATE_BYTES).decode()
    except (FileTooLarge, UnicodeDecodeError):
        raise Invalid(f"{file}: got no text of a certificate, expected the file of a certificate of erasure") from None
